//! A peer that keeps no rule. It has a transport key, finishes the handshake that every connection begins with, and from
//! there on says what a test wants it to say, byte by byte: frames of false length, half of a frame, protocols that do not
//! exist, streams that nobody reads.
//!
//! The production network cannot play this part: its library frames, limits and answers by itself, as it should. So this
//! crate stands on the library's transport alone (TCP, Noise, Yamux) and writes everything above it by hand:
//!
//! - [`Crowd`]: TCP connections that never say who they are;
//! - [`Line`]: one connection with its streams, [`Road`]s, on which both sides first agree on a protocol;
//! - [`rumour`]: gossip as bytes.
//!
//! Nothing but tests may name this crate, and it connects to nothing but what a test names.

mod crowd;
mod line;
mod road;
pub mod rumour;

pub use crowd::Crowd;
pub use line::Line;
pub use road::Road;

/// Name of the protocol of questions and answers.
pub const SYNC: &str = "/huxin/sync/1";
/// Name of the gossip protocol, the newest that the node speaks.
pub const GOSSIP: &str = "/meshsub/1.2.0";

/// Why something that was tried did not come about. Most of it is what a test hopes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No connection came to stand, in the library's words.
    Connection(String),
    /// The connection is gone.
    Closed,
    /// The other side does not know the protocol.
    Protocol,
    /// The stream ended or failed before it was done.
    Stream,
}

/// A frame of questions and answers: the length as 32 bits big-endian, then the body.
#[must_use]
pub fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], body].concat()
}
