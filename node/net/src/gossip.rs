//! Gossip: one topic per federation, content-addressed ids, validated before it is passed on. Its numbers are those of
//! [`huxin_engine::mesh`], since the simulator spreads messages by the same ones.

mod one_topic;

use huxin_engine::mesh::{self, message_id, topic_name};
use huxin_protocol::digest::Digest;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, MessageId, PeerScoreParams, PeerScoreThresholds};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use prometheus_client::registry::Registry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context as Waking, Poll};
use std::time::{Duration, Instant};

use crate::conduct::Allowance;
use crate::settings::GOSSIP_ARRIVALS;
use crate::{NetCounters, NetFault};
use one_topic::OneTopic;

/// Longest frame on the road. Four times the longest message, since the library compares its read buffer with this.
pub const TRANSMIT_BYTES: usize = 256 * 1024;

pub(crate) fn topic(federation: &Digest) -> IdentTopic {
    IdentTopic::new(topic_name(federation))
}

type Library = gossipsub::Behaviour<OneTopic, OneTopic>;

/// Gossip about the one topic of the federation: the library's behaviour, and beside it whose the messages were that the
/// doors turned away.
pub(crate) struct Gossip {
    pub library: Library,
    counters: Arc<NetCounters>,
    arrivals: BTreeMap<PeerId, Allowance>,
    told: VecDeque<GossipEvent>,
}

/// What gossip reports.
#[derive(Debug)]
pub(crate) enum GossipEvent {
    Library(gossipsub::Event),
    /// So many messages or subscriptions of this peer were such as no node of this federation sends.
    Foul {
        peer: PeerId,
        count: u32,
    },
    /// This peer sends messages without end, most of which must be copies.
    Endless {
        peer: PeerId,
    },
}

/// The gossip behaviour with its settings; nothing is subscribed yet.
pub(crate) fn behaviour(
    federation: &Digest,
    members: usize,
    counters: Arc<NetCounters>,
    registry: &mut Registry,
) -> Result<Gossip, NetFault> {
    let numbers = mesh::mesh(members);
    let topic = topic(federation).hash();
    let config = gossipsub::ConfigBuilder::default()
        // The doors look at what the library would look at, and count; the library would log a line for each.
        .validation_mode(gossipsub::ValidationMode::None)
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
        // Naming the topic here makes the library check the mesh numbers.
        .max_transmit_size_for_topic(TRANSMIT_BYTES, topic.clone())
        .build()
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    // A topic is a label of the library's metrics, and only ours may be one.
    let metrics = gossipsub::MetricsConfig { max_never_subscribed_topics: 0, ..gossipsub::MetricsConfig::default() };
    let doors = OneTopic::new(topic, Arc::clone(&counters));
    let mut library = Library::new_with_subscription_filter_and_transform(
        MessageAuthenticity::Anonymous,
        config,
        doors.clone(),
        doors,
    )
    .map_err(|cause| NetFault::Transport(cause.into()))?
    .with_metrics(registry.sub_registry_with_prefix("gossipsub"), metrics);
    let (score, thresholds) = equal_scores();
    library.with_peer_score(score, thresholds).map_err(|cause| NetFault::Transport(cause.into()))?;
    Ok(Gossip { library, counters, arrivals: BTreeMap::new(), told: VecDeque::new() })
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

impl Gossip {
    /// How much the doors have turned away since the start.
    fn turned_away(&self) -> u64 {
        self.counters.gossip_foreign.load(Ordering::Relaxed)
            + self.counters.gossip_foreign_subscriptions.load(Ordering::Relaxed)
    }

    /// Messages that came in, copies included.
    fn arrived(&self) -> u64 {
        self.counters.gossip_arrived.load(Ordering::Relaxed)
    }
}

impl NetworkBehaviour for Gossip {
    type ConnectionHandler = <Library as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = GossipEvent;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.library.handle_established_inbound_connection(connection, peer, local, remote)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.library.handle_established_outbound_connection(connection, peer, address, role, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.library.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        let before = (self.turned_away(), self.arrived());
        self.library.on_connection_handler_event(peer, connection, event);
        let since = |before: u64, after: u64| u32::try_from(after - before).unwrap_or(u32::MAX);
        let count = since(before.0, self.turned_away());
        if count > 0 {
            self.told.push_back(GossipEvent::Foul { peer, count });
        }
        let arrived = since(before.1, self.arrived());
        if arrived > 0 {
            let now = Instant::now();
            // Only members come this far, so there are few entries.
            let allowance = self.arrivals.entry(peer).or_insert_with(|| Allowance::new(GOSSIP_ARRIVALS, now));
            if !allowance.take(arrived, now) {
                self.told.push_back(GossipEvent::Endless { peer });
            }
        }
    }

    fn poll(&mut self, waking: &mut Waking<'_>) -> Poll<ToSwarm<GossipEvent, THandlerInEvent<Self>>> {
        // The swarm polls after every event of a connection, so nothing waits here for long.
        if let Some(event) = self.told.pop_front() {
            return Poll::Ready(ToSwarm::GenerateEvent(event));
        }
        self.library.poll(waking).map(|out| out.map_out(GossipEvent::Library))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_settings_build_for_every_size_of_federation() {
        for members in [1, 3, 7, 8, 30, 31, 337] {
            let made = behaviour(&Digest([1; 32]), members, Arc::default(), &mut Registry::default());
            assert!(made.is_ok(), "{members}");
        }
    }
}
