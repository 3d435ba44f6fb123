//! Gossip: one topic per federation, content-addressed ids, validated before it is passed on. The mesh numbers are
//! public since the simulator spreads messages with the same ones.

use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::limits::GOSSIP_BYTES;
use libp2p::gossipsub::{
    self, IdentTopic, IdentityTransform, MessageAuthenticity, MessageId, WhitelistSubscriptionFilter,
};
use std::collections::HashSet;
use std::time::Duration;

use crate::NetFault;
use crate::settings::FLOOD_PUBLISH_MEMBERS;

/// Bytes of a message id: the first of a digest under `huxin gossip v1`.
pub const MESSAGE_ID_BYTES: usize = 20;
/// From how many members on the larger mesh is used.
pub const LARGE_FEDERATION: usize = 8;
/// Longest frame on the road. Four times the longest message, since the library compares its read buffer with this.
pub const TRANSMIT_BYTES: usize = 256 * 1024;
/// Room for topic and field heads around the data of one message.
const ENVELOPE_BYTES: usize = 1024;

/// How many peers a node passes full messages to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeshNumbers {
    /// Wished number.
    pub n: usize,
    /// Below this, more are taken in.
    pub low: usize,
    /// Above this, some are let go.
    pub high: usize,
    /// Of them, at least so many that this side dialled.
    pub outbound_min: usize,
}

/// Mesh numbers for a federation of so many members.
#[must_use]
pub const fn mesh(members: usize) -> MeshNumbers {
    if members < LARGE_FEDERATION {
        MeshNumbers { n: 3, low: 1, high: 4, outbound_min: 1 }
    } else {
        MeshNumbers { n: 6, low: 4, high: 12, outbound_min: 2 }
    }
}

/// The one topic of a federation.
#[must_use]
pub fn topic_name(federation: &Digest) -> String {
    format!("huxin/{federation}/1")
}

/// Message id: BLAKE3 under `huxin gossip v1` over topic and data, first 20 bytes. Equal content, equal id, whoever
/// sends it.
#[must_use]
pub fn message_id(topic: &str, data: &[u8]) -> [u8; MESSAGE_ID_BYTES] {
    let mut hasher = Context::Gossip.hasher();
    hasher.update(topic.as_bytes());
    hasher.update(data);
    let mut id = [0; MESSAGE_ID_BYTES];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..MESSAGE_ID_BYTES]);
    id
}

pub(crate) fn topic(federation: &Digest) -> IdentTopic {
    IdentTopic::new(topic_name(federation))
}

/// Gossip about the one topic of the federation; a peer's subscriptions to others are passed over.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// The gossip behaviour with its settings; nothing is subscribed yet.
pub(crate) fn behaviour(federation: &Digest, members: usize) -> Result<Gossip, NetFault> {
    let mesh = mesh(members);
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(gossipsub::ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message: &gossipsub::Message| {
            MessageId::new(&message_id(message.topic.as_str(), &message.data))
        })
        .mesh_n(mesh.n)
        .mesh_n_low(mesh.low)
        .mesh_n_high(mesh.high)
        .mesh_outbound_min(mesh.outbound_min)
        .heartbeat_initial_delay(Duration::from_secs(1))
        .heartbeat_interval(Duration::from_secs(1))
        .duplicate_cache_time(Duration::from_secs(600))
        .history_length(12)
        .history_gossip(3)
        .flood_publish(members <= FLOOD_PUBLISH_MEMBERS)
        .max_transmit_size(TRANSMIT_BYTES)
        // Naming the topic here makes the library check the mesh numbers, and refuse a longer message on arrival.
        .max_transmit_size_for_topic(GOSSIP_BYTES + ENVELOPE_BYTES, topic(federation).hash())
        .build()
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    let filter = WhitelistSubscriptionFilter(HashSet::from([topic(federation).hash()]));
    Gossip::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .map_err(|cause| NetFault::Transport(cause.into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn mesh_numbers_hold_the_rules_of_the_library() {
        for members in 1..400 {
            let MeshNumbers { n, low, high, outbound_min } = mesh(members);
            assert!(outbound_min <= low && low <= n && n <= high, "{members}");
            assert!(outbound_min * 2 <= n, "{members}");
        }
        assert_eq!(mesh(7), MeshNumbers { n: 3, low: 1, high: 4, outbound_min: 1 });
        assert_eq!(mesh(8), MeshNumbers { n: 6, low: 4, high: 12, outbound_min: 2 });
    }

    #[test]
    fn a_message_id_depends_on_topic_and_data_only() {
        let topic = topic_name(&Digest([7; 32]));
        assert_eq!(topic, format!("huxin/{}/1", "07".repeat(32)));
        let id = message_id(&topic, b"segment");
        assert_eq!(id, message_id(&topic, b"segment"));
        assert_ne!(id, message_id(&topic, b"segmenu"));
        assert_ne!(id, message_id(&topic_name(&Digest([8; 32])), b"segment"));
        let mut whole = topic.into_bytes();
        whole.extend_from_slice(b"segment");
        assert_eq!(id, Context::Gossip.digest(&whole).0[..MESSAGE_ID_BYTES]);
    }

    #[test]
    fn the_settings_build_for_every_size_of_federation() {
        for members in [1, 3, 7, 8, 30, 31, 337] {
            assert!(behaviour(&Digest([1; 32]), members).is_ok(), "{members}");
        }
    }
}
