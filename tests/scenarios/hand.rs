//! A log written by hand: whatever a city's key would sign, without the machine that would refuse to.

use huxin_engine::input::{Draft, Input, Road};
use huxin_engine::ledger::{Family, LedgerRead, place_key};
use huxin_engine::{Outcome, Refusal, Signer};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::cose::{self, SignedType};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::header::{About, BODY_VERSION, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::key::Sign;
use huxin_protocol::segment::{Item, Segment};
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{Frontier, leaf_hash};
use huxin_tests::world::{Secrets, World};

pub struct Hand {
    pub city: CityCode,
    pub epoch: Epoch,
    secrets: Secrets,
    federation: Digest,
    now: Millis,
    items: Vec<Item>,
}

impl Hand {
    /// Goes on from the log of `city` as `holder` holds it, with the keys of `epoch`.
    pub fn copy(world: &World, holder: CityCode, city: CityCode, epoch: Epoch) -> Self {
        let size = world.sizes(holder)[&city].0;
        let store = &world.city(holder).store;
        let leaf = |seq| store.get(Family::Log, &place_key(city, Seq(seq))).unwrap().unwrap();
        let items = (0..size).map(|seq| Item { statement: leaf(seq), body: None }).collect();
        let secrets = world.cities.values().find(|node| node.code == city).unwrap().secrets.clone();
        Self { city, epoch, secrets, federation: world.genesis.id(), now: world.now, items }
    }

    pub fn size(&self) -> Size {
        Size(self.items.len() as u64)
    }

    pub fn root(&self) -> TreeHash {
        self.root_of(self.size())
    }

    pub fn root_of(&self, size: Size) -> TreeHash {
        let mut frontier = Frontier::default();
        for item in self.items.iter().take(size.0 as usize) {
            frontier.push(leaf_hash(&item.statement), &mut |_, _| {});
        }
        frontier.root()
    }

    fn key(&self) -> &(dyn Sign + Sync) {
        self.secrets.log_key(self.epoch).unwrap()
    }

    /// The header that a draft would get at the next place.
    pub fn header(&self, draft: &Draft) -> Header {
        let about = draft.about.map(|id| {
            let target = Statement::read(self.items[id.seq.0 as usize].statement.clone(), &self.federation).unwrap();
            About { id, digest: target.digest }
        });
        Header {
            suite: SUITE_1,
            city: self.city,
            epoch: self.epoch,
            seq: Seq(self.size().0),
            issuer: Issuer { city: self.city, agency: None },
            issued_at: self.now,
            kind: draft.kind,
            body_version: BODY_VERSION,
            disclosure: draft.disclosure.clone(),
            about,
            ground: draft.ground,
            commitment: draft.commitment,
        }
    }

    /// Signs a draft at the next place.
    pub fn add(&mut self, draft: &Draft) -> StatementId {
        let header = self.header(draft);
        self.add_signed(header, draft.body_bytes.clone())
    }

    /// Signs a header as it stands.
    pub fn add_signed(&mut self, header: Header, body: Vec<u8>) -> StatementId {
        let id = header.id();
        let statement = Statement::sign(header, &self.federation, self.key());
        self.items.push(Item { statement: statement.bytes, body: Some(body) });
        id
    }

    /// Signs any payload as a statement.
    pub fn add_payload(&mut self, payload: &[u8]) {
        let statement = cose::sign(payload, SignedType::Statement, &self.federation, self.key());
        self.items.push(Item { statement, body: None });
    }

    /// The checkpoint over all of it.
    pub fn note(&self) -> Vec<u8> {
        let origin = Origin { federation: self.federation, city: self.city, epoch: self.epoch };
        let checkpoint = Checkpoint { origin, size: self.size(), root: self.root() };
        SignedCheckpoint::sign(checkpoint, self.key()).encode(&[])
    }

    /// The run from `from` up to `size` under the checkpoint that stood there.
    pub fn run_to(&self, from: u64, size: u64) -> Segment {
        let items = self.items[..size as usize].to_vec();
        Self { items, secrets: self.secrets.clone(), ..*self }.run(from)
    }

    /// The run from `from` to the end under that checkpoint, without key records.
    pub fn run(&self, from: u64) -> Segment {
        Segment {
            city: self.city,
            records: Vec::new(),
            from: Seq(from),
            items: self.items[from as usize..].to_vec(),
            consistency: Vec::new(),
            checkpoint: self.note(),
        }
    }
}

/// Hands a segment to a node, by any road.
pub fn bring(world: &mut World, to: CityCode, road: Road, segment: Segment) -> Result<Outcome, Refusal> {
    let read = segment.read(&world.genesis.id()).unwrap();
    world.command(to, |ticket| Input::Segment { ticket: Some(ticket), road, segment: Box::new(read) })
}
