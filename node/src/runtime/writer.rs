//! The writer: the one thread that owns the engine. It drains what waits into one group, lets the engine handle and seal it,
//! has the batch made durable with one sync, and only then lets the effects leave.
//!
//! While one batch is on its way to the disk the next group is handled above it ([`Over`]); its batch follows, and its
//! effects leave, only when the one before is durable and said. If anything fails between draining and the answer of the
//! disk, everything unsent is dropped and the process ends: what was not said was not promised. Nothing here ever waits for
//! a peer or a client.

mod orders;
mod saying;

pub use orders::{Answered, Board, NotTaken, Order, Ordered, WriterHandle};

use super::clock::now;
use super::committer::{Committer, Kept};
use super::continuity;
use super::failpoint::Failpoint;
use super::partners::Announcements;
use super::signer::NodeSigner;
use crate::fault::Fault;
use crate::metrics::Metrics;
use crossbeam_channel::{Receiver, Sender, TryRecvError, select};
use huxin_engine::heads::Heads;
use huxin_engine::lacks::Lacks;
use huxin_engine::ledger::{Batch, Family, LedgerRead, Over, Txn, meta};
use huxin_engine::{Consent, Effect, Engine, Input, Room, SigningState, Ticket};
use huxin_keys::Marker;
use huxin_net::NetHandle;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::roster::Roster;
use huxin_store::{Store, StoreHealth};
use orders::{INPUTS_WAITING, weight};
use parking_lot::RwLock;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time between two ticks of the engine: a fifth of the shortest clock that it keeps (1 s).
pub const TICK: Duration = Duration::from_millis(200);
/// Time between two looks at how much of the disk each member takes.
const MEASURE: Duration = Duration::from_secs(60);
/// A group is closed at this many bytes: one page of each of eight peers, and some 30 ms of the disk.
pub const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// What the writer is made from.
pub struct WriterParts {
    pub engine: Engine,
    pub signer: NodeSigner,
    pub store: Arc<dyn Store>,
    pub net: NetHandle,
    pub metrics: Arc<Metrics>,
    pub city: CityCode,
    /// Most inputs of one group.
    pub batch_max: usize,
    /// Most commands that wait.
    pub queue: usize,
    /// The store was not the continuation of the last signature when it was opened.
    pub broken: bool,
    pub announcements: Announcements,
    /// Of the store as it is.
    pub lacks: Lacks,
}

/// The thread's own things.
pub struct Writer {
    engine: Engine,
    signer: NodeSigner,
    store: Arc<dyn Store>,
    net: NetHandle,
    metrics: Arc<Metrics>,
    city: CityCode,
    batch_max: usize,
    broken: bool,
    commands: Receiver<Order>,
    inputs: Receiver<Order>,
    stop: Receiver<()>,
    /// It was told to stop, and does as soon as the group on its way has arrived.
    stopping: bool,
    board: Arc<Board>,
    failpoint: Failpoint,
    tickets: BTreeMap<Ticket, Answered>,
    next_ticket: u64,
    /// Orders that were drained and did not fit the group.
    over: VecDeque<Order>,
    /// Questions that the network did not take; the engine hears of them as failed.
    unasked: Vec<Input>,
    announcements: Announcements,
    next_tick: Instant,
    /// What the engine was told of the disk, and when members' shares of it are measured again.
    only_endings: bool,
    next_measure: Instant,
    /// How far the own log was noted as signed, and when it may be noted again.
    reached: Option<(Epoch, Size)>,
    next_note: Instant,
    committer: Committer,
    /// The group whose batch is on its way to the disk.
    under_way: Option<Sealed>,
    /// Fingerprint of the roster that was sealed last.
    sealed_roster: Vec<(Epoch, bool)>,
}

/// A group that the engine has closed. Nothing of it is said before its batch is durable.
struct Sealed {
    batch: Arc<Batch>,
    effects: Vec<Effect>,
    /// The roster, where this group changed it.
    roster: Option<Arc<Roster>>,
    heads: Arc<Heads>,
    signing: SigningState,
    own_log_known: bool,
    /// To be written beside the store as soon as the batch is durable.
    marker: Option<Marker>,
    inputs: usize,
    begun: Instant,
}

/// Why the writer goes on.
enum Wake {
    Work,
    /// The batch that was on its way is durable, or could not be made so.
    Durable(Result<Kept, Fault>),
    Stop,
}

