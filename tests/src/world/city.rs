//! One simulated city: engine, disk, keys, and the marker that lies outside the disk.

use super::catalogue::catalogue;
use super::founding::Secrets;
use huxin_engine::heads::Heads;
use huxin_engine::input::{Answer, Input};
use huxin_engine::ledger::{Batch, Family, HeadRow, LedgerRead, ReadFault, Txn, meta};
use huxin_engine::wire::{Request, Response};
use huxin_engine::{
    Bound, ClockView, Continuity, Effect, Engine, Event, Settings, SigningState, gather, partners_to_ask, serve,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::fold::{CaseFile, Viewpoint};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::key_record::SignedRecord;
use huxin_protocol::limits::PAGE_BYTES;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::log_digest;
use huxin_protocol::segment::Segment;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use huxin_store::{MemoryStore, Store};
use std::sync::Arc;

/// The node went down: its commit failed, or its ledger could not be read.
#[derive(Debug)]
pub struct Crash {
    /// Why, where it was not the commit: no node may go down over what it was told.
    pub cause: Option<String>,
}

/// What lies in the key folder, outside the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    incarnation: Vec<u8>,
    /// Epoch and size of the newest own checkpoint that was durable.
    reached: (Epoch, Size),
}

pub struct City {
    pub code: CityCode,
    pub secrets: Secrets,
    pub store: Arc<MemoryStore>,
    /// Lies in the key folder, outside the disk that may be restored.
    pub marker: Option<Marker>,
    pub settings: Settings,
    /// A key record in the key folder that the node may not have taken up: a rotation was broken off.
    pub left_record: Option<Vec<u8>>,
    /// How far this machine's clock is ahead, in milliseconds.
    pub clock_ahead_ms: i64,
    pub events: Vec<Event>,
    genesis: Genesis,
    engine: Option<Engine>,
    /// The disk was not the continuation of the last signature when the engine was opened.
    broken: bool,
    starts: u64,
}

fn unread(fault: &ReadFault) -> Crash {
    Crash { cause: Some(fault.to_string()) }
}

impl City {
    pub(super) fn new(code: CityCode, secrets: Secrets, genesis: &Genesis) -> Self {
        let settings = Settings {
            city: code,
            editions: catalogue(),
            allow_natural_persons: false,
            own_names: Vec::new(),
            sync_every_ms: 30_000,
            heartbeat_every_ms: 60_000,
            quota: huxin_engine::Quota::NONE,
            gossip: true,
            anti_entropy: true,
            partners_before_signing: partners_to_ask(genesis.manifest().members.len()),
            hold_ms: 60_000,
            witnesses: huxin_engine::witness::WITNESSES,
        };
        Self {
            code,
            secrets,
            store: Arc::new(MemoryStore::new()),
            marker: None,
            settings,
            left_record: None,
            clock_ahead_ms: 0,
            events: Vec::new(),
            genesis: genesis.clone(),
            engine: None,
            broken: false,
            starts: 0,
        }
    }

    #[must_use]
    pub const fn runs(&self) -> bool {
        self.engine.is_some()
    }
    #[must_use]
    pub fn signing(&self) -> Option<SigningState> {
        self.engine.as_ref().map(Engine::signing)
    }

    /// Whether it knows that nothing of its own log is missing on its disk (R144).
    #[must_use]
    pub fn own_log_known(&self) -> Option<bool> {
        self.engine.as_ref().map(Engine::own_log_known)
    }

    /// Starts as the node does: compares the marker, and unless continuity is broken writes a new incarnation to disk and
    /// marker; then opens the engine.
    pub(super) fn start(&mut self, now: Millis) {
        let stored = self.store.get(Family::Meta, meta::INCARNATION).ok().flatten();
        let own = HeadRow::read(&*self.store, self.code).ok().and_then(|head| head.checkpoint().ok().flatten());
        let own = own.map_or((Epoch::FIRST, Size(0)), |own| (own.checkpoint.origin.epoch, own.checkpoint.size));
        let continuity = match (&self.marker, &stored) {
            (None, None) => Continuity::New,
            // A copy of the same life of the process bears the right incarnation, and does not reach as far.
            (Some(marker), Some(stored)) if marker.incarnation == *stored && marker.reached <= own => {
                Continuity::Proved
            }
            _ => Continuity::Broken,
        };
        self.broken = continuity == Continuity::Broken;
        let mut batch = Batch::default();
        // Until a key record opens a new epoch, every later start must find the break again.
        let incarnation = if self.broken { None } else { Some(self.next_incarnation(now, &mut batch)) };
        if self.store.commit(&batch).is_err() {
            // The process ends, and the next one finds the disk as it was.
            self.stop();
            return;
        }
        if let Some(incarnation) = incarnation {
            self.marker = Some(Marker { incarnation, reached: own });
        }
        let opened = Engine::open(self.settings.clone(), Roster::new(&self.genesis), continuity, &*self.store);
        match opened {
            Ok(engine) => self.engine = Some(engine),
            Err(fault) => panic!("{} did not start: {fault}", self.code),
        }
    }

