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
    /// Checks the 32 raw bytes of RFC 8032.
    ///
    /// # Errors
    /// [`KeyFault::NotAKey`] for anything but the one spelling of a point, [`KeyFault::Weak`] for small order.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, KeyFault> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyFault::NotAKey)?;
        // The library reads a few points from two spellings; a key with two spellings would have two digests.
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyFault::NotAKey);
        }
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
        self.key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).map_err(|_| BadSignature)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn a_good_key_verifies_only_its_own_words() {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let key = PublicKey::new(secret.verifying_key().as_bytes()).unwrap();
        let signature = secret.sign(b"words").to_bytes();
        assert_eq!(key.verify(b"words", &signature), Ok(()));
        assert_eq!(key.verify(b"other", &signature), Err(BadSignature));
        for bit in 0..512 {
            let mut wrong = signature;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.verify(b"words", &wrong), Err(BadSignature), "bit {bit}");
        }
    }

    #[test]
    fn a_signature_with_s_above_the_order_is_refused() {
        // The group order L, little-endian: S and S + L verify alike without the strict check.
        const ORDER: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let secret = SigningKey::from_bytes(&[7; 32]);
        let key = PublicKey::new(secret.verifying_key().as_bytes()).unwrap();
        let mut signature = secret.sign(b"words").to_bytes();
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert_eq!(key.verify(b"words", &signature), Err(BadSignature));
    }

    #[test]
    fn weak_points_are_refused() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert_eq!(PublicKey::new(&neutral), Err(KeyFault::Weak));
        assert_eq!(PublicKey::new(&[0; 32]), Err(KeyFault::Weak));
    }

    #[test]
    fn a_second_spelling_of_a_point_is_refused() {
        // y + p for y from 0 to 18: the only values below 2^255 that a reader might reduce.
        let mut read = 0;
        for y in 0..19_u8 {
            for sign in [0x7f, 0xff] {
                let mut bytes = [0xff; 32];
                (bytes[0], bytes[31]) = (0xed + y, sign);
                read += usize::from(ed25519_dalek::VerifyingKey::from_bytes(&bytes).is_ok());
                assert_eq!(PublicKey::new(&bytes), Err(KeyFault::NotAKey), "y = {y}");
            }
        }
        assert!(read > 0, "the library refuses them by itself: the check may go");
    }

    #[test]
    fn the_name_of_a_key_is_its_digest() {
        let key = PublicKey::new(SigningKey::from_bytes(&[7; 32]).verifying_key().as_bytes()).unwrap();
        assert_eq!(key.digest(), Context::Key.digest(key.bytes()));
    }
}