/// What became of the group that was on its way to the disk.
enum Arrived {
    /// There was none.
    Nothing,
    Durable(Sealed),
    /// The node stops and the disk is full: that group, and all above it, is as if it had never been.
    LeftOut,
}

/// Makes the writer and its handle. `stop` ends it between two groups.
///
/// # Errors
/// The committer's thread could not be started.
pub fn make(parts: WriterParts) -> std::io::Result<(Writer, WriterHandle, Sender<()>)> {
    let (commands_in, commands) = crossbeam_channel::bounded(parts.queue);
    let (inputs_in, inputs) = crossbeam_channel::bounded(INPUTS_WAITING);
    let (stop_in, stop) = crossbeam_channel::bounded(1);
    let board = Arc::new(Board {
        roster: RwLock::new(Arc::new(parts.engine.roster().clone())),
        heads: RwLock::new(Arc::clone(parts.engine.heads())),
        signing: RwLock::new(parts.engine.signing()),
        lacks: RwLock::new(parts.lacks),
        slowed_by: RwLock::default(),
        own_log_known: AtomicBool::new(parts.engine.own_log_known()),
        clock: RwLock::new(parts.engine.clock()),
        beat: AtomicI64::new(now().0),
        groups: AtomicU64::new(0),
    });
    let writer = Writer {
        committer: Committer::start(parts.store.clone(), parts.metrics.clone())?,
        under_way: None,
        sealed_roster: fingerprint(parts.engine.roster()),
        engine: parts.engine,
        signer: parts.signer,
        store: parts.store,
        net: parts.net,
        metrics: parts.metrics,
        city: parts.city,
        batch_max: parts.batch_max.max(1),
        broken: parts.broken,
        commands,
        inputs,
        stop,
        stopping: false,
        board: board.clone(),
        failpoint: Failpoint::from_environment(),
        tickets: BTreeMap::new(),
        next_ticket: 0,
        over: VecDeque::new(),
        unasked: Vec::new(),
        announcements: parts.announcements,
        next_tick: Instant::now(),
        only_endings: false,
        next_measure: Instant::now(),
        reached: None,
        next_note: Instant::now(),
    };
    Ok((writer, WriterHandle { commands: commands_in, inputs: inputs_in, board }, stop_in))
}

/// What changes when a record is taken: enough to see that readers need the new roster.
fn fingerprint(roster: &Roster) -> Vec<(Epoch, bool)> {
    roster.cities().map(|member| (member.current().epoch, member.frozen.is_some())).collect()
}

fn gone() -> Fault {
    Fault::unexpected("the committer ended without a word")
}

impl Writer {
    /// Works until it is stopped or something fails.
    ///
    /// # Errors
    /// The store could not be read or written. Everything unsent was dropped.
    pub fn run(mut self) -> Result<(), Fault> {
        self.announcements.take_all(&*self.store, self.engine.roster(), &self.net)?;
        for record in self.own_records() {
            self.over.push_back(Order::Command { command: Ordered::Record(record, Consent::NotAsked), reply: None });
        }
        loop {
            let mut group = Vec::new();
            let wake = if self.over.is_empty() && self.unasked.is_empty() { self.wait(&mut group) } else { Wake::Work };
            match wake {
                Wake::Work => {
                    self.drain(&mut group);
                    self.group(group)?;
                }
                Wake::Durable(outcome) => {
                    // Patience is only lost in `arrived`, so nothing was left out here.
                    outcome?;
                    if let Some(sealed) = self.under_way.take() {
                        self.board.lacks.write().follow(&sealed.batch);
                        self.durable(sealed)?;
                    }
                }
                Wake::Stop => self.stop(),
            }
            if self.stopping {
                if let Arrived::Durable(sealed) = self.arrived()? {
                    self.durable(sealed)?;
                }
                return Ok(());
            }
            self.board.beat.store(now().0, Ordering::Relaxed);
        }
    }

    /// Key records in the key folder that the store does not know: a crash came between signing one and taking it up. The engine
    /// takes it up where it continues exactly what stands, and else leaves it to whoever made it.
    fn own_records(&self) -> Vec<Vec<u8>> {
        let known = self.engine.roster().city(self.city).map_or(Epoch::FIRST, |member| member.current().epoch);
        self.signer.records_after(known)
    }

