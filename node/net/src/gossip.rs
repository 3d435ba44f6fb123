//! Gossip: one topic per federation, content-addressed ids, validated before it is passed on. Its numbers are those of
//! [`huxin_engine::mesh`], since the simulator spreads messages by the same ones.

use huxin_engine::mesh::{self, message_id, topic_name};
use huxin_protocol::digest::Digest;
use huxin_protocol::limits::GOSSIP_BYTES;
use libp2p::gossipsub::{
    self, IdentTopic, IdentityTransform, MessageAuthenticity, MessageId, PeerScoreParams, PeerScoreThresholds,
    WhitelistSubscriptionFilter,
};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::NetFault;

/// Longest frame on the road. Four times the longest message, since the library compares its read buffer with this.
pub const TRANSMIT_BYTES: usize = 256 * 1024;
/// Room for topic and field heads around the data of one message.
const ENVELOPE_BYTES: usize = 1024;

pub(crate) fn topic(federation: &Digest) -> IdentTopic {
    IdentTopic::new(topic_name(federation))
}

/// Gossip about the one topic of the federation; a peer's subscriptions to others are passed over.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// The gossip behaviour with its settings; nothing is subscribed yet.
pub(crate) fn behaviour(federation: &Digest, members: usize) -> Result<Gossip, NetFault> {
    let numbers = mesh::mesh(members);
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(gossipsub::ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message: &gossipsub::Message| {
            MessageId::new(&message_id(message.topic.as_str(), &message.data))
        })
        .mesh_n(numbers.n)
        .mesh_n_low(numbers.low)
        .mesh_n_high(numbers.high)
        .mesh_outbound_min(numbers.outbound_min)
        .flood_publish(mesh::floods(members))
        .heartbeat_initial_delay(mesh::HEARTBEAT_DELAY)
        .heartbeat_interval(mesh::HEARTBEAT)
        .duplicate_cache_time(mesh::SEEN_FOR)
        .history_length(mesh::HISTORY_LENGTH)
        .history_gossip(mesh::HISTORY_GOSSIP)
        .gossip_lazy(mesh::LAZY_PEERS)
        .gossip_factor(1.0 / mesh::LAZY_SHARE as f64)
        .gossip_retransimission(mesh::RETRANSMISSIONS)
        .iwant_followup_time(mesh::PROMISE_FOR)
        .idontwant_message_size_threshold(mesh::DO_NOT_WANT_BYTES)
        .idontwant_on_publish(false)
        .prune_backoff(mesh::BACKOFF)
        .backoff_slack(mesh::BACKOFF_SLACK)
        .max_control_messages_sent(mesh::CONTROL_IDS)
        .max_control_message_size(mesh::CONTROL_BYTES)
        .max_ihave_messages_heartbeat(mesh::ANNOUNCEMENTS)
        .connection_handler_queue_len(mesh::QUEUE_MESSAGES)
        .publish_queue_duration(mesh::OWN_WAIT)
        .forward_queue_duration(mesh::PASSED_WAIT)
        .max_transmit_size(TRANSMIT_BYTES)
        // Naming the topic here makes the library check the mesh numbers, and refuse a longer message on arrival.
        .max_transmit_size_for_topic(GOSSIP_BYTES + ENVELOPE_BYTES, topic(federation).hash())
        .build()
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    let filter = WhitelistSubscriptionFilter(HashSet::from([topic(federation).hash()]));
    let mut gossip = Gossip::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .map_err(|cause| NetFault::Transport(cause.into()))?;
    let (score, thresholds) = equal_scores();
    gossip.with_peer_score(score, thresholds).map_err(|cause| NetFault::Transport(cause.into()))?;
    Ok(gossip)
}

/// Scores in which every partner has zero, whatever it does: who may take part is decided by the members, and who is cut
/// off by the node. They are kept at all since the library forgets what it was promised only while it keeps scores: a
/// message that one partner announced and did not send would never be asked of another, and a hostile partner could fill
/// the memory with promises.
fn equal_scores() -> (PeerScoreParams, PeerScoreThresholds) {
    let score = PeerScoreParams {
        topics: HashMap::new(),
        app_specific_weight: 0.0,
        ip_colocation_factor_weight: 0.0,
        behaviour_penalty_weight: 0.0,
        slow_peer_weight: 0.0,
        retain_score: Duration::ZERO,
        ..PeerScoreParams::default()
    };
    // Nobody is ever below them; and nobody is better than another, so that no partner replaces one.
    let thresholds = PeerScoreThresholds { opportunistic_graft_threshold: 0.0, ..PeerScoreThresholds::default() };
    (score, thresholds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_settings_build_for_every_size_of_federation() {
        for members in [1, 3, 7, 8, 30, 31, 337] {
            assert!(behaviour(&Digest([1; 32]), members).is_ok(), "{members}");
        }
    }
}
