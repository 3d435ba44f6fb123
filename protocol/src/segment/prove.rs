//! Whether a run continues the log that we hold and leads to its checkpoint (R95, R96). Tree work only, because the one
//! writer does it: a few hashes a leaf.

use super::{AuthenticSegment, ProvedSegment, SegmentFault};
use crate::ids::{Seq, Size};
use crate::tree::{Frontier, verify_consistency};

impl AuthenticSegment {
    /// One past the last leaf of the run.
    #[must_use]
    pub fn end(&self) -> Size {
        Size(self.from.0.saturating_add(self.leaves.len() as u64))
    }

    /// Whether [`AuthenticSegment::prove`] would answer [`SegmentFault::Stale`]: all leaves are below the frontier, and
    /// the checkpoint cannot be compared with it. A checkpoint smaller than the frontier can still be compared with the
    /// tree, by whoever holds it.
    #[must_use]
    pub fn is_stale(&self, frontier: &Frontier) -> bool {
        let (held, checkpoint) = (frontier.size(), self.checkpoint.checkpoint().size);
        checkpoint < held || (self.end() < held && checkpoint > held)
    }

    /// Drops leaves that we hold already (`from` below the frontier), refuses a gap, extends the frontier and checks the
    /// proof. Dropped leaves are not compared with ours one by one: the extended frontier leads to the checkpoint only
    /// if the log is the same.
    ///
    /// # Errors
    /// [`SegmentFault::Gap`], [`SegmentFault::Stale`], [`SegmentFault::Border`] or [`SegmentFault::Proof`].
    pub fn prove(mut self, frontier: &Frontier) -> Result<ProvedSegment, SegmentFault> {
        let held = frontier.size();
        if self.from.0 > held.0 {
            return Err(SegmentFault::Gap);
        }
        if self.is_stale(frontier) {
            return Err(SegmentFault::Stale);
        }
        let end = self.end();
        let known = usize::try_from(held.0 - self.from.0).map_or(self.leaves.len(), |n| n.min(self.leaves.len()));
        self.leaves.drain(..known);
        self.from = Seq(self.from.0 + known as u64);
        let mut completed = Vec::with_capacity(self.leaves.len() + 1);
        let mut extended = frontier.clone();
        self.check_border(&extended)?;
        for leaf in &self.leaves {
            extended.push(leaf.hash, &mut |place, hash| completed.push((place, hash)));
        }
        self.check_border(&extended)?;
        // Where the run ends below our frontier, the sender's proof begins there too and is of no use; but then the
        // checkpoint is of our size, or it were stale, and the roots can be compared without a proof.
        let proof = if end < held { &[] } else { self.consistency.as_slice() };
        let checkpoint = *self.checkpoint.checkpoint();
        verify_consistency(extended.size(), &extended.root(), checkpoint.size, &checkpoint.root, proof)
            .map_err(|_| SegmentFault::Proof)?;
        Ok(ProvedSegment { segment: self, frontier: extended, completed })
    }

    /// A run lies within one epoch, so it meets borders only where it begins and where it ends.
    fn check_border(&self, frontier: &Frontier) -> Result<(), SegmentFault> {
        let mut here = self.borders.iter().filter(|(size, _)| *size == frontier.size());
        if here.all(|(_, root)| *root == frontier.root()) { Ok(()) } else { Err(SegmentFault::Border) }
    }
}
