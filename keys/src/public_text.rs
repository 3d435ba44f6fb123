//! Public keys and byte strings as lower-case hexadecimal text in JSON files. A key is checked where it is read: a
//! weak or malformed one never becomes a [`PublicKey`].

use huxin_protocol::key::PublicKey;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub fn serialize<S: Serializer>(key: &PublicKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(key.bytes()))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PublicKey, D::Error> {
    let bytes: [u8; 32] = bytes(deserializer)?;
    PublicKey::new(&bytes).map_err(D::Error::custom)
}

/// Exactly `N` bytes in lower-case hexadecimal: one key has one spelling.
pub fn bytes<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut out = [0; N];
    if text.bytes().any(|b| b.is_ascii_uppercase()) || hex::decode_to_slice(&text, &mut out).is_err() {
        return Err(D::Error::custom(format_args!("due are {} lower-case hexadecimal digits", 2 * N)));
    }
    Ok(out)
}

/// Fixed-length bytes as a field: `#[serde(with = "crate::public_text::fixed")]`.
pub mod fixed {
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
        super::bytes(deserializer)
    }
}
