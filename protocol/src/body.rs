//! Bodies: what a statement says in full. A body travels beside its statement, to those who may read it, and can be
//! erased everywhere while every proof still verifies, because the header holds only a salted commitment to it (R41).
//!
//! Every body is a deterministic CBOR map with integer keys; key 0 is a 16-byte random salt. Unknown keys in a known
//! version make the body malformed (R42). Dates are text, `2026-11-22`.

mod act;
mod decline;
mod entry;
mod node_announcement;
mod recognition;

pub use act::{ActBody, RepairConditions};
pub use decline::DeclineBody;
pub use entry::{Basis, EntryBody, List, Severity, Source};
pub use node_announcement::NodeAnnouncementBody;
pub use recognition::RecognitionBody;

use crate::digest::{Context, Digest};
use crate::ids::CityCode;
use crate::kind::Kind;

/// 16 bytes that make the commitment of a guessable body unguessable. Handed in: this crate has no randomness.
pub type Salt = [u8; 16];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Entry and Amendment: an amendment carries the whole corrected entry.
    Listing(Box<EntryBody>),
    /// Annulment, Removal, Repair, Erasure and Reinstatement.
    Act(ActBody),
    Recognition(RecognitionBody),
    Decline(DeclineBody),
    NodeAnnouncement(NodeAnnouncementBody),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    #[error("the body is not deterministic CBOR: {0}")]
    Cbor(#[from] crate::cbor::CborFault),
    #[error("the body has a key that this version does not know, or lacks one that it needs")]
    Keys,
    #[error("a field of the body has the wrong type, length or order")]
    Field,
    #[error("the body's kind or version needs a newer node")]
    Version,
    #[error("the body is longer than 32 KiB")]
    TooLong,
}

impl BodyFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cbor(_) => "body_not_canonical",
            Self::Keys => "body_keys",
            Self::Field => "body_field",
            Self::Version => "body_version",
            Self::TooLong => "body_too_long",
        }
    }
}

impl Body {
    /// Deterministic CBOR, with `salt` as key 0.
    #[must_use]
    pub fn encode(&self, salt: &Salt) -> Vec<u8> {
        let _ = salt;
        todo!()
    }
    /// Reads the body of a statement of `kind`. Kinds without a body of their own in this release, and unknown body
    /// versions, answer [`BodyFault::Version`].
    pub fn decode(kind: Kind, body_version: u16, bytes: &[u8]) -> Result<Self, BodyFault> {
        let _ = (kind, body_version, bytes);
        todo!()
    }
}

/// The header's commitment to a body (R41): `huxin body v1` over CBOR `[federation id, city, kind, body version, body]`.
#[must_use]
pub fn commitment(federation: &Digest, city: CityCode, kind: Kind, body_version: u16, body: &[u8]) -> Digest {
    let _ = (federation, city, kind, body_version, body, Context::Body);
    todo!()
}
