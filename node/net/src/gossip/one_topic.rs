//! The library's doors for gossip, narrowed to this federation: one topic, short messages without an author. The library
//! looks at a message's size and at little else; what it takes it keeps for a while, whatever topic it names, and its id for
//! ten minutes. So a message that nobody here sends has to end before that.
//!
//! Each door counts what it turned away. Whose it was the library does not tell them; [`super::Gossip`] finds out by asking
//! the counters before and after.

use huxin_protocol::limits::GOSSIP_BYTES;
use libp2p::gossipsub::{DataTransform, Message, RawMessage, TopicHash, TopicSubscriptionFilter};
use std::io;
use std::sync::Arc;

use crate::NetCounters;
use crate::counters::count;

/// Both doors.
#[derive(Clone, Debug)]
pub(crate) struct OneTopic {
    topic: TopicHash,
    counters: Arc<NetCounters>,
}

impl OneTopic {
    pub(super) const fn new(topic: TopicHash, counters: Arc<NetCounters>) -> Self {
        Self { topic, counters }
    }
}

impl TopicSubscriptionFilter for OneTopic {
    fn can_subscribe(&mut self, topic: &TopicHash) -> bool {
        let known = *topic == self.topic;
        if !known {
            count(&self.counters.gossip_foreign_subscriptions);
        }
        known
    }
}

impl DataTransform for OneTopic {
    fn inbound_transform(&self, raw: RawMessage) -> Result<Message, io::Error> {
        count(&self.counters.gossip_arrived);
        // An author and a place in a sequence were left out when the message was read. Signature and key would be kept.
        let foreign = raw.topic != self.topic || raw.signature.is_some() || raw.key.is_some();
        if foreign || raw.data.len() > GOSSIP_BYTES {
            count(&self.counters.gossip_foreign);
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        Ok(Message { source: None, data: raw.data, sequence_number: None, topic: raw.topic })
    }

    fn outbound_transform(&self, _: &TopicHash, data: Vec<u8>) -> Result<Vec<u8>, io::Error> {
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::sync::atomic::Ordering;

    fn doors() -> OneTopic {
        OneTopic::new(TopicHash::from_raw("ours"), Arc::default())
    }

    fn message(topic: &str, bytes: usize) -> RawMessage {
        RawMessage {
            source: None,
            data: vec![7; bytes],
            sequence_number: None,
            topic: TopicHash::from_raw(topic),
            signature: None,
            key: None,
            validated: false,
        }
    }

    #[test]
    fn only_what_this_federation_sends_comes_in() {
        let doors = doors();
        assert_eq!(doors.inbound_transform(message("ours", GOSSIP_BYTES)).unwrap().data.len(), GOSSIP_BYTES);
        assert!(doors.inbound_transform(message("ours", GOSSIP_BYTES + 1)).is_err());
        assert!(doors.inbound_transform(message("theirs", 1)).is_err());
        assert!(doors.inbound_transform(RawMessage { signature: Some(vec![]), ..message("ours", 1) }).is_err());
        assert!(doors.inbound_transform(RawMessage { key: Some(vec![]), ..message("ours", 1) }).is_err());
        assert_eq!(doors.counters.gossip_foreign.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn one_topic_may_be_joined() {
        let mut doors = doors();
        assert!(doors.can_subscribe(&TopicHash::from_raw("ours")));
        assert!(!doors.can_subscribe(&TopicHash::from_raw("theirs")));
        assert_eq!(doors.counters.gossip_foreign_subscriptions.load(Ordering::Relaxed), 1);
    }
}
