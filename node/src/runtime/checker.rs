//! The background check: statements that came in bulk are proved by their checkpoint, and their own signatures are looked
//! at here, later. A failure under a valid checkpoint is a reported defect and changes no ruling.
//!
//! It uses every core and gives way to everybody: its threads have the lowest priority, its step is short while the writer
//! has work, and between two steps it looks whether that is so.

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

/// Statements that one core checks in one step: some 40 ms of work, which hides the threads' beginning and end.
const SHARE: u64 = 1024;
/// The same while the writer has work: some 2 ms, after which the check rests.
const SHARE_BUSY: u64 = 64;
/// Rest while the writer has work, or everything is checked.
const REST: Duration = Duration::from_millis(100);
/// After so many statements the place is remembered; what is checked twice after a crash costs little.
const REMEMBER: u64 = 16_384;
/// The lowest priority there is: a thread that has anything else to do goes first.
const NICE: i32 = 19;

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
        // Threads that begin from here inherit it. Without it the check only competes on equal terms.
        if let Err(fault) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
            tracing::debug!(%fault, "the background check keeps the usual priority");
        }
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let mut cursors = BTreeMap::new();
        loop {
            let roster = self.writer.roster();
            let busy = self.writer.waiting() != (0, 0);
            let (threads, share) = if busy { (1, SHARE_BUSY) } else { (cores, SHARE) };
            let mut worked = false;
            for member in roster.cities() {
                match self.step(member, threads, share, &mut cursors) {
                    Ok(checked) => worked |= checked,
                    Err(fault) => {
                        tracing::error!(%fault, "the background check cannot read the store and ends");
                        return;
                    }
                }
            }
            if rest(if worked && !busy { Duration::ZERO } else { REST }) {
                return;
            }
        }
    }

    /// Checks up to `threads` × `share` statements of one city. Answers whether there were any.
    fn step(
        &self,
        member: &CityRoster,
        threads: u64,
        share: u64,
        cursors: &mut BTreeMap<CityCode, Cursor>,
    ) -> Result<bool, ReadFault> {
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
        let from = cursor.at.0.min(size.0);
        let end = size.0.min(from + threads * share);
        std::thread::scope(|scope| {
            let shares: Vec<_> = (from..end)
                .step_by(share as usize)
                .map(|begin| scope.spawn(move || self.check_run(member, Seq(begin), Seq(end.min(begin + share)))))
                .collect();
            // A thread only ends early by a panic, which its own message told of; what it left is not called checked.
            shares.into_iter().try_for_each(|share| share.join().unwrap_or_else(|_| Err(ReadFault::row(Family::Log))))
        })?;
        cursor.at = Seq(end);
        let due =
            end.saturating_sub(cursor.remembered.0) >= REMEMBER || (end == size.0 && cursor.at > cursor.remembered);
        if due && self.writer.checked(city, cursor.at).is_ok() {
            cursor.remembered = cursor.at;
        }
        cursors.insert(city, cursor);
        Ok(from < end)
    }

    /// Checks the statements at `from` up to `end`.
    fn check_run(&self, member: &CityRoster, from: Seq, end: Seq) -> Result<(), ReadFault> {
        let mut leaves = Vec::with_capacity((end.0 - from.0) as usize);
        let (first, last) = (place_key(member.code, from), place_key(member.code, end));
        self.store.scan(Family::Log, &first, &last, &mut |_, leaf| {
            leaves.push(leaf.to_vec());
            true
        })?;
        for (seq, leaf) in (from.0..).zip(leaves) {
            self.check(member, Seq(seq), leaf);
        }
        Ok(())
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
