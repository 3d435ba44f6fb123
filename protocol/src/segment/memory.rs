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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::genesis::founding::{HEZHOU, LANZHOU, ZHOUSHAN, city, cosigner_key, log_key};
    use crate::segment::rehearsal::{TestLog, cosign};

    fn unverified(checkpoint: &Checkpoint, log_line: &SignatureLine) -> UnverifiedCheckpoint {
        UnverifiedCheckpoint { checkpoint: *checkpoint, log_line: log_line.clone(), other_lines: Vec::new() }
    }

    /// Only the very same words under the very same line are taken on trust, and never what shares one of the two with them.
    #[test]
    fn a_checkpoint_is_remembered_to_the_byte() {
        let log = TestLog::of(ZHOUSHAN, 5);
        let (four, five) = (log.checkpoint(4), log.checkpoint(5));
        let mut memory = Memory::default();
        let key = log_key(ZHOUSHAN, 1).public().clone();
        let stranger = log_key(HEZHOU, 1).public().clone();
        let five_again = unverified(five.checkpoint(), five.log_line());
        assert!(memory.checkpoint(five_again.clone(), &stranger).is_err(), "nothing is known yet");
        assert!(memory.checkpoint(five_again.clone(), &key).is_ok());
        assert!(memory.checkpoint(five_again.clone(), &stranger).is_ok(), "it is not looked at again");
        for forged in [unverified(five.checkpoint(), four.log_line()), unverified(four.checkpoint(), five.log_line())] {
            assert!(memory.checkpoint(forged, &key).is_err());
        }
        // The newest takes the place of the one before.
        assert!(memory.checkpoint(unverified(four.checkpoint(), four.log_line()), &key).is_ok());
        assert!(memory.checkpoint(five_again, &stranger).is_err());
    }

    #[test]
    fn a_cosignature_is_remembered_to_the_byte() {
        let log = TestLog::of(ZHOUSHAN, 5);
        let (four, five) = (*log.checkpoint(4).checkpoint(), *log.checkpoint(5).checkpoint());
        let line = cosign(HEZHOU, 1, &five, 7);
        let other = cosign(HEZHOU, 1, &four, 7);
        let held = || Cosignature::verify(&line, &five, cosigner_key(HEZHOU, 1).public()).ok();
        let mut memory = Memory::default();
        let pair = (city(ZHOUSHAN), city(HEZHOU));
        assert_eq!(memory.cosignature(pair, &line, &five, || None), None);
        assert!(memory.cosignature(pair, &line, &five, held).is_some());
        assert!(memory.cosignature(pair, &line, &five, || None).is_some(), "it is not looked at again");
        assert_eq!(memory.cosignature(pair, &other, &five, || None), None, "another line");
        assert_eq!(memory.cosignature(pair, &line, &four, || None), None, "another checkpoint");
        assert_eq!(
            memory.cosignature((city(ZHOUSHAN), city(LANZHOU)), &line, &five, || None),
            None,
            "another cosigner"
        );
    }
}
