//! C2SP tlog-cosignature, version 1: "at this time this was the newest checkpoint of this log that I have seen". The
//! city's own cosignature is its heartbeat (freshness); other cities' are witnesses (R75 to R78).

use crate::checkpoint::{Checkpoint, Origin};
use crate::key::{PublicKey, Sign};
use crate::note::SignatureLine;
use crate::time::Millis;

/// A cosignature that holds. The only makers are [`Cosignature::verify`] and [`Cosignature::sign`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Whose cosigner key (by the origin in its name) signed.
    pub cosigner: Origin,
    pub checkpoint: Checkpoint,
    /// Whole seconds since 1970.
    pub time_s: u64,
    pub line: SignatureLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureFault {
    #[error("the line is not a cosignature/v1 of 72 bytes by a cosigner key of this federation")]
    Shape,
    #[error("the cosignature does not hold under the cosigner's key")]
    Signature,
}

impl Cosignature {
    /// Reads whose line this is from its name, without looking at the signature.
    pub fn cosigner_of(line: &SignatureLine) -> Result<Origin, CosignatureFault> {
        let _ = line;
        todo!()
    }
    pub fn verify(line: &SignatureLine, checkpoint: &Checkpoint, key: &PublicKey) -> Result<Self, CosignatureFault> {
        let _ = (line, checkpoint, key);
        todo!()
    }
    /// `cosigner` names the signing city and its epoch.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, cosigner: &Origin, time_s: u64, key: &dyn Sign) -> Self {
        let _ = (checkpoint, cosigner, time_s, key);
        todo!()
    }
    #[must_use]
    pub const fn time(&self) -> Millis {
        Millis(self.time_s.saturating_mul(1000) as i64)
    }
}
