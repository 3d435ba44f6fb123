//! Segments: the one form in which logs travel, by gossip, catch-up, disk or restore (R90 to R96). CBOR array:
//! `[1, city, [key record bytes, …], from, [[statement bytes, body bytes or null], …], [consistency hash, …], checkpoint
//! note bytes]`. The statements are contiguous from `from`; the proof leads from the end of the run to the checkpoint
//! (empty where they are the same). A run never crosses an epoch border. A segment without statements carries a
//! checkpoint with its cosignatures: a heartbeat or a witness; its `from` is the checkpoint's size.
//!
//! The checkpoint may be of a later epoch than the run: the tree continues over an epoch's border, so the later key
//! speaks for the older leaves too. Where a run meets a border, its root there must be the one that the key record
//! names; a checkpoint alone cannot move it.
//!
//! The door admits and does not judge (R90): a leaf that says nothing readable, or whose header claims another place,
//! is a leaf all the same, because a log cannot skip one. The fold voids it.
//!
//! Degrees of trust: [`Segment`] was decoded; [`ReadSegment`] has its leaves read and hashed; [`AuthenticSegment`] has
//! a checkpoint that the city's log key signed; [`ProvedSegment`] continues a frontier that we hold.

mod authenticate;
mod encoding;
mod memory;
mod prove;
#[cfg(test)]
pub(crate) mod rehearsal;
#[cfg(test)]
mod tests;

pub(crate) use authenticate::check_cosignature;
pub use authenticate::{authenticate_checkpoint, check_cosignatures};
pub use encoding::{ITEMS, RECORDS};
pub use memory::Memory;

use crate::body::{Lookup, commitment};
use crate::checkpoint::{CheckpointFault, SignedCheckpoint, UnverifiedCheckpoint};
use crate::cosignature::Cosignature;
use crate::digest::{Digest, TreeHash};
use crate::header::Header;
use crate::ids::{CityCode, Seq, Size};
use crate::limits::BODY_BYTES;
use crate::statement::{Statement, StatementFault};
use crate::tree::{Frontier, NodePlace, leaf_hash};

/// One leaf on its way, with its body where the road may carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub statement: Vec<u8>,
    /// Absent where the road may not carry it, or the sender does not hold it.
    pub body: Option<Vec<u8>>,
}

/// A contiguous run of one city's log and the checkpoint that proves it, decoded and no more.
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
    /// A leaf that says nothing readable is kept, void. So is one whose header claims another place than its own.
    pub reading: Result<Statement, StatementFault>,
    /// Present only where it matches the header's commitment.
    pub body: Option<Vec<u8>>,
    /// What the body is looked up by, where it is a listing's.
    pub lookup: Option<Lookup>,
}

/// Every leaf is read and hashed. Nothing is proved.
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
    /// How many other lines there were: of strangers, of epochs not known here, or not holding.
    pub refused_lines: usize,
    /// Borders of epochs that the run touches: at this size the log has this root, by a key record or as the empty log.
    pub borders: Vec<(Size, TreeHash)>,
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
    #[error("the checkpoint is of another city's log than the segment")]
    OtherCity,
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFault),
    #[error("the checkpoint's epoch is not known here; its key record is missing")]
    UnknownEpoch,
    #[error("the checkpoint stands beyond the place where its epoch was closed")]
    ClosedEpoch,
    #[error("the checkpoint is smaller than the log was when its epoch began")]
    BeforeEpoch,
    #[error("the run crosses the border of an epoch")]
    CrossesEpoch,
    #[error("the run meets the border of an epoch with another root than the key record names")]
    Border,
    #[error("the run does not begin where our copy of the log ends")]
    Gap,
    #[error("the proof does not lead from the run to the checkpoint")]
    Proof,
    #[error("the checkpoint is smaller than the run that it should prove")]
    Short,
    #[error("the segment ends before our copy of the log does and proves nothing new")]
    Stale,
}

/// Whose doing a fault is: what a node may hold against whoever sent the segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// No honest node sends this: the bytes are wrong by themselves.
    Sender,
    /// Sender and receiver know different records or leaves. Fetch what is missing.
    Difference,
    /// Either the sender garbled it or the city contradicted itself. Ask for the city's checkpoints: it may be evidence.
    Unclear,
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
            Self::OtherCity => "other_city",
            Self::Checkpoint(fault) => fault.code(),
            Self::UnknownEpoch => "unknown_epoch",
            Self::ClosedEpoch => "closed_epoch",
            Self::BeforeEpoch => "before_epoch",
            Self::CrossesEpoch => "crosses_epoch",
            Self::Border => "epoch_border",
            Self::Gap => "gap",
            Self::Proof => "proof",
            Self::Short => "checkpoint_short",
            Self::Stale => "stale",
        }
    }

    /// Whose doing this is. A checkpoint's own faults are the sender's: it should have looked before passing it on.
    #[must_use]
    pub const fn blame(self) -> Blame {
        match self {
            Self::Cbor(_)
            | Self::Shape
            | Self::TooLong
            | Self::ForeignFederation
            | Self::ForeignCity
            | Self::OtherCity
            | Self::Checkpoint(_)
            | Self::Short => Blame::Sender,
            Self::UnknownEpoch | Self::ClosedEpoch | Self::CrossesEpoch | Self::Gap | Self::Stale => Blame::Difference,
            Self::BeforeEpoch | Self::Border | Self::Proof => Blame::Unclear,
        }
    }
}

impl Segment {
    /// Reads and hashes every leaf and checks every body against its commitment. Heavy; needs no state, so that worker
    /// threads may take a segment each (or, with [`Leaf::read`], a leaf each).
    ///
    /// # Errors
    /// [`SegmentFault::Checkpoint`] if the note is no checkpoint, [`SegmentFault::Shape`] for a run without statements
    /// that does not stand at its checkpoint. Leaves are never refused.
    pub fn read(self, federation: &Digest) -> Result<ReadSegment, SegmentFault> {
        let checkpoint = UnverifiedCheckpoint::parse(&self.checkpoint)?;
        let at_checkpoint = self.from.0 == checkpoint.checkpoint.size.0 && self.consistency.is_empty();
        if self.items.is_empty() && !at_checkpoint {
            return Err(SegmentFault::Shape);
        }
        let Self { city, records, from, items, consistency, .. } = self;
        let leaves = items.into_iter().map(|item| Leaf::read(item, federation)).collect();
        Ok(ReadSegment { city, records, from, leaves, consistency, checkpoint })
    }
}

impl Leaf {
    /// Reads and hashes one leaf. The body is kept only where the header can be read and commits to it: any other bytes
    /// are somebody's invention.
    #[must_use]
    pub fn read(item: Item, federation: &Digest) -> Self {
        let hash = leaf_hash(&item.statement);
        let reading = Statement::read(item.statement.clone(), federation);
        let (body, lookup) = match (&reading, item.body) {
            (Ok(Statement { header, .. }), Some(body)) if commits_to(header, federation, &body) => {
                let lookup = Lookup::read(header.kind, header.body_version, &body);
                (Some(body), lookup)
            }
            _ => (None, None),
        };
        Self { hash, bytes: item.statement, reading, body, lookup }
    }
}

/// Whether `body` is the body that a header commits to (R41), and of a length that a body may have.
pub(crate) fn commits_to(header: &Header, federation: &Digest, body: &[u8]) -> bool {
    body.len() <= BODY_BYTES
        && commitment(federation, header.city, header.kind, header.body_version, body) == header.commitment
}