    /// Beside the marker: how far the own log is durable.
    fn note_reached(&mut self, wrote: bool) {
        let Some(marker) = self.marker.as_mut().filter(|_| wrote && !self.broken) else { return };
        let own = self.engine.as_ref().and_then(|engine| engine.heads().get(self.code).cloned());
        if let Some(own) = own.filter(|own| own.proved == own.size) {
            marker.reached = marker.reached.max((own.epoch, own.size));
        }
    }

    fn next_incarnation(&mut self, now: Millis, batch: &mut Batch) -> Vec<u8> {
        self.starts += 1;
        let mut incarnation = vec![0; 16];
        incarnation[..8].copy_from_slice(&now.0.to_be_bytes());
        incarnation[8..].copy_from_slice(&self.starts.to_be_bytes());
        batch.put(Family::Meta, meta::INCARNATION.to_vec(), incarnation.clone());
        incarnation
    }

    pub(super) fn stop(&mut self) {
        self.engine = None;
        self.store.restore(self.store.content());
    }

    /// One group: effects are handed out only if the commit held. And whether anything was written.
    pub(super) fn step(&mut self, now: Millis, inputs: Vec<Input>) -> Result<(Vec<Effect>, bool), Crash> {
        let Some(engine) = self.engine.as_mut() else { return Ok((Vec::new(), false)) };
        let now = Millis(now.0 + self.clock_ahead_ms);
        let store = Arc::clone(&self.store);
        let mut txn = Txn::new(&*store);
        for input in inputs {
            engine.handle(now, input, &mut txn, &self.secrets).map_err(|fault| unread(&fault))?;
        }
        let effects = engine.seal(now, &mut txn, &self.secrets).map_err(|fault| unread(&fault))?;
        let mended = self.broken && engine.signing() == SigningState::Ready;
        let mut batch = txn.batch;
        let incarnation = if mended { Some(self.next_incarnation(now, &mut batch)) } else { None };
        let wrote = !batch.is_empty();
        if wrote {
            self.store.commit(&batch).map_err(|_| Crash { cause: None })?;
        }
        if let Some(incarnation) = incarnation {
            self.broken = false;
            self.marker = Some(Marker { incarnation, reached: (Epoch::FIRST, Size(0)) });
        }
        self.note_reached(wrote);
        Ok((effects, wrote))
    }

    /// This machine's clock beside its partners', as the engine sees it.
    #[must_use]
    pub fn clock(&self) -> Option<ClockView> {
        self.engine.as_ref().map(Engine::clock)
    }

    /// What the engine holds in memory for partners, against its limits.
    #[must_use]
    pub fn bounds(&self) -> Vec<Bound> {
        self.engine.as_ref().map(Engine::bounds).unwrap_or_default()
    }

    /// Key records and members as this node knows them.
    #[must_use]
    pub fn roster(&self) -> Roster {
        self.engine.as_ref().map_or_else(|| Roster::new(&self.genesis), |engine| engine.roster().clone())
    }

    /// How far this node holds each log, as it tells partners.
    #[must_use]
    pub fn heads(&self) -> Arc<Heads> {
        let stopped = || Arc::new(Heads::read(&*self.store, &Roster::new(&self.genesis)).unwrap_or_default());
        self.engine.as_ref().map_or_else(stopped, |engine| Arc::clone(engine.heads()))
    }

    /// The key records of a city in the order in which this node follows them.
    #[must_use]
    pub fn records(&self, of: CityCode) -> Vec<SignedRecord> {
        self.roster().city(of).map(|member| member.records.clone()).unwrap_or_default()
    }

    /// Answers a partner's question as worker threads do.
    pub(super) fn respond(&self, now: Millis, asker: CityCode, request: &Request) -> Response {
        let Some(engine) = &self.engine else { return Response::Refused { code: "stopped".to_owned() } };
        let now = Millis(now.0 + self.clock_ahead_ms);
        serve::serve(&*self.store, engine.roster(), engine.heads(), asker, request, now)
            .unwrap_or_else(|_| Response::Refused { code: "store".to_owned() })
    }

    /// An answer as the asking node's worker threads read it.
    pub(super) fn read_answer(response: Response, federation: &Digest) -> Answer {
        match response {
            Response::Segment(bytes) => {
                match Segment::decode(&bytes, PAGE_BYTES + 128 * 1024).and_then(|segment| segment.read(federation)) {
                    Ok(segment) => Answer::Segment(Box::new(segment)),
                    Err(fault) => Answer::Failed { code: fault.code() },
                }
            }
            other => Answer::from_plain(other).unwrap_or(Answer::Failed { code: "unreachable" }),
        }
    }

    pub(super) fn case_file(&self, subject: &SubjectId, view: Viewpoint) -> CaseFile<'_> {
        match gather::case_file(&*self.store, &self.roster(), &self.settings.editions, subject, view) {
            Ok(case) => case,
            Err(fault) => panic!("{} cannot read its ledger: {fault}", self.code),
        }
    }

    #[must_use]
    pub fn log_digest(&self) -> Digest {
        match gather::sources(&*self.store, &self.roster()) {
            Ok(sources) => log_digest(sources.values()),
            Err(fault) => panic!("{} cannot read its ledger: {fault}", self.code),
        }
    }
}
