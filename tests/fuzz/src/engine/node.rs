//! The node that the story is about: engine, disk, marker, clock, and what it has said so far.

mod judges;

use super::telling;
use crate::judge::stable;
use crate::scene::{city, scene};
use crate::script::Script;
use huxin_engine::input::{Asked, Consent, Input, Peer, Ticket};
use huxin_engine::ledger::{Batch, Family, HeadRow, LedgerRead, LedgerTree, Txn, meta};
use huxin_engine::wire::{REQUEST_BYTES, Request};
use huxin_engine::witness::WITNESSES;
use huxin_engine::{Continuity, Effect, Engine, Event, Outcome, Settings, SigningState};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{CityCode, Epoch, Size, StatementId};
use huxin_protocol::roster::Roster;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::root_at;
use huxin_store::{Content, MemoryStore, Store, bind};
use huxin_tests::world::Secrets;
use std::collections::{BTreeMap, BTreeSet};

/// The second at which every story begins: the prepared cities have been at it for a while.
const BEGIN: Millis = Millis(1_767_229_200_000);
/// Questions of the node that wait for an answer; older ones are forgotten, as a peer that never answers would.
const WAITING: usize = 64;

/// What becomes of a group's commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is durable, and the effects leave.
    Durable,
    /// It is gone, and the node goes down.
    Gone,
    /// It is durable, and the node goes down before anything leaves.
    Unsaid,
}

/// A question of the node's own.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub peer: Peer,
    pub asked: Asked,
    pub request: Request,
}

pub struct Node {
    pub me: CityCode,
    pub secrets: Secrets,
    pub now: Millis,
    pub waiting: Vec<Waiting>,
    /// Cities whose root signed a record over a history that never was. This node may hold the true one, and whoever
    /// checks the ledger then says that the two do not fit: nobody here can tell which of them is wrong.
    pub misled: BTreeSet<CityCode>,
    /// An older content of the disk, and what had been acknowledged then.
    backup: (Content, BTreeSet<StatementId>),
    store: MemoryStore,
    /// Lies outside the disk.
    marker: Option<Vec<u8>>,
    settings: Settings,
    engine: Option<Engine>,
    /// Whether the store is not the continuation of the last signature.
    broken: bool,
    starts: u64,
    tickets: u64,
    /// Own records by the epoch that they open, with the size that they continue: they lie outside the disk too.
    folder: BTreeMap<Epoch, (Vec<u8>, Size)>,
    /// Whether the story is told on the error output, for whoever repeats one.
    told: bool,
    // What the judges remember.
    acknowledged: BTreeSet<StatementId>,
    spoken: BTreeMap<(Epoch, Size), TreeHash>,
    held: (Size, TreeHash),
}

impl Node {
    /// A node whose disk is empty, or one of the first city's at some moment of the first history.
    pub fn new(script: &mut Script<'_>) -> Self {
        let (scene, me) = (scene(), city(1));
        let begins = script.below(scene.stages.len() + 1);
        let content = scene.stages.get(begins).map_or_else(Content::default, |disks| disks[&me].clone());
        let store = MemoryStore::with_content(content);
        if begins == scene.stages.len() {
            assert!(bind(&store, scene.federation, me).is_ok());
        }
        let marker = store.get(Family::Meta, meta::INCARNATION).ok().flatten();
        let settings = Settings {
            city: me,
            editions: scene.editions.clone(),
            allow_natural_persons: false,
            own_names: Vec::new(),
            sync_every_ms: 30_000,
            heartbeat_every_ms: 60_000,
            quota: huxin_engine::Quota::NONE,
            gossip: !script.hits(16),
            anti_entropy: !script.hits(16),
            partners_before_signing: usize::from(script.hits(64)),
            hold_ms: 60_000,
            witnesses: WITNESSES,
        };
        let mut node = Self {
            me,
            secrets: scene.secrets[&me].clone(),
            now: BEGIN,
            waiting: Vec::new(),
            misled: BTreeSet::new(),
            backup: (store.content(), BTreeSet::new()),
            store,
            marker,
            settings,
            engine: None,
            broken: false,
            starts: 0,
            tickets: 0,
            folder: BTreeMap::new(),
            told: std::env::var_os("HUXIN_FUZZ_TELL").is_some(),
            acknowledged: BTreeSet::new(),
            spoken: BTreeMap::new(),
            held: (Size(0), TreeHash([0; 32])),
        };
        node.start();
        node
    }

    /// Starts on what the disk holds, as the node's program does.
    pub fn start(&mut self) {
        if self.engine.is_some() {
            return;
        }
        let stored = self.store.get(Family::Meta, meta::INCARNATION).ok().flatten();
        let continuity = match (&self.marker, &stored) {
            (None, None) => Continuity::New,
            (Some(marker), Some(stored)) if marker == stored => Continuity::Proved,
            _ => Continuity::Broken,
        };
        self.broken = continuity == Continuity::Broken;
        if !self.broken {
            self.mark();
        }
        let roster = Roster::new(&scene().genesis);
        match Engine::open(self.settings.clone(), roster, continuity, &self.store) {
            Ok(engine) => self.engine = Some(engine),
            Err(fault) => panic!("the node does not start on what it wrote: {fault}"),
        }
        self.held = self.own_head();
        // The records in the key folder are taken up, as the node's program does.
        for record in self.folder.values().cloned().collect::<Vec<_>>() {
            let ticket = self.ticket();
            self.give(
                vec![Input::Record { ticket, bytes: record.0, consent: Consent::ANYTHING }],
                Fate::Durable,
                Some(record.1),
            );
        }
    }

