//! A whole log of a synthetic city, with its tree, its epochs and its keys, from which tests cut segments and proofs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Item, Segment};
use crate::body::{ActBody, Body, commitment};
use crate::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use crate::cosignature::Cosignature;
use crate::digest::TreeHash;
use crate::genesis::founding::{city, cosigner_key, federation, genesis, log_key, root_key};
use crate::header::{BODY_VERSION, Disclosure, Header, Issuer, SUITE_1};
use crate::ids::{CityCode, Epoch, Seq, Size};
use crate::key_record::{KeyRecord, SignedRecord, Tail};
use crate::kind::Kind;
use crate::note::SignatureLine;
use crate::roster::Roster;
use crate::statement::Statement;
use crate::time::Millis;
use crate::tree::{Frontier, NodePlace, NodeRead, consistency_proof, frontier_at, inclusion_proof, leaf_hash, root_at};
use std::collections::BTreeMap;

/// Every complete subtree, leaves included.
#[derive(Clone, Default)]
pub(crate) struct Nodes(BTreeMap<NodePlace, TreeHash>);

impl NodeRead for Nodes {
    type Fault = NodePlace;
    fn node(&self, place: NodePlace) -> Result<TreeHash, NodePlace> {
        self.0.get(&place).copied().ok_or(place)
    }
}

#[derive(Clone)]
pub(crate) struct TestLog {
    pub(crate) code: &'static str,
    pub(crate) epoch: u32,
    pub(crate) items: Vec<Item>,
    pub(crate) records: Vec<SignedRecord>,
    pub(crate) frontier: Frontier,
    nodes: Nodes,
}

/// The body of the statement at `seq`, different for every `mark`.
pub(crate) fn body_bytes(seq: u64, mark: &str) -> Vec<u8> {
    let act = ActBody { reason: format!("sample {seq} {mark}"), ..ActBody::default() };
    Body::Act(act).encode(&[seq as u8; 16])
}

/// A Removal at a place, with its body.
pub(crate) fn item(code: &str, epoch: u32, seq: u64, mark: &str) -> Item {
    let body = body_bytes(seq, mark);
    let header = Header {
        suite: SUITE_1,
        city: city(code),
        epoch: Epoch(epoch),
        seq: Seq(seq),
        issuer: Issuer { city: city(code), agency: None },
        issued_at: Millis(1_700_000_000_000 + seq as i64),
        kind: Kind::Removal,
        body_version: BODY_VERSION,
        disclosure: Disclosure::Public,
        about: None,
        ground: None,
        commitment: commitment(&federation(), city(code), Kind::Removal, BODY_VERSION, &body),
    };
    let statement = Statement::sign(header, &federation(), &log_key(code, epoch)).bytes;
    Item { statement, body: Some(body) }
}

