//! What a city says beside its listings, at the door of issue: each only where it says something (R131, R146 to R149), and a
//! Ruling that upholds only with what it demands (R48).

use crate::effect::Refusal;
use crate::engine::Engine;
use crate::index::{acts_of, chain};
use crate::input::Draft;
use crate::ledger::{ReadFault, Txn};
use huxin_protocol::body::{Body, Done, ObjectionTo, RulingResult};
use huxin_protocol::fold::MatterState;
use huxin_protocol::header::About;
use huxin_protocol::ids::{CityCode, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::limits::HEARD_AT_MOST;
use std::collections::BTreeSet;

/// What answers or takes back a filing, and what takes back a Decline.
const CLOSING: [Kind; 2] = [Kind::Ruling, Kind::Withdrawal];

impl Engine {
    /// Why this city may not say something about `named`, which is of a kind that it may be said about; `of` is what `named` is
    /// about itself.
    pub(crate) fn may_not_say(
        &self,
        draft: &Draft,
        named: &About,
        of: Option<About>,
        carried_out: &BTreeSet<Seq>,
        txn: &Txn<'_>,
    ) -> Result<Option<Refusal>, ReadFault> {
        let id = named.id;
        match (draft.kind, &draft.body) {
            (Kind::Decline, _) => {
                Ok(self.said_before(id, Kind::Decline, txn)?.map(|by| Refusal::AlreadyDeclined(id, by)))
            }
            (Kind::Response | Kind::RepairApplication, _) => self.must_stand(id, false, txn),
            (Kind::Objection, Body::Objection(objection)) => {
                self.must_stand(id, objection.to == ObjectionTo::RepairResult, txn)
            }
            // That a measure was lifted, or never applied, is said above all of what has ended.
            (Kind::Feedback, Body::Feedback(feedback)) => self.must_stand(id, feedback.done != Done::Applied, txn),
            (Kind::Withdrawal | Kind::Step, _) => self.must_be_open(id, of, txn),
            (Kind::Ruling, Body::Ruling(ruling)) => {
                let refusal = self.must_be_open(id, of, txn)?;
                let demands = ruling.decision != RulingResult::Rejected;
                match of.filter(|_| demands && refusal.is_none()) {
                    Some(listing) if !self.is_carried_out(listing.id, carried_out, txn)? => {
                        Ok(Some(Refusal::NotCarriedOut(id)))
                    }
                    _ => Ok(refusal),
                }
            }
            _ => Ok(None),
        }
        .and_then(|refusal| match refusal {
            None if draft.kind.is_filing() => self.may_not_file(id, draft.kind, txn),
            refusal => Ok(refusal),
        })
    }

    /// Refuses what is said about a matter that is over, or that never was.
    fn must_stand(&self, id: StatementId, ended_as_well: bool, txn: &Txn<'_>) -> Result<Option<Refusal>, ReadFault> {
        Ok(match self.matter(id, txn)? {
            MatterState::Standing { .. } => None,
            MatterState::Ended { .. } if ended_as_well => None,
            MatterState::Ended { by, .. } => Some(Refusal::AlreadyEnded(id, by)),
            MatterState::Void => Some(Refusal::WithoutEffect(id)),
        })
    }

    /// One filing of a kind at a time about a chain, and not more of them than a ruling hears (R146, R148).
    fn may_not_file(&self, id: StatementId, kind: Kind, txn: &Txn<'_>) -> Result<Option<Refusal>, ReadFault> {
        if let Some(by) = self.said_before(id, kind, txn)? {
            return Ok(Some(Refusal::AlreadyFiled(id, by)));
        }
        let filed = acts_of(txn, (id.city, id.seq), kind, self.me())?.len();
        Ok((filed >= HEARD_AT_MOST).then_some(Refusal::FiledTooOften(id)))
    }

    /// Refuses what is said about a filing or a Decline that was answered or taken back.
    fn must_be_open(&self, id: StatementId, of: Option<About>, txn: &Txn<'_>) -> Result<Option<Refusal>, ReadFault> {
        let lister = of.map_or(id.city, |of| of.id.city);
        Ok(self.closed_by(id, lister, txn)?.map(|by| Refusal::AlreadyAnswered(id, by)))
    }

    /// An own statement of a kind about any link of a chain that was neither answered nor taken back.
    fn said_before(&self, id: StatementId, kind: Kind, txn: &Txn<'_>) -> Result<Option<StatementId>, ReadFault> {
        let me = self.me();
        for link in chain(txn, id.city, id.seq)? {
            for seq in acts_of(txn, (id.city, link), kind, me)? {
                let said = self.own_id(seq);
                if !self.is_voided(said) && self.closed_by(said, id.city, txn)?.is_none() {
                    return Ok(Some(said));
                }
            }
        }
        Ok(None)
    }

    /// What answered or took back a statement, in the logs of the city that listed and of the one that said it.
    fn closed_by(&self, said: StatementId, lister: CityCode, txn: &Txn<'_>) -> Result<Option<StatementId>, ReadFault> {
        for (kind, by) in CLOSING.into_iter().zip([lister, said.city]) {
            for seq in acts_of(txn, (said.city, said.seq), kind, by)? {
                let Some(member) = self.roster.city(by) else { continue };
                let closing = StatementId { city: by, epoch: member.epoch_at(seq), seq };
                if !self.is_voided(closing) {
                    return Ok(Some(closing));
                }
            }
        }
        Ok(None)
    }

    fn is_voided(&self, id: StatementId) -> bool {
        self.roster.city(id.city).is_some_and(|member| member.is_voided(id.seq))
    }

    /// Whether an ending or amendment of the listing's chain stands before this in the command, or has ended the matter earlier.
    fn is_carried_out(
        &self,
        listing: StatementId,
        carried_out: &BTreeSet<Seq>,
        txn: &Txn<'_>,
    ) -> Result<bool, ReadFault> {
        let chain = self.chain_with_pending(listing.seq, txn)?;
        Ok(chain.iter().any(|link| carried_out.contains(link))
            || matches!(self.matter(listing, txn)?, MatterState::Ended { .. }))
    }
}
