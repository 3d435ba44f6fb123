//! A statement: the signed bytes of one leaf, and what was read from them.
//!
//! The leaf is the whole tagged COSE message, stored and passed on as it came (R22). Its digest leaves the signature
//! out, so that other signature bytes over the same words are the same statement (R23).

use crate::cose::{self, CoseFault, Sign1, SignedType};
use crate::digest::{Context, Digest, TreeHash};
use crate::header::{Header, HeaderFault};
use crate::key::{PublicKey, Sign};
use crate::limits::STATEMENT_BYTES;

/// The signed bytes of a leaf together with what they say. Reading proves nothing: the proof is the checkpoint under
/// which the leaf came, or [`Statement::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub bytes: Vec<u8>,
    /// Digest of the words that were signed (R23).
    pub digest: Digest,
    pub header: Header,
}

/// Why a leaf says nothing. It stays in the log all the same, void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    #[error(transparent)]
    Cose(#[from] CoseFault),
    #[error(transparent)]
    Header(#[from] HeaderFault),
}

impl StatementFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cose(CoseFault::Shape) => "statement_shape",
            Self::Cose(CoseFault::TooLong) => "statement_too_long",
            Self::Cose(CoseFault::Signature(_)) => "statement_signature",
            Self::Cose(CoseFault::ForeignKey) => "statement_key",
            Self::Header(fault) => fault.code(),
        }
    }
}

impl Statement {
    /// Reads a leaf: size, envelope, header, and the digest of the signed words.
    ///
    /// # Errors
    /// Why the leaf says nothing. The caller keeps the bytes all the same.
    pub fn read(bytes: Vec<u8>, federation: &Digest) -> Result<Self, StatementFault> {
        if bytes.len() > STATEMENT_BYTES {
            return Err(CoseFault::TooLong.into());
        }
        let message = Sign1::parse(&bytes)?;
        let header = Header::decode(message.payload)?;
        let digest = message.digest(Context::Statement, SignedType::Statement, federation);
        Ok(Self { bytes, digest, header })
    }

    /// The header alone, without the digest: for looks at leaves whose words were read before.
    ///
    /// # Errors
    /// As for [`Statement::read`].
    pub fn read_header(bytes: &[u8]) -> Result<Header, StatementFault> {
        if bytes.len() > STATEMENT_BYTES {
            return Err(CoseFault::TooLong.into());
        }
        Ok(Header::decode(Sign1::parse(bytes)?.payload)?)
    }

    /// Checks the statement's own signature (gossip door, background check).
    ///
    /// # Errors
    /// [`CoseFault::ForeignKey`] or [`CoseFault::Signature`].
    pub fn verify(&self, federation: &Digest, key: &PublicKey) -> Result<(), StatementFault> {
        Ok(Sign1::parse(&self.bytes)?.verify(SignedType::Statement, federation, key)?)
    }

    /// Signs a header. The caller has made sure that the place was never signed before, and that the header reads back
    /// from its own bytes.
    #[must_use]
    pub fn sign(header: Header, federation: &Digest, key: &dyn Sign) -> Self {
        let payload = header.encode();
        let bytes = cose::sign(&payload, SignedType::Statement, federation, key);
        let name = key.public().digest();
        let digest = cose::digest(Context::Statement, &name, &payload, SignedType::Statement, federation);
        Self { bytes, digest, header }
    }

    /// RFC 9162 leaf hash of [`Statement::bytes`].
    #[must_use]
    pub fn leaf_hash(&self) -> TreeHash {
        crate::tree::leaf_hash(&self.bytes)
    }
}

#[cfg(test)]
mod tests;
