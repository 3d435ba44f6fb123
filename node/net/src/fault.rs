//! What can go wrong between the node and its network, each with a stable code.

/// Why the network could not start, or did not take a call.
#[derive(Debug, thiserror::Error)]
pub enum NetFault {
    #[error("{text:?} is no address of the form /ip4/0.0.0.0/tcp/7400: {cause}")]
    Address { text: String, cause: libp2p::multiaddr::Error },
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: String, cause: Box<dyn std::error::Error + Send + Sync> },
    #[error("the bytes are no peer id")]
    PeerId,
    #[error("the transport secret is no usable Ed25519 key")]
    Secret,
    #[error("the transport could not be built: {0}")]
    Transport(Box<dyn std::error::Error + Send + Sync>),
    #[error("a gossip message of {bytes} bytes is longer than the limit of {limit}")]
    GossipTooLong { bytes: usize, limit: usize },
    #[error("the network has more waiting than it can take now")]
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

    /// What to try.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Address { .. } => "an address is written /ip4/192.0.2.1/tcp/7651",
            Self::Listen { .. } => "is another node running? stop it, or choose another port in [listen] p2p",
            Self::Secret => "put the transport key back from the backup of the key folder",
            Self::PeerId | Self::Transport(_) | Self::GossipTooLong { .. } => {
                "this is a defect of the program; please report it"
            }
            Self::Busy => "try again in a moment",
            Self::Stopped => "look at the node's log, and start it again",
        }
    }
}
