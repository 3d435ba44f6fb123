//! COSE_Sign1 (RFC 9052) in the one shape that this protocol uses (R13 to R16): tag 18, protected header
//! `{1: -8, 4: key digest}`, empty unprotected header, payload present, 64-byte signature, external data
//! `huxin/<type>/v1` followed by the raw federation id (for genesis: by nothing but the manifest's digest).

use crate::digest::Digest;
use crate::key::{BadSignature, PublicKey, Sign};

/// The closed list of signed types; the name is bound into every signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedType {
    Statement,
    Record,
    Genesis,
    Introduction,
    Standing,
    Approval,
}

impl SignedType {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statement => "huxin/statement/v1",
            Self::Record => "huxin/record/v1",
            Self::Genesis => "huxin/genesis/v1",
            Self::Introduction => "huxin/introduction/v1",
            Self::Standing => "huxin/standing/v1",
            Self::Approval => "huxin/approval/v1",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoseFault {
    #[error("this is not a COSE_Sign1 message in the one shape that the federation uses")]
    Shape,
    #[error("the message is longer than its limit")]
    TooLong,
    #[error("the signature does not hold")]
    Signature(#[from] BadSignature),
    #[error("the message names another key than the one due")]
    ForeignKey,
}

/// A parsed message whose signature has not been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign1<'a> {
    pub key: Digest,
    pub protected: &'a [u8],
    pub payload: &'a [u8],
    pub signature: &'a [u8; 64],
}

impl<'a> Sign1<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, CoseFault> {
        let _ = bytes;
        todo!()
    }
    /// The Sig_structure of RFC 9052 section 4.4: what is signed, and what statement digests are taken over.
    #[must_use]
    pub fn to_be_signed(&self, signed_type: SignedType, federation: &Digest) -> Vec<u8> {
        let _ = (signed_type, federation);
        todo!()
    }
    /// Checks the key's name and the signature.
    pub fn verify(&self, signed_type: SignedType, federation: &Digest, key: &PublicKey) -> Result<(), CoseFault> {
        let _ = (signed_type, federation, key);
        todo!()
    }
}

/// The Sig_structure for a payload that `key` is about to sign.
#[must_use]
pub fn to_be_signed(key: &Digest, payload: &[u8], signed_type: SignedType, federation: &Digest) -> Vec<u8> {
    let _ = (key, payload, signed_type, federation);
    todo!()
}

/// Assembles the tagged message.
#[must_use]
pub fn assemble(key: &Digest, payload: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    let _ = (key, payload, signature);
    todo!()
}

/// Signs `payload` and returns the tagged message.
#[must_use]
pub fn sign(payload: &[u8], signed_type: SignedType, federation: &Digest, key: &dyn Sign) -> Vec<u8> {
    let _ = (payload, signed_type, federation, key);
    todo!()
}
