//! What was verified before. A checkpoint comes again with every cosignature on it, and a cosignature again with every note
//! that bears it; a signature that held over the same words holds still. Only equality to the byte is remembered, and only the
//! newest of each, so that memory is bounded by members and their witnesses.

use crate::checkpoint::{Checkpoint, CheckpointFault, SignedCheckpoint, UnverifiedCheckpoint};
use crate::cosignature::Cosignature;
use crate::ids::CityCode;
use crate::key::PublicKey;
use crate::note::SignatureLine;
use std::collections::BTreeMap;

/// The newest checkpoint verified of each city, and the newest cosignature of each pair of log and cosigner.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    checkpoints: BTreeMap<CityCode, SignedCheckpoint>,
    cosignatures: BTreeMap<(CityCode, CityCode), Cosignature>,
}

impl Memory {
    /// Verifies a checkpoint, unless just this one was verified before.
    pub(super) fn checkpoint(
        &mut self,
        unverified: UnverifiedCheckpoint,
        key: &PublicKey,
    ) -> Result<SignedCheckpoint, CheckpointFault> {
        let city = unverified.checkpoint.origin.city;
        let known = self
            .checkpoints
            .get(&city)
            .filter(|known| *known.checkpoint() == unverified.checkpoint && *known.log_line() == unverified.log_line);
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let signed = unverified.verify(key)?;
        self.checkpoints.insert(city, signed.clone());
        Ok(signed)
    }

    /// A cosignature that was verified before on just this checkpoint, or the one that `verify` finds.
    pub(super) fn cosignature(
        &mut self,
        (log, cosigner): (CityCode, CityCode),
        line: &SignatureLine,
        checkpoint: &Checkpoint,
        verify: impl FnOnce() -> Option<Cosignature>,
    ) -> Option<Cosignature> {
        let known = self.cosignatures.get(&(log, cosigner));
        if let Some(known) = known.filter(|known| known.line == *line && known.checkpoint == *checkpoint) {
            return Some(known.clone());
        }
        let held = verify()?;
        self.cosignatures.insert((log, cosigner), held.clone());
        Some(held)
    }
}
