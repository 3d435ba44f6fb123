//! Segments: the one form in which logs travel, by gossip, catch-up, disk or restore (R90 to R96). CBOR array:
//! `[1, city, [key record bytes, …], from, [[statement bytes, body bytes or null], …], [consistency hash, …], checkpoint
//! note bytes]`. The statements are contiguous from `from`; the proof leads from the end of the run to the checkpoint
//! (empty where they are the same). A run never crosses an epoch border. A segment without statements carries a
//! checkpoint with its cosignatures: a heartbeat or a witness; its `from` is the checkpoint's size.
//!
//! Degrees of trust: [`Segment`] was decoded; [`ReadSegment`] has its leaves read and hashed; [`AuthenticSegment`] has
//! a checkpoint that the city's log key signed; [`ProvedSegment`] continues a frontier that we hold.

use crate::checkpoint::{CheckpointFault, SignedCheckpoint, UnverifiedCheckpoint};
use crate::cosignature::Cosignature;
use crate::digest::{Digest, TreeHash};
use crate::ids::{CityCode, Seq};
use crate::note::SignatureLine;
use crate::roster::Roster;
use crate::statement::{Statement, StatementFault};
use crate::tree::{Frontier, NodePlace};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub statement: Vec<u8>,
    /// Absent where the road may not carry it, or the sender does not hold it.
    pub body: Option<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub city: CityCode,
    pub records: Vec<Vec<u8>>,
    pub from: Seq,
    pub items: Vec<Item>,
    pub consistency: Vec<TreeHash>,
    pub checkpoint: Vec<u8>,
}

/// A leaf of a segment, read and hashed.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub hash: TreeHash,
    pub bytes: Vec<u8>,
    /// A leaf that says nothing readable is kept, void.
    pub reading: Result<Statement, StatementFault>,
    /// Present only where it matches the header's commitment.
    pub body: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
pub struct ReadSegment {
    pub city: CityCode,
    pub records: Vec<Vec<u8>>,
    pub from: Seq,
    pub leaves: Vec<Leaf>,
    pub consistency: Vec<TreeHash>,
    pub checkpoint: UnverifiedCheckpoint,
}

/// The checkpoint holds under the log key of its epoch. Whether the leaves lead to it is not yet known.
#[derive(Clone, Debug)]
pub struct AuthenticSegment {
    pub city: CityCode,
    pub from: Seq,
    pub leaves: Vec<Leaf>,
    pub consistency: Vec<TreeHash>,
    pub checkpoint: SignedCheckpoint,
    /// Cosignature lines that hold under keys of the roster.
    pub cosignatures: Vec<Cosignature>,
}

/// The leaves continue our frontier and lead to the checkpoint.
#[derive(Clone, Debug)]
pub struct ProvedSegment {
    pub segment: AuthenticSegment,
    /// Our frontier after the run.
    pub frontier: Frontier,
    /// Subtrees that the run completed.
    pub completed: Vec<(NodePlace, TreeHash)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentFault {
    #[error("the segment is not deterministic CBOR: {0}")]
    Cbor(#[from] crate::cbor::CborFault),
    #[error("the segment does not have the shape of version 1")]
    Shape,
    #[error("the segment, a statement or a body in it is longer than its limit")]
    TooLong,
    #[error("the segment is of another federation")]
    ForeignFederation,
    #[error("the segment is of a city that is no member")]
    ForeignCity,
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFault),
    #[error("the checkpoint's epoch is not known here; its key record is missing")]
    UnknownEpoch,
    #[error("the checkpoint stands beyond the place where its epoch was closed")]
    ClosedEpoch,
    #[error("the run crosses the border of an epoch")]
    CrossesEpoch,
    #[error("the run does not begin where our copy of the log ends")]
    Gap,
    #[error("the proof does not lead from the run to the checkpoint")]
    Proof,
    #[error("the checkpoint is smaller than the run that it should prove")]
    Short,
}

impl SegmentFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cbor(_) => "segment_not_canonical",
            Self::Shape => "segment_shape",
            Self::TooLong => "segment_too_long",
            Self::ForeignFederation => "foreign_federation",
            Self::ForeignCity => "foreign_city",
            Self::Checkpoint(fault) => fault.code(),
            Self::UnknownEpoch => "unknown_epoch",
            Self::ClosedEpoch => "closed_epoch",
            Self::CrossesEpoch => "crosses_epoch",
            Self::Gap => "gap",
            Self::Proof => "proof",
            Self::Short => "checkpoint_short",
        }
    }
}

impl Segment {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        todo!()
    }
    /// `limit` is the road's: [`crate::limits::GOSSIP_BYTES`] or [`crate::limits::PAGE_BYTES`] (plus one item).
    pub fn decode(bytes: &[u8], limit: usize) -> Result<Self, SegmentFault> {
        let _ = (bytes, limit);
        todo!()
    }
    /// Reads and hashes every leaf and checks every body against its commitment. Heavy; needs no state.
    pub fn read(self, federation: &Digest) -> Result<ReadSegment, SegmentFault> {
        let _ = federation;
        todo!()
    }
}

impl ReadSegment {
    /// Checks the checkpoint under the epoch's log key, that a closed epoch is not spoken for beyond its end, that the
    /// run stays within one epoch, and the cosignatures (those that do not hold are left out and counted).
    pub fn authenticate(self, roster: &Roster) -> Result<AuthenticSegment, SegmentFault> {
        let _ = roster;
        todo!()
    }
}

impl AuthenticSegment {
    /// Drops leaves that we hold already (`from` below the frontier), refuses a gap, extends the frontier and checks the proof.
    pub fn prove(self, frontier: &Frontier) -> Result<ProvedSegment, SegmentFault> {
        let _ = frontier;
        todo!()
    }
}

/// Checks cosignature lines against the roster: the holding ones, and the number of the others.
#[must_use]
pub fn check_cosignatures(
    lines: &[SignatureLine],
    checkpoint: &crate::checkpoint::Checkpoint,
    roster: &Roster,
) -> (Vec<Cosignature>, usize) {
    let _ = (lines, checkpoint, roster);
    todo!()
}
