//! The gossip mesh of one node, as the production node runs it, without its library: a pure state machine.
//!
//! The simulated country is only as honest as its network. Handing every message to everybody at once would hide what
//! real gossip does: a message takes several hops, comes more than once, is lost where a queue is full, and is then found
//! out by an announcement a second later or not at all. So this is a model of the library's rules under the numbers of
//! [`huxin_engine::mesh`], which the production node hands to that library; `node/net/tests/mesh.rs` holds both side by
//! side.
//!
//! **How to drive it.** The owner brings time, partners and frames, and carries frames away:
//!
//! - [`Mesh::connected`] and [`Mesh::disconnected`] as connections come and go, at both ends. A partner counts from when
//!   its [`Frame::Join`] arrives. A connection keeps its frames in order and loses none but with the connection itself;
//!   what a bad line does is to delay (see [`Frame`]).
//! - [`Mesh::publish`] for an own message; [`Mesh::received`] for every frame that arrives. The message that it hands
//!   back is the owner's to judge; [`Mesh::validated`] then passes it on or not. Later than [`HISTORY_LENGTH`] heartbeats
//!   it is too late.
//! - After each call frames wait for some partners ([`Mesh::waiting`]). [`Mesh::take`] hands out the next one for a line
//!   that is free: an owner that gives a line its bandwidth takes one frame, lets it leave for as long as its
//!   [`Frame::length`] needs, then takes the next. Frames that are not taken fill the queue, and a full queue drops. An
//!   owner whose lines are boundless empties all queues at once with [`Mesh::take_all`].
//! - [`Mesh::heartbeat`] when [`Mesh::heartbeat_due`] says so. Where it says `None` heartbeats would change nothing, and
//!   need not be scheduled until another call; ask again after each.
//!
//! A node that restarts gets a new `Mesh`: nothing here outlives the process.
//!
//! **What is left out**, since the production node does not use it: other topics, partners' scores (its weights are
//! zero), explicit partners, peer exchange, older versions of the protocol.
//!
//! [`HISTORY_LENGTH`]: huxin_engine::mesh::HISTORY_LENGTH

mod asking;
mod cache;
mod counters;
mod frame;
mod network;
mod queue;
mod upkeep;

pub use counters::Counters;
pub use frame::{Frame, Message, MessageId};
pub use network::{Line, Network};

use cache::{History, Remembered};
use huxin_engine::mesh::{MeshNumbers, OWN_WAIT, PASSED_WAIT, SEEN_FOR, floods, mesh};
use huxin_protocol::limits::GOSSIP_BYTES;
use huxin_protocol::time::Millis;
use queue::Queue;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::world::Chance;

/// What becomes of a message that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Pass it on.
    Accept,
    /// Neither pass it on nor blame anybody.
    Ignore,
    /// Provably bad. To the mesh the same as [`Verdict::Ignore`], since partners have no score.
    Reject,
}

/// Why an own message went to nobody. Anti-entropy brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpublished {
    TooLong,
    /// The same content was published or received before.
    Repeated,
    NobodyThere,
    /// Every queue that it should go into is full. It counts as published all the same: partners are told of it.
    QueuesFull,
}

/// One node's part in the mesh. `P` names partners.
#[derive(Clone, Debug)]
pub struct Mesh<P> {
    numbers: MeshNumbers,
    floods: bool,
    started: Millis,
    /// Partners that are connected and were not heard yet, and whether this side dialled.
    silent: BTreeMap<P, bool>,
    /// Connected partners that take part, and whether this side dialled.
    partners: BTreeMap<P, bool>,
    /// How many of them this side dialled.
    dialled: usize,
    /// Those to whom full messages go.
    mesh: BTreeSet<P>,
    /// Until when a partner may not be taken back.
    backoffs: BTreeMap<P, Millis>,
    seen: Remembered,
    history: History<P>,
    asking: asking::Asking<P>,
    /// Frames for partners; only where one waits.
    queues: BTreeMap<P, Queue>,
    counters: Counters,
}

