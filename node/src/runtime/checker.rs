//! The background check: statements that came in bulk are proved by their checkpoint, and their own signatures are looked
//! at here, later and slowly. A failure under a valid checkpoint is a reported defect and changes no ruling.

use super::writer::WriterHandle;
use crate::metrics::Metrics;
use huxin_engine::ledger::{Family, HeadRow, LedgerRead, ReadFault, meta, place_key};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::roster::CityRoster;
use huxin_protocol::statement::Statement;
use huxin_store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Statements of one step: some 10 ms of work, after which it rests.
const STEP: usize = 256;
/// Rest after a step while nothing else goes on: the check takes about half of one core.
const REST: Duration = Duration::from_millis(10);
/// Rest while the writer is busy or everything is checked.
const LONG_REST: Duration = Duration::from_millis(500);
/// After so many statements the place is remembered; what is checked twice after a crash costs little.
const REMEMBER: u64 = 4096;

/// What the check works on.
pub struct Checker {
    pub federation: Digest,
    pub store: Arc<dyn Store>,
    pub writer: WriterHandle,
    pub metrics: Arc<Metrics>,
}

/// How far one city's log is checked.
#[derive(Clone, Copy)]
struct Cursor {
    at: Seq,
    remembered: Seq,
}

impl Checker {
    /// Works until `rest` answers true, which it does when the node stops.
    pub fn run(self, rest: impl Fn(Duration) -> bool) {
        let mut cursors = BTreeMap::new();
        loop {
            let roster = self.writer.roster();
            let mut worked = false;
            for member in roster.cities() {
                match self.step(member, &mut cursors) {
                    Ok(checked) => worked |= checked,
                    Err(fault) => {
                        tracing::error!(%fault, "the background check cannot read the store and ends");
                        return;
                    }
                }
            }
            let busy = self.writer.waiting() != (0, 0);
            if rest(if worked && !busy { REST } else { LONG_REST }) {
                return;
            }
        }
    }

    /// Checks up to [`STEP`] statements of one city. Answers whether there were any.
    fn step(&self, member: &CityRoster, cursors: &mut BTreeMap<CityCode, Cursor>) -> Result<bool, ReadFault> {
        let city = member.code;
        let mut cursor = match cursors.get(&city) {
            Some(cursor) => *cursor,
            None => {
                let at = self.stored(city)?;
                Cursor { at, remembered: at }
            }
        };
        let size = HeadRow::read(&self.store, city)?.frontier.size();
        // After a key record a log may be shorter than it was.
        cursor.at = Seq(cursor.at.0.min(size.0));
        let end = Seq(size.0.min(cursor.at.0 + STEP as u64));
        let mut leaves = Vec::new();
        self.store.scan(Family::Log, &place_key(city, cursor.at), &place_key(city, end), &mut |_, leaf| {
            leaves.push(leaf.to_vec());
            true
        })?;
        let worked = !leaves.is_empty();
        for leaf in leaves {
            self.check(member, cursor.at, leaf);
            cursor.at = Seq(cursor.at.0 + 1);
        }
        let done = cursor.at.0 >= size.0;
        let due =
            cursor.at.0.saturating_sub(cursor.remembered.0) >= REMEMBER || (done && cursor.at > cursor.remembered);
        if due && self.writer.checked(city, cursor.at).is_ok() {
            cursor.remembered = cursor.at;
        }
        cursors.insert(city, cursor);
        Ok(worked)
    }

    fn stored(&self, city: CityCode) -> Result<Seq, ReadFault> {
        let key = [meta::CHECKED, city.as_str().as_bytes()].concat();
        let row = self.store.get(Family::Meta, &key)?;
        Ok(Seq(row.and_then(|row| row.try_into().ok()).map_or(0, u64::from_be_bytes)))
    }

    fn check(&self, member: &CityRoster, seq: Seq, leaf: Vec<u8>) {
        self.metrics.signatures_checked.inc();
        // A leaf that says nothing readable is void; there is no signature to speak of.
        let Ok(statement) = Statement::read(leaf, &self.federation) else { return };
        let Some(keys) = member.epoch(member.epoch_at(seq)) else { return };
        if let Err(fault) = statement.verify(&self.federation, &keys.log) {
            self.metrics.signature_defects.inc();
            tracing::error!(city = %member.code, seq = seq.0, code = fault.code(), "a statement's own signature does not hold");
        }
    }
}
