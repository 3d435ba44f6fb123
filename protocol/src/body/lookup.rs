//! What a listing is looked up by.

use super::{Body, EntryBody};
use crate::kind::Kind;
use crate::subject::SubjectId;

/// The fields of an Entry or Amendment under which a node finds it again. Read where the bytes are checked anyway, so that
/// whoever stores them need not decode a body a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    pub subject: SubjectId,
    pub record_ref: Option<String>,
}

impl Lookup {
    #[must_use]
    pub fn of(entry: &EntryBody) -> Self {
        Self { subject: entry.subject.id.clone(), record_ref: entry.record_ref.clone() }
    }

    /// `None` for the bodies of other kinds, and for one that cannot be read.
    #[must_use]
    pub fn read(kind: Kind, version: u16, bytes: &[u8]) -> Option<Self> {
        if !kind.is_listing() {
            return None;
        }
        match Body::decode(kind, version, bytes) {
            Ok(Body::Listing(entry)) => {
                let EntryBody { subject, record_ref, .. } = *entry;
                Some(Self { subject: subject.id, record_ref })
            }
            _ => None,
        }
    }
}