impl<P: Ord + Copy> Mesh<P> {
    /// A node that starts now, in a federation of so many members that are known to have a node (the own one counts).
    #[must_use]
    pub fn new(now: Millis, members: usize) -> Self {
        Self {
            numbers: mesh(members),
            floods: floods(members),
            started: now,
            silent: BTreeMap::new(),
            partners: BTreeMap::new(),
            dialled: 0,
            mesh: BTreeSet::new(),
            backoffs: BTreeMap::new(),
            seen: Remembered::new(SEEN_FOR),
            history: History::new(),
            asking: asking::Asking::new(),
            queues: BTreeMap::new(),
            counters: Counters::default(),
        }
    }

    /// The first connection to a partner stands; `dialled` where this side opened it.
    pub fn connected(&mut self, partner: P, dialled: bool) {
        if !self.partners.contains_key(&partner) && self.silent.insert(partner, dialled).is_none() {
            self.push(partner, Frame::Join, None);
        }
    }

    /// The last connection to a partner is gone, and what waited for it. Its backoff stays.
    pub fn disconnected(&mut self, partner: P) {
        if let Some(dialled) = self.partners.remove(&partner) {
            self.dialled -= usize::from(dialled);
        }
        self.silent.remove(&partner);
        self.mesh.remove(&partner);
        self.queues.remove(&partner);
        self.asking.disconnected(partner);
    }

    /// Spreads an own message; to how many partners. One that failed is never published again under its name.
    ///
    /// # Errors
    /// [`Unpublished`]: it went to nobody.
    pub fn publish(&mut self, now: Millis, message: &Message, chance: &mut Chance) -> Result<usize, Unpublished> {
        if message.bytes().len() > GOSSIP_BYTES {
            return Err(Unpublished::TooLong);
        }
        let id = message.id();
        if self.seen.contains(&id) {
            return Err(Unpublished::Repeated);
        }
        let to = self.heard_by(chance);
        if to.is_empty() {
            return Err(Unpublished::NobodyThere);
        }
        self.seen.add(now, id);
        self.history.keep(message.clone(), None);
        self.asking.delivered(&id);
        let pushed = to.into_iter().filter(|to| self.push_message(now, *to, message.clone(), OWN_WAIT)).count();
        if pushed == 0 { Err(Unpublished::QueuesFull) } else { Ok(pushed) }
    }

    /// To whom an own message goes: everybody in a small federation, else the mesh, filled up to its wished number.
    fn heard_by(&self, chance: &mut Chance) -> Vec<P> {
        if self.floods {
            return self.partners.keys().copied().collect();
        }
        let mut to: Vec<P> = self.mesh.iter().copied().collect();
        let missing = self.numbers.n.saturating_sub(to.len());
        if missing > 0 {
            to.extend(some_of(self.outside().collect(), missing, chance));
        }
        to
    }

    /// Partners outside the mesh.
    fn outside(&self) -> impl Iterator<Item = P> {
        self.partners.keys().copied().filter(|partner| !self.mesh.contains(partner))
    }

    /// A frame arrives. A message that is new is handed back for its verdict.
    pub fn received(&mut self, now: Millis, from: P, frame: Frame, chance: &mut Chance) -> Option<Message> {
        if !self.partners.contains_key(&from) {
            if !self.silent.contains_key(&from) {
                // The connection went while the frame was under way.
                return None;
            }
            // The first frame on a connection is a join; a world that lets frames overtake means it no worse.
            self.on_join(now, from);
        }
        self.counters.arrived(&frame);
        match frame {
            Frame::Join => {}
            Frame::Message(message) => return self.on_message(now, from, message),
            Frame::Have(ids) => self.on_have(now, from, &ids, chance),
            Frame::Want(ids) => self.on_want(now, from, &ids),
            Frame::DoNotWant(id) => self.on_do_not_want(now, from, id),
            Frame::Graft => self.on_graft(now, from),
            Frame::Prune { backoff } => self.on_prune(now, from, backoff),
        }
        None
    }

