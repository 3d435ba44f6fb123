//! What the network reports to the node, and the tokens with which the node answers.

use huxin_engine::input::{Asked, Peer};
use huxin_engine::wire::{Request, Response};
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;
use libp2p::PeerId;
use libp2p::gossipsub::MessageId;
use libp2p::request_response::ResponseChannel;
use std::time::Duration;

/// Names one gossip message until its verdict is given, with [`crate::NetHandle::verdict`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GossipToken {
    pub(crate) id: MessageId,
    pub(crate) from: Peer,
}

/// Where an answer goes, with [`crate::NetHandle::answer`]. Dropped, it tells the peer that there is none.
#[derive(Debug)]
pub struct AnswerToken {
    pub(crate) channel: ResponseChannel<Response>,
    pub(crate) from: PeerId,
    /// Whether it was asked for before on this connection.
    pub(crate) again: bool,
}

/// What becomes of a gossip message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Pass it on.
    Accept,
    /// Neither pass it on nor blame anybody: no time now, or nothing that this version can judge.
    Ignore,
    /// Valid, and nothing in it is new here. Not passed on; a peer that brings little else is cut off.
    Idle,
    /// Provably bad.
    Reject,
}

/// What the network reports. `Connected`, `Disconnected` and `Answered` are never lost and come in order.
#[derive(Debug)]
pub enum NetEvent {
    /// A socket is open; the address with its real port.
    Listening { address: String },
    /// The first connection to a partner stands.
    Connected { peer: Peer, city: CityCode },
    /// The last connection to a partner is gone.
    Disconnected { peer: Peer },
    /// The partner takes part in gossip from now on.
    Gossips { peer: Peer },
    /// A message by gossip, at most [`huxin_protocol::limits::GOSSIP_BYTES`] long. It is passed on only after a verdict,
    /// which has ten seconds' time.
    Gossip { from: Peer, token: GossipToken, bytes: Vec<u8> },
    /// A partner asks.
    Asked { peer: Peer, city: CityCode, request: Request, token: AnswerToken },
    /// The end of every question that [`crate::NetHandle::ask`] took: an answer or a stable code.
    Answered { peer: Peer, asked: Asked, answer: Result<Response, &'static str> },
}

/// One known partner node, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerView {
    pub city: CityCode,
    pub peer: Peer,
    /// As people read it.
    pub peer_id: String,
    /// Where it is dialled.
    pub addresses: Vec<String>,
    /// While connected.
    pub link: Option<LinkView>,
    /// Why the last attempt to reach it failed.
    pub failure: Option<String>,
}

/// A standing connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    /// The other end.
    pub address: String,
    /// Whether this side dialled.
    pub dialled: bool,
    pub since: Millis,
    /// Round trip of the last ping.
    pub round_trip: Option<Duration>,
}
