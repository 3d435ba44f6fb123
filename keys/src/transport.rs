//! The key that names the node on the network. It is no signer of the protocol: what it signs is libp2p's affair, and
//! the city's word never rests on it.

use crate::peer_id::{peer_id_bytes, peer_id_text};
use crate::secret_file::Secret;
use huxin_protocol::key::PublicKey;
use std::fmt;
use zeroize::Zeroizing;

pub struct TransportKey {
    seed: Secret,
    public: PublicKey,
}

impl TransportKey {
    pub(crate) const fn new(seed: Secret, public: PublicKey) -> Self {
        Self { seed, public }
    }
    /// The 32 secret bytes from which libp2p makes its key pair (`Keypair::ed25519_from_bytes` takes them, and wipes
    /// what it is given).
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        self.seed.clone()
    }
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }
    /// The libp2p peer id as multihash bytes.
    #[must_use]
    pub fn peer_id(&self) -> Vec<u8> {
        peer_id_bytes(self.public.bytes())
    }
    /// The peer id as people read it: `12D3KooW…`.
    #[must_use]
    pub fn peer_id_text(&self) -> String {
        peer_id_text(&self.peer_id())
    }
}

impl fmt::Debug for TransportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportKey({})", self.peer_id_text())
    }
}