    fn on_message(&mut self, now: Millis, from: P, message: Message) -> Option<Message> {
        let id = message.id();
        if !self.seen.contains(&id) {
            self.tell_not_wanted(from, &message);
        }
        if !self.seen.add(now, id) {
            self.counters.duplicates += 1;
            self.history.came_again(&id, from);
            return None;
        }
        self.asking.delivered(&id);
        self.history.keep(message.clone(), Some(from));
        Some(message)
    }

    /// The verdict on a message that [`Mesh::received`] handed back; false where it comes too late to matter.
    pub fn validated(&mut self, now: Millis, id: &MessageId, verdict: Verdict) -> bool {
        if verdict != Verdict::Accept {
            return self.history.remove(id);
        }
        let Some((message, have)) = self.history.accept(id) else { return false };
        let to: Vec<P> = self.mesh.difference(&have).copied().collect();
        for to in to {
            if !self.asking.unwanted_by(to, id) {
                self.push_message(now, to, message.clone(), PASSED_WAIT);
            }
        }
        true
    }

    fn push_message(&mut self, now: Millis, to: P, message: Message, wait: Duration) -> bool {
        let sent_by = Millis(now.0 + wait.as_millis() as i64);
        self.push(to, Frame::Message(message), Some(sent_by))
    }

    /// Whether there was room.
    fn push(&mut self, to: P, frame: Frame, sent_by: Option<Millis>) -> bool {
        if !self.partners.contains_key(&to) && !self.silent.contains_key(&to) {
            return false;
        }
        let pushed = self.queues.entry(to).or_default().push(frame, sent_by);
        self.counters.dropped += u64::from(!pushed);
        pushed
    }

    /// The partners for whom frames wait.
    pub fn waiting(&self) -> impl Iterator<Item = P> {
        self.queues.keys().copied()
    }

    /// The next frame for a partner whose line is free.
    pub fn take(&mut self, now: Millis, partner: P) -> Option<Frame> {
        let queue = self.queues.get_mut(&partner)?;
        let (frame, late) = queue.pop(now);
        if queue.is_empty() {
            self.queues.remove(&partner);
        }
        self.counters.late += late;
        if let Some(frame) = &frame {
            self.counters.left(frame);
        }
        frame
    }

    /// Every frame that waits, each partner's in order.
    pub fn take_all(&mut self, now: Millis) -> Vec<(P, Frame)> {
        let mut all = Vec::new();
        while let Some(partner) = self.queues.keys().next().copied() {
            while let Some(frame) = self.take(now, partner) {
                all.push((partner, frame));
            }
        }
        all
    }

    /// Those to whom full messages go.
    pub fn mesh_partners(&self) -> impl Iterator<Item = P> {
        self.mesh.iter().copied()
    }

    /// Whether a message was published or received here within [`SEEN_FOR`].
    #[must_use]
    pub fn has_seen(&self, id: &MessageId) -> bool {
        self.seen.contains(id)
    }

    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What is held now, by name, for a judge of bounds: frames for the fullest queue, whole messages, names seen.
    #[must_use]
    pub fn held(&self) -> [(&'static str, usize); 3] {
        let fullest = self.queues.values().map(Queue::len).max().unwrap_or(0);
        [("queue", fullest), ("history", self.history.len()), ("seen", self.seen.len())]
    }
}

/// At most `count` of them, by chance.
fn some_of<T>(mut from: Vec<T>, count: usize, chance: &mut Chance) -> Vec<T> {
    let count = count.min(from.len());
    for place in 0..count {
        let other = place + chance.below((from.len() - place) as u64) as usize;
        from.swap(place, other);
    }
    from.truncate(count);
    from
}

#[cfg(test)]
mod tests;
