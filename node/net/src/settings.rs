//! What the network is started with, and the numbers that bound it, each with its reason.

use huxin_engine::input::Peer;
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
use libp2p::{Multiaddr, PeerId, identity};
use std::time::Duration;
use zeroize::Zeroizing;

use crate::NetFault;

/// Events that wait for the node. At most 64 KiB each by gossip, so 64 MiB at the worst; beyond, gossip is dropped.
pub const EVENTS_WAITING: usize = 1024;
/// Gossip messages that wait to be published: 16 MiB at the worst. Beyond, they are left to anti-entropy.
pub const GOSSIP_WAITING: usize = 256;
/// Questions, answers and verdicts that wait for the driver, which never blocks; only an overloaded machine fills this.
pub const CALLS_WAITING: usize = 4096;
/// Questions under way to one peer. With as many from its side and a slot that is just being closed, both ends stay
/// within [`STREAMS_PER_CONNECTION`].
pub const ASKS_UNDER_WAY: usize = 3;
/// Questions under way to all peers together; each may bring a page of 1 MiB that waits for the node.
pub const ASKS_UNDER_WAY_TOTAL: usize = 64;
/// Questions that wait for one peer; the next is answered `Busy` at once.
pub const ASKS_WAITING: usize = 32;
/// Request-response streams on one connection, both directions together.
pub const STREAMS_PER_CONNECTION: usize = 8;
/// How long a question may take, answer included: a page on a line of 300 kbit/s.
pub const ASK_TIMEOUT: Duration = Duration::from_secs(30);
/// After which time a peer that found no room here should ask again.
pub const BUSY_RETRY_MS: u32 = 500;
/// Connections that have not yet shown who they are, each way. The allow-list works only after the handshake.
pub const PENDING_CONNECTIONS: u32 = 32;
/// Two, since both sides may dial at the same moment.
pub const CONNECTIONS_PER_PEER: u32 = 2;

/// Connections that have not yet shown who they are and come from one address, for each partner that has it: both ends
/// dial, and a line that broke may not have been missed yet.
pub const PENDING_PER_ADDRESS: usize = 4;
/// Of [`PENDING_CONNECTIONS`] as many are kept for addresses that partners are known to have: a crowd from elsewhere
/// does not keep them out.
pub const PENDING_FOR_PARTNERS: usize = 8;
/// How long a question may take to come in: it is short, and whoever asks has it whole before it asks.
pub const QUESTION_TIMEOUT: Duration = Duration::from_secs(5);

/// So much at once, and so much more every second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub at_once: u32,
    pub per_second: u32,
}