impl TestLog {
    pub(crate) fn new(code: &'static str) -> Self {
        let (items, records) = (Vec::new(), Vec::new());
        Self { code, epoch: 1, items, records, frontier: Frontier::default(), nodes: Nodes::default() }
    }
    /// A log of `size` statements in epoch 1.
    pub(crate) fn of(code: &'static str, size: u64) -> Self {
        let mut log = Self::new(code);
        log.append(size);
        log
    }
    pub(crate) fn city(&self) -> CityCode {
        city(self.code)
    }
    pub(crate) fn size(&self) -> u64 {
        self.items.len() as u64
    }
    pub(crate) fn append(&mut self, count: u64) {
        for _ in 0..count {
            self.append_item(item(self.code, self.epoch, self.size(), ""));
        }
    }
    pub(crate) fn append_item(&mut self, item: Item) {
        let hash = leaf_hash(&item.statement);
        self.nodes.0.insert(NodePlace { level: 0, index: self.size() }, hash);
        self.frontier.push(hash, &mut |place, hash| {
            self.nodes.0.insert(place, hash);
        });
        self.items.push(item);
    }
    /// Opens the next epoch at the present size.
    pub(crate) fn rotate(&mut self) {
        self.rotate_at(self.size(), self.frontier.root());
    }
    /// As [`TestLog::rotate`], and the leaves above `last` are void.
    pub(crate) fn rotate_voiding(&mut self, last: Seq) {
        self.rotate_with(self.size(), self.frontier.root(), Some(last));
    }
    pub(crate) fn rotate_at(&mut self, size: u64, root: TreeHash) {
        self.rotate_with(size, root, None);
    }
    fn rotate_with(&mut self, size: u64, root: TreeHash, void_after: Option<Seq>) {
        let previous = self.records.last().map_or(federation(), SignedRecord::digest);
        self.epoch += 1;
        let record = KeyRecord {
            city: self.city(),
            epoch: Epoch(self.epoch),
            log: log_key(self.code, self.epoch).public().clone(),
            cosigner: cosigner_key(self.code, self.epoch).public().clone(),
            previous,
            continues_at: (Size(size), root),
            void_after,
            tail: Tail::Void,
        };
        self.records.push(SignedRecord::sign(record, &federation(), &root_key(self.code)));
    }
    pub(crate) fn record_bytes(&self) -> Vec<Vec<u8>> {
        self.records.iter().map(|signed| signed.bytes().to_vec()).collect()
    }
    /// What a node knows that has all of this log's records.
    pub(crate) fn roster(&self) -> Roster {
        let mut roster = Roster::new(&genesis());
        for record in self.record_bytes() {
            roster.add(&record).unwrap();
        }
        roster
    }
    pub(crate) fn root(&self, size: u64) -> TreeHash {
        root_at(&self.nodes, Size(size)).unwrap()
    }
    pub(crate) fn frontier(&self, size: u64) -> Frontier {
        frontier_at(&self.nodes, Size(size)).unwrap()
    }
    pub(crate) fn checkpoint_in(&self, epoch: u32, size: u64) -> SignedCheckpoint {
        let origin = Origin { federation: federation(), city: self.city(), epoch: Epoch(epoch) };
        let checkpoint = Checkpoint { origin, size: Size(size), root: self.root(size) };
        SignedCheckpoint::sign(checkpoint, &log_key(self.code, epoch))
    }
    /// By the epoch in force.
    pub(crate) fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        self.checkpoint_in(self.epoch, size)
    }
    pub(crate) fn consistency(&self, from: u64, to: u64) -> Vec<TreeHash> {
        consistency_proof(&self.nodes, Size(from), Size(to)).unwrap()
    }
    pub(crate) fn inclusion(&self, seq: u64, size: u64) -> Vec<TreeHash> {
        inclusion_proof(&self.nodes, Seq(seq), Size(size)).unwrap()
    }
    /// Leaves `from` to `to`, under `checkpoint`.
    pub(crate) fn segment_under(&self, from: u64, to: u64, checkpoint: &SignedCheckpoint) -> Segment {
        Segment {
            city: self.city(),
            records: self.record_bytes(),
            from: Seq(from),
            items: self.items[from as usize..to as usize].to_vec(),
            consistency: self.consistency(to, checkpoint.checkpoint().size.0),
            checkpoint: checkpoint.encode(&[]),
        }
    }
    /// Leaves `from` to `to`, under a checkpoint of `size` by the epoch in force.
    pub(crate) fn segment(&self, from: u64, to: u64, size: u64) -> Segment {
        self.segment_under(from, to, &self.checkpoint(size))
    }
}

/// A cosignature line by a city's epoch.
pub(crate) fn cosign(code: &str, epoch: u32, checkpoint: &Checkpoint, time_s: u64) -> SignatureLine {
    let cosigner = Origin { federation: federation(), city: city(code), epoch: Epoch(epoch) };
    Cosignature::sign(checkpoint, &cosigner, time_s, &cosigner_key(code, epoch)).line
}
