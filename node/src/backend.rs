//! The node behind its HTTP: drafts commands for the writer, reads from snapshots, and says how it is.

use crate::drafting::{DraftFault, Drafter, World as Moment};
use crate::fields;
use crate::metrics::{Metrics, resident_bytes};
use crate::proving::{ProveFault, Prover, World};
use crate::runtime::clock::now;
use crate::runtime::writer::{Answered, NotTaken, Ordered, WriterHandle};
use crate::sources::SourceBook;
use huxin_api::model::{
    BackupReply, ClockItem, EditionItem, InfoReply, LinkedSubject, PeerItem, PeersReply, ReadyReply, RecordCommand,
    SigningItem, Warning,
};
use huxin_api::{Backend, Command, Problem, Sources, Submitted, SubmittedEach};
use huxin_engine::input::Road;
use huxin_engine::ledger::{CosignatureRow, Family, HeadRow, LedgerRead, ReadFault, meta};
use huxin_engine::wire::FRAME_BYTES;
use huxin_engine::{Draft, SigningState};
use huxin_keys::peer_id_text;
use huxin_net::NetHandle;
use huxin_profile::{Crosswalk, Link};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::limits::CLOCK_TOLERANCE_MS;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::Segment;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use huxin_store::{RocksStore, Store, StoreHealth, free_bytes};
use parking_lot::Mutex;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

/// A writer that has not been round for this long is not ready: its ticks come five times a second, and the slowest disk
/// of the field answers a sync within two seconds.
const SILENT_MS: i64 = 5_000;
/// Where a copy of the store lies, beside it, until `huxin backup` has carried it away.
pub(crate) const BACKUP_FOLDER: &str = "backup-to-carry-away";

/// The node as the API sees it.
pub struct NodeBackend {
    pub drafter: Drafter,
    pub crosswalk: Crosswalk,
    pub store: Arc<dyn Store>,
    /// The same store, where it lies on disk: for its figures.
    pub rocks: Option<Arc<RocksStore>>,
    pub writer: WriterHandle,
    pub net: NetHandle,
    pub metrics: Arc<Metrics>,
    pub libp2p: Mutex<Registry>,
    /// Held while the store is copied.
    pub backing_up: Mutex<()>,
    pub prover: Prover,
    pub sources: SourceBook,
    pub federation_name: String,
    /// Of this node's transport key, as multihash bytes.
    pub peer_id: Vec<u8>,
    pub started_at: Millis,
}

impl NodeBackend {
    /// Low is a warning, in the log and in the metrics; below the floor only endings are taken.
    fn takes(&self, is_ending: bool) -> Result<(), Problem> {
        match self.store.health() {
            StoreHealth::Ok | StoreHealth::DiskLow { .. } => Ok(()),
            StoreHealth::DiskFull { .. } if is_ending => Ok(()),
            StoreHealth::DiskFull { .. } => Err(Problem::disk_full()),
            StoreHealth::Failed => Err(Problem::stopping()),
        }
    }

    fn order(&self, ordered: Ordered, reply: Answered) -> Result<(), Problem> {
        self.writer.command(ordered, Some(reply)).map_err(|fault| match fault {
            NotTaken::Full => Problem::busy(),
            NotTaken::Gone => Problem::stopping(),
        })
    }

