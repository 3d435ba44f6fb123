//! The libp2p peer id of an Ed25519 key, without libp2p: the identity multihash of the key in its protobuf form
//! (libp2p specs, peer-ids).

/// 0x00 identity multihash, 0x24 its 36 bytes; 0x08 0x01 key type Ed25519, 0x12 0x20 key of 32 bytes.
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// Multihash bytes of the peer id, as they stand in the manifest and in announcements: 38 bytes.
#[must_use]
pub fn peer_id_bytes(public: &[u8; 32]) -> Vec<u8> {
    [PREFIX.as_slice(), public].concat()
}

/// The public key inside a peer id, if it is one of an Ed25519 key.
#[must_use]
pub fn public_of_peer_id(peer_id: &[u8]) -> Option<[u8; 32]> {
    peer_id.strip_prefix(&PREFIX)?.try_into().ok()
}

/// Base58 text of a peer id, `12D3KooW…`.
#[must_use]
pub fn peer_id_text(peer_id: &[u8]) -> String {
    bs58::encode(peer_id).into_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The test vector of the libp2p specification for Ed25519: protobuf public key
    /// `080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e`.
    #[test]
    fn the_key_of_the_libp2p_specification_stands_within_its_peer_id() {
        let public: [u8; 32] = hex::decode("1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e")
            .unwrap()
            .try_into()
            .unwrap();
        let id = peer_id_bytes(&public);
        assert_eq!(hex::encode(&id), format!("0024080112 20{}", hex::encode(public)).replace(' ', ""));
        assert_eq!(public_of_peer_id(&id), Some(public));
        let text = peer_id_text(&id);
        assert!(text.starts_with("12D3KooW"), "{text}");
        assert_eq!(bs58::decode(&text).into_vec().unwrap(), id);
    }

    #[test]
    fn other_peer_ids_have_no_ed25519_key() {
        assert_eq!(public_of_peer_id(&[]), None);
        assert_eq!(public_of_peer_id(&[0x12; 34]), None);
        assert_eq!(public_of_peer_id(&peer_id_bytes(&[7; 32])[..37]), None);
    }
}
