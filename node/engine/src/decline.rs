//! Declines at the door of issue: a city declines an entry once. A second decline would say nothing (R131).

use crate::effect::Refusal;
use crate::engine::Engine;
use crate::index::{acts_about, chain};
use crate::ledger::{ReadFault, Txn};
use huxin_protocol::ids::StatementId;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::CityRoster;

impl Engine {
    /// Why this city may not decline an entry, if it may not.
    pub(crate) fn may_not_decline(&self, id: StatementId, txn: &Txn<'_>) -> Result<Option<Refusal>, ReadFault> {
        let me = self.me();
        let links = chain(txn, id.city, id.seq)?;
        let of_chain = |about: StatementId| about.city == id.city && (about == id || links.contains(&about.seq));
        let mut waiting = self.pending.iter().filter(|pending| pending.header.kind == Kind::Decline);
        if let Some(before) = waiting.find(|pending| pending.header.about.is_some_and(|about| of_chain(about.id))) {
            return Ok(Some(Refusal::AlreadyDeclined(id, before.header.id())));
        }
        let Some(member) = self.roster.city(me) else { return Ok(None) };
        for link in links {
            for (city, seq, kind) in acts_about(txn, id.city, link)? {
                if city == me && kind == Kind::Decline && !CityRoster::is_voided(member, seq) {
                    let by = StatementId { city, epoch: member.epoch_at(seq), seq };
                    return Ok(Some(Refusal::AlreadyDeclined(id, by)));
                }
            }
        }
        Ok(None)
    }
}
