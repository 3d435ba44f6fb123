//! Meshes over lines, and nothing else: for tests of the model by itself, and for its comparison with the real library.
//! The simulated country drives [`Mesh`] in its own world.

use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

use super::{Counters, Frame, Mesh, Message, MessageId, Unpublished, Verdict};
use crate::world::Chance;

/// What every line does, each way.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Shortest time that a frame is under way, in milliseconds.
    pub delay: i64,
    /// How much longer it may be, by chance. Frames of one line stay in order all the same.
    pub jitter: i64,
    /// Frames lost, of a thousand; those of upkeep are not.
    pub loss: u64,
    /// Bytes that leave in a millisecond; `None` for all at once.
    pub bytes_per_ms: Option<usize>,
    /// How long a node takes for a verdict, at most.
    pub verdict: i64,
}

impl Default for Line {
    fn default() -> Self {
        Self { delay: 1, jitter: 1, loss: 0, bytes_per_ms: None, verdict: 1 }
    }
}

enum Happening {
    Heartbeat { at: u16 },
    Arrives { from: u16, to: u16, frame: Frame },
    LineFree { from: u16, to: u16 },
    Judged { at: u16, id: MessageId },
}

/// Nodes `0..count` with a mesh each. Every message is found good.
pub struct Network {
    pub now: Millis,
    pub line: Line,
    pub chance: Chance,
    pub nodes: Vec<Mesh<u16>>,
    /// When each node had each message.
    pub arrived: Vec<BTreeMap<MessageId, Millis>>,
    queue: BTreeMap<(Millis, u64), Happening>,
    happenings: u64,
    /// Whether a heartbeat of the node is in the queue.
    beats: Vec<bool>,
    /// Lines on which a frame is just leaving.
    busy: BTreeMap<(u16, u16), ()>,
    /// When the last frame on a line arrives.
    last: BTreeMap<(u16, u16), Millis>,
}

impl Network {
    /// Nodes without connections, in a federation of `members`, started within the same second.
    #[must_use]
    pub fn new(count: u16, members: usize, line: Line, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let now = Millis(0);
        let nodes = (0..count).map(|_| Mesh::new(Millis(chance.below(1000) as i64 - 1000), members)).collect();
        Self {
            now,
            line,
            chance,
            nodes,
            arrived: vec![BTreeMap::new(); usize::from(count)],
            queue: BTreeMap::new(),
            happenings: 0,
            beats: vec![false; usize::from(count)],
            busy: BTreeMap::new(),
            last: BTreeMap::new(),
        }
    }

    /// The same, and everybody connected to everybody; who dialled is chance.
    #[must_use]
    pub fn joined(count: u16, members: usize, line: Line, seed: u64) -> Self {
        let mut network = Self::new(count, members, line, seed);
        for left in 0..count {
            for right in left + 1..count {
                if network.chance.hits(500) {
                    network.connect(left, right);
                } else {
                    network.connect(right, left);
                }
            }
        }
        network
    }

    /// `dialler` opens a connection to `other`.
    pub fn connect(&mut self, dialler: u16, other: u16) {
        self.nodes[usize::from(dialler)].connected(other, true);
        self.nodes[usize::from(other)].connected(dialler, false);
        self.send(dialler);
        self.send(other);
    }

    pub fn disconnect(&mut self, left: u16, right: u16) {
        self.nodes[usize::from(left)].disconnected(right);
        self.nodes[usize::from(right)].disconnected(left);
        self.queue.retain(|_, happening| {
            !matches!(happening, Happening::Arrives { from, to, .. }
                if (*from, *to) == (left, right) || (*from, *to) == (right, left))
        });
        self.send(left);
        self.send(right);
    }

    pub fn publish(&mut self, at: u16, message: &Message) -> Result<usize, Unpublished> {
        let published = self.nodes[usize::from(at)].publish(self.now, message, &mut self.chance);
        if published.is_ok() {
            self.arrived[usize::from(at)].insert(message.id(), self.now);
        }
        self.send(at);
        published
    }

