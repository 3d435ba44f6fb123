//! Digests: BLAKE3 in derive-key mode under a context per purpose, so that a digest of one thing can never pass for
//! a digest of another; and SHA-256 hashes of the Merkle tree (RFC 9162).

use std::fmt;

/// A 32-byte BLAKE3 digest made under one of [`Context`]'s contexts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// A SHA-256 hash of the Merkle tree: a leaf, a node or a root (RFC 9162 section 2.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeHash(pub [u8; 32]);

/// The closed list of derive-key contexts. The string is part of the format and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    Federation,
    Key,
    Body,
    Statement,
    Record,
    Edition,
    Ground,
    View,
    Ruling,
    Gossip,
    Evidence,
    Person,
}

impl Context {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Federation => "huxin federation v1",
            Self::Key => "huxin key v1",
            Self::Body => "huxin body v1",
            Self::Statement => "huxin statement v1",
            Self::Record => "huxin record v1",
            Self::Edition => "huxin edition v1",
            Self::Ground => "huxin ground v1",
            Self::View => "huxin view v1",
            Self::Ruling => "huxin ruling v1",
            Self::Gossip => "huxin gossip v1",
            Self::Evidence => "huxin evidence v1",
            Self::Person => "huxin person v1",
        }
    }

    /// Digest of `bytes` under this context.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        Digest(*hasher.finalize().as_bytes())
    }

    /// A hasher under this context, with its key schedule computed only once per context.
    #[must_use]
    pub fn hasher(self) -> blake3::Hasher {
        use std::sync::OnceLock;
        static READY: [OnceLock<blake3::Hasher>; 12] = [const { OnceLock::new() }; 12];
        READY[self as usize].get_or_init(|| blake3::Hasher::new_derive_key(self.name())).clone()
    }
}

macro_rules! hex_text {
    ($type:ty) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl std::str::FromStr for $type {
            type Err = NotHex;
            fn from_str(text: &str) -> Result<Self, NotHex> {
                let mut out = [0; 32];
                // Lower case only: one digest has one spelling.
                if text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(NotHex);
                }
                hex::decode_to_slice(text, &mut out).map_err(|_| NotHex)?;
                Ok(Self(out))
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
hex_text!(Digest);
hex_text!(TreeHash);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is written as 64 lower-case hexadecimal digits")]
pub struct NotHex;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const ALL: [Context; 11] = [
        Context::Federation,
        Context::Key,
        Context::Body,
        Context::Statement,
        Context::Record,
        Context::Edition,
        Context::Ground,
        Context::View,
        Context::Ruling,
        Context::Gossip,
        Context::Evidence,
    ];

    #[test]
    fn every_context_has_its_own_digest_and_its_own_ready_hasher() {
        let digests: std::collections::BTreeSet<Digest> = ALL.iter().map(|context| context.digest(b"words")).collect();
        assert_eq!(digests.len(), ALL.len());
        for context in ALL {
            assert_eq!(context.digest(b"words").0, blake3::derive_key(context.name(), b"words"), "{context:?}");
            // A used hasher leaves the ready one as it was.
            assert_eq!(context.digest(b"words"), context.digest(b"words"));
        }
    }

    #[test]
    fn a_digest_has_one_spelling() {
        let digest = Context::View.digest(b"");
        let text = digest.to_string();
        assert_eq!(text.parse(), Ok(digest));
        for wrong in
            [text.to_uppercase(), text[1..].to_owned(), format!("{text}0"), format!(" {}", &text[1..]), String::new()]
        {
            assert_eq!(wrong.parse::<Digest>(), Err(NotHex), "{wrong}");
        }
    }
}
