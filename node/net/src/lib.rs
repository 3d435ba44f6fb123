//! The road between cities: the only crate that names libp2p.
//!
//! [`start`] opens the sockets and hands back two ends. The node calls through [`NetHandle`], whose calls never wait,
//! and reads [`NetEvent`]s. In between one task, the driver, owns the swarm, the questions under way and the supervisor
//! that keeps every known partner connected.
//!
//! Nothing here decides about content. What arrives is bounded and decoded, and handed on with the peer it came from;
//! whether it is true is proved behind the engine's door. Who may connect is decided here: peer ids of members, and
//! nobody else.
//!
//! Two roads, as the design says: gossip for speed, where a message may be lost, and questions and answers for truth.

mod asks;
mod behaviour;
mod conduct;
mod counters;
mod doors;
mod driver;
mod event;
mod fault;
mod frame;
mod gossip;
mod handle;
mod partners;
mod resolve;
mod settings;
mod streams;

pub use counters::NetCounters;
pub use event::{AnswerToken, GossipToken, LinkView, NetEvent, PeerView, Verdict};
pub use fault::NetFault;
pub use gossip::TRANSMIT_BYTES;
pub use handle::NetHandle;
pub use settings::{
    ASK_TIMEOUT, ASKS_UNDER_WAY, ASKS_WAITING, EVENTS_WAITING, GOSSIP_IN_HAND, NetSettings, PENDING_CONNECTIONS,
    PartnerNode, check_address, peer_from_text, peer_of, peer_text,
};

use huxin_engine::input::Peer;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Opens the sockets and starts the driver on `runtime`. libp2p's own metrics go into `registry` (prefix `libp2p`).
///
/// Where the queue of events ends (`recv` answers `None`), the network has stopped.
///
/// # Errors
/// [`NetFault::Secret`], [`NetFault::Address`], [`NetFault::Listen`], [`NetFault::Transport`].
pub fn start(
    settings: NetSettings,
    runtime: &tokio::runtime::Handle,
    registry: &mut Registry,
) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), NetFault> {
    let keypair = settings::keypair(&settings.secret)?;
    let own = Peer(keypair.public().to_peer_id().to_bytes());
    // Sockets and timers belong to the runtime that the driver will run on.
    let _inside = runtime.enter();
    let (handle, calls) = NetHandle::new(own, Arc::default(), Arc::default());
    let counters = Arc::clone(handle.counters());
    let members = settings.members.len();
    let mut swarm = behaviour::swarm(keypair, &settings.federation, members, Arc::clone(&counters), registry)?;
    for text in &settings.listen {
        let address = settings::address(text)?;
        swarm.listen_on(address).map_err(|cause| NetFault::Listen { address: text.clone(), cause: Box::new(cause) })?;
    }
    let topic = settings.gossip.then(|| gossip::topic(&settings.federation));
    if let Some(topic) = &topic {
        swarm.behaviour_mut().gossip.library.subscribe(topic).map_err(|cause| NetFault::Transport(Box::new(cause)))?;
    }
    let metrics = libp2p::metrics::Metrics::new(registry);
    let (events_in, events) = mpsc::channel(EVENTS_WAITING);
    let mut driver = driver::Driver::new(swarm, topic, metrics, counters, handle.board(), events_in);
    for member in &settings.members {
        driver.set_partner(member);
    }
    runtime.spawn(driver.run(calls));
    Ok((handle, events))
}