    fn draft(&self, command: Command, warnings: &mut Vec<Warning>) -> Result<Ordered, Problem> {
        let (roster, read) = (self.writer.roster(), self.store.snapshot());
        let (drafter, world) = (&self.drafter, (&*read as &dyn LedgerRead, &*roster, self.present()));
        let one = |draft: Result<_, DraftFault>| -> Result<Ordered, Problem> { Ok(Ordered::Publish(vec![draft?])) };
        match command {
            Command::Publish(entries) => {
                let many = entries.len() > 1;
                let mut drafts = Vec::with_capacity(entries.len());
                for (index, entry) in entries.into_iter().enumerate() {
                    let draft = drafter.listing(entry, None, world, (warnings, index));
                    drafts.push(draft.map_err(|fault| named(fault, many.then_some(index)))?);
                }
                Ok(Ordered::Publish(drafts))
            }
            Command::Amend(id, entry) => one(drafter.listing(*entry, Some(id), world, (warnings, 0))),
            Command::Act(id, verb, act) => one(drafter.act(id, verb, act, world, (warnings, 0))),
            Command::Decline(id, decline) => one(drafter.decline(id, decline, world)),
            Command::Joint(id, asked) => Ok(Ordered::Publish(drafter.joint(id, *asked, world, (warnings, 0))?)),
            Command::Announce(request) => one(drafter.announcement(self.peer_id.clone(), &request.addresses)),
            Command::Recognise(rule) => {
                warnings.extend(fields::unknown(&rule, &*read, &roster)?);
                one(drafter.recognition(rule, &roster))
            }
            Command::Segment(bytes) => {
                let read =
                    Segment::decode(&bytes, FRAME_BYTES).and_then(|segment| segment.read(&self.drafter.federation));
                let refused = |fault: huxin_protocol::segment::SegmentFault| {
                    self.metrics.refused.with_label_values(&[Road::Disk.name(), fault.code()]).inc();
                    Problem::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, fault.code(), fault.to_string())
                        .trying("export the file again, and carry it over unchanged")
                };
                Ok(Ordered::Segment(Box::new(read.map_err(refused)?)))
            }
            Command::Hold => Ok(Ordered::Hold),
            Command::Record(bytes, consent) => Ok(Ordered::Record(bytes, consent)),
        }
    }

    /// One record of an import, or one command that is rehearsed, as drafts of a command of its own.
    fn draft_record(
        &self,
        (index, command): (usize, RecordCommand),
        world: Moment<'_>,
    ) -> Result<(Vec<Draft>, Vec<Warning>), Problem> {
        let (drafter, mut warnings) = (&self.drafter, Vec::new());
        let draft = match command {
            RecordCommand::List { entry } => drafter.listing(*entry, None, world, (&mut warnings, index)),
            RecordCommand::Amend { id, entry } => drafter.listing(*entry, Some(id), world, (&mut warnings, index)),
            RecordCommand::Act { id, verb, act } => drafter.act(id, verb, act, world, (&mut warnings, index)),
            RecordCommand::Decline { id, decline } => drafter.decline(id, decline, world),
            RecordCommand::Joint { id, joint } => {
                return Ok((drafter.joint(id, *joint, world, (&mut warnings, index))?, warnings));
            }
        };
        Ok((vec![draft?], warnings))
    }

    /// The latest time at which our cosigner in force has signed, on any log.
    fn signed_last(&self, read: &dyn LedgerRead) -> Option<Millis> {
        let (roster, me) = (self.writer.roster(), self.drafter.city);
        let rows = roster.cities().filter_map(|log| CosignatureRow::read_in_force(read, &roster, log.code, me).ok()?);
        let last = rows.map(|row| row.time_s).max()?;
        Some(Millis(i64::try_from(last).unwrap_or(i64::MAX).saturating_mul(1000)))
    }

    fn clock(&self) -> ClockItem {
        let view = *self.writer.board.clock.read();
        let state = match view {
            view if view.ahead_ms.is_none() => "not_compared",
            view if view.refuses() => "ahead",
            view if view.differs() => "differs",
            _ => "agrees",
        };
        let latest = view.by_partners(now()).0.saturating_add(CLOCK_TOLERANCE_MS);
        ClockItem {
            state: state.to_owned(),
            ahead_ms: view.ahead_ms,
            partners: view.partners,
            signed_until: self.signed_last(&*self.store.snapshot()).filter(|last| last.0 > latest),
        }
    }

    /// The time by which statements are drafted.
    fn present(&self) -> Millis {
        self.writer.board.clock.read().honest(now())
    }

    fn scrape(&self) {
        let metrics = &self.metrics;
        let read = self.store.snapshot();
        let present = now();
        if let Ok(sources) = self.sources() {
            for source in sources.facts.values() {
                let label = [source.city.as_str()];
                metrics.bodies_lacking.with_label_values(&label).set(signed(source.lacking.len() as u64));
                metrics.head_witnesses.with_label_values(&label).set(signed(source.witnesses.len() as u64));
                // A city that never spoke with the keys in force has no age. One whose sign of life lies ahead of this clock is not
                // fresh: it is told apart.
                metrics.head_seen.with_label_values(&label).set(i64::from(source.freshness.is_some()));
                if source.freshness.is_none() {
                    for gauge in [&metrics.head_age, &metrics.head_ahead] {
                        let _ = gauge.remove_label_values(&label);
                    }
                }
                if let Some(fresh) = source.freshness {
                    let age = (present.0 - fresh.0) as f64 / 1000.0;
                    metrics.head_age.with_label_values(&label).set(age.max(0.0));
                    metrics.head_ahead.with_label_values(&label).set((-age).max(0.0));
                }
                if let Ok(head) = HeadRow::read(&*read, source.city) {
                    metrics.head_size.with_label_values(&label).set(signed(head.frontier.size().0));
                }
            }
        }
        let (heads, slowed_by) = (self.writer.board.heads.read().clone(), self.writer.board.slowed_by.read().clone());
        for peer in self.net.peers() {
            let label = [peer.city.as_str()];
            let over_quota = heads.get(peer.city).is_some_and(|head| head.over_quota);
            metrics.over_quota.with_label_values(&label).set(i64::from(over_quota));
            metrics.slowed_by.with_label_values(&label).set(i64::from(slowed_by.contains(&peer.city)));
            // A counter is there before its first event.
            metrics.postponed.with_label_values(&label).inc_by(0);
            metrics.partner_up.with_label_values(&label).set(i64::from(peer.link.is_some()));
            if let Some(round_trip) = peer.link.and_then(|link| link.round_trip) {
                metrics.partner_round_trip.with_label_values(&label).set(round_trip.as_secs_f64());
            }
        }
        let view = *self.writer.board.clock.read();
        metrics.clock_offset.set(view.ahead_ms.unwrap_or(0) as f64 / 1000.0);
        metrics.clock_partners.set(view.partners as f64);
        let ahead = self.signed_last(&*read).map_or(0, |last| last.0 - view.by_partners(present).0);
        metrics.clock_signed_ahead.set(ahead.max(0) as f64 / 1000.0);
        let (commands, inputs) = self.writer.waiting();
        metrics.queue_length.with_label_values(&["commands"]).set(signed(commands as u64));
        metrics.queue_length.with_label_values(&["inputs"]).set(signed(inputs as u64));
        metrics.signing.set(if *self.writer.board.signing.read() == SigningState::Ready { 1.0 } else { 0.0 });
        if let Some(rocks) = &self.rocks {
            metrics.store_wal_syncs.set(rocks.wal_syncs() as f64);
            if let Ok(bytes) = rocks.disk_bytes() {
                metrics.store_bytes.set(bytes as f64);
            }
            if let Ok(free) = free_bytes(rocks.path()) {
                metrics.disk_free.set(free as f64);
            }
            let health = rocks.health();
            let is = |holds: bool| if holds { 1.0 } else { 0.0 };
            metrics.disk_low.set(is(matches!(health, StoreHealth::DiskLow { .. } | StoreHealth::DiskFull { .. })));
            metrics.disk_full.set(is(matches!(health, StoreHealth::DiskFull { .. })));
        }
        if let Some(bytes) = resident_bytes() {
            metrics.resident_bytes.set(bytes as f64);
        }
        metrics.start_time.set(self.started_at.0 as f64 / 1000.0);
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Names the entry of a list that a fault is about.
fn named(fault: DraftFault, index: Option<usize>) -> Problem {
    let mut problem = Problem::from(fault);
    if let Some(index) = index {
        problem.detail = format!("entry {index} of the list (from 0): {}", problem.detail);
    }
    problem
}

impl Backend for NodeBackend {
    fn city(&self) -> CityCode {
        self.drafter.city
    }
    fn roster(&self) -> Arc<Roster> {
        self.writer.roster()
    }
    fn editions(&self) -> &BTreeMap<Digest, Edition> {
        &self.drafter.editions
    }
    fn crosswalk(&self) -> Option<Digest> {
        self.crosswalk.digest()
    }
    fn linked(&self, subject: &SubjectId) -> Vec<LinkedSubject> {
        let links = self.crosswalk.linked(subject).iter().cloned();
        links.map(|Link { subject, method, reviewer }| LinkedSubject { subject, method, reviewer }).collect()
    }
    fn now(&self) -> Millis {
        now()
    }
    fn sources(&self) -> Result<Arc<Sources>, ReadFault> {
        self.sources.tell(&self.writer.board, &*self.store)
    }
    fn read(&self) -> Box<dyn LedgerRead + Send + Sync + '_> {
        self.store.snapshot()
    }

    fn submit(&self, command: Command) -> Result<Submitted, Problem> {
        let is_ending = matches!(&command, Command::Act(_, verb, _) if verb.kind().is_relief());
        // A key record mends the keys, and is small.
        self.takes(is_ending || matches!(command, Command::Record(..) | Command::Hold))?;
        let mut warnings = Vec::new();
        let ordered = self.draft(command, &mut warnings)?;
        let (reply_in, reply) = oneshot::channel();
        self.order(ordered, reply_in)?;
        Ok(Submitted { reply, warnings })
    }

    fn submit_each(&self, commands: Vec<RecordCommand>, rehearse: bool) -> Result<SubmittedEach, Problem> {
        // Below the floor an import that only takes companies off a list goes on, like any other ending.
        self.takes(commands.iter().all(RecordCommand::is_ending))?;
        let (roster, read) = (self.writer.roster(), self.store.snapshot());
        let (mut drafts, mut drafted) = (Vec::with_capacity(commands.len()), Vec::with_capacity(commands.len()));
        for command in commands.into_iter().enumerate() {
            drafted.push(self.draft_record(command, (&*read, &roster, self.present())).map(|(of_one, warnings)| {
                drafts.push(of_one);
                warnings
            }));
        }
        let (reply_in, reply) = oneshot::channel();
        self.order(Ordered::PublishEach { commands: drafts, rehearse }, reply_in)?;
        Ok(SubmittedEach { reply, drafted })
    }

    fn own_log_known(&self) -> bool {
        self.writer.board.own_log_known.load(Ordering::Relaxed)
    }

    fn prove(&self, id: StatementId, with_body: bool) -> Result<Vec<u8>, Problem> {
        if id.city == self.drafter.city && !self.own_log_known() {
            return Err(ProveFault::OwnLogUnconfirmed.into());
        }
        let (roster, read) = (self.writer.roster(), self.store.snapshot());
        let world = World {
            read: &*read,
            roster: &roster,
            editions: &self.drafter.editions,
            crosswalk: self.crosswalk.digest(),
            now: now(),
        };
        Ok(self.prover.prove(id, with_body, &world)?)
    }

    fn info(&self) -> InfoReply {
        let roster = self.writer.roster();
        let member = roster.city(self.drafter.city);
        let signing = self.writer.board.signing.read().clone();
        InfoReply {
            city: self.drafter.city,
            name: member.map(|member| member.name.clone()).unwrap_or_default(),
            federation: roster.federation(),
            federation_name: self.federation_name.clone(),
            members: roster.cities().count(),
            epoch: member.map_or(huxin_protocol::ids::Epoch::FIRST, |member| member.current().epoch),
            signing: signing.code().to_owned(),
            signing_text: signing.to_string(),
            editions: self
                .drafter
                .editions
                .values()
                .map(|edition| EditionItem { name: edition.name().to_owned(), digest: edition.digest() })
                .collect(),
            partners_up: self.net.peers().iter().filter(|peer| peer.link.is_some()).count(),
            peer_id: peer_id_text(&self.peer_id),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started_at: self.started_at,
            now: now(),
            clock: self.clock(),
            allow_natural_persons: self.drafter.allow_natural_persons,
        }
    }

    fn peers(&self) -> PeersReply {
        let roster = self.writer.roster();
        let name = |city| roster.city(city).map(|member| member.name.clone()).unwrap_or_default();
        let (heads, slowed_by) = (self.writer.board.heads.read().clone(), self.writer.board.slowed_by.read().clone());
        let peers = self.net.peers().into_iter().map(|peer| PeerItem {
            city: peer.city,
            name: name(peer.city),
            up: peer.link.is_some(),
            peer_id: peer.peer_id,
            addresses: peer.addresses,
            since: peer.link.map(|link| link.since),
            failure: peer.failure,
            over_quota: heads.get(peer.city).is_some_and(|head| head.over_quota),
            slows_us: slowed_by.contains(&peer.city),
        });
        let signing = self.writer.board.signing.read().clone();
        let signing = SigningItem {
            state: signing.code().to_owned(),
            text: signing.to_string(),
            next_step: signing.next_step().map(str::to_owned),
            own_log_known: self.own_log_known(),
        };
        PeersReply { peers: peers.collect(), clock: self.clock(), signing }
    }

    fn ready(&self) -> ReadyReply {
        let mut missing = Vec::new();
        let mut due = |holds: bool, code: &str| {
            if !holds {
                missing.push(code.to_owned());
            }
        };
        due(self.store.get(Family::Meta, meta::CITY).is_ok_and(|row| row.is_some()), "store_read");
        match self.store.health() {
            StoreHealth::Ok | StoreHealth::DiskLow { .. } => {}
            StoreHealth::DiskFull { .. } => due(false, "disk_full"),
            StoreHealth::Failed => due(false, "store_failed"),
        }
        due(now().0 - self.writer.board.beat.load(Ordering::Relaxed) < SILENT_MS, "writer_silent");
        due(*self.writer.board.signing.read() == SigningState::Ready, "not_signing");
        let peers = self.net.peers();
        due(peers.is_empty() || peers.iter().any(|peer| peer.link.is_some()), "no_partner");
        ReadyReply { ready: missing.is_empty(), missing }
    }

    fn metrics(&self) -> String {
        self.scrape();
        self.metrics.text(self.net.counters(), &self.libp2p.lock())
    }

    fn backup(&self) -> Result<BackupReply, Problem> {
        let store = |fault: &dyn std::fmt::Display| {
            tracing::error!(%fault, "the store could not be copied");
            Problem::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "backup",
                format!("the store could not be copied: {fault}"),
            )
            .trying("look at the disk and its free space")
        };
        let Some(rocks) = &self.rocks else { return Err(store(&"it is kept in memory")) };
        // Beside the store, so that files are linked and not copied. Only one at a time: the one before is of no use any more.
        let folder = rocks.path().with_file_name(BACKUP_FOLDER);
        let _alone = self.backing_up.lock();
        match std::fs::remove_dir_all(&folder) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(store(&fault)),
            _ => {}
        }
        rocks.checkpoint(&folder).map_err(|fault| store(&fault))?;
        Ok(BackupReply { folder, city: self.drafter.city, federation: self.drafter.federation, made_at: now() })
    }

    fn observe(&self, route: &'static str, status: u16, problem: Option<&str>, seconds: f64) {
        if let Some(code) = problem {
            self.metrics.http_problems.with_label_values(&[route, code]).inc();
        }
        self.metrics.http_seconds.with_label_values(&[route]).observe(seconds);
        let status = match status {
            200 => "200",
            201 => "201",
            other => &other.to_string(),
        };
        self.metrics.http_requests.with_label_values(&[route, status]).inc();
    }
}
