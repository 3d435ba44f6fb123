//! Public keys as the protocol names them. Verification is strict everywhere (R12): `verify_strict`, never batches.

use crate::digest::{Context, Digest};
use std::fmt;

/// A checked Ed25519 public key: a canonical point that is not of small order.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: ed25519_dalek::VerifyingKey,
    digest: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("the bytes are not an Ed25519 public key")]
    NotAKey,
    #[error("the key is weak: its point has small order")]
    Weak,
}

/// A signature that does not hold, and nothing about why: strict verification has one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct BadSignature;

impl PublicKey {
    pub fn new(bytes: &[u8; 32]) -> Result<Self, KeyFault> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyFault::NotAKey)?;
        if key.is_weak() {
            return Err(KeyFault::Weak);
        }
        Ok(Self { key, digest: Context::Key.digest(bytes) })
    }
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
    /// `huxin key v1` over the 32 raw bytes: the COSE `kid`.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
    /// RFC 8032 verification without any leniency.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
        self.key
            .verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature))
            .map_err(|_| BadSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.bytes()))
    }
}

/// Whatever can sign: a key file in memory, later a hardware module. The pure crates ask for signatures through this
/// and never see a secret.
pub trait Sign {
    /// The public half.
    fn public(&self) -> &PublicKey;
    /// Ed25519 over `message`.
    fn sign(&self, message: &[u8]) -> [u8; 64];
}
