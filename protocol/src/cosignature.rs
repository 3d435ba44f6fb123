//! C2SP tlog-cosignature, version 1: "at this time this was the newest checkpoint of this log that I have seen". The
//! city's own cosignature is its heartbeat (freshness); other cities' are witnesses (R75 to R78).

use crate::checkpoint::{Checkpoint, Origin};
use crate::key::{PublicKey, Sign};
use crate::note::{SignatureLine, TYPE_COSIGNATURE, key_id};
use crate::time::Millis;

/// Length of a line's signature: the time in eight bytes, most significant first, and an Ed25519 signature.
const BLOB_BYTES: usize = 8 + 64;
/// Latest time that still has milliseconds.
const LATEST_S: u64 = (i64::MAX / 1000) as u64;

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

impl CosignatureFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "cosignature_shape",
            Self::Signature => "cosignature_signature",
        }
    }
}

/// What is signed: a header that no checkpoint can begin with, the time, and the checkpoint's whole text (R75).
fn message(checkpoint: &Checkpoint, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{}", checkpoint.text())
}

impl Cosignature {
    /// Reads whose line this is from its name, without looking at the signature.
    pub fn cosigner_of(line: &SignatureLine) -> Result<Origin, CosignatureFault> {
        let origin = line.name.strip_suffix("/cosigner").ok_or(CosignatureFault::Shape)?;
        Origin::parse(origin).map_err(|_| CosignatureFault::Shape)
    }

    /// Reads the time, in whole seconds since 1970, that a line claims, without looking at the signature.
    #[must_use]
    pub fn time_of(line: &SignatureLine) -> Option<u64> {
        let (time, _) = line.signature.split_first_chunk::<8>()?;
        Some(u64::from_be_bytes(*time)).filter(|time| line.signature.len() == BLOB_BYTES && *time <= LATEST_S)
    }

    /// Checks a line against the cosigner key of the city and epoch in its name (see [`Cosignature::cosigner_of`]).
    pub fn verify(line: &SignatureLine, checkpoint: &Checkpoint, key: &PublicKey) -> Result<Self, CosignatureFault> {
        let cosigner = Self::cosigner_of(line)?;
        if cosigner.federation != checkpoint.origin.federation || line.signature.len() != BLOB_BYTES {
            return Err(CosignatureFault::Shape);
        }
        let (time, signature) = line.signature.split_first_chunk::<8>().ok_or(CosignatureFault::Shape)?;
        let signature: &[u8; 64] = signature.try_into().map_err(|_| CosignatureFault::Shape)?;
        let time_s = u64::from_be_bytes(*time);
        if time_s > LATEST_S {
            return Err(CosignatureFault::Shape);
        }
        if line.key_id != key_id(&line.name, TYPE_COSIGNATURE, key.bytes()) {
            return Err(CosignatureFault::Signature);
        }
        key.verify(message(checkpoint, time_s).as_bytes(), signature).map_err(|_| CosignatureFault::Signature)?;
        Ok(Self { cosigner, checkpoint: *checkpoint, time_s, line: line.clone() })
    }

