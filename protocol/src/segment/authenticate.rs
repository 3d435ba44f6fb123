//! Whether the city's own key stands behind a checkpoint, and who vouches for it (R92 to R94).

use super::memory::Memory;
use super::{AuthenticSegment, ReadSegment, SegmentFault};
use crate::checkpoint::{Checkpoint, SignedCheckpoint, UnverifiedCheckpoint};
use crate::cosignature::Cosignature;
use crate::digest::TreeHash;
use crate::ids::{Seq, Size};
use crate::note::SignatureLine;
use crate::roster::{CityRoster, Roster};

/// Checks a checkpoint under the log key of the epoch in its origin, and that this epoch may speak at this size: not
/// below where it began, not beyond where it was closed. Its other lines are left behind.
///
/// # Errors
/// [`SegmentFault::ForeignFederation`], [`SegmentFault::ForeignCity`], [`SegmentFault::UnknownEpoch`],
/// [`SegmentFault::ClosedEpoch`], [`SegmentFault::BeforeEpoch`], [`SegmentFault::Border`] where it names another root
/// than the record at its epoch's very beginning, or [`SegmentFault::Checkpoint`].
pub fn authenticate_checkpoint(
    unverified: UnverifiedCheckpoint,
    roster: &Roster,
) -> Result<SignedCheckpoint, SegmentFault> {
    checkpoint_with(&mut Memory::default(), unverified, roster)
}

fn checkpoint_with(
    memory: &mut Memory,
    unverified: UnverifiedCheckpoint,
    roster: &Roster,
) -> Result<SignedCheckpoint, SegmentFault> {
    let Checkpoint { origin, size, root } = unverified.checkpoint;
    if origin.federation != roster.federation() {
        return Err(SegmentFault::ForeignFederation);
    }
    let city = roster.city(origin.city).ok_or(SegmentFault::ForeignCity)?;
    let keys = city.epoch(origin.epoch).ok_or(SegmentFault::UnknownEpoch)?;
    if city.closed_at(origin.epoch).is_some_and(|end| size > end) {
        return Err(SegmentFault::ClosedEpoch);
    }
    if size < keys.from {
        return Err(SegmentFault::BeforeEpoch);
    }
    let signed = memory.checkpoint(unverified, &keys.log)?;
    if city.epochs.iter().any(|keys| size == keys.from && root != keys.from_root) {
        return Err(SegmentFault::Border);
    }
    Ok(signed)
}

/// Checks cosignature lines against the roster: the holding ones, and the number of the others. A line that stands there
/// twice counts once.
#[must_use]
pub fn check_cosignatures(
    lines: &[SignatureLine],
    checkpoint: &Checkpoint,
    roster: &Roster,
) -> (Vec<Cosignature>, usize) {
    cosignatures_with(&mut Memory::default(), lines, checkpoint, roster)
}

fn cosignatures_with(
    memory: &mut Memory,
    lines: &[SignatureLine],
    checkpoint: &Checkpoint,
    roster: &Roster,
) -> (Vec<Cosignature>, usize) {
    let mut holding: Vec<Cosignature> = Vec::new();
    let mut others = 0;
    for line in lines {
        if holding.iter().any(|known| known.line == *line) {
            continue;
        }
        match cosignature_with(memory, line, checkpoint, roster) {
            Some(cosignature) => holding.push(cosignature),
            None => others += 1,
        }
    }
    (holding, others)
}

/// One line, if its cosigner is known here and it holds. Which epochs of a cosigner still count is for the fold to say.
pub(crate) fn check_cosignature(line: &SignatureLine, checkpoint: &Checkpoint, roster: &Roster) -> Option<Cosignature> {
    cosignature_with(&mut Memory::default(), line, checkpoint, roster)
}

fn cosignature_with(
    memory: &mut Memory,
    line: &SignatureLine,
    checkpoint: &Checkpoint,
    roster: &Roster,
) -> Option<Cosignature> {
    let cosigner = Cosignature::cosigner_of(line).ok()?;
    let keys = roster.city(cosigner.city)?.epoch(cosigner.epoch)?;
    let pair = (checkpoint.origin.city, cosigner.city);
    memory.cosignature(pair, line, checkpoint, || Cosignature::verify(line, checkpoint, &keys.cosigner).ok())
}

/// Borders of epochs at which the run begins, or which it reaches: positions `from` to `end`, both included.
fn borders(city: &CityRoster, from: Seq, end: Size) -> Vec<(Size, TreeHash)> {
    let touched = |size: Size| (from.0..=end.0).contains(&size.0);
    city.epochs.iter().filter(|keys| touched(keys.from)).map(|keys| (keys.from, keys.from_root)).collect()
}

impl ReadSegment {
    /// Checks the checkpoint under the epoch's log key, that a closed epoch is not spoken for beyond its end, that the
    /// run stays within one epoch, and the cosignatures (those that do not hold are left out and counted). Key records
    /// in the segment are not looked at: they are taken up before.
    ///
    /// # Errors
    /// What [`authenticate_checkpoint`] finds, [`SegmentFault::OtherCity`], [`SegmentFault::CrossesEpoch`] or
    /// [`SegmentFault::Short`].
    pub fn authenticate(self, roster: &Roster) -> Result<AuthenticSegment, SegmentFault> {
        self.authenticate_with(&mut Memory::default(), roster)
    }

    /// As [`ReadSegment::authenticate`]; what was verified before is not verified again.
    ///
    /// # Errors
    /// As [`ReadSegment::authenticate`].
    pub fn authenticate_with(self, memory: &mut Memory, roster: &Roster) -> Result<AuthenticSegment, SegmentFault> {
        let Checkpoint { origin, size, .. } = self.checkpoint.checkpoint;
        if origin.federation != roster.federation() {
            return Err(SegmentFault::ForeignFederation);
        }
        let city = roster.city(self.city).ok_or(SegmentFault::ForeignCity)?;
        if origin.city != self.city {
            return Err(SegmentFault::OtherCity);
        }
        let end = self.from.0.checked_add(self.leaves.len() as u64).map(Size).ok_or(SegmentFault::Shape)?;
        if size < end {
            return Err(SegmentFault::Short);
        }
        if end.0 > self.from.0 && city.epoch_at(self.from) != city.epoch_at(Seq(end.0 - 1)) {
            return Err(SegmentFault::CrossesEpoch);
        }
        let borders = borders(city, self.from, end);
        let Self { city, from, leaves, consistency, mut checkpoint, .. } = self;
        let lines = std::mem::take(&mut checkpoint.other_lines);
        let checkpoint = checkpoint_with(memory, checkpoint, roster)?;
        let (cosignatures, refused_lines) = cosignatures_with(memory, &lines, checkpoint.checkpoint(), roster);
        Ok(AuthenticSegment { city, from, leaves, consistency, checkpoint, cosignatures, refused_lines, borders })
    }
}
