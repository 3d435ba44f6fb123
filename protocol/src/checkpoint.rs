//! C2SP tlog-checkpoint of a city's log in one epoch: origin, size, root, no extension lines, signed by the epoch's
//! log key (R70 to R74).

use crate::digest::{Digest, TreeHash};
use crate::ids::{CityCode, Epoch, Size};
use crate::key::{PublicKey, Sign};
use crate::note::{NoteFault, SignatureLine};
use std::fmt;

/// `huxin/<federation id, 64 lower hex>/<city>/<epoch>`: the note's first line and the log key's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub federation: Digest,
    pub city: CityCode,
    pub epoch: Epoch,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "huxin/{}/{}/{}", self.federation, self.city, self.epoch)
    }
}

impl Origin {
    pub fn parse(text: &str) -> Result<Self, CheckpointFault> {
        let _ = text;
        todo!()
    }
    /// Name of the epoch's cosigner key: `<origin>/cosigner`.
    #[must_use]
    pub fn cosigner_name(&self) -> String {
        format!("{self}/cosigner")
    }
}

/// What a checkpoint says: at this size, this log has this root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    pub origin: Origin,
    pub size: Size,
    pub root: TreeHash,
}

/// A parsed note whose log signature has not been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedCheckpoint {
    pub checkpoint: Checkpoint,
    /// The log key's line.
    pub log_line: SignatureLine,
    /// All other lines, as they came: cosignatures, or lines that this version does not know.
    pub other_lines: Vec<SignatureLine>,
}

/// A checkpoint whose log signature holds. The only makers are [`UnverifiedCheckpoint::verify`] and [`SignedCheckpoint::sign`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    log_line: SignatureLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointFault {
    #[error(transparent)]
    Note(#[from] NoteFault),
    #[error("the checkpoint's text is not origin, size and root of a log of this federation")]
    Text,
    #[error("exactly one line of the log's own key must sign a checkpoint, before any other line")]
    LogLine,
    #[error("the checkpoint's signature does not hold under the epoch's log key")]
    Signature,
}

impl CheckpointFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Note(_) => "checkpoint_note",
            Self::Text => "checkpoint_text",
            Self::LogLine => "checkpoint_log_line",
            Self::Signature => "checkpoint_signature",
        }
    }
}

impl Checkpoint {
    /// The three lines that are signed, with their final newline.
    #[must_use]
    pub fn text(&self) -> String {
        todo!()
    }
}

impl UnverifiedCheckpoint {
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointFault> {
        let _ = bytes;
        todo!()
    }
    pub fn verify(self, log_key: &PublicKey) -> Result<SignedCheckpoint, CheckpointFault> {
        let _ = log_key;
        todo!()
    }
}

impl SignedCheckpoint {
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, log_key: &dyn Sign) -> Self {
        let _ = (checkpoint, log_key);
        todo!()
    }
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
    #[must_use]
    pub const fn log_line(&self) -> &SignatureLine {
        &self.log_line
    }
    /// The note with the log line first and then `cosignatures`.
    #[must_use]
    pub fn encode(&self, cosignatures: &[SignatureLine]) -> Vec<u8> {
        let _ = cosignatures;
        todo!()
    }
}
