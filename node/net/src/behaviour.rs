//! The swarm: TCP, Noise and Yamux below; gossip, questions and answers, ping and identify above; the allow-list and
//! the limits in front.

use huxin_protocol::digest::Digest;
use libp2p::allow_block_list::{self, AllowedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{Swarm, SwarmBuilder, gossipsub, identify, noise, ping, tcp, yamux};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

use crate::frame::{FrameCodec, SYNC_PROTOCOL};
use crate::gossip::Gossip;
use crate::settings::{ASK_TIMEOUT, CONNECTIONS_PER_PEER, PENDING_CONNECTIONS, STREAMS_PER_CONNECTION};
use crate::{NetCounters, NetFault};

/// Nothing but mesh membership keeps a connection alive in the library; the supervisor decides here.
const IDLE_TIMEOUT: Duration = Duration::from_secs(24 * 3600);
/// From the first packet to the end of the handshake.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Two gossip streams, ping, identify and the questions of two directions, four times over.
const YAMUX_STREAMS: usize = 64;
const PING_INTERVAL: Duration = Duration::from_secs(15);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    // First, so that a stranger is turned away before anything else looks at the connection.
    pub allowed: allow_block_list::Behaviour<AllowedPeers>,
    limits: connection_limits::Behaviour,
    pub gossip: Gossip,
    pub sync: request_response::Behaviour<FrameCodec>,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
}

/// Builds the swarm; to be called inside the runtime. Nothing listens or dials yet.
pub(crate) fn swarm(
    keypair: Keypair,
    federation: &Digest,
    members: usize,
    counters: Arc<NetCounters>,
    registry: &mut Registry,
) -> Result<Swarm<Behaviour>, NetFault> {
    let gossip = crate::gossip::behaviour(federation, members)?
        .with_metrics(registry.sub_registry_with_prefix("gossipsub"), gossipsub::MetricsConfig::default());
    let sync = request_response::Behaviour::with_codec(
        FrameCodec::new(counters),
        [(SYNC_PROTOCOL, ProtocolSupport::Full)],
        request_response::Config::default()
            .with_request_timeout(ASK_TIMEOUT)
            .with_max_concurrent_streams(STREAMS_PER_CONNECTION),
    );
    let identify = identify::Behaviour::new(
        identify::Config::new("/huxin/1".to_owned(), keypair.public())
            .with_agent_version(concat!("huxin/", env!("CARGO_PKG_VERSION")).to_owned()),
    );
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_CONNECTIONS))
        .with_max_pending_outgoing(Some(PENDING_CONNECTIONS))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER));
    let behaviour = Behaviour {
        allowed: allow_block_list::Behaviour::default(),
        limits: connection_limits::Behaviour::new(limits),
        gossip,
        sync,
        identify,
        ping: ping::Behaviour::new(ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT)),
    };
    let builder = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, || {
            let mut config = yamux::Config::default();
            config.set_max_num_streams(YAMUX_STREAMS);
            config
        })
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?
        .with_bandwidth_metrics(registry)
        .with_behaviour(|_| behaviour)
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    Ok(builder
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_TIMEOUT))
        .with_connection_timeout(DIAL_TIMEOUT)
        .build())
}