    /// `cosigner` names the signing city and its epoch; `time_s` is the signer's clock, in whole seconds since 1970.
    /// The caller has recorded what it signs before this leaves.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, cosigner: &Origin, time_s: u64, key: &dyn Sign) -> Self {
        let name = cosigner.cosigner_name();
        let mut signature = time_s.to_be_bytes().to_vec();
        signature.extend_from_slice(&key.sign(message(checkpoint, time_s).as_bytes()));
        let key_id = key_id(&name, TYPE_COSIGNATURE, key.public().bytes());
        let line = SignatureLine { name, key_id, signature };
        Self { cosigner: *cosigner, checkpoint: *checkpoint, time_s, line }
    }

    /// When the cosigner says it saw the checkpoint.
    #[must_use]
    pub const fn time(&self) -> Millis {
        Millis(self.time_s.saturating_mul(1000) as i64)
    }

    /// Whether another city vouches: the own line is a heartbeat and never a witness (R78).
    #[must_use]
    pub fn is_witness(&self) -> bool {
        self.cosigner.city != self.checkpoint.origin.city
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::digest::{Digest, TreeHash};
    use crate::genesis::founding::TestKey;
    use crate::ids::{CityCode, Epoch, Size};

    fn origin(city: &str, epoch: u32) -> Origin {
        Origin { federation: Digest([0xab; 32]), city: CityCode::new(city).unwrap(), epoch: Epoch(epoch) }
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: origin("330900", 1), size: Size(3), root: TreeHash([9; 32]) }
    }

    #[test]
    fn codes_are_stable() {
        let codes = [CosignatureFault::Shape, CosignatureFault::Signature].map(CosignatureFault::code);
        assert_eq!(codes, ["cosignature_shape", "cosignature_signature"]);
    }

    #[test]
    fn a_cosignature_holds_for_its_checkpoint_time_and_key() {
        let key = TestKey::new("witness");
        let made = Cosignature::sign(&checkpoint(), &origin("451100", 2), 1_700_000_000, &key);
        assert_eq!(made.line.name, format!("huxin/{}/451100/2/cosigner", "ab".repeat(32)));
        assert_eq!(made.line.signature.len(), BLOB_BYTES);
        assert_eq!(made.time(), Millis(1_700_000_000_000));
        assert_eq!(Cosignature::time_of(&made.line), Some(1_700_000_000));
        assert!(made.is_witness());
        assert_eq!(Cosignature::verify(&made.line, &checkpoint(), key.public()), Ok(made.clone()));

        let other = Checkpoint { size: Size(4), ..checkpoint() };
        let wrong = Err(CosignatureFault::Signature);
        assert_eq!(Cosignature::verify(&made.line, &other, key.public()), wrong);
        assert_eq!(Cosignature::verify(&made.line, &checkpoint(), TestKey::new("log").public()), wrong);
        let mut later = made.line.clone();
        later.signature[7] ^= 1;
        assert_eq!(Cosignature::verify(&later, &checkpoint(), key.public()), wrong, "another time");
        let mut renamed = made.line.clone();
        renamed.name = origin("451100", 3).cosigner_name();
        assert_eq!(Cosignature::verify(&renamed, &checkpoint(), key.public()), wrong, "another epoch's name");
    }

    #[test]
    fn no_time_is_read_from_a_line_of_another_shape() {
        let key = TestKey::new("witness");
        let at = |time| Cosignature::sign(&checkpoint(), &origin("451100", 1), time, &key).line;
        assert_eq!(Cosignature::time_of(&at(LATEST_S)), Some(LATEST_S));
        assert_eq!(Cosignature::time_of(&at(LATEST_S + 1)), None);
        let mut long = at(5);
        long.signature.push(0);
        assert_eq!(Cosignature::time_of(&long), None);
    }

    #[test]
    fn the_own_line_is_no_witness() {
        let made = Cosignature::sign(&checkpoint(), &origin("330900", 2), 1, &TestKey::new("own"));
        assert!(!made.is_witness());
    }

    #[test]
    fn lines_of_another_shape_are_refused() {
        let key = TestKey::new("witness");
        let good = Cosignature::sign(&checkpoint(), &origin("451100", 1), 1_700_000_000, &key).line;
        let verify = |line: &SignatureLine| Cosignature::verify(line, &checkpoint(), key.public());
        let shape = Err(CosignatureFault::Shape);
        for name in ["witness.example", "huxin/x/451100/1/cosigner", &origin("451100", 1).to_string()] {
            assert_eq!(verify(&SignatureLine { name: name.to_owned(), ..good.clone() }), shape);
        }
        let foreign = Origin { federation: Digest([1; 32]), ..origin("451100", 1) };
        assert_eq!(verify(&Cosignature::sign(&checkpoint(), &foreign, 1, &key).line), shape);
        for length in [0, 64, 71, 73] {
            let signature = good.signature.iter().copied().cycle().take(length).collect();
            assert_eq!(verify(&SignatureLine { signature, ..good.clone() }), shape);
        }
        assert_eq!(verify(&Cosignature::sign(&checkpoint(), &origin("451100", 1), LATEST_S + 1, &key).line), shape);
        assert!(verify(&Cosignature::sign(&checkpoint(), &origin("451100", 1), LATEST_S, &key).line).is_ok());
    }

    /// The signed words and the key id against values computed with another program's rules by hand.
    #[test]
    fn the_message_is_that_of_the_public_format() {
        let text = message(&checkpoint(), 5);
        assert!(text.starts_with("cosignature/v1\ntime 5\nhuxin/"));
        assert!(text.ends_with("/330900/1\n3\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n"));
    }
}
