//! Bodies: what a statement says in full. A body travels beside its statement, to those who may read it, and can be
//! erased everywhere while every proof still verifies, because the header holds only a salted commitment to it (R41).
//!
//! Every body is a deterministic CBOR map with integer keys; key 0 is a 16-byte random salt. Unknown keys in a known
//! version make the body malformed (R42). Dates are text, `2026-11-22`.

mod act;
mod choice;
mod decision;
mod decline;
mod entry;
mod feedback;
mod filing;
mod handling;
mod lookup;
mod node_announcement;
mod person;
mod recognition;
mod response;

pub use act::{ActBody, RepairConditions};
pub use decision::Decision;
pub use decline::DeclineBody;
pub use entry::{Basis, EntryBody, List, Severity, Source};
pub use feedback::{Department, Done, FeedbackBody};
pub use filing::{FiledBy, ObjectionBody, ObjectionTo, RepairApplicationBody};
pub use handling::{RulingBody, RulingResult, Stage, StepBody};
pub use lookup::Lookup;
pub use node_announcement::NodeAnnouncementBody;
pub use person::{LinkedPerson, PersonRole};
pub use recognition::{DEFAULT_FRESHNESS_HOURS, RecognitionBody};
pub use response::{Answer, MeasureAnswer, ResponseBody};

use crate::cbor::{ReadFault, Reader, Writer};
use crate::cose::byte_string_head;
use crate::digest::{Context, Digest};
use crate::header::BODY_VERSION;
use crate::ids::CityCode;
use crate::kind::Kind;
use crate::limits::BODY_BYTES;
use crate::subject::personal_number;
use crate::text::{TextFault, check_text};

/// 16 bytes that make the commitment of a guessable body unguessable. Handed in: this crate has no randomness.
pub type Salt = [u8; SALT_BYTES];
const SALT_BYTES: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Entry and Amendment: an amendment carries the whole corrected entry.
    Listing(Box<EntryBody>),
    /// Endings, Reinstatement, Suspension, Resumption and Withdrawal.
    Act(ActBody),
    Response(ResponseBody),
    Feedback(FeedbackBody),
    RepairApplication(RepairApplicationBody),
    Objection(ObjectionBody),
    Ruling(RulingBody),
    Step(StepBody),
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
    /// Only where a body is sealed: see [`Body::seal`].
    #[error("{field}: {fault}")]
    Text { field: &'static str, fault: TextFault },
    #[error(
        "{field}: it holds what could be a resident's identity number, which is never signed in clear; take it out"
    )]
    PersonalNumber { field: &'static str },
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
            Self::Text { fault, .. } => fault.code(),
            Self::PersonalNumber { .. } => "personal_number",
        }
    }
}

impl From<ReadFault> for BodyFault {
    fn from(fault: ReadFault) -> Self {
        match fault {
            ReadFault::Keys => Self::Keys,
            ReadFault::Field => Self::Field,
        }
    }
}

/// Longest name of a subject, list, authority or publisher in bytes: the longest of 5,500 published names has 158.
pub const NAME_BYTES: usize = 512;
/// Longest short code in bytes: a measure, a field, an item of the catalogue.
pub const CODE_BYTES: usize = 128;
/// Longest document number or record name in bytes.
pub const REFERENCE_BYTES: usize = 256;
/// Longest legal text in bytes (law, ground): some publishers name every clause.
pub const LAW_BYTES: usize = 4096;
/// Longest free text in bytes (summary, reason).
pub const SUMMARY_BYTES: usize = 8192;
/// Most aliases of one subject. Published lists give a handful; a name of [`NAME_BYTES`] each would fill the body first.
pub const ALIASES: usize = 128;
/// Most measures of one entry: more than one catalogue has for one list.
pub const MEASURES: usize = 64;
/// Most linked persons, and most evidence hashes, of one entry.
pub const DIGESTS: usize = 64;
/// Most fields or measures that one recognition rule names.
pub const RULE_ITEMS: usize = 256;
/// A node's addresses and peer id have the same bounds as in the manifest.
pub use crate::genesis::{ADDRESS_BYTES, ADDRESSES, PEER_ID_BYTES};

impl Body {
    /// Deterministic CBOR, with `salt` as key 0. Text is put into NFC; nothing else is checked or mended, see
    /// [`Body::seal`].
    #[must_use]
    pub fn encode(&self, salt: &Salt) -> Vec<u8> {
        let mut writer = Writer::with_capacity(512);
        writer.map(|map| {
            map.field(0, |w| w.bytes(salt));
            match self {
                Self::Listing(body) => body.write(map),
                Self::Act(body) => body.write(map),
                Self::Response(body) => body.write(map),
                Self::Feedback(body) => body.write(map),
                Self::RepairApplication(body) => body.write(map),
                Self::Objection(body) => body.write(map),
                Self::Ruling(body) => body.write(map),
                Self::Step(body) => body.write(map),
                Self::Recognition(body) => body.write(map),
                Self::Decline(body) => body.write(map),
                Self::NodeAnnouncement(body) => body.write(map),
            }
        });
        writer.finish()
    }