    /// Store and marker are of one life from now on.
    fn mark(&mut self) {
        self.starts += 1;
        let mut incarnation = b"fuzzing ".to_vec();
        incarnation.extend_from_slice(&self.starts.to_be_bytes());
        let mut batch = Batch::default();
        batch.put(Family::Meta, meta::INCARNATION.to_vec(), incarnation.clone());
        assert!(self.store.commit(&batch).is_ok());
        self.marker = Some(incarnation);
        self.broken = false;
    }

    /// The process ends; what it had asked is forgotten.
    pub fn stop(&mut self) {
        self.engine = None;
        self.waiting.clear();
    }

    /// The disk is lost and an older content of it put back; whatever was acknowledged since went with it. The process had
    /// been started once more before, so that the marker outside the disk can tell.
    pub fn lose_disk(&mut self) {
        self.stop();
        self.start();
        self.stop();
        let (content, acknowledged) = self.backup.clone();
        self.store.restore(content);
        self.acknowledged = acknowledged;
        self.start();
    }

    /// The disk as it is now becomes the backup.
    pub fn back_up(&mut self) {
        self.backup = (self.store.content(), self.acknowledged.clone());
    }

    /// What stood at `size` and beyond is no longer owed.
    fn forget_from(&mut self, size: Size) {
        self.acknowledged.retain(|id| id.seq.0 < size.0);
    }

    fn signing(&self) -> Option<SigningState> {
        self.engine.as_ref().map(Engine::signing)
    }
    /// The record of the own root for an epoch: the one that was made before, if there is one, as the key folder keeps it;
    /// and the size that it continues.
    pub fn own_record(&mut self, epoch: Epoch, make: impl FnOnce(&mut Secrets) -> (Vec<u8>, Size)) -> (Vec<u8>, Size) {
        if !self.folder.contains_key(&epoch) {
            let made = make(&mut self.secrets);
            self.folder.insert(epoch, made);
        }
        self.folder[&epoch].clone()
    }
    pub fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }
    pub fn content(&self) -> Content {
        self.store.content()
    }
    pub fn acknowledged(&self) -> Vec<StatementId> {
        self.acknowledged.iter().copied().collect()
    }
    /// Size and root of the own log on the disk.
    pub fn own_head(&self) -> (Size, TreeHash) {
        match HeadRow::read(&self.store, self.me) {
            Ok(head) => (head.frontier.size(), head.frontier.root()),
            Err(fault) => panic!("the own head cannot be read: {fault}"),
        }
    }
    /// Root of a log at a size that the disk holds.
    pub fn root_of(&self, city: CityCode, size: Size) -> Option<TreeHash> {
        root_at(&LedgerTree { read: &self.store, city }, size).ok()
    }
    pub fn roster(&self) -> Roster {
        self.engine.as_ref().map_or_else(|| Roster::new(&scene().genesis), |engine| engine.roster().clone())
    }

    /// One group of inputs; `cut` is where an own key record among them continues the log.
    pub fn give(&mut self, inputs: Vec<Input>, fate: Fate, cut: Option<Size>) {
        let Some(engine) = self.engine.as_mut() else { return };
        if self.told {
            let inputs: Vec<String> = inputs.iter().map(telling::input).collect();
            eprintln!("at {}, {fate:?}, cut {cut:?}:\n  {}", self.now.0, inputs.join("\n  "));
        }
        let mut txn = Txn::new(&self.store);
        for input in inputs {
            if let Err(fault) = engine.handle(self.now, input, &mut txn, &self.secrets) {
                panic!("an input could not be handled on a store that is whole: {fault}");
            }
        }
        let effects = match engine.seal(self.now, &mut txn, &self.secrets) {
            Ok(effects) => effects,
            Err(fault) => panic!("a group could not be sealed: {fault}"),
        };
        let batch = txn.batch;
        if fate != Fate::Gone && !batch.is_empty() {
            assert!(self.store.commit(&batch).is_ok());
        }
        if self.broken && fate != Fate::Gone && self.signing() == Some(SigningState::Ready) {
            // Only a rotation has done this, and it closed whatever was signed before.
            self.mark();
        }
        match fate {
            Fate::Durable => self.judge_growth(&effects, cut),
            Fate::Gone | Fate::Unsaid => {
                if fate == Fate::Unsaid
                    && let Some(size) = cut
                {
                    self.forget_from(size);
                }
                self.stop();
                self.start();
                return;
            }
        }
        for effect in effects {
            if self.told {
                eprintln!("      -> {}", telling::effect(&effect));
            }
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Reply { outcome: Ok(Outcome::Published(ids)), .. } => self.acknowledged.extend(ids),
            Effect::Reply { outcome: Ok(_), .. } => {}
            Effect::Reply { outcome: Err(refusal), .. } => {
                stable(refusal.code());
                assert!(!refusal.to_string().is_empty());
            }
            Effect::Gossip(bytes) => self.hear(&bytes),
            Effect::Ask { peer, asked, request } => {
                let bytes = request.encode();
                assert!(bytes.len() <= REQUEST_BYTES, "a question of {} bytes", bytes.len());
                assert_eq!(Request::decode(&bytes).as_ref(), Ok(&request), "a question that no partner reads");
                if self.waiting.len() == WAITING {
                    self.waiting.remove(0);
                }
                self.waiting.push(Waiting { peer, asked, request });
            }
            Effect::Blame { code, .. } => stable(code),
            Effect::Event(Event::Refused { code, road }) => {
                stable(code);
                stable(road);
            }
            Effect::Event(Event::SigningChanged { state }) => stable(state.code()),
            Effect::Event(_) => {}
        }
    }
}
