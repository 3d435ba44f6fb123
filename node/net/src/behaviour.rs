//! The swarm: TCP, Noise and Yamux below; gossip, questions and answers, ping and identify above; the allow-list and
//! the limits in front (R160).

use huxin_protocol::digest::Digest;
use libp2p::allow_block_list::{self, AllowedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{Swarm, SwarmBuilder, identify, noise, ping, tcp};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

use crate::doors::Doors;
use crate::frame::{FrameCodec, SYNC_PROTOCOL};
use crate::gossip::Gossip;
use crate::settings::{ASK_TIMEOUT, CONNECTIONS_PER_PEER, PENDING_CONNECTIONS, STREAMS_PER_CONNECTION};
use crate::streams::CountedStreams;
use crate::{NetCounters, NetFault};

/// Nothing but mesh membership keeps a connection alive in the library; the supervisor decides here.
const IDLE_TIMEOUT: Duration = Duration::from_secs(24 * 3600);
/// From the first packet to the end of the handshake.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);
const PING_INTERVAL: Duration = Duration::from_secs(15);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    // First, so that a connection is turned away before anything else looks at it: where it has no place, then where it is
    // a stranger's.
    pub doors: Doors,
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
    let gossip = crate::gossip::behaviour(federation, members, Arc::clone(&counters), registry)?;
    let sync = request_response::Behaviour::with_codec(
        FrameCodec::new(Arc::clone(&counters)),
        [(SYNC_PROTOCOL, ProtocolSupport::Full)],
        request_response::Config::default()
            .with_request_timeout(ASK_TIMEOUT)
            .with_max_concurrent_streams(STREAMS_PER_CONNECTION),
    );
    let identify = identify::Behaviour::new(
        identify::Config::new("/huxin/1".to_owned(), keypair.public())
            .with_agent_version(concat!("huxin/", env!("CARGO_PKG_VERSION")).to_owned()),
    );
    // Pending ones that come in are bounded by the doors.
    let limits = ConnectionLimits::default()
        .with_max_pending_outgoing(Some(PENDING_CONNECTIONS))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER));
    let behaviour = Behaviour {
        doors: Doors::default(),
        allowed: allow_block_list::Behaviour::default(),
        limits: connection_limits::Behaviour::new(limits),
        gossip,
        sync,
        identify,
        ping: ping::Behaviour::new(ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT)),
    };
    let builder = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, || CountedStreams::new(counters))
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?
        .with_bandwidth_metrics(registry)
        .with_behaviour(|_| behaviour)
        .map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    Ok(builder
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE_TIMEOUT))
        .with_connection_timeout(DIAL_TIMEOUT)
        .build())
}