    /// Every text of the body with the name of its field; texts of a list stand one by one under one name.
    #[must_use]
    pub fn texts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Listing(body) => body.texts(),
            Self::Act(body) => body.texts(),
            Self::Response(body) => body.texts(),
            Self::Feedback(body) => body.texts(),
            Self::RepairApplication(body) => body.texts(),
            Self::Objection(body) => body.texts(),
            Self::Ruling(body) => body.texts(),
            Self::Step(body) => body.texts(),
            Self::Recognition(body) => body.texts(),
            Self::Decline(body) => vec![("reason", &body.reason)],
            Self::NodeAnnouncement(body) => body.addresses.iter().map(|text| ("addresses", text.as_str())).collect(),
        }
    }

    /// As [`Body::encode`], for a body that is about to be signed: what every receiver would refuse is refused here, and
    /// so is text that says something else to a machine than to a reader (R6). Receivers take such text as it came.
    ///
    /// # Errors
    /// [`BodyFault::Text`] and [`BodyFault::PersonalNumber`] first, then those of [`Body::decode`].
    pub fn seal(&self, kind: Kind, salt: &Salt) -> Result<Vec<u8>, BodyFault> {
        for (field, text) in self.texts() {
            check_text(text).map_err(|fault| BodyFault::Text { field, fault })?;
            // An act is erased only when somebody asks for it, so least of all there (R51). Addresses and rules of recognition are about no subject.
            let about_subjects = !matches!(self, Self::Recognition(_) | Self::NodeAnnouncement(_));
            if about_subjects && personal_number(text).is_some() {
                return Err(BodyFault::PersonalNumber { field });
            }
        }
        let bytes = self.encode(salt);
        Self::decode(kind, BODY_VERSION, &bytes)?;
        Ok(bytes)
    }

    /// Reads the body of a statement of `kind`. Kinds without a body of their own in this release, and unknown body
    /// versions, answer [`BodyFault::Version`].
    ///
    /// # Errors
    /// Size first, then version, then the form of the bytes, then their fields.
    pub fn decode(kind: Kind, body_version: u16, bytes: &[u8]) -> Result<Self, BodyFault> {
        if bytes.len() > BODY_BYTES {
            return Err(BodyFault::TooLong);
        }
        if body_version != BODY_VERSION || !kind.is_supported() {
            return Err(BodyFault::Version);
        }
        let mut reader = Reader::checked(bytes)?;
        Ok(reader.map(|map| {
            map.required(0, Reader::bytes_of::<SALT_BYTES>)?;
            match kind {
                Kind::Entry | Kind::Amendment => EntryBody::read(map).map(Box::new).map(Self::Listing),
                Kind::Response => ResponseBody::read(map).map(Self::Response),
                Kind::Feedback => FeedbackBody::read(map).map(Self::Feedback),
                Kind::RepairApplication => RepairApplicationBody::read(map).map(Self::RepairApplication),
                Kind::Objection => ObjectionBody::read(map).map(Self::Objection),
                Kind::Ruling => RulingBody::read(map).map(Self::Ruling),
                Kind::Step => StepBody::read(map).map(Self::Step),
                Kind::Recognition => RecognitionBody::read(map).map(Self::Recognition),
                Kind::Decline => DeclineBody::read(map).map(Self::Decline),
                Kind::NodeAnnouncement => NodeAnnouncementBody::read(map).map(Self::NodeAnnouncement),
                // The other supported kinds: endings, Suspension, and what takes one of these or a filing back.
                _ => ActBody::read(map, kind).map(Self::Act),
            }
        })?)
    }
}

/// The salt of body bytes, whatever else they hold; `None` where key 0 is not a salt.
#[must_use]
pub fn salt_of(bytes: &[u8]) -> Option<Salt> {
    Reader::checked(bytes).ok()?.map_start(|map| map.required(0, Reader::bytes_of)).ok()
}

/// The header's commitment to a body (R41): `huxin body v1` over CBOR `[federation id, city, kind, body version, body]`.
#[must_use]
pub fn commitment(federation: &Digest, city: CityCode, kind: Kind, body_version: u16, body: &[u8]) -> Digest {
    let mut opening = Writer::with_capacity(80);
    opening.array(5).digest(federation).city(city).unsigned(kind.number()).unsigned(body_version);
    let (head, used) = byte_string_head(body.len());
    // The body is hashed where it lies: a page holds hundreds of them.
    let mut hasher = Context::Body.hasher();
    hasher.update(&opening.finish()).update(&head[..used]).update(body);
    Digest(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests;
