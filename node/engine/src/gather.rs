//! The case file of a subject, gathered from the indexes.

use crate::ledger::{LedgerRead, ReadFault};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::fold::{CaseFile, SourceFact, Viewpoint};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::roster::Roster;
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::SubjectId;
use std::collections::BTreeMap;

/// Everything in the logs that touches `subject`, for [`huxin_protocol::fold::rule`].
pub fn case_file<'a>(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    editions: &'a BTreeMap<Digest, Edition>,
    subject: &SubjectId,
    view: Viewpoint,
) -> Result<CaseFile<'a>, ReadFault> {
    let _ = (read, roster, editions, subject, view);
    todo!()
}

/// All cities as sources.
pub fn sources(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    viewer: CityCode,
) -> Result<BTreeMap<CityCode, SourceFact>, ReadFault> {
    let _ = (read, roster, viewer);
    todo!()
}

/// One statement by its id, with its body bytes where held. `None` where the log is shorter or the epoch is another.
pub fn statement(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    id: StatementId,
) -> Result<Option<(Statement, Option<Vec<u8>>)>, ReadFault> {
    let _ = (read, roster, id);
    todo!()
}
