//! The slow way of a message: told of at a heartbeat, asked for, sent. And the opposite: told not to send.
//!
//! What was asked for is a promise of the partner who announced it. While one stands nobody else is asked for the same
//! message; if it is not kept within [`PROMISE_FOR`], the next announcement counts again. Without that, one lost answer
//! would keep a message away for good.

use huxin_engine::mesh::{ANNOUNCEMENTS, CONTROL_IDS, DO_NOT_WANT_BYTES, PASSED_WAIT, PROMISE_FOR, RETRANSMISSIONS};
use huxin_protocol::time::Millis;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::cache::Remembered;
use super::{Frame, Mesh, Message, MessageId};
use crate::world::Chance;

/// The library's own: how long and for how many messages "do not want" holds. They cannot be set.
const UNWANTED_FOR: Duration = Duration::from_secs(3);
const UNWANTED_IDS: usize = 10_000;

#[derive(Clone, Debug)]
pub(super) struct Asking<P> {
    /// Who was asked for a message, and until when the answer is waited for.
    promises: BTreeMap<MessageId, BTreeMap<P, Millis>>,
    /// Announcements heard from a partner since the last heartbeat, and messages asked of it.
    heard: BTreeMap<P, usize>,
    asked: BTreeMap<P, usize>,
    /// What a partner does not want to be sent; only where there is any.
    unwanted: BTreeMap<P, Remembered>,
}

impl<P: Ord + Copy> Asking<P> {
    pub(super) const fn new() -> Self {
        Self { promises: BTreeMap::new(), heard: BTreeMap::new(), asked: BTreeMap::new(), unwanted: BTreeMap::new() }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.promises.is_empty() && self.heard.is_empty() && self.asked.is_empty() && self.unwanted.is_empty()
    }

    pub(super) fn disconnected(&mut self, partner: P) {
        self.unwanted.remove(&partner);
    }

    pub(super) fn delivered(&mut self, id: &MessageId) {
        self.promises.remove(id);
    }

    pub(super) fn unwanted_by(&self, partner: P, id: &MessageId) -> bool {
        self.unwanted.get(&partner).is_some_and(|unwanted| unwanted.contains(id))
    }

    /// Counts begin anew, and what is due is forgotten.
    pub(super) fn heartbeat(&mut self, now: Millis) {
        self.heard.clear();
        self.asked.clear();
        self.promises.retain(|_, partners| {
            partners.retain(|_, until| *until >= now);
            !partners.is_empty()
        });
        self.unwanted.retain(|_, unwanted| {
            unwanted.forget(now);
            !unwanted.is_empty()
        });
    }
}

impl<P: Ord + Copy> Mesh<P> {
    pub(super) fn on_have(&mut self, now: Millis, from: P, ids: &[MessageId], chance: &mut Chance) {
        let heard = self.asking.heard.entry(from).or_default();
        *heard += 1;
        if *heard > ANNOUNCEMENTS {
            return;
        }
        let asked = self.asking.asked.get(&from).copied().unwrap_or(0);
        let missing: BTreeSet<MessageId> = ids
            .iter()
            .filter(|id| !self.seen.contains(id) && !self.asking.promises.contains_key(id))
            .copied()
            .collect();
        let want = some_ids(missing, CONTROL_IDS.saturating_sub(asked), chance);
        if want.is_empty() {
            return;
        }
        self.asking.asked.insert(from, asked + want.len());
        let until = Millis(now.0 + PROMISE_FOR.as_millis() as i64);
        for id in &want {
            self.asking.promises.entry(*id).or_default().entry(from).or_insert(until);
        }
        self.counters.asked_for += want.len() as u64;
        self.push(from, Frame::Want(want), None);
    }

    pub(super) fn on_want(&mut self, now: Millis, from: P, ids: &[MessageId]) {
        for id in ids {
            if let Some((message, times)) = self.history.asked(id, from)
                && times <= RETRANSMISSIONS
                && !self.asking.unwanted_by(from, id)
            {
                self.push_message(now, from, message, PASSED_WAIT);
            }
        }
    }

    pub(super) fn on_do_not_want(&mut self, now: Millis, from: P, id: MessageId) {
        if let Some(queue) = self.queues.get_mut(&from) {
            self.counters.withdrawn += queue.withdraw(&id);
            if queue.is_empty() {
                self.queues.remove(&from);
            }
        }
        let unwanted = self.asking.unwanted.entry(from).or_insert_with(|| Remembered::new(UNWANTED_FOR));
        unwanted.renew(now, id);
        while unwanted.len() > UNWANTED_IDS {
            unwanted.forget_oldest();
        }
    }

    /// A long message has come for the first time: whoever would send it too hears of that, before the verdict.
    pub(super) fn tell_not_wanted(&mut self, from: P, message: &Message) {
        if message.length() <= DO_NOT_WANT_BYTES {
            return;
        }
        let id = message.id();
        let mut to: BTreeSet<P> = self.mesh.clone();
        to.extend(self.asking.promises.get(&id).into_iter().flat_map(BTreeMap::keys));
        to.remove(&from);
        for to in to {
            self.push(to, Frame::DoNotWant(id), None);
        }
    }
}

fn some_ids(ids: BTreeSet<MessageId>, count: usize, chance: &mut Chance) -> Vec<MessageId> {
    super::some_of(ids.into_iter().collect(), count, chance)
}
