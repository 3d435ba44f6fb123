//! Acts on an entry: endings and what takes them back, suspensions, withdrawals, and the decline of another city's entry.

use super::{DraftFault, Drafter, World, statement};
use huxin_api::model::{ActRequest, ActVerb, DeclineRequest, Warning};
use huxin_engine::index::is_gone;
use huxin_engine::ledger::{LedgerRead, ReadFault};
use huxin_engine::{Draft, gather};
use huxin_protocol::body::{Body, DeclineBody, EntryBody, RepairConditions};
use huxin_protocol::fold::MatterState;
use huxin_protocol::ids::StatementId;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;

impl Drafter {
    /// An ending or a reinstatement. It is disclosed as its target is: whoever reads that an entry stands must read that it
    /// no longer does.
    ///
    /// # Errors
    /// See [`DraftFault`]; for a repair also what the entry's edition says against it (DOMAIN rules 3 and 4).
    pub fn act(
        &self,
        id: StatementId,
        verb: ActVerb,
        request: ActRequest,
        (read, roster, now): World<'_>,
        (warnings, index): (&mut Vec<Warning>, usize),
    ) -> Result<Draft, DraftFault> {
        if request.reason.trim().is_empty() {
            return Err(DraftFault::Reason);
        }
        let (_, disclosure, _) = statement(read, roster, id)?;
        if verb == ActVerb::Reinstatement && acts_on_erased(read, roster, id)? {
            warnings.push(Warning { index, code: "text_gone".to_owned(), sentence: TEXT_GONE.to_owned() });
        }
        if let Some(ahead) = request.decided_on.filter(|decided| *decided > now.date()) {
            return Err(DraftFault::DecidedInFuture(ahead));
        }
        if verb == ActVerb::Repair {
            self.check_repair(id, request.conditions.unwrap_or_default(), (read, roster, now))?;
        }
        let (body, agency) = request.into_body();
        let mut draft = self.seal(verb.kind(), Body::Act(body), agency, disclosure)?;
        draft.about = Some(id);
        Ok(draft)
    }

    /// A repair is judged by the link that speaks now, and its time counts from the earliest decision of any link that can be
    /// read: amending a day renews no term (DOMAIN rules 3 and 4).
    fn check_repair(
        &self,
        id: StatementId,
        conditions: RepairConditions,
        (read, roster, now): World<'_>,
    ) -> Result<(), DraftFault> {
        let links = gather::chain_listings(read, roster, id)?;
        let current = match gather::matter_state(read, roster, id, &|_| None)? {
            MatterState::Standing { current, .. } => current,
            // The engine says what is wrong with acting on it.
            MatterState::Ended { .. } | MatterState::Void => return Ok(()),
        };
        let Some((_, entry)) = links.iter().find(|(link, _)| *link == current) else { return Ok(()) };
        let Some(edition) = self.editions.get(&entry.edition) else { return Ok(()) };
        let all: Vec<&EntryBody> = links.iter().map(|(_, entry)| entry).collect();
        match edition.check_repair(entry, &all, conditions, now.date()).into_iter().next() {
            Some(fault) => Err(DraftFault::Repair(fault)),
            None => Ok(()),
        }
    }

    /// A reasoned opt-out from another city's entry. Who may read the entry may read why it does not count here, and so may the city
    /// that listed it; nobody else (R46).
    ///
    /// # Errors
    /// See [`DraftFault`].
    pub fn decline(
        &self,
        id: StatementId,
        request: DeclineRequest,
        (read, roster, _): World<'_>,
    ) -> Result<Draft, DraftFault> {
        if request.reason.trim().is_empty() {
            return Err(DraftFault::Reason);
        }
        let disclosure = self.disclosed_as(statement(read, roster, id)?.1, &[id.city])?;
        let body = Body::Decline(DeclineBody { reason: request.reason });
        let mut draft = self.seal(Kind::Decline, body, request.agency, disclosure)?;
        draft.about = Some(id);
        Ok(draft)
    }
}

/// What it means to take an ending back of an entry whose text was erased (R145, R107).
const TEXT_GONE: &str = "the entry's text was erased and does not come back: it stands again with unknown effect, counts for nobody, and \
                         cannot be corrected, for a correction of it is erased too; publish the entry anew as one of its own";

/// Whether an ending names an entry whose text was erased.
fn acts_on_erased(read: &dyn LedgerRead, roster: &Roster, ending: StatementId) -> Result<bool, ReadFault> {
    let Some((ending, _)) = gather::statement(read, roster, ending)? else { return Ok(false) };
    let Some(about) = ending.header.about else { return Ok(false) };
    match gather::statement(read, roster, about.id)? {
        Some((listing, _)) => is_gone(read, &roster.federation(), &listing.header),
        None => Ok(false),
    }
}