    /// Waits for the first order of a group, for the disk, or for the next tick.
    fn wait(&self, group: &mut Vec<Order>) -> Wake {
        let left = self.next_tick.saturating_duration_since(Instant::now());
        select! {
            recv(self.stop) -> _ => return Wake::Stop,
            recv(self.committer.durable) -> outcome => return Wake::Durable(outcome.unwrap_or_else(|_| Err(gone()))),
            recv(self.commands) -> order => group.extend(order),
            recv(self.inputs) -> order => group.extend(order),
            default(left) => {}
        }
        Wake::Work
    }

    /// Waits for the disk. A stop that comes meanwhile is heard: a full disk may keep it waiting for days.
    fn arrived(&mut self) -> Result<Arrived, Fault> {
        let Some(sealed) = self.under_way.take() else { return Ok(Arrived::Nothing) };
        let outcome = if self.stopping {
            self.committer.durable.recv()
        } else {
            select! {
                recv(self.committer.durable) -> outcome => outcome,
                recv(self.stop) -> _ => {
                    self.stop();
                    self.committer.durable.recv()
                }
            }
        };
        Ok(match outcome.unwrap_or_else(|_| Err(gone()))? {
            Kept::Durable => {
                self.board.lacks.write().follow(&sealed.batch);
                Arrived::Durable(sealed)
            }
            Kept::LeftOut => Arrived::LeftOut,
        })
    }

    fn stop(&mut self) {
        self.stopping = true;
        self.committer.lose_patience();
    }

    /// Takes what waits, commands and inputs in turn so that neither side starves the other.
    fn drain(&mut self, group: &mut Vec<Order>) {
        let mut bytes: usize = group.iter().map(weight).sum();
        let mut fits = |group: &mut Vec<Order>, order: Order| {
            bytes += weight(&order);
            group.push(order);
            bytes < GROUP_BYTES
        };
        while group.len() < self.batch_max {
            let Some(order) = self.over.pop_front() else { break };
            if !fits(group, order) {
                return;
            }
        }
        let (mut commands, mut inputs) = (true, true);
        while group.len() < self.batch_max && (commands || inputs) {
            for (queue, more) in [(&self.commands, &mut commands), (&self.inputs, &mut inputs)] {
                match queue.try_recv() {
                    Ok(order) => {
                        if !fits(group, order) {
                            return;
                        }
                    }
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => *more = false,
                }
            }
        }
    }

    /// One group: handled and sealed while the one before is on its way, then sent after it.
    fn group(&mut self, orders: Vec<Order>) -> Result<(), Fault> {
        let sealed = self.handle(orders)?;
        let before = match self.arrived()? {
            Arrived::Nothing => None,
            Arrived::Durable(before) => Some(before),
            Arrived::LeftOut => return Ok(()),
        };
        if sealed.batch.is_empty() {
            before.map_or(Ok(()), |before| self.durable(before))?;
            return self.durable(sealed);
        }
        self.board.lacks.write().expect(&sealed.batch);
        self.committer.submit(sealed.batch.clone());
        self.under_way = Some(sealed);
        before.map_or(Ok(()), |before| self.durable(before))
    }

    /// Lets the engine handle orders and close the group.
    fn handle(&mut self, orders: Vec<Order>) -> Result<Sealed, Fault> {
        let begun = Instant::now();
        self.failpoint.pass("after_drain");
        let store = self.store.clone();
        let under_way = self.under_way.as_ref().map(|sealed| sealed.batch.clone());
        let over = under_way.as_ref().map(|batch| Over::new(&store, batch));
        let base: &dyn LedgerRead = match &over {
            Some(over) => over,
            None => &store,
        };
        let mut txn = Txn::new(base);
        let mut inputs = orders.len();
        for input in std::mem::take(&mut self.unasked) {
            inputs += 1;
            self.engine.handle(now(), input, &mut txn, &self.signer)?;
        }
        for order in orders {
            let input = match order {
                Order::Input(input) => input,
                Order::Command { command, reply } => self.ticketed(command, reply),
                Order::Checked { city, upto } => {
                    let key = [meta::CHECKED, city.as_str().as_bytes()].concat();
                    txn.put(Family::Meta, key, upto.0.to_be_bytes().to_vec());
                    continue;
                }
                Order::Left(rows) => {
                    rows.into_iter().for_each(|row| txn.delete(Family::Meta, row));
                    continue;
                }
            };
            self.engine.handle(now(), input, &mut txn, &self.signer)?;
        }
        if Instant::now() >= self.next_tick {
            self.next_tick = Instant::now() + TICK;
            self.note_reached();
            if let Some(room) = self.room() {
                self.engine.handle(now(), Input::Room(room), &mut txn, &self.signer)?;
            }
            self.engine.handle(now(), Input::Tick, &mut txn, &self.signer)?;
        }
        self.failpoint.pass("after_handle");
        let effects = self.engine.seal(now(), &mut txn, &self.signer)?;
        self.failpoint.pass("after_seal");
        let mut batch = txn.batch;
        // Nothing of it is durable: it is what was measured just now.
        let clock = self.engine.clock();
        if *self.board.clock.read() != clock {
            *self.board.clock.write() = clock;
        }
        let signing = self.engine.signing();
        let mended = self.broken && signing == SigningState::Ready;
        let marker = if mended { Some(continuity::mend(&mut batch, self.city, self.signer.folder())?) } else { None };
        self.broken &= !mended;
        let fingerprint = fingerprint(self.engine.roster());
        let changed = fingerprint != self.sealed_roster;
        self.sealed_roster = fingerprint;
        let roster = changed.then(|| Arc::new(self.engine.roster().clone()));
        let heads = Arc::clone(self.engine.heads());
        let own_log_known = self.engine.own_log_known();
        let batch = Arc::new(batch);
        Ok(Sealed { batch, effects, roster, heads, signing, own_log_known, marker, inputs, begun })
    }

