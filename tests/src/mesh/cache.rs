//! What a node remembers of messages: which it has seen, and the latest ones whole.

use huxin_engine::mesh::{HISTORY_GOSSIP, HISTORY_LENGTH};
use huxin_protocol::time::Millis;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::{Message, MessageId};

/// Names that are remembered for a while. As in the library, one that is due goes only when another is added.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    lasting: i64,
    until: BTreeMap<MessageId, Millis>,
    /// Oldest first; a name whose time was renewed stands here twice.
    order: VecDeque<(Millis, MessageId)>,
}

impl Remembered {
    pub(super) const fn new(lasting: Duration) -> Self {
        Self { lasting: lasting.as_millis() as i64, until: BTreeMap::new(), order: VecDeque::new() }
    }

    pub(super) fn contains(&self, id: &MessageId) -> bool {
        self.until.contains_key(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.until.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.until.len()
    }

    /// Adds a name that is new; whether it was.
    pub(super) fn add(&mut self, now: Millis, id: MessageId) -> bool {
        self.forget(now);
        if self.contains(&id) {
            return false;
        }
        self.renew(now, id);
        true
    }

    /// Adds a name, or gives it its whole time again.
    pub(super) fn renew(&mut self, now: Millis, id: MessageId) {
        let until = Millis(now.0 + self.lasting);
        self.until.insert(id, until);
        self.order.push_back((until, id));
    }

    /// Lets go what is due.
    pub(super) fn forget(&mut self, now: Millis) {
        while self.order.front().is_some_and(|(until, _)| *until <= now) {
            self.forget_oldest();
        }
    }

    pub(super) fn forget_oldest(&mut self) {
        if let Some((until, id)) = self.order.pop_front()
            && self.until.get(&id) == Some(&until)
        {
            self.until.remove(&id);
        }
    }
}

/// A message that is kept whole.
#[derive(Clone, Debug)]
struct Kept<P> {
    message: Message,
    /// Who sent it first; `None` for an own one.
    source: Option<P>,
    /// Who sent it too before the verdict: none of them needs it.
    also: BTreeSet<P>,
    accepted: bool,
    /// How often each partner asked for it.
    asked: BTreeMap<P, u32>,
}

/// The messages of the last [`HISTORY_LENGTH`] heartbeats.
#[derive(Clone, Debug)]
pub(super) struct History<P> {
    kept: BTreeMap<MessageId, Kept<P>>,
    /// What came in between two heartbeats, latest first.
    windows: VecDeque<Vec<MessageId>>,
}

impl<P: Ord + Copy> History<P> {
    pub(super) fn new() -> Self {
        Self { kept: BTreeMap::new(), windows: vec![Vec::new(); HISTORY_LENGTH].into() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.windows.iter().all(Vec::is_empty)
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Keeps an own message, or one whose verdict is still to come.
    pub(super) fn keep(&mut self, message: Message, source: Option<P>) {
        let id = message.id();
        if self.kept.contains_key(&id) {
            return;
        }
        let kept = Kept { message, source, also: BTreeSet::new(), accepted: source.is_none(), asked: BTreeMap::new() };
        self.kept.insert(id, kept);
        self.windows[0].push(id);
    }

    /// Another copy came.
    pub(super) fn came_again(&mut self, id: &MessageId, from: P) {
        if let Some(kept) = self.kept.get_mut(id)
            && !kept.accepted
        {
            kept.also.insert(from);
        }
    }

    /// The verdict is good: the message, and who has it already. `None` where it is kept no more.
    pub(super) fn accept(&mut self, id: &MessageId) -> Option<(Message, BTreeSet<P>)> {
        let kept = self.kept.get_mut(id)?;
        kept.accepted = true;
        let mut have = std::mem::take(&mut kept.also);
        have.extend(kept.source);
        Some((kept.message.clone(), have))
    }

    /// Keeps it no more; whether it was kept. Its name stays in its window, and does no harm there.
    pub(super) fn remove(&mut self, id: &MessageId) -> bool {
        self.kept.remove(id).is_some()
    }

    /// The message for a partner who asks, and how often it has now asked.
    pub(super) fn asked(&mut self, id: &MessageId, by: P) -> Option<(Message, u32)> {
        let kept = self.kept.get_mut(id).filter(|kept| kept.accepted)?;
        let times = kept.asked.entry(by).or_default();
        *times += 1;
        Some((kept.message.clone(), *times))
    }

    /// What partners outside the mesh are told of: accepted, and of the last [`HISTORY_GOSSIP`] heartbeats.
    pub(super) fn latest(&self) -> Vec<MessageId> {
        let recent = self.windows.iter().take(HISTORY_GOSSIP).flatten();
        recent.filter(|id| self.kept.get(id).is_some_and(|kept| kept.accepted)).copied().collect()
    }

    /// A heartbeat has passed: the oldest go.
    pub(super) fn shift(&mut self) {
        for id in self.windows.pop_back().unwrap_or_default() {
            self.kept.remove(&id);
        }
        self.windows.push_front(Vec::new());
    }
}
