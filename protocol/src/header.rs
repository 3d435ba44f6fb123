//! The signed header of a statement: small, never erased, readable by every member.
//!
//! CBOR map with integer keys (R20): 0 version (1), 1 suite (1), 2 city, 3 epoch, 4 seq, 5 issuer `[city]` or
//! `[city, agency]`, 6 issued_at, 7 kind, 8 body version, 9 disclosure (0 public, 1 federation, or the sorted array of
//! reader cities), 10 about? `[city, epoch, seq, digest]`, 11 ground?, 12 commitment. Unknown keys in version 1 make
//! the header malformed (R21).

use crate::digest::Digest;
use crate::ids::{CityCode, Epoch, Seq, StatementId};
use crate::kind::Kind;
use crate::time::Millis;

/// Suite 1: Ed25519, SHA-256 tree, BLAKE3. The number stands in every header, so that SM2/SM3 can become suite 2.
pub const SUITE_1: u16 = 1;
pub const HEADER_VERSION: u16 = 1;
pub const BODY_VERSION: u16 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    pub city: CityCode,
    /// Agency of the city, as text of at most 64 bytes.
    pub agency: Option<String>,
}

/// Who may read the body. The reader list itself is visible to all members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disclosure {
    Public,
    Federation,
    /// Sorted, without repeats, 1 to [`crate::limits::READERS`] cities; the issuing city always may read its own.
    Named(Vec<CityCode>),
}

impl Disclosure {
    /// Whether `reader` may hold the body of a statement that `issuer` made.
    #[must_use]
    pub fn allows(&self, issuer: CityCode, reader: CityCode) -> bool {
        issuer == reader
            || match self {
                Self::Public | Self::Federation => true,
                Self::Named(cities) => cities.binary_search(&reader).is_ok(),
            }
    }
    /// Whether gossip may carry the body to everybody.
    #[must_use]
    pub const fn is_open_to_members(&self) -> bool {
        matches!(self, Self::Public | Self::Federation)
    }
}

/// The statement that this one acts on, by place and by digest (R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    pub id: StatementId,
    pub digest: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub suite: u16,
    pub city: CityCode,
    pub epoch: Epoch,
    pub seq: Seq,
    pub issuer: Issuer,
    pub issued_at: Millis,
    pub kind: Kind,
    pub body_version: u16,
    pub disclosure: Disclosure,
    pub about: Option<About>,
    /// Keyed tag of what the listing rests on (R40); two entries with one ground are one matter.
    pub ground: Option<Digest>,
    pub commitment: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    #[error("the header is not deterministic CBOR: {0}")]
    Cbor(#[from] crate::cbor::CborFault),
    #[error("the header has a key that version 1 does not know, or lacks one that it needs")]
    Keys,
    #[error("a field of the header has the wrong type, length or order")]
    Field,
    #[error("the header's version or suite needs a newer node")]
    Version,
}

impl HeaderFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cbor(_) => "header_not_canonical",
            Self::Keys => "header_keys",
            Self::Field => "header_field",
            Self::Version => "header_version",
        }
    }
}

impl Header {
    #[must_use]
    pub const fn id(&self) -> StatementId {
        StatementId { city: self.city, epoch: self.epoch, seq: self.seq }
    }
    /// Deterministic CBOR of this header.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        todo!()
    }
    /// Reads a COSE payload. Refuses all but the one deterministic encoding.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let _ = bytes;
        todo!()
    }
}
