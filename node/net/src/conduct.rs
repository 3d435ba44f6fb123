//! What a partner's node may ask of this one. Every member is let in, and nobody promises that a member is well behaved:
//! its node may be broken, or somebody else's by now. So what it costs us is bounded by the peer, and not only in all: a
//! share of every queue, and an allowance of what says nothing new.
//!
//! Nothing here is refused to a node that keeps the protocol. It asks for each page once, forwards what it found good, and
//! stays connected; each number below says how far from that it has to be. What exceeds an allowance is answered `Busy` or
//! dropped, which costs nothing but the answer; only who goes on all the same is cut off for a while, by the driver.
//!
//! A pure state: the driver hands in the time. It outlives connections, so that nobody gets a new allowance by dialling
//! again.

use huxin_engine::wire::Request;
use huxin_protocol::ids::{CityCode, Seq};
use libp2p::gossipsub::MessageId;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::settings::{
    ARRIVALS, COMPARISON_COST, FOUL_COST, GOSSIP_IN_HAND, GOSSIP_MESSAGES, IDLE, INSISTENCE, LOGS_REMEMBERED,
    QUESTIONS, QUESTIONS_IN_HAND, Rate, SENT_AGAIN_BYTES,
};

/// How long the library waits for a verdict; after it the message is not in anybody's hand any more.
const VERDICT_WAIT: Duration = Duration::from_secs(10);

/// So much at once, and so much more every second.
#[derive(Debug)]
pub(crate) struct Allowance {
    rate: Rate,
    /// What is left, in thousandths; below nothing, what is owed.
    left: i64,
    counted_at: Instant,
}

impl Allowance {
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, left: Self::most(rate), counted_at: now }
    }

    /// Takes from it; `false`, and nothing taken, where there is not as much.
    pub(crate) fn take(&mut self, cost: u32, now: Instant) -> bool {
        self.grow(now);
        let cost = i64::from(cost) * 1000;
        let enough = self.left >= cost;
        self.left -= if enough { cost } else { 0 };
        enough
    }

    /// Takes from it what was used already. More than there is stays owed, or whoever asks again as soon as a little has grown
    /// would pay only that little; no more is owed than may be taken at once.
    fn charge(&mut self, cost: u32, now: Instant) {
        self.grow(now);
        self.left = (self.left - i64::from(cost) * 1000).max(-Self::most(self.rate));
    }

    fn most(rate: Rate) -> i64 {
        i64::from(rate.at_once) * 1000
    }

    fn grow(&mut self, now: Instant) {
        let passed = i64::try_from(now.saturating_duration_since(self.counted_at).as_millis()).unwrap_or(i64::MAX);
        if passed > 0 {
            self.counted_at = now;
            let grown = self.left.saturating_add(passed.saturating_mul(i64::from(self.rate.per_second)));
            self.left = grown.min(Self::most(self.rate));
        }
    }
}

/// What becomes of something that a peer sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// It is taken.
    Given,
    /// Not now: a question is answered `Busy`, a message is dropped.
    Later,
    /// Not now, and it was told so often enough.
    Never,
}

/// One partner's node, as far as its conduct goes.
#[derive(Debug)]
pub(crate) struct Conduct {
    arrivals: Allowance,
    questions: Allowance,
    insistence: Allowance,
    messages: Allowance,
    idle: Allowance,
    /// Questions that this node has not answered yet.
    questions_in_hand: usize,
    /// Where the furthest page of each log began that was asked for.
    furthest: BTreeMap<CityCode, Seq>,
    /// Messages without a verdict, and since when.
    gossip_in_hand: BTreeMap<MessageId, Instant>,
}

impl Conduct {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            arrivals: Allowance::new(ARRIVALS, now),
            questions: Allowance::new(QUESTIONS, now),
            insistence: Allowance::new(INSISTENCE, now),
            messages: Allowance::new(GOSSIP_MESSAGES, now),
            idle: Allowance::new(IDLE, now),
            questions_in_hand: 0,
            furthest: BTreeMap::new(),
            gossip_in_hand: BTreeMap::new(),
        }
    }

    /// It connected once more; `false` where it does nothing else.
    #[must_use]
    pub(crate) fn arrives(&mut self, now: Instant) -> bool {
        self.arrivals.take(1, now)
    }

    /// The last connection is gone, and with it the questions that came on it. Pages are asked for anew by a node that
    /// was started anew.
    pub(crate) fn leaves(&mut self) {
        self.questions_in_hand = 0;
        self.furthest.clear();
    }

    /// It asks. A question that is taken stays in hand until [`Conduct::answered`].
    pub(crate) fn asks(&mut self, request: &Request, now: Instant) -> Leave {
        let cost = if matches!(request, Request::Segment { .. }) { 1 } else { COMPARISON_COST };
        if self.questions_in_hand < QUESTIONS_IN_HAND && self.questions.take(cost, now) {
            self.questions_in_hand += 1;
            return Leave::Given;
        }
        if self.insistence.take(1, now) { Leave::Later } else { Leave::Never }
    }

    /// Whether it asks for a page again that it was given on this connection, or for one before it.
    #[must_use]
    pub(crate) fn asks_again(&mut self, request: &Request) -> bool {
        let Request::Segment { city, from, .. } = request else { return false };
        if let Some(furthest) = self.furthest.get_mut(city) {
            let again = *from <= *furthest;
            *furthest = (*furthest).max(*from);
            return again;
        }
        let room = self.furthest.len() < LOGS_REMEMBERED;
        if room {
            self.furthest.insert(*city, *from);
        }
        !room
    }

    /// One of its questions has an answer of so many bytes. What is sent a second time is charged by its length: the
    /// checkpoint of a quiet log is asked for in every round, and is short.
    pub(crate) fn answered(&mut self, again: bool, bytes: usize, now: Instant) {
        self.questions_in_hand = self.questions_in_hand.saturating_sub(1);
        if again {
            self.questions.charge(u32::try_from(bytes / SENT_AGAIN_BYTES).unwrap_or(u32::MAX), now);
        }
    }

    /// It brings a message; taken, it is in hand until [`Conduct::judged`].
    pub(crate) fn brings(&mut self, id: &MessageId, now: Instant) -> Leave {
        if self.gossip_in_hand.len() >= GOSSIP_IN_HAND {
            self.gossip_in_hand.retain(|_, since| now.saturating_duration_since(*since) < VERDICT_WAIT);
        }
        if self.gossip_in_hand.len() >= GOSSIP_IN_HAND || !self.messages.take(1, now) {
            return Leave::Later;
        }
        self.gossip_in_hand.insert(id.clone(), now);
        Leave::Given
    }

    /// A message is out of our hands.
    pub(crate) fn judged(&mut self, id: &MessageId) {
        self.gossip_in_hand.remove(id);
    }

    /// So many of its messages said nothing new; `false` where it says nothing else.
    #[must_use]
    pub(crate) fn said_nothing(&mut self, count: u32, now: Instant) -> bool {
        self.idle.take(count, now)
    }

    /// So much of what came from it was such as no node of this federation sends.
    #[must_use]
    pub(crate) fn was_foul(&mut self, count: u32, now: Instant) -> bool {
        self.idle.take(count.saturating_mul(FOUL_COST), now)
    }
}

#[cfg(test)]
mod tests;
