//! The book of questions: which are under way to whom and which wait. A peer gets few at a time, so that both ends stay
//! within the streams of one connection; all peers together get a bounded number, since each may bring a page.

use huxin_engine::input::Asked;
use huxin_engine::wire::Request;
use std::collections::{BTreeMap, VecDeque};

use crate::settings::{ASKS_UNDER_WAY, ASKS_UNDER_WAY_TOTAL, ASKS_WAITING};

/// `P` names a peer, `I` a question under way.
#[derive(Debug)]
pub(crate) struct Asks<P, I> {
    waiting: BTreeMap<P, VecDeque<(Asked, Request)>>,
    under_way: BTreeMap<I, (P, Asked)>,
    by_peer: BTreeMap<P, usize>,
    /// The peer that was served last; the turn goes on behind it.
    last: Option<P>,
}

impl<P: Ord + Copy, I: Ord> Asks<P, I> {
    pub(crate) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), under_way: BTreeMap::new(), by_peer: BTreeMap::new(), last: None }
    }

    /// Lets a question wait for its turn; `false` where too many wait for that peer.
    #[must_use]
    pub(crate) fn wait(&mut self, peer: P, asked: Asked, request: Request) -> bool {
        let queue = self.waiting.entry(peer).or_default();
        if queue.len() >= ASKS_WAITING {
            return false;
        }
        queue.push_back((asked, request));
        true
    }

    /// The next question that may go out now. Peers take turns. To be followed by [`Asks::sent`].
    pub(crate) fn next(&mut self) -> Option<(P, Asked, Request)> {
        if self.under_way.len() >= ASKS_UNDER_WAY_TOTAL {
            return None;
        }
        let free = |peer: &P| self.by_peer.get(peer).is_none_or(|count| *count < ASKS_UNDER_WAY);
        let behind = |peer: &P| self.last.is_none_or(|last| *peer > last);
        let peer = *self
            .waiting
            .keys()
            .find(|peer| behind(peer) && free(peer))
            .or_else(|| self.waiting.keys().find(|peer| free(peer)))?;
        let queue = self.waiting.get_mut(&peer)?;
        let (asked, request) = queue.pop_front()?;
        if queue.is_empty() {
            self.waiting.remove(&peer);
        }
        self.last = Some(peer);
        Some((peer, asked, request))
    }

    pub(crate) fn sent(&mut self, id: I, peer: P, asked: Asked) {
        *self.by_peer.entry(peer).or_default() += 1;
        self.under_way.insert(id, (peer, asked));
    }

    /// A question came to its end, whatever that was.
    pub(crate) fn ended(&mut self, id: &I) -> Option<(P, Asked)> {
        let (peer, asked) = self.under_way.remove(id)?;
        if let Some(count) = self.by_peer.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                self.by_peer.remove(&peer);
            }
        }
        Some((peer, asked))
    }

    /// The peer is gone: questions that waited for it. Those under way end one by one.
    pub(crate) fn lost(&mut self, peer: &P) -> Vec<Asked> {
        self.waiting.remove(peer).into_iter().flatten().map(|(asked, _)| asked).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_protocol::digest::Digest;

    fn question() -> Request {
        Request::Heads { digest: Digest([0; 32]) }
    }

    /// Sends all that may go now, and names each after its `Asked`.
    fn pump(asks: &mut Asks<u8, u64>) -> Vec<(u8, u64)> {
        let mut sent = Vec::new();
        while let Some((peer, asked, _)) = asks.next() {
            asks.sent(asked.0, peer, asked);
            sent.push((peer, asked.0));
        }
        sent
    }

    #[test]
    fn a_peer_has_few_questions_at_a_time_and_the_rest_follow_in_order() {
        let mut asks = Asks::new();
        for number in 0..6 {
            assert!(asks.wait(1, Asked(number), question()));
        }
        assert_eq!(pump(&mut asks), [(1, 0), (1, 1), (1, 2)]);
        assert_eq!(asks.ended(&1), Some((1, Asked(1))));
        assert_eq!(asks.ended(&1), None);
        assert_eq!(pump(&mut asks), [(1, 3)]);
        assert_eq!(asks.lost(&1), [Asked(4), Asked(5)]);
        assert_eq!(asks.ended(&0), Some((1, Asked(0))));
        assert_eq!(pump(&mut asks), []);
    }

    #[test]
    fn peers_take_turns() {
        let mut asks = Asks::new();
        for number in 0..3 {
            assert!(asks.wait(1, Asked(number), question()));
            assert!(asks.wait(2, Asked(10 + number), question()));
        }
        assert_eq!(pump(&mut asks), [(1, 0), (2, 10), (1, 1), (2, 11), (1, 2), (2, 12)]);
    }

    #[test]
    fn too_many_for_one_peer_are_turned_down() {
        let mut asks: Asks<u8, u64> = Asks::new();
        for number in 0..ASKS_WAITING as u64 {
            assert!(asks.wait(1, Asked(number), question()));
        }
        assert!(!asks.wait(1, Asked(999), question()));
        assert!(asks.wait(2, Asked(999), question()));
    }

    #[test]
    fn all_peers_together_are_bounded() {
        let mut asks = Asks::new();
        for number in 0..200 {
            assert!(asks.wait(u8::try_from(number).unwrap(), Asked(number), question()));
        }
        assert_eq!(pump(&mut asks).len(), ASKS_UNDER_WAY_TOTAL);
        assert!(asks.ended(&0).is_some());
        assert_eq!(pump(&mut asks).len(), 1);
    }
}
