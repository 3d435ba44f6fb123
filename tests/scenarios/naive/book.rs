//! Logs written and signed by hand. The node's drafting refuses much that a city could sign all the same; the door admits
//! it and the fold judges it, so a second opinion on the fold has to see it. A book holds the logs of all cities and hands
//! them to a node as segments.

use huxin_engine::input::{Consent, Input, Road};
use huxin_protocol::body::{Body, commitment};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::digest::Digest;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::{About, BODY_VERSION, Disclosure, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::segment::{Item, Segment};
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{Frontier, leaf_hash};
use huxin_tests::world::{Secrets, TestKey, World, found};
use std::collections::BTreeMap;

pub struct Book {
    pub genesis: Genesis,
    pub secrets: BTreeMap<CityCode, Secrets>,
    pub logs: BTreeMap<CityCode, Log>,
    count: usize,
}

#[derive(Default)]
pub struct Log {
    pub epoch: u32,
    pub leaves: Vec<Leaf>,
    /// What has left the log by a cut, for statements that act on it all the same.
    pub gone: Vec<Leaf>,
    records: Vec<SignedRecord>,
    /// A record that rivals the first one; heard of at the end.
    pub rival: Option<Vec<u8>>,
    /// Finished stretches, in the order in which a node hears of them.
    steps: Vec<Step>,
}

#[derive(Clone)]
pub struct Leaf {
    pub id: StatementId,
    pub kind: Kind,
    pub about: Option<About>,
    pub digest: Digest,
    bytes: Vec<u8>,
    body: Vec<u8>,
    disclosure: Disclosure,
    /// The body never reaches anybody.
    withheld: bool,
}

/// Leaves under one checkpoint, after some records.
struct Step {
    records: Vec<Vec<u8>>,
    epoch: Epoch,
    leaves: Vec<Leaf>,
}

/// What a city says.
pub struct Say {
    pub kind: Kind,
    pub issued_at: Millis,
    pub about: Option<About>,
    pub ground: Option<Digest>,
    pub disclosure: Disclosure,
    pub body: Vec<u8>,
    pub body_version: u16,
    pub withheld: bool,
    /// Says another seq than its own (R101).
    pub misplaced: bool,
}

impl Say {
    pub fn new(kind: Kind, issued_at: Millis, body: &Body) -> Self {
        Self {
            kind,
            issued_at,
            about: None,
            ground: None,
            disclosure: Disclosure::Public,
            body: body.encode(&[7; 16]),
            body_version: BODY_VERSION,
            withheld: false,
            misplaced: false,
        }
    }
}

impl Book {
    pub fn new(count: usize) -> Self {
        let (genesis, secrets) = found(count);
        let logs = secrets.keys().map(|code| (*code, Log { epoch: 1, ..Log::default() })).collect();
        Self { genesis, secrets, logs, count }
    }

    pub fn about(&self, id: StatementId) -> About {
        let log = &self.logs[&id.city];
        let leaf = log.leaves.iter().chain(&log.gone).find(|leaf| leaf.id == id).unwrap();
        About { id, digest: leaf.digest }
    }

    pub fn say(&mut self, city: CityCode, say: Say) -> StatementId {
        let federation = self.genesis.id();
        let log = self.logs.get_mut(&city).unwrap();
        let epoch = Epoch(log.epoch);
        let seq = log.leaves.len() as u64;
        let id = StatementId { city, epoch, seq: Seq(seq) };
        let header = Header {
            suite: SUITE_1,
            city,
            epoch,
            seq: Seq(seq + u64::from(say.misplaced)),
            issuer: Issuer { city, agency: None },
            issued_at: say.issued_at,
            kind: say.kind,
            body_version: say.body_version,
            disclosure: say.disclosure.clone(),
            about: say.about,
            ground: say.ground,
            commitment: commitment(&federation, city, say.kind, say.body_version, &say.body),
        };
        let signed = Statement::sign(header, &federation, &self.secrets[&city].epochs[&epoch].0);
        log.leaves.push(Leaf {
            id,
            kind: say.kind,
            about: say.about,
            digest: signed.digest,
            bytes: signed.bytes,
            body: say.body,
            disclosure: say.disclosure,
            withheld: say.withheld,
        });
        id
    }

    /// A key record that continues the log at `size`; what stood beyond is heard of before it.
    pub fn cut(&mut self, city: CityCode, size: usize, void_after: Option<u64>, tail: Tail) {
        let record = self.record(city, size, void_after, tail);
        let log = self.logs.get_mut(&city).unwrap();
        log.finish();
        let gone = log.leaves.split_off(size);
        log.gone.extend(gone);
        log.records.push(record);
        log.epoch += 1;
    }

    /// The record that would continue the log at `size`, with new keys.
    pub fn record(&mut self, city: CityCode, size: usize, void_after: Option<u64>, tail: Tail) -> SignedRecord {
        let federation = self.genesis.id();
        let log = &self.logs[&city];
        let epoch = Epoch(log.epoch + 1);
        let secrets = self.secrets.get_mut(&city).unwrap();
        secrets.add_epoch(epoch);
        let (log_key, cosigner) = &secrets.epochs[&epoch];
        let record = KeyRecord {
            city,
            epoch,
            log: huxin_protocol::key::Sign::public(log_key).clone(),
            cosigner: huxin_protocol::key::Sign::public(cosigner).clone(),
            previous: log.records.last().map_or(federation, SignedRecord::digest),
            continues_at: (Size(size as u64), frontier(&log.leaves[..size]).root()),
            void_after: void_after.map(Seq),
            tail,
        };
        SignedRecord::sign(record, &federation, &secrets.root)
    }

    /// A record by the city's root that rivals its first one.
    pub fn fork(&mut self, city: CityCode, size: usize) {
        let federation = self.genesis.id();
        let log = &self.logs[&city];
        let first = log.records[0].record().clone();
        let secrets = &self.secrets[&city];
        let record = KeyRecord {
            log: huxin_protocol::key::Sign::public(&TestKey::new("rival log")).clone(),
            cosigner: huxin_protocol::key::Sign::public(&TestKey::new("rival cosigner")).clone(),
            continues_at: (Size(size as u64), frontier(&log.leaves[..size]).root()),
            tail: Tail::Void,
            ..first
        };
        let rival = SignedRecord::sign(record, &federation, &secrets.root).bytes().to_vec();
        self.logs.get_mut(&city).unwrap().rival = Some(rival);
    }

    pub fn is_rotated(&self, city: CityCode) -> bool {
        !self.logs[&city].records.is_empty()
    }

    /// A world in which only `reader` runs, and holds all that this book says.
    pub fn read_by(&mut self, reader: CityCode, now: Millis) -> World {
        let mut world = World::new(self.count, 1);
        world.now = now;
        world.cities.get_mut(&reader).unwrap().settings.partners_before_signing = 1;
        world.start(reader);
        for city in self.logs.keys().copied().collect::<Vec<_>>() {
            self.logs.get_mut(&city).unwrap().finish();
            let mut held: Vec<Leaf> = Vec::new();
            for step in &self.logs[&city].steps {
                let from = held.iter().zip(&step.leaves).take_while(|(one, other)| one.id == other.id).count();
                held.clone_from(&step.leaves);
                let segment = self.segment(city, reader, step, from);
                let read = segment.read(&self.genesis.id()).unwrap();
                let input = |ticket| Input::Segment { ticket: Some(ticket), road: Road::Disk, segment: Box::new(read) };
                let taken = world.command(reader, input);
                assert!(taken.is_ok(), "{city} is not taken by {reader}: {taken:?}");
            }
            if let Some(bytes) = self.logs[&city].rival.clone() {
                world.command(reader, |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
            }
        }
        world
    }

    fn segment(&self, city: CityCode, reader: CityCode, step: &Step, from: usize) -> Segment {
        let origin = Origin { federation: self.genesis.id(), city, epoch: step.epoch };
        let frontier = frontier(&step.leaves);
        let checkpoint = Checkpoint { origin, size: frontier.size(), root: frontier.root() };
        let key = &self.secrets[&city].epochs[&step.epoch].0;
        let item = |leaf: &Leaf| Item {
            statement: leaf.bytes.clone(),
            body: (!leaf.withheld && leaf.disclosure.allows(city, reader)).then(|| leaf.body.clone()),
        };
        Segment {
            city,
            records: step.records.clone(),
            from: Seq(from as u64),
            items: step.leaves[from..].iter().map(item).collect(),
            consistency: Vec::new(),
            checkpoint: SignedCheckpoint::sign(checkpoint, key).encode(&[]),
        }
    }
}

impl Log {
    /// What stands now is one more step, if anything was said since the last one.
    fn finish(&mut self) {
        let records: Vec<Vec<u8>> = self.records.iter().map(|record| record.bytes().to_vec()).collect();
        let epoch = Epoch(self.epoch);
        let last = self.steps.last().map(|step| (step.epoch, step.leaves.len()));
        if !self.leaves.is_empty() && last != Some((epoch, self.leaves.len())) {
            self.steps.push(Step { records, epoch, leaves: self.leaves.clone() });
        }
    }
}

fn frontier(leaves: &[Leaf]) -> Frontier {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(leaf_hash(&leaf.bytes), &mut |_, _| {});
    }
    frontier
}
