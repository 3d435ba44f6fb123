//! Answers to partners' questions, from the ledger alone. Pure reads: worker threads serve while the writer writes.

use crate::ledger::{LedgerRead, ReadFault};
use crate::wire::{HeadSummary, Request, Response};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
use huxin_protocol::roster::Roster;

/// Answers one request by `asker`, the member city that the connection belongs to.
pub fn serve(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    asker: CityCode,
    request: &Request,
) -> Result<Response, ReadFault> {
    let _ = (read, roster, asker, request);
    todo!()
}

/// How far this ledger holds every member's log.
pub fn heads(read: &(impl LedgerRead + ?Sized), roster: &Roster) -> Result<Vec<HeadSummary>, ReadFault> {
    let _ = (read, roster);
    todo!()
}

/// Digest of [`heads`]: equal digests, equal logs.
#[must_use]
pub fn heads_digest(heads: &[HeadSummary]) -> Digest {
    let _ = heads;
    todo!()
}
