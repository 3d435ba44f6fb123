//! What is wrong with a row, and how it is mended.

use super::Repair;
use crate::ledger::Family;
use huxin_protocol::ids::{CityCode, Seq};
use std::fmt;

/// How a finding is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// The row follows from proved ones: it can be made anew or taken out in place.
    Rebuild,
    /// The row is taken out in place, and the node fetches it from partners again.
    Fetch,
    /// Comes back only from a backup or from partners' copies of the logs.
    Restore,
    /// The bytes are what the city's checkpoint says; the defect is in what was signed.
    Tell,
}

impl Mend {
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Rebuild => "run `huxin fsck --mend`: it is made anew from the logs",
            Self::Fetch => "run `huxin fsck --mend`: it is taken out and fetched from partners again",
            Self::Restore => "run `huxin restore` from a backup, or let the node fetch everything into a new folder",
            Self::Tell => "nothing to mend here; tell the city that signed it",
        }
    }
}

/// One row, or one missing row, that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub family: Family,
    pub city: Option<CityCode>,
    pub seq: Option<Seq>,
    pub fault: Fault,
    pub(super) repair: Repair,
}

impl Finding {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault.code()
    }
    /// What is wrong, for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.fault.to_string()
    }
    #[must_use]
    pub const fn mend(&self) -> Mend {
        self.fault.mend()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name())?;
        match (self.city, self.seq) {
            (Some(city), Some(seq)) => write!(f, " {city}-{seq}")?,
            (Some(city), None) => write!(f, " {city}")?,
            (None, Some(seq)) => write!(f, " {seq}")?,
            (None, None) => {}
        }
        write!(f, ": {}; {}", self.fault, self.mend().sentence())
    }
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("its rows could not be read ({cause})")]
    Unreadable { cause: Box<str> },
    #[error("a key does not have the shape of its family")]
    KeyShape,
    #[error("a key does not have the shape of its index")]
    IndexKeyShape,
    #[error("the row is of a city that is no member")]
    Stranger,

    #[error("leaves are missing up to {until}")]
    LeafMissing { until: Seq },
    #[error("a leaf stands beyond the end of the log")]
    LeafBeyond,
    #[error("the statement's own signature does not hold ({code})")]
    StatementSignature { code: &'static str },
    #[error("there are leaves and no head")]
    HeadMissing,
    #[error("the head does not decode")]
    HeadRow,
    #[error("the frontier is not the one that the leaves give")]
    Frontier,
    #[error("the checkpoint does not hold ({code})")]
    Checkpoint { code: &'static str },
    #[error("the checkpoint is of another log, or its epoch is not known")]
    CheckpointOrigin,
    #[error("the checkpoint is larger than the log that is held")]
    CheckpointBeyond,
    #[error("the checkpoint's root is not the one that the leaves give")]
    CheckpointRoot,
    #[error("the leaves before the epoch do not have the root that its key record signed")]
    EpochRoot,

    #[error("the row that follows from the leaf is missing")]
    RowMissing,
    #[error("the row is not what follows from the leaf")]
    RowWrong,
    #[error("the row follows from no leaf")]
    RowSurplus,
    #[error("the body does not match its statement's commitment")]
    BodyCommitment,
    #[error("the body was erased by its city and is still here")]
    BodyErased,
    #[error("the body belongs to no statement at this place")]
    BodySurplus,
    #[error("this city is not among the body's readers")]
    BodyNotReader,

    #[error("the key record is refused ({code})")]
    Record { code: &'static str },
    #[error("the key record stands under another's key")]
    RecordKey,
    #[error("the cosignature does not decode, or stands under another's key")]
    CosignatureRow,
    #[error("the cosignature does not hold ({code})")]
    Cosignature { code: &'static str },
    #[error("the cosignature is about a log that is not the one held")]
    CosignatureRoot,
    #[error("what the own cosigner said last does not hold ({code})")]
    OwnCosignature { code: &'static str },
    #[error("the evidence does not hold ({code})")]
    Evidence { code: &'static str },
    #[error("the evidence stands under another's key")]
    EvidenceKey,
    #[error("an abandoned leaf stands where its epoch has none, or at another's place")]
    AbandonedPlace,
    #[error("an abandoned leaf does not read, or its signature does not hold ({code})")]
    AbandonedLeaf { code: &'static str },
    #[error("the row of abandoned heads does not decode")]
    AbandonedHeads,

    #[error("numbers of the audit log are missing up to {until}")]
    AuditGap { until: u64 },
    #[error("the row `{name}` is missing")]
    MetaMissing { name: &'static str },
    #[error("the row `{name}` does not say what it should")]
    MetaWrong { name: &'static str },
}

impl Fault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::KeyShape => "key_shape",
            Self::IndexKeyShape => "index_key_shape",
            Self::Stranger => "stranger",
            Self::LeafMissing { .. } => "leaf_missing",
            Self::LeafBeyond => "leaf_beyond",
            Self::StatementSignature { .. } => "statement_signature",
            Self::HeadMissing => "head_missing",
            Self::HeadRow => "head_row",
            Self::Frontier => "frontier",
            Self::Checkpoint { .. } => "checkpoint",
            Self::CheckpointOrigin => "checkpoint_origin",
            Self::CheckpointBeyond => "checkpoint_beyond",
            Self::CheckpointRoot => "checkpoint_root",
            Self::EpochRoot => "epoch_root",
            Self::RowMissing => "row_missing",
            Self::RowWrong => "row_wrong",
            Self::RowSurplus => "row_surplus",
            Self::BodyCommitment => "body_commitment",
            Self::BodyErased => "body_erased",
            Self::BodySurplus => "body_surplus",
            Self::BodyNotReader => "body_not_reader",
            Self::Record { .. } => "record",
            Self::RecordKey => "record_key",
            Self::CosignatureRow => "cosignature_row",
            Self::Cosignature { .. } => "cosignature",
            Self::CosignatureRoot => "cosignature_root",
            Self::OwnCosignature { .. } => "own_cosignature",
            Self::Evidence { .. } => "evidence",
            Self::EvidenceKey => "evidence_key",
            Self::AbandonedPlace => "abandoned_place",
            Self::AbandonedLeaf { .. } => "abandoned_leaf",
            Self::AbandonedHeads => "abandoned_heads",
            Self::AuditGap { .. } => "audit_gap",
            Self::MetaMissing { .. } => "meta_missing",
            Self::MetaWrong { .. } => "meta_wrong",
        }
    }

    #[must_use]
    pub const fn mend(&self) -> Mend {
        match self {
            Self::IndexKeyShape
            | Self::Stranger
            | Self::RowMissing
            | Self::RowWrong
            | Self::RowSurplus
            | Self::BodyErased
            | Self::BodySurplus
            | Self::BodyNotReader => Mend::Rebuild,
            Self::BodyCommitment
            | Self::CosignatureRow
            | Self::Cosignature { .. }
            | Self::CosignatureRoot
            | Self::Evidence { .. }
            | Self::EvidenceKey => Mend::Fetch,
            Self::StatementSignature { .. } => Mend::Tell,
            _ => Mend::Restore,
        }
    }
}
