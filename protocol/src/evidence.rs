//! Evidence that somebody contradicted himself, in one of four forms (R97 to R99). It convinces anyone who has the
//! genesis and the key records, whoever hands it over, so it is passed on and kept.
//!
//! CBOR array `[1, form, …]`: form 1 (two roots) and form 3 (two statements) and form 4 (two records) have the two signed
//! things, the lower root or digest first; form 2 (two histories) has the smaller checkpoint, the larger checkpoint, the
//! other root and the proof that leads from it. Checkpoints stand with their log line and nothing else, so that whoever
//! finds the same contradiction makes the same bytes. Of several contradictions in one city and epoch the one with the
//! lowest digest is kept.
//!
//! What it means is for the fold: in the epoch in force it is evidence against the city, in a closed one against the key
//! alone (somebody may have stolen it), and two records are always evidence against the root.

mod check;
#[cfg(test)]
mod tests;

use crate::cbor::{CborFault, ReadFault, Reader, Writer};
use crate::checkpoint::{CheckpointFault, SignedCheckpoint};
use crate::digest::{Context, Digest, TreeHash};
use crate::ids::{CityCode, Epoch};
use crate::key_record::{RecordFault, SignedRecord};
use crate::limits::STATEMENT_BYTES;
use crate::roster::Roster;
use crate::statement::{Statement, StatementFault};
use crate::tree::{PROOF_HASHES, verify_consistency};
use std::collections::BTreeMap;

/// Longest evidence in bytes: two of the longest statements.
pub const EVIDENCE_BYTES: usize = 2 * STATEMENT_BYTES + 64;
const EVIDENCE_VERSION: u64 = 1;

/// The four ways to contradict oneself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// One log at one size with two roots.
    TwoRoots,
    /// A checkpoint whose root is not the one from which a later checkpoint grew.
    TwoHistories,
    /// Two statements at one place.
    TwoStatements,
    /// Two key records on one predecessor.
    TwoRecords,
}

impl Form {
    /// Number in the format.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::TwoRoots => 1,
            Self::TwoHistories => 2,
            Self::TwoStatements => 3,
            Self::TwoRecords => 4,
        }
    }
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TwoRoots => "two_roots",
            Self::TwoHistories => "two_histories",
            Self::TwoStatements => "two_statements",
            Self::TwoRecords => "two_records",
        }
    }
}

/// An accusation: what was signed, as it came. [`Evidence::check`] says whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Two checkpoint notes of one origin and size, the lower root first.
    TwoRoots { first: Vec<u8>, second: Vec<u8> },
    /// Two checkpoint notes of one origin, the smaller size first; and a root of the smaller size, other than the one
    /// signed, from which `proof` leads to the larger.
    TwoHistories { earlier: Vec<u8>, later: Vec<u8>, other_root: TreeHash, proof: Vec<TreeHash> },
    /// Two statements of one place, the lower statement digest first.
    TwoStatements { first: Vec<u8>, second: Vec<u8> },
    /// Two key records of one city with one `previous`, the lower record digest first.
    TwoRecords { first: Vec<u8>, second: Vec<u8> },
}

/// Evidence that holds. The only maker is [`Evidence::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEvidence {
    city: CityCode,
    epoch: Epoch,
    evidence: Evidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceFault {
    #[error("the evidence is not deterministic CBOR: {0}")]
    Cbor(#[from] CborFault),
    #[error("the evidence does not have the shape of one of the four forms")]
    Shape,
    #[error("the evidence is longer than its limit")]
    TooLong,
    #[error("the evidence is of another federation")]
    ForeignFederation,
    #[error("the evidence is about a city that is no member")]
    ForeignCity,
    #[error("the evidence is about an epoch that is not known here; its key record is missing")]
    UnknownEpoch,
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFault),
    #[error(transparent)]
    Statement(#[from] StatementFault),
    #[error(transparent)]
    Record(#[from] RecordFault),
    #[error("the two things that were signed do not contradict each other, or stand in the wrong order")]
    NoContradiction,
}

impl EvidenceFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cbor(_) => "evidence_not_canonical",
            Self::Shape => "evidence_shape",
            Self::TooLong => "evidence_too_long",
            Self::ForeignFederation => "foreign_federation",
            Self::ForeignCity => "foreign_city",
            Self::UnknownEpoch => "unknown_epoch",
            Self::Checkpoint(fault) => fault.code(),
            Self::Statement(fault) => fault.code(),
            Self::Record(fault) => fault.code(),
            Self::NoContradiction => "evidence_no_contradiction",
        }
    }
}

impl From<ReadFault> for EvidenceFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

/// The two in order of their keys; `None` where these are equal.
fn ordered<K: Ord>(one: (K, Vec<u8>), other: (K, Vec<u8>)) -> Option<(Vec<u8>, Vec<u8>)> {
    match one.0.cmp(&other.0) {
        std::cmp::Ordering::Less => Some((one.1, other.1)),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some((other.1, one.1)),
    }
}

/// The digest of all evidence held about one city, in which nodes compare what they hold (R163): over the objects, ascending by
/// the epoch that each is about. Zeros for none, so that two nodes without any compare equal whatever they know of epochs.
#[must_use]
pub fn held_digest(objects: &BTreeMap<Epoch, Vec<u8>>) -> Digest {
    if objects.is_empty() {
        return Digest([0; 32]);
    }
    let mut hasher = Context::View.hasher();
    for object in objects.values() {
        hasher.update(object);
    }
    Digest(*hasher.finalize().as_bytes())
}

