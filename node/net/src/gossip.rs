//! Gossip: one topic per federation, content-addressed ids, validated before it is passed on. The mesh numbers are
//! public since the simulator spreads messages with the same ones.

mod one_topic;

use huxin_protocol::digest::{Context, Digest};
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, MessageId};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use prometheus_client::registry::Registry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context as Waking, Poll};
use std::time::{Duration, Instant};

use crate::conduct::Allowance;
use crate::settings::{FLOOD_PUBLISH_MEMBERS, GOSSIP_ARRIVALS};
use crate::{NetCounters, NetFault};
use one_topic::OneTopic;

/// Bytes of a message id: the first of a digest under `huxin gossip v1`.
pub const MESSAGE_ID_BYTES: usize = 20;
/// From how many members on the larger mesh is used.
pub const LARGE_FEDERATION: usize = 8;
/// Longest frame on the road. Four times the longest message, since the library compares its read buffer with this.
pub const TRANSMIT_BYTES: usize = 256 * 1024;
/// Longest list of ids and topics in one frame. The library keeps up to 10,000 ids that a peer does not want, of any
/// length: 40 MiB of one peer, at the worst.
const CONTROL_BYTES: usize = 4 * 1024;
/// Most ids in one list that says what this node has, or wants; what was left out comes by anti-entropy. A list longer than
/// [`CONTROL_BYTES`] would end the stream that it comes on, and the library's own number is far above.
const IDS_TOLD: usize = 160;

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
    let mesh = mesh(members);
    let topic = topic(federation).hash();
    let config = gossipsub::ConfigBuilder::default()
        // The doors look at what the library would look at, and count; the library would log a line for each.
        .validation_mode(gossipsub::ValidationMode::None)
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
        .max_control_message_size(CONTROL_BYTES)
        .max_control_messages_sent(IDS_TOLD)
        // Naming the topic here makes the library check the mesh numbers.
        .max_transmit_size_for_topic(TRANSMIT_BYTES, topic.clone())
        .build()
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    // A topic is a label of the library's metrics, and only ours may be one.
    let metrics = gossipsub::MetricsConfig { max_never_subscribed_topics: 0, ..gossipsub::MetricsConfig::default() };
    let doors = OneTopic::new(topic, Arc::clone(&counters));
    let library = Library::new_with_subscription_filter_and_transform(
        MessageAuthenticity::Anonymous,
        config,
        doors.clone(),
        doors,
    )
    .map_err(|cause| NetFault::Transport(cause.into()))?
    .with_metrics(registry.sub_registry_with_prefix("gossipsub"), metrics);
    Ok(Gossip { library, counters, arrivals: BTreeMap::new(), told: VecDeque::new() })
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
            let made = behaviour(&Digest([1; 32]), members, Arc::default(), &mut Registry::default());
            assert!(made.is_ok(), "{members}");
        }
    }

    #[test]
    fn a_list_of_all_ids_that_are_told_fits_into_a_frame() {
        // Each id and the topic with tag and length, and three heads around them.
        let topic = topic_name(&Digest([7; 32])).len() + 3;
        assert!(IDS_TOLD * (MESSAGE_ID_BYTES + 2) + topic + 3 * 4 <= CONTROL_BYTES);
    }
}
