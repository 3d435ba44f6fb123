//! The heartbeat: the mesh is mended towards its wished number, and partners outside it hear what is new.

use huxin_engine::mesh::{BACKOFF, BACKOFF_SLACK, CONTROL_IDS, HEARTBEAT, HEARTBEAT_DELAY, told};
use huxin_protocol::time::Millis;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Frame, Mesh, MessageId, some_of};
use crate::world::Chance;

/// The library's own bound on the backoff that a partner may demand. It cannot be set.
const LONGEST_BACKOFF: Millis = Millis(3_600_000);

impl<P: Ord + Copy> Mesh<P> {
    /// When the next heartbeat is to be given; `None` while heartbeats would change nothing. A node keeps to the beat of
    /// its start also when it left some out.
    #[must_use]
    pub fn heartbeat_due(&self, now: Millis) -> Option<Millis> {
        if self.idle() {
            return None;
        }
        let first = self.started.0 + (HEARTBEAT + HEARTBEAT_DELAY).as_millis() as i64;
        let interval = HEARTBEAT.as_millis() as i64;
        let beats = if now.0 < first { 0 } else { (now.0 - first) / interval + 1 };
        Some(Millis(first + beats * interval))
    }

    /// Whether heartbeats would change nothing: no message is young enough to be told of, no answer is waited for, and
    /// the mesh is as it should be or no partner is left to mend it with. Frames that wait make no difference.
    #[must_use]
    pub fn idle(&self) -> bool {
        self.asking.is_idle() && self.history.is_empty() && self.is_mended()
    }

    fn is_mended(&self) -> bool {
        let size = self.mesh.len();
        if size >= self.numbers.high {
            return false;
        }
        if size == self.partners.len() {
            return true;
        }
        let dialled = self.dialled_in_mesh();
        size >= self.numbers.low && (dialled >= self.numbers.outbound_min || dialled == self.dialled)
    }

    fn dialled_in_mesh(&self) -> usize {
        self.mesh.iter().filter(|partner| self.has_dialled(partner)).count()
    }

    fn has_dialled(&self, partner: &P) -> bool {
        self.partners.get(partner).is_some_and(|dialled| *dialled)
    }

    /// Whether a partner may not be taken in yet, with the slack of the own side.
    pub(super) fn backs_off(&self, now: Millis, partner: P) -> bool {
        self.backoffs.get(&partner).is_some_and(|until| is_near(now, *until))
    }

    /// One heartbeat.
    pub fn heartbeat(&mut self, now: Millis, chance: &mut Chance) {
        self.backoffs.retain(|_, until| is_near(now, *until));
        self.asking.heartbeat(now);
        let mut taken_in = BTreeSet::new();
        if self.mesh.len() < self.numbers.low {
            let missing = self.numbers.n - self.mesh.len();
            taken_in.extend(self.take_in(now, missing, |_| true, chance));
        }
        let let_go = self.let_go(chance);
        if self.mesh.len() >= self.numbers.low {
            let missing = self.numbers.outbound_min.saturating_sub(self.dialled_in_mesh());
            if missing > 0 {
                taken_in.extend(self.take_in(now, missing, |dialled| dialled, chance));
            }
        }
        self.announce(chance);
        for partner in taken_in {
            self.push(partner, Frame::Graft, None);
        }
        for partner in let_go {
            self.prune(now, partner);
        }
        self.history.shift();
    }

    /// Takes partners into the mesh by chance; which.
    fn take_in(&mut self, now: Millis, count: usize, fits: impl Fn(bool) -> bool, chance: &mut Chance) -> Vec<P> {
        let candidates = self.partners.iter().filter(|(partner, dialled)| {
            fits(**dialled) && !self.mesh.contains(partner) && !self.backs_off(now, **partner)
        });
        let chosen = some_of(candidates.map(|(partner, _)| *partner).collect(), count, chance);
        self.mesh.extend(chosen.iter().copied());
        chosen
    }

    /// Lets partners go by chance where there are too many, but keeps enough that this side dialled; which.
    fn let_go(&mut self, chance: &mut Chance) -> Vec<P> {
        if self.mesh.len() < self.numbers.high {
            return Vec::new();
        }
        let excess = self.mesh.len() - self.numbers.n;
        let mut dialled = self.dialled_in_mesh();
        let mut order: Vec<P> = self.mesh.iter().copied().collect();
        chance.shuffle(&mut order);
        let mut gone = Vec::with_capacity(excess);
        for partner in order {
            if gone.len() == excess {
                break;
            }
            if self.has_dialled(&partner) {
                if dialled <= self.numbers.outbound_min {
                    continue;
                }
                dialled -= 1;
            }
            self.mesh.remove(&partner);
            gone.push(partner);
        }
        gone
    }

    /// Tells some partners outside the mesh which messages are new.
    fn announce(&mut self, chance: &mut Chance) {
        let mut ids = self.history.latest();
        if ids.is_empty() {
            return;
        }
        chance.shuffle(&mut ids);
        let outside: Vec<P> = self.outside().collect();
        let count = told(outside.len());
        let listeners = some_of(outside, count, chance);
        let all: Arc<[MessageId]> = ids.as_slice().into();
        for to in listeners {
            // Each partner hears another part of a list that is too long for one frame.
            let have = if ids.len() > CONTROL_IDS {
                some_of(ids.clone(), CONTROL_IDS, chance).into()
            } else {
                Arc::clone(&all)
            };
            self.push(to, Frame::Have(have), None);
        }
    }

    /// A partner takes part from now on; it is taken in at once while there are too few.
    pub(super) fn on_join(&mut self, now: Millis, from: P) {
        let Some(dialled) = self.silent.remove(&from) else { return };
        self.partners.insert(from, dialled);
        self.dialled += usize::from(dialled);
        if self.mesh.len() < self.numbers.low && !self.backs_off(now, from) {
            self.mesh.insert(from);
            self.push(from, Frame::Graft, None);
        }
    }

    pub(super) fn on_graft(&mut self, now: Millis, from: P) {
        if self.mesh.contains(&from) {
            return;
        }
        let too_early = self.backoffs.get(&from).is_some_and(|until| *until > now);
        if too_early || (self.mesh.len() >= self.numbers.high && !self.has_dialled(&from)) {
            self.prune(now, from);
        } else {
            self.mesh.insert(from);
        }
    }

    pub(super) fn on_prune(&mut self, now: Millis, from: P, backoff: Millis) {
        self.mesh.remove(&from);
        self.back_off(now, from, backoff.min(LONGEST_BACKOFF));
    }

    /// Tells a partner that it is not in the mesh.
    fn prune(&mut self, now: Millis, partner: P) {
        let backoff = Millis(BACKOFF.as_millis() as i64);
        self.back_off(now, partner, backoff);
        self.push(partner, Frame::Prune { backoff }, None);
    }

    fn back_off(&mut self, now: Millis, partner: P, backoff: Millis) {
        let until = Millis(now.0 + backoff.0);
        let known = self.backoffs.entry(partner).or_insert(until);
        *known = until.max(*known);
    }
}

/// Whether a backoff still counts on the own side.
fn is_near(now: Millis, until: Millis) -> bool {
    until.0 + (HEARTBEAT * BACKOFF_SLACK).as_millis() as i64 > now.0
}
