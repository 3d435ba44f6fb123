//! Bundles, `*.huxin`: one statement with all that a stranger needs to check it, offline and years later (R112 to R119).
//!
//! RFC 8785 canonical JSON and a final newline; every byte string is standard base64 with padding. Members: `version`
//! (1), `genesis`, `records` (of the issuer, the witnesses and the exporter; by city and epoch), `statement`, `body` (or
//! null), `proof` (a C2SP tlog-proof without `extra` line, so that public tools can read it), `standing` (or null).
//!
//! One bundle has one spelling, and every part of it is bound by a signature or a hash, so every changed bit is seen. A
//! cosignature that does not resolve or hold is listed as invalid, because whoever adds a worthless line to a good proof
//! must not spoil it; anything else that is wrong refuses the whole.
//!
//! A bundle shows what the log said up to its checkpoint and never that nothing came later. The standing note is the
//! exporter's word about that, and the key state is as of the last record in the file: a later one may have closed the
//! epoch.

mod encoding;
#[cfg(test)]
mod tests;
mod tlog_proof;
mod verify;

pub use tlog_proof::TlogProof;

use crate::body::{Body, BodyFault};
use crate::checkpoint::{CheckpointFault, SignedCheckpoint};
use crate::cosignature::Cosignature;
use crate::genesis::{Genesis, GenesisFault};
use crate::ids::{CityCode, Epoch, Seq};
use crate::key_record::RecordFault;
use crate::roster::{EpochKeys, Roster};
use crate::segment::SegmentFault;
use crate::standing::{StandingFault, VerifiedStanding};
use crate::statement::{Statement, StatementFault};
use crate::tree::ProofFault;
use std::collections::BTreeSet;

/// Longest bundle in bytes: the largest genesis, in base64, and as much again for everything else.
pub const BUNDLE_BYTES: usize = 4 * 1024 * 1024;

/// The parts of a bundle, as they came. Nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The genesis file.
    pub genesis: Vec<u8>,
    /// Key records by city and epoch; of each city that has any, all from epoch 2 on.
    pub records: Vec<Vec<u8>>,
    pub statement: Vec<u8>,
    /// Absent where the exporter may not pass it on or does not hold it.
    pub body: Option<Vec<u8>>,
    pub proof: TlogProof,
    /// A standing note.
    pub standing: Option<Vec<u8>>,
}

/// What a bundle shows. The only maker is [`Bundle::verify`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifiedBundle {
    pub genesis: Genesis,
    /// The members, with the keys that the bundle's records give them.
    pub roster: Roster,
    pub statement: Statement,
    pub body: Option<Body>,
    /// Position in the issuer's log.
    pub index: Seq,
    pub checkpoint: SignedCheckpoint,
    /// Keys of the epoch in which the statement was made.
    pub keys: EpochKeys,
    /// "Key state as of record N": the last epoch of the issuer that the bundle's records open; 1 is the genesis.
    pub key_state: Epoch,
    /// The issuer voided this stretch of its log by a later record: the statement has no effect.
    pub voided: bool,
    /// Cosignatures that hold, the issuer's own heartbeat among them.
    pub cosignatures: Vec<Cosignature>,
    /// Names of the lines that do not resolve to a key of the bundle's records, or do not hold. They are a stranger's
    /// words: escape them before showing them.
    pub invalid_lines: Vec<String>,
    pub standing: Option<VerifiedStanding>,
}

impl VerifiedBundle {
    /// Cities other than the issuer that vouch for the checkpoint, each once. A line of an epoch that its city has closed by the
    /// bundle's records vouches for nothing: a line has no place in a log, so whoever got hold of an old key can write one.
    #[must_use]
    pub fn witnesses(&self) -> BTreeSet<CityCode> {
        let counts = |line: &&Cosignature| line.is_witness() && !self.is_retired(line);
        self.cosignatures.iter().filter(counts).map(|line| line.cosigner.city).collect()
    }
    /// Names of the lines that hold under a key whose epoch its city has closed (R117).
    #[must_use]
    pub fn retired_lines(&self) -> Vec<&str> {
        self.cosignatures.iter().filter(|line| self.is_retired(line)).map(|line| line.line.name.as_str()).collect()
    }
    fn is_retired(&self, line: &Cosignature) -> bool {
        self.roster.city(line.cosigner.city).is_none_or(|city| city.current().epoch != line.cosigner.epoch)
    }
    /// Whether every line of the checkpoint holds. If not, the statement is proved all the same.
    #[must_use]
    pub fn all_lines_hold(&self) -> bool {
        self.invalid_lines.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    #[error("the bundle is longer than 4 MiB")]
    TooLong,
    #[error("the file is not a bundle: one JSON object with the members of version 1 and a final newline")]
    Shape,
    #[error("the bundle's version needs a newer program")]
    Version,
    #[error("the file is not in canonical form; it was changed after it was exported")]
    NotCanonical,
    #[error("a member of the bundle is not standard base64")]
    Base64,
    #[error(transparent)]
    Genesis(#[from] GenesisFault),
    #[error("the bundle is of another federation than the one expected")]
    ForeignFederation,
    #[error("a key record in the bundle does not hold: {0}")]
    Record(#[from] RecordFault),
    #[error("the key records are not one chain per city, in order")]
    RecordOrder,
    #[error("the statement does not hold: {0}")]
    Statement(#[from] StatementFault),
    #[error("the statement is of a city that is no member")]
    ForeignCity,
    #[error("the statement's epoch is not opened by the bundle's records")]
    UnknownEpoch,
    #[error("the proof is not a tlog-proof without extra line")]
    ProofText,
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(#[from] SegmentFault),
    #[error("the checkpoint is of another city's log than the statement")]
    OtherLog,
    #[error("the statement's header does not name the place at which it is proved")]
    Place,
    #[error("the log does not hold this statement at this place: {0}")]
    Inclusion(#[from] ProofFault),
    #[error("the body is not the one that the statement commits to")]
    BodyMismatch,
    #[error("the body cannot be read: {0}")]
    Body(#[from] BodyFault),
    #[error("the standing note does not hold: {0}")]
    Standing(#[from] StandingFault),
    #[error("the standing note is about another statement or another state of the log")]
    StandingMismatch,
}

impl From<CheckpointFault> for BundleFault {
    fn from(fault: CheckpointFault) -> Self {
        Self::Checkpoint(fault.into())
    }
}

impl BundleFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "bundle_too_long",
            Self::Shape => "bundle_shape",
            Self::Version => "bundle_version",
            Self::NotCanonical => "bundle_not_canonical",
            Self::Base64 => "bundle_base64",
            Self::Genesis(fault) => fault.code(),
            Self::ForeignFederation => "foreign_federation",
            Self::Record(fault) => fault.code(),
            Self::RecordOrder => "bundle_record_order",
            Self::Statement(fault) => fault.code(),
            Self::ForeignCity => "foreign_city",
            Self::UnknownEpoch => "unknown_epoch",
            Self::ProofText => "bundle_proof_text",
            Self::Checkpoint(fault) => fault.code(),
            Self::OtherLog => "bundle_other_log",
            Self::Place => "bundle_place",
            Self::Inclusion(fault) => fault.code(),
            Self::BodyMismatch => "body_mismatch",
            Self::Body(fault) => fault.code(),
            Self::Standing(fault) => fault.code(),
            Self::StandingMismatch => "standing_mismatch",
        }
    }
}
