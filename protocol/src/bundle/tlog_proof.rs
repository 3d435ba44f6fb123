//! C2SP tlog-proof, version 1: the place of a leaf, its inclusion proof and a checkpoint, as text that public tools read.
//! An `extra` line, which would stand before the index, is not used here and refused (R114).

use super::BundleFault;
use crate::digest::TreeHash;
use crate::ids::Seq;
use crate::tree::{MAX_SIZE, PROOF_HASHES};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// One proof, taken apart and not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    pub index: Seq,
    pub hashes: Vec<TreeHash>,
    /// The checkpoint's note.
    pub checkpoint: Vec<u8>,
}

impl TlogProof {
    /// The text of this proof.
    ///
    /// # Errors
    /// [`BundleFault::ProofText`] if the note is not UTF-8.
    pub fn encode(&self) -> Result<String, BundleFault> {
        let checkpoint = std::str::from_utf8(&self.checkpoint).map_err(|_| BundleFault::ProofText)?;
        let mut out = format!("{FIRST_LINE}\nindex {}\n", self.index);
        for hash in &self.hashes {
            STANDARD.encode_string(hash.0, &mut out);
            out.push('\n');
        }
        out.push('\n');
        out.push_str(checkpoint);
        Ok(out)
    }

    /// Reads the text in its one spelling. The note is taken as it is.
    ///
    /// # Errors
    /// [`BundleFault::ProofText`].
    pub fn parse(text: &str) -> Result<Self, BundleFault> {
        Self::split(text).ok_or(BundleFault::ProofText)
    }

    fn split(text: &str) -> Option<Self> {
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let number = lines.next()?.strip_prefix("index ")?;
        let index: u64 = number.parse().ok().filter(|index| *index <= MAX_SIZE)?;
        if index.to_string() != number {
            return None;
        }
        let hash = |line: &str| Some(TreeHash(STANDARD.decode(line).ok()?.try_into().ok()?));
        // One more than allowed is enough to know.
        let hashes: Vec<TreeHash> = lines.take(PROOF_HASHES + 1).map(hash).collect::<Option<_>>()?;
        if hashes.len() > PROOF_HASHES {
            return None;
        }
        Some(Self { index: Seq(index), hashes, checkpoint: checkpoint.as_bytes().to_vec() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    const HASH: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

    #[test]
    fn the_text_is_that_of_the_public_format() {
        let proof = TlogProof { index: Seq(12), hashes: vec![TreeHash([7; 32])], checkpoint: b"origin\n13\n".to_vec() };
        let text = format!("c2sp.org/tlog-proof@v1\nindex 12\n{HASH}\n\norigin\n13\n");
        assert_eq!(proof.encode().unwrap(), text);
        assert_eq!(TlogProof::parse(&text), Ok(proof));
        let bare = "c2sp.org/tlog-proof@v1\nindex 0\n\norigin\n1\n";
        assert_eq!(TlogProof::parse(bare).unwrap().encode().unwrap(), bare, "one leaf needs no hashes");
    }

    #[test]
    fn other_texts_are_refused() {
        let many = format!("{HASH}\n").repeat(PROOF_HASHES + 1);
        let most = format!("c2sp.org/tlog-proof@v1\nindex 12\n{}\nnote\n", &many[HASH.len() + 1..]);
        assert_eq!(TlogProof::parse(&most).unwrap().hashes.len(), PROOF_HASHES);
        for text in [
            String::new(),
            format!("c2sp.org/tlog-proof@v2\nindex 12\n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 12\n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex 012\n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex +12\n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex -1\n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex 12 \n{HASH}\n\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex 12\n{HASH}\nnote\n"),
            format!("c2sp.org/tlog-proof@v1\nindex 12\n{}\n\nnote\n", &HASH[1..]),
            "c2sp.org/tlog-proof@v1\nindex 12\nBwcH\n\nnote\n".to_owned(),
            format!("c2sp.org/tlog-proof@v1\nindex 12\n{many}\nnote\n"),
            "c2sp.org/tlog-proof@v1\n\nnote\n".to_owned(),
        ] {
            assert_eq!(TlogProof::parse(&text), Err(BundleFault::ProofText), "{text}");
        }
        let note = TlogProof { index: Seq(0), hashes: Vec::new(), checkpoint: vec![0xff] };
        assert_eq!(note.encode(), Err(BundleFault::ProofText));
    }

    proptest! {
        #[test]
        fn proofs_round_trip(index in 0..=MAX_SIZE, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=PROOF_HASHES), note in "[a-z\n —]{0,40}") {
            let hashes = hashes.into_iter().map(TreeHash).collect();
            let proof = TlogProof { index: Seq(index), hashes, checkpoint: note.into_bytes() };
            prop_assert_eq!(TlogProof::parse(&proof.encode().unwrap()), Ok(proof));
        }
    }
}