/// Connections of one partner one after the other. Both ends dial, and a node that dies again and again comes back each time;
/// each brings forth a comparison of heads and some lines of log.
pub const ARRIVALS: Rate = Rate { at_once: 128, per_second: 2 };
/// Streams that the other side opens on one connection. A question each, so above [`QUESTIONS`], and a handful for
/// everything else.
pub const STREAMS: Rate = Rate { at_once: 8192, per_second: 1024 };
/// Questions of one partner, in pages: 512 MiB a second. Only what is asked for again costs more.
pub const QUESTIONS: Rate = Rate { at_once: 4096, per_second: 512 };
/// A comparison of heads, a search for bodies, a proof of history or evidence: as many reads as a page. The first is due
/// every half minute; the others follow only from what was found.
pub const COMPARISON_COST: u32 = 16;
/// What is sent again costs a page's share for each so many bytes: 32 for a whole page, so that sixteen pages a second are
/// left for those that were cut short, and for pulls that began anew.
pub const SENT_AGAIN_BYTES: usize = 32 * 1024;
/// Logs of which it is remembered how far a partner asked: a large country's 337, three times over.
pub const LOGS_REMEMBERED: usize = 1024;
/// Questions of one partner that this node has not answered yet: twice what it has under way at any time, since it may
/// have asked already on a new connection.
pub const QUESTIONS_IN_HAND: usize = 2 * ASKS_UNDER_WAY;
/// `Busy` for a partner that was over its allowance. An honest one comes back after half a second, with few questions.
pub const INSISTENCE: Rate = Rate { at_once: 1024, per_second: 16 };
/// Messages of one partner: what all 337 cities of a large country cosign in their busiest minute, by one peer.
pub const GOSSIP_MESSAGES: Rate = Rate { at_once: 8192, per_second: 2048 };
/// The same with copies of what others had sent: each peer in the mesh may send each message.
pub const GOSSIP_ARRIVALS: Rate = Rate { at_once: 32_768, per_second: 4096 };
/// Messages of one partner that wait for a verdict: half of what the gossip door lets wait, so that nobody shuts it to the
/// others.
pub const GOSSIP_IN_HAND: usize = 128;
/// Messages of one partner that said nothing new, though no other message had the same bytes. Some are nobody's fault:
/// anti-entropy was quicker.
pub const IDLE: Rate = Rate { at_once: 4096, per_second: 256 };
/// What no node of this federation sends, in idle messages: another topic, a proof that does not hold, a question that
/// cannot be read. Sixteen a second are left for versions that misunderstand each other.
pub const FOUL_COST: u32 = 16;
/// A subscription, in idle messages: one is made in the life of a connection.
pub const SUBSCRIPTION_COST: u32 = 4;
/// Lines of the log about strangers; beyond, they are only counted.
pub const STRANGERS_TOLD: Rate = Rate { at_once: 16, per_second: 1 };

/// Another city's node: who it is and where it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerNode {
    pub city: CityCode,
    /// libp2p peer id as multihash bytes.
    pub peer_id: Vec<u8>,
    /// Multiaddresses as text. One that cannot be read is left out with a warning.
    pub addresses: Vec<String>,
}

/// What the network is started with.
pub struct NetSettings {
    /// Names the gossip topic.
    pub federation: Digest,
    /// Secret half of the transport key (Ed25519).
    pub secret: Zeroizing<[u8; 32]>,
    /// Multiaddresses to listen on, as text: `/ip4/0.0.0.0/tcp/7400`.
    pub listen: Vec<String>,
    /// Every member's node that is known; the own one may be among them. Only these may connect.
    pub members: Vec<PartnerNode>,
    /// Whether to take part in gossip. Without it everything still arrives, by anti-entropy.
    pub gossip: bool,
}

/// The peer id that belongs to a transport secret.
pub fn peer_of(secret: &Zeroizing<[u8; 32]>) -> Result<Peer, NetFault> {
    Ok(Peer(keypair(secret)?.public().to_peer_id().to_bytes()))
}

/// A peer id as people read it (`12D3Koo…`).
pub fn peer_text(peer: &Peer) -> Result<String, NetFault> {
    Ok(peer_id(peer)?.to_string())
}

/// The inverse of [`peer_text`].
pub fn peer_from_text(text: &str) -> Result<Peer, NetFault> {
    text.parse::<PeerId>().map(|id| Peer(id.to_bytes())).map_err(|_| NetFault::PeerId)
}

/// Whether an address can be read.
pub fn check_address(text: &str) -> Result<(), NetFault> {
    address(text).map(drop)
}

pub(crate) fn keypair(secret: &Zeroizing<[u8; 32]>) -> Result<identity::Keypair, NetFault> {
    // The library wipes the copy that it is given.
    let mut copy = **secret;
    identity::Keypair::ed25519_from_bytes(&mut copy).map_err(|_| NetFault::Secret)
}

pub(crate) fn peer_id(peer: &Peer) -> Result<PeerId, NetFault> {
    PeerId::from_bytes(&peer.0).map_err(|_| NetFault::PeerId)
}

pub(crate) fn address(text: &str) -> Result<Multiaddr, NetFault> {
    text.parse().map_err(|cause| NetFault::Address { text: text.to_owned(), cause })
}
