//! C2SP tlog-checkpoint of a city's log in one epoch: origin, size, root, no extension lines, signed by the epoch's
//! log key (R70 to R74).

use crate::digest::{Digest, TreeHash};
use crate::ids::{CityCode, Epoch, Size};
use crate::key::{PublicKey, Sign};
use crate::note::{Note, NoteFault, SignatureLine, TYPE_ED25519, key_id};
use crate::tree::MAX_SIZE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// A decimal number in its one spelling.
fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

impl Origin {
    /// Reads the one spelling: no leading zeros, lower-case letters, epoch from 1 on (R71).
    pub fn parse(text: &str) -> Result<Self, CheckpointFault> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(CheckpointFault::Text);
        let (scheme, federation, city, epoch) = (next()?, next()?, next()?, next()?);
        if scheme != "huxin" || parts.next().is_some() {
            return Err(CheckpointFault::Text);
        }
        let federation = federation.parse().map_err(|_| CheckpointFault::Text)?;
        let city = CityCode::new(city).map_err(|_| CheckpointFault::Text)?;
        let epoch = decimal(epoch).and_then(|n| u32::try_from(n).ok()).filter(|n| *n >= 1);
        Ok(Self { federation, city, epoch: Epoch(epoch.ok_or(CheckpointFault::Text)?) })
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
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// Reads the three lines; extension lines are refused (R72).
    pub fn parse(text: &str) -> Result<Self, CheckpointFault> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointFault::Text)?.split('\n');
        let mut next = || lines.next().ok_or(CheckpointFault::Text);
        let (origin, size, root) = (next()?, next()?, next()?);
        if lines.next().is_some() {
            return Err(CheckpointFault::Text);
        }
        let size = decimal(size).filter(|n| *n <= MAX_SIZE).ok_or(CheckpointFault::Text)?;
        let root = STANDARD.decode(root).map_err(|_| CheckpointFault::Text)?;
        let root = TreeHash(root.try_into().map_err(|_| CheckpointFault::Text)?);
        Ok(Self { origin: Origin::parse(origin)?, size: Size(size), root })
    }
}

impl UnverifiedCheckpoint {
    /// Parses a note whose first line bears the origin's name and no other line does (R73).
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointFault> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        let name = checkpoint.origin.to_string();
        let mut lines = note.signatures.into_iter();
        let log_line = lines.next().filter(|line| line.name == name).ok_or(CheckpointFault::LogLine)?;
        let other_lines: Vec<_> = lines.collect();
        if other_lines.iter().any(|line| line.name == name) {
            return Err(CheckpointFault::LogLine);
        }
        Ok(Self { checkpoint, log_line, other_lines })
    }

    /// Checks that the log line is by `log_key`, by its name, its key id and its signature. The other lines are left
    /// behind: whoever wants them takes them before.
    pub fn verify(self, log_key: &PublicKey) -> Result<SignedCheckpoint, CheckpointFault> {
        if self.log_line.key_id != key_id(&self.log_line.name, TYPE_ED25519, log_key.bytes()) {
            return Err(CheckpointFault::LogLine);
        }
        let signature = self.log_line.signature.as_slice().try_into().map_err(|_| CheckpointFault::LogLine)?;
        log_key.verify(self.checkpoint.text().as_bytes(), signature).map_err(|_| CheckpointFault::Signature)?;
        Ok(SignedCheckpoint { checkpoint: self.checkpoint, log_line: self.log_line })
    }
}

impl SignedCheckpoint {
    /// Signs. The caller has recorded (epoch, size, root) in the batch that is durable before this leaves.
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, log_key: &dyn Sign) -> Self {
        let name = checkpoint.origin.to_string();
        let log_line = SignatureLine {
            key_id: key_id(&name, TYPE_ED25519, log_key.public().bytes()),
            signature: log_key.sign(checkpoint.text().as_bytes()).to_vec(),
            name,
        };
        Self { checkpoint, log_line }
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
        let mut signatures = Vec::with_capacity(1 + cosignatures.len());
        signatures.push(self.log_line.clone());
        signatures.extend_from_slice(cosignatures);
        Note { text: self.checkpoint.text(), signatures }.encode()
    }
}

#[cfg(test)]
mod tests;