impl Evidence {
    /// Whether two checkpoints are of one log and size and name two roots.
    #[must_use]
    pub fn two_roots(one: &SignedCheckpoint, other: &SignedCheckpoint) -> Option<Self> {
        let (a, b) = (one.checkpoint(), other.checkpoint());
        if a.origin != b.origin || a.size != b.size {
            return None;
        }
        let (first, second) = ordered((a.root, one.encode(&[])), (b.root, other.encode(&[])))?;
        Some(Self::TwoRoots { first, second })
    }

    /// Whether `proof` leads from `other_root` at the size of `earlier` to `later`, while `earlier` names another root.
    #[must_use]
    pub fn two_histories(
        earlier: &SignedCheckpoint,
        later: &SignedCheckpoint,
        other_root: TreeHash,
        proof: &[TreeHash],
    ) -> Option<Self> {
        let (a, b) = (earlier.checkpoint(), later.checkpoint());
        let contradicts = a.origin == b.origin
            && a.size < b.size
            && a.root != other_root
            && verify_consistency(a.size, &other_root, b.size, &b.root, proof).is_ok();
        contradicts.then(|| Self::TwoHistories {
            earlier: earlier.encode(&[]),
            later: later.encode(&[]),
            other_root,
            proof: proof.to_vec(),
        })
    }

    /// Whether two statements claim one place. Whether both are signed is for [`Evidence::check`]. Other signature bytes
    /// over the same words are the same statement.
    #[must_use]
    pub fn two_statements(one: &Statement, other: &Statement) -> Option<Self> {
        if one.header.id() != other.header.id() {
            return None;
        }
        let (first, second) = ordered((one.digest, one.bytes.clone()), (other.digest, other.bytes.clone()))?;
        Some(Self::TwoStatements { first, second })
    }

    /// Whether two records of one city stand on one predecessor.
    #[must_use]
    pub fn two_records(one: &SignedRecord, other: &SignedRecord) -> Option<Self> {
        let (a, b) = (one.record(), other.record());
        if a.city != b.city || a.previous != b.previous {
            return None;
        }
        let (first, second) = ordered((one.digest(), one.bytes().to_vec()), (other.digest(), other.bytes().to_vec()))?;
        Some(Self::TwoRecords { first, second })
    }

    #[must_use]
    pub const fn form(&self) -> Form {
        match self {
            Self::TwoRoots { .. } => Form::TwoRoots,
            Self::TwoHistories { .. } => Form::TwoHistories,
            Self::TwoStatements { .. } => Form::TwoStatements,
            Self::TwoRecords { .. } => Form::TwoRecords,
        }
    }

    /// `huxin evidence v1` over the encoding: the name of this object, and the order in which one is preferred.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Context::Evidence.digest(&self.encode())
    }

    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let form = self.form().number();
        match self {
            Self::TwoRoots { first, second }
            | Self::TwoStatements { first, second }
            | Self::TwoRecords { first, second } => {
                writer.array(4).unsigned(EVIDENCE_VERSION).unsigned(form).bytes(first).bytes(second);
            }
            Self::TwoHistories { earlier, later, other_root, proof } => {
                writer.array(6).unsigned(EVIDENCE_VERSION).unsigned(form).bytes(earlier).bytes(later);
                writer.bytes(&other_root.0).list(proof, |writer, hash| {
                    writer.bytes(&hash.0);
                });
            }
        }
        writer.finish()
    }

    /// Reads evidence without looking at what it holds.
    ///
    /// # Errors
    /// [`EvidenceFault::TooLong`], [`EvidenceFault::Cbor`] or [`EvidenceFault::Shape`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EvidenceFault> {
        if bytes.len() > EVIDENCE_BYTES {
            return Err(EvidenceFault::TooLong);
        }
        let mut reader = Reader::checked(bytes)?;
        let length = reader.array()?;
        if reader.unsigned::<u64>()? != EVIDENCE_VERSION {
            return Err(EvidenceFault::Shape);
        }
        let form: u8 = reader.unsigned()?;
        let (first, second) = (reader.bytes()?.to_vec(), reader.bytes()?.to_vec());
        match (form, length) {
            (1, 4) => Ok(Self::TwoRoots { first, second }),
            (2, 6) => Ok(Self::TwoHistories {
                earlier: first,
                later: second,
                other_root: reader.tree_hash()?,
                proof: reader.list(0, PROOF_HASHES, Reader::tree_hash)?,
            }),
            (3, 4) => Ok(Self::TwoStatements { first, second }),
            (4, 4) => Ok(Self::TwoRecords { first, second }),
            _ => Err(EvidenceFault::Shape),
        }
    }
}

impl VerifiedEvidence {
    /// The city that contradicted itself.
    #[must_use]
    pub const fn city(&self) -> CityCode {
        self.city
    }
    /// The epoch whose key signed both; of two records, the epoch that the first of them opens.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }
    #[must_use]
    pub const fn form(&self) -> Form {
        self.evidence.form()
    }
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }
    /// Whether it speaks against the city itself: its epoch is in force, or its root signed two records. Evidence in a
    /// closed epoch speaks against the key alone.
    #[must_use]
    pub fn is_against_city(&self, roster: &Roster) -> bool {
        self.form() == Form::TwoRecords || roster.city(self.city).is_some_and(|city| city.current().epoch == self.epoch)
    }
}