    /// What the disk says, where that is new: at once when it gets full or has room again, and once a minute who takes how much of it.
    fn room(&mut self) -> Option<Room> {
        let only_endings = matches!(self.store.health(), StoreHealth::DiskFull { .. });
        if only_endings == self.only_endings && Instant::now() < self.next_measure {
            return None;
        }
        self.only_endings = only_endings;
        self.next_measure = Instant::now() + MEASURE;
        let members = self.engine.roster().cities();
        let stored = members.map(|member| (member.code, self.store.stored_bytes(member.code))).collect();
        Some(Room { only_endings, stored })
    }

    /// What is to be done once a group's batch is durable: shown to readers, then said.
    fn durable(&mut self, sealed: Sealed) -> Result<(), Fault> {
        let Sealed { batch, effects, roster, heads, signing, own_log_known, marker, inputs, begun } = sealed;
        if let Some(marker) = marker {
            marker.write(self.signer.folder())?;
        }
        if let Some(roster) = roster {
            *self.board.roster.write() = roster;
        }
        // Which logs are over their quota changes without a row.
        *self.board.heads.write() = heads;
        if *self.board.signing.read() != signing {
            *self.board.signing.write() = signing;
        }
        // After what was fetched is durable: nobody is told that all is here before it is.
        self.board.own_log_known.store(own_log_known, Ordering::Relaxed);
        if !batch.is_empty() {
            // After the roster, and before any reply: whoever sees this number sees everything of the group.
            self.board.groups.fetch_add(1, Ordering::Release);
        }
        let wrote = !batch.is_empty();
        drop(batch);
        self.say(effects)?;
        if wrote {
            self.note_reached();
        }
        if inputs > 0 {
            self.metrics.batch_inputs.observe(inputs as f64);
            self.metrics.group_seconds.observe(begun.elapsed().as_secs_f64());
        }
        Ok(())
    }

    /// Beside the marker: how far the own log is durable. A few times a second is often enough, and where it fails the node goes
    /// on: the file only makes a restored store easier to tell.
    fn note_reached(&mut self) {
        if Instant::now() < self.next_note {
            return;
        }
        self.next_note = Instant::now() + TICK / 2;
        let folder = self.signer.folder();
        if let Err(fault) = continuity::note_reached(&*self.store, self.city, folder, &mut self.reached) {
            tracing::warn!(%fault, "how far the log was signed could not be noted beside the marker");
        }
    }

    fn ticketed(&mut self, command: Ordered, reply: Option<Answered>) -> Input {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        if let Some(reply) = reply {
            self.tickets.insert(ticket, reply);
        }
        match command {
            Ordered::Publish(drafts) => Input::Publish { ticket, drafts },
            Ordered::PublishEach { commands, rehearse } => Input::PublishEach { ticket, commands, rehearse },
            Ordered::Segment(segment) => {
                Input::Segment { ticket: Some(ticket), road: huxin_engine::Road::Disk, segment }
            }
            Ordered::Hold => Input::Hold { ticket },
            Ordered::Record(bytes, consent) => {
                // The keys that the record opens lie in the folder by now.
                self.signer.refresh();
                Input::Record { ticket, bytes, consent }
            }
        }
    }
}
