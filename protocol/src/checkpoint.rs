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
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::genesis::founding::TestKey;
    use proptest::prelude::*;

    fn checkpoint() -> Checkpoint {
        let origin = Origin { federation: Digest([0xab; 32]), city: CityCode::new("330900").unwrap(), epoch: Epoch(2) };
        Checkpoint { origin, size: Size(17), root: TreeHash([7; 32]) }
    }

    #[test]
    fn the_text_has_three_lines() {
        let text = checkpoint().text();
        let origin = format!("huxin/{}/330900/2", "ab".repeat(32));
        assert_eq!(text, format!("{origin}\n17\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"));
        assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
        assert_eq!(checkpoint().origin.cosigner_name(), format!("{origin}/cosigner"));
    }

    #[test]
    fn a_signed_checkpoint_round_trips_with_its_other_lines() {
        let key = TestKey::new("log");
        let signed = SignedCheckpoint::sign(checkpoint(), &key);
        let other = SignatureLine { name: "witness.example".into(), key_id: [1, 2, 3, 4], signature: vec![5; 72] };
        let bytes = signed.encode(std::slice::from_ref(&other));
        let parsed = UnverifiedCheckpoint::parse(&bytes).unwrap();
        assert_eq!(parsed.other_lines, [other]);
        assert_eq!(parsed.verify(key.public()), Ok(signed));
    }

    #[test]
    fn texts_of_another_shape_are_refused() {
        let good = checkpoint().text();
        let lines: Vec<&str> = good.lines().collect();
        let hex = "ab".repeat(32);
        let root = lines[2];
        let bad = [
            String::new(),
            good.trim_end().to_owned(),
            format!("{}\n17\n", lines[0]),
            format!("{good}extension\n"),
            format!("{good}\n"),
            format!("{}\n017\n{root}\n", lines[0]),
            format!("{}\n+17\n{root}\n", lines[0]),
            format!("{}\n-1\n{root}\n", lines[0]),
            format!("{}\n\n{root}\n", lines[0]),
            format!("{}\n9223372036854775808\n{root}\n", lines[0]),
            format!("{}\n17\n{}\n", lines[0], &root[..root.len() - 1]),
            format!("{}\n17\nBwcH\n", lines[0]),
            format!("huxin/{hex}/330900/02\n17\n{root}\n"),
            format!("huxin/{hex}/330900/0\n17\n{root}\n"),
            format!("huxin/{hex}/330900/4294967296\n17\n{root}\n"),
            format!("huxin/{hex}/330900\n17\n{root}\n"),
            format!("huxin/{hex}/330900/2/cosigner\n17\n{root}\n"),
            format!("huxin/{hex}/33 900/2\n17\n{root}\n"),
            format!("huxin/{}/330900/2\n17\n{root}\n", hex.to_uppercase()),
            format!("huxim/{hex}/330900/2\n17\n{root}\n"),
        ];
        for text in bad {
            assert_eq!(Checkpoint::parse(&text), Err(CheckpointFault::Text), "{text}");
        }
        assert!(Checkpoint::parse(&good.replace("\n17\n", "\n0\n")).is_ok());
    }

    #[test]
    fn exactly_one_log_line_stands_first() {
        let key = TestKey::new("log");
        let signed = SignedCheckpoint::sign(checkpoint(), &key);
        let log = signed.log_line().clone();
        let other = SignatureLine { name: "witness.example".into(), key_id: [1, 2, 3, 4], signature: vec![5; 72] };
        let with = |signatures: &[&SignatureLine]| {
            let signatures = signatures.iter().map(|line| (*line).clone()).collect();
            UnverifiedCheckpoint::parse(&Note { text: checkpoint().text(), signatures }.encode())
        };
        assert_eq!(with(&[&other, &log]), Err(CheckpointFault::LogLine), "not first");
        assert_eq!(with(&[&other]), Err(CheckpointFault::LogLine), "missing");
        assert_eq!(with(&[&log, &log]), Err(CheckpointFault::LogLine), "twice");
        let renamed = SignatureLine { key_id: [9; 4], ..log.clone() };
        assert_eq!(with(&[&log, &renamed]), Err(CheckpointFault::LogLine), "twice by name");
        let verify = |line: &SignatureLine| with(&[line]).unwrap().verify(key.public());
        assert_eq!(verify(&renamed), Err(CheckpointFault::LogLine), "another key's id");
        let mut short = log.clone();
        short.signature.pop();
        assert_eq!(verify(&short), Err(CheckpointFault::LogLine));
        let mut wrong = log.clone();
        wrong.signature[10] ^= 1;
        assert_eq!(verify(&wrong), Err(CheckpointFault::Signature));
        let foreign = TestKey::new("another");
        assert_eq!(with(&[&log]).unwrap().verify(foreign.public()), Err(CheckpointFault::LogLine));
    }

    proptest! {
        #[test]
        fn checkpoints_round_trip(federation: [u8; 32], city in "[a-z0-9]{2,16}", epoch in 1u32.., size in 0..=MAX_SIZE, root: [u8; 32]) {
            let origin = Origin { federation: Digest(federation), city: CityCode::new(&city).unwrap(), epoch: Epoch(epoch) };
            let checkpoint = Checkpoint { origin, size: Size(size), root: TreeHash(root) };
            prop_assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
        }

        #[test]
        fn a_changed_byte_is_seen(at in any::<prop::sample::Index>(), to in any::<u8>()) {
            let key = TestKey::new("log");
            let mut bytes = SignedCheckpoint::sign(checkpoint(), &key).encode(&[]);
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            let verdict = UnverifiedCheckpoint::parse(&bytes).and_then(|parsed| parsed.verify(key.public()));
            prop_assert!(verdict.is_err());
        }
    }
}
