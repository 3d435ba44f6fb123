//! One city's log: leaves without a gap, the tree, frontier and root that they give, the checkpoint over them, and
//! every statement's own signature. Forward through the log, each leaf's derived rows are looked for as well.

use super::{Fault, Progress, Walk, city_range};
use crate::ledger::{Family, HeadRow, ReadFault, STORED_LEVELS, city_key, last_seq, tree_key};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{CityCode, Seq, Size, StatementId};
use huxin_protocol::roster::CityRoster;
use huxin_protocol::statement::Statement;
use huxin_protocol::tree::{Frontier, NodePlace, leaf_hash};
use std::collections::BTreeMap;

/// Roots that somebody signed, met on the way.
struct Roots {
    frontier: Frontier,
    /// Sizes whose root is asked for, and the root once the walk has passed them.
    wanted: BTreeMap<Size, Option<TreeHash>>,
}

impl Roots {
    fn note(&mut self) {
        if let Some(root) = self.wanted.get_mut(&self.frontier.size()) {
            *root = Some(self.frontier.root());
        }
    }
}

impl Walk<'_> {
    pub(super) fn log(&mut self, city: CityCode, progress: &mut dyn FnMut(Progress)) -> Result<(), ReadFault> {
        let Some(member) = self.roster.city(city).cloned() else { return Ok(()) };
        let head = self.head(city)?;
        let size = head.as_ref().map_or(Size(0), |head| head.frontier.size());
        let mut roots = Roots { frontier: Frontier::default(), wanted: BTreeMap::new() };
        let checkpoint = head.as_ref().and_then(|head| head.checkpoint().ok().flatten());
        let borders = member.epochs.iter().map(|keys| keys.from);
        roots
            .wanted
            .extend(borders.chain(checkpoint.iter().map(|stored| stored.checkpoint.size)).map(|size| (size, None)));
        roots.note();
        // Behind a gap there is no tree any more.
        let mut is_whole = true;
        let mut next = 0;
        self.city_rows(Family::Log, city, &mut |walk, key, leaf| {
            let Some(seq) = last_seq(key).filter(|_| key.len() == 24) else {
                walk.find((Family::Log, Some(city), None), Fault::KeyShape, Vec::new());
                return Ok(());
            };
            walk.report.counts.leaves += 1;
            if seq.0 >= size.0 && head.is_some() {
                walk.find((Family::Log, Some(city), Some(seq)), Fault::LeafBeyond, Vec::new());
                return Ok(());
            }
            if seq.0 > next {
                is_whole = false;
                walk.find((Family::Log, Some(city), Some(Seq(next))), Fault::LeafMissing { until: seq }, Vec::new());
            }
            next = seq.0 + 1;
            if is_whole {
                walk.grow(city, &mut roots, leaf)?;
            }
            walk.leaf(&member, seq, leaf)?;
            if next.is_multiple_of(super::CHUNK as u64) {
                progress(Progress { city, leaves: next, size: size.0 });
            }
            Ok(())
        })?;
        progress(Progress { city, leaves: next, size: size.0 });
        let place = (Family::Head, Some(city), None);
        let Some(head) = head else {
            if next > 0 {
                self.find(place, Fault::HeadMissing, Vec::new());
            }
            return Ok(());
        };
        if next < size.0 {
            is_whole = false;
            let missing = (Family::Log, Some(city), Some(Seq(next)));
            self.find(missing, Fault::LeafMissing { until: Seq(size.0) }, Vec::new());
        }
        if is_whole && roots.frontier != head.frontier {
            self.find(place, Fault::Frontier, Vec::new());
        }
        for keys in &member.epochs {
            if roots.wanted.get(&keys.from).copied().flatten().is_some_and(|root| root != keys.from_root) {
                self.find((Family::Log, Some(city), Some(Seq(keys.from.0))), Fault::EpochRoot, Vec::new());
            }
        }
        self.checkpoint(&member, &head, &roots);
        Ok(())
    }

    /// The stored head. One that does not decode is a finding, and the log is walked without it.
    fn head(&mut self, city: CityCode) -> Result<Option<HeadRow>, ReadFault> {
        let (start, end) = city_range(city);
        let mut odd = false;
        self.rows(Family::Head, &start, &end, &mut |_, key, _| {
            odd |= key.len() != 16;
            Ok(())
        })?;
        let place = (Family::Head, Some(city), None);
        if odd {
            self.find(place, Fault::KeyShape, Vec::new());
        }
        let Some(row) = self.read.get(Family::Head, &city_key(city))? else { return Ok(None) };
        let Ok(head) = HeadRow::decode(&row) else {
            self.find(place, Fault::HeadRow, Vec::new());
            return Ok(None);
        };
        if head.encode() != row {
            self.find(place, Fault::HeadRow, Vec::new());
        }
        Ok(Some(head))
    }

    /// Appends a leaf to the tree and compares what it completes.
    fn grow(&mut self, city: CityCode, roots: &mut Roots, leaf: &[u8]) -> Result<(), ReadFault> {
        let mut completed: Vec<(NodePlace, TreeHash)> = Vec::new();
        roots.frontier.push(leaf_hash(leaf), &mut |place, hash| {
            if place.level.is_multiple_of(STORED_LEVELS) {
                completed.push((place, hash));
            }
        });
        roots.note();
        for (place, hash) in completed {
            let key = tree_key(city, place);
            self.report.counts.index_rows += 1;
            let fault = match self.read.get(Family::Tree, &key)? {
                Some(stored) if stored == hash.0 => continue,
                Some(_) => Fault::RowWrong,
                None => Fault::RowMissing,
            };
            let last = Seq(((place.index + 1) << place.level) - 1);
            self.find((Family::Tree, Some(city), Some(last)), fault, vec![(Family::Tree, key, Some(hash.0.to_vec()))]);
        }
        Ok(())
    }

    /// One leaf: its own signature, and the rows that follow from it.
    fn leaf(&mut self, member: &CityRoster, seq: Seq, leaf: &[u8]) -> Result<(), ReadFault> {
        let place = StatementId { city: member.code, epoch: member.epoch_at(seq), seq };
        let said = Statement::read(leaf.to_vec(), &self.federation).ok();
        let statement = said.as_ref().filter(|statement| statement.header.id() == place);
        match (statement, member.epoch(place.epoch)) {
            (Some(statement), Some(keys)) if self.signatures => {
                self.report.counts.signatures += 1;
                if let Err(fault) = statement.verify(&self.federation, &keys.log) {
                    let fault = Fault::StatementSignature { code: fault.code() };
                    self.find((Family::Log, Some(place.city), Some(seq)), fault, Vec::new());
                }
            }
            (None, _) => self.report.counts.void_leaves += 1,
            _ => {}
        }
        self.compare_rows(place, leaf, said.as_ref())
    }

    fn checkpoint(&mut self, member: &CityRoster, head: &HeadRow, roots: &Roots) {
        let place = (Family::Head, Some(member.code), None);
        let stored = match head.checkpoint() {
            Ok(Some(stored)) => stored,
            Ok(None) => return,
            Err(_) => return self.find(place, Fault::Checkpoint { code: "checkpoint_note" }, Vec::new()),
        };
        let said = stored.checkpoint;
        let keys = member.epoch(said.origin.epoch);
        let Some(keys) = keys.filter(|_| said.origin.city == member.code && said.origin.federation == self.federation)
        else {
            return self.find(place, Fault::CheckpointOrigin, Vec::new());
        };
        if let Err(fault) = stored.verify(&keys.log) {
            self.find(place, Fault::Checkpoint { code: fault.code() }, Vec::new());
        }
        if said.size > head.frontier.size() {
            self.find(place, Fault::CheckpointBeyond, Vec::new());
        } else if roots.wanted.get(&said.size).copied().flatten().is_some_and(|root| root != said.root) {
            self.find(place, Fault::CheckpointRoot, Vec::new());
        }
    }

    /// Tree rows that no complete subtree of the log has.
    pub(super) fn tree_surplus(&mut self, city: CityCode) -> Result<(), ReadFault> {
        let size = HeadRow::read(self.read, city).unwrap_or_default().frontier.size();
        self.city_rows(Family::Tree, city, &mut |walk, key, _| {
            let level = key.get(16).copied().filter(|_| key.len() == 25).unwrap_or(0);
            let index = last_seq(key).map_or(u64::MAX, |index| index.0);
            let is_stored = level > 0 && level.is_multiple_of(STORED_LEVELS) && level < 64;
            if !is_stored || index >= size.0 >> level {
                let repair = vec![(Family::Tree, key.to_vec(), None)];
                walk.find((Family::Tree, Some(city), None), Fault::RowSurplus, repair);
            }
            Ok(())
        })
    }
}
