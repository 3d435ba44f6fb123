//! What can go wrong between the node and its network, each with a stable code.

/// Why the network could not start, or did not take a call.
#[derive(Debug, thiserror::Error)]
pub enum NetFault {
    #[error("{text:?} is no address of the form /ip4/0.0.0.0/tcp/7400: {cause}")]
    Address { text: String, cause: libp2p::multiaddr::Error },
    #[error("cannot listen on {address}: {cause}; is another node running on this port?")]
    Listen { address: String, cause: Box<dyn std::error::Error + Send + Sync> },
    #[error("the bytes are no peer id")]
    PeerId,
    #[error("the transport secret is no usable Ed25519 key")]
    Secret,
    #[error("the transport could not be built: {0}")]
    Transport(Box<dyn std::error::Error + Send + Sync>),
    #[error("a gossip message of {bytes} bytes is longer than the limit of {limit}; leave it to anti-entropy")]
    GossipTooLong { bytes: usize, limit: usize },
    #[error("the network has more waiting than it can take now; ask again later")]
    Busy,
    #[error("the network has stopped")]
    Stopped,
}

impl NetFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "net_address",
            Self::Listen { .. } => "net_listen",
            Self::PeerId => "net_peer_id",
            Self::Secret => "net_secret",
            Self::Transport(_) => "net_transport",
            Self::GossipTooLong { .. } => "gossip_too_long",
            Self::Busy => "net_busy",
            Self::Stopped => "net_stopped",
        }
    }
}