    /// Delivers everything that is due within the next `ms` milliseconds.
    pub fn run_for(&mut self, ms: i64) {
        let end = Millis(self.now.0 + ms);
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > end {
                break;
            }
            let ((at, _), happening) = entry.remove_entry();
            self.now = at;
            self.happen(happening);
        }
        self.now = end;
    }

    /// How many nodes have the message.
    #[must_use]
    pub fn reached(&self, id: &MessageId) -> usize {
        self.arrived.iter().filter(|arrived| arrived.contains_key(id)).count()
    }

    /// The sum of all nodes' counters.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.nodes.iter().fold(Counters::default(), |sum, node| sum.and(node.counters()))
    }

    /// How many mesh partners each node has.
    #[must_use]
    pub fn degrees(&self) -> Vec<usize> {
        self.nodes.iter().map(|node| node.mesh_partners().count()).collect()
    }

    /// Happenings so far.
    #[must_use]
    pub const fn happenings(&self) -> u64 {
        self.happenings
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Heartbeat { at } => {
                self.beats[usize::from(at)] = false;
                self.nodes[usize::from(at)].heartbeat(self.now, &mut self.chance);
                self.send(at);
            }
            Happening::Arrives { from, to, frame } => {
                let message = self.nodes[usize::from(to)].received(self.now, from, frame, &mut self.chance);
                if let Some(message) = message {
                    self.arrived[usize::from(to)].insert(message.id(), self.now);
                    let wait = self.chance.below(self.line.verdict.unsigned_abs() + 1) as i64;
                    self.plan(wait, Happening::Judged { at: to, id: message.id() });
                }
                self.send(to);
            }
            Happening::LineFree { from, to } => {
                self.busy.remove(&(from, to));
                self.feed(from, to);
            }
            Happening::Judged { at, id } => {
                self.nodes[usize::from(at)].validated(self.now, &id, Verdict::Accept);
                self.send(at);
            }
        }
    }

    /// What every call to a mesh is followed by: its frames leave, and its next heartbeat is planned.
    fn send(&mut self, from: u16) {
        if self.line.bytes_per_ms.is_some() {
            let waiting: Vec<u16> = self.nodes[usize::from(from)].waiting().collect();
            for to in waiting {
                self.feed(from, to);
            }
        } else {
            for (to, frame) in self.nodes[usize::from(from)].take_all(self.now) {
                self.carry(from, to, frame, 0);
            }
        }
        if !self.beats[usize::from(from)]
            && let Some(at) = self.nodes[usize::from(from)].heartbeat_due(self.now)
        {
            self.beats[usize::from(from)] = true;
            self.plan(at.0 - self.now.0, Happening::Heartbeat { at: from });
        }
    }

    /// Gives a line with a bandwidth its next frame, if it is free.
    fn feed(&mut self, from: u16, to: u16) {
        let Some(rate) = self.line.bytes_per_ms else { return };
        if self.busy.contains_key(&(from, to)) {
            return;
        }
        if let Some(frame) = self.nodes[usize::from(from)].take(self.now, to) {
            let leaves = frame.length().div_ceil(rate.max(1)) as i64;
            self.busy.insert((from, to), ());
            self.plan(leaves, Happening::LineFree { from, to });
            self.carry(from, to, frame, leaves);
        }
    }

    fn carry(&mut self, from: u16, to: u16, frame: Frame, leaves: i64) {
        if !frame.is_upkeep() && self.chance.hits(self.line.loss) {
            return;
        }
        let jitter = self.chance.below(self.line.jitter.unsigned_abs() + 1) as i64;
        let last = self.last.get(&(from, to)).copied().unwrap_or(self.now);
        let at = last.max(Millis(self.now.0 + leaves + self.line.delay + jitter));
        self.last.insert((from, to), at);
        self.plan(at.0 - self.now.0, Happening::Arrives { from, to, frame });
    }

    fn plan(&mut self, after: i64, happening: Happening) {
        self.happenings += 1;
        self.queue.insert((Millis(self.now.0 + after), self.happenings), happening);
    }
}

#[cfg(test)]
mod tests;
