//! C2SP signed-note: text, an empty line, and signature lines `— <name> <base64(key id ‖ signature)>`.
//!
//! One note has one spelling: base64 is standard, padded and without stray bits, every line ends in a newline, and
//! parsing gives back exactly what [`Note::encode`] writes. A reader of another program may be more lenient; nothing
//! that passes here depends on it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureLine {
    pub name: String,
    /// First four bytes of SHA-256 of `name ‖ 0x0a ‖ type ‖ public key`.
    pub key_id: [u8; 4],
    pub signature: Vec<u8>,
}

/// A parsed note whose signatures have not been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The signed text with its final newline.
    pub text: String,
    pub signatures: Vec<SignatureLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    #[error("this is not a signed note: text, an empty line, signature lines")]
    Shape,
    #[error("a signature line is malformed")]
    Line,
    #[error("the note is longer than its limit")]
    TooLong,
}

impl NoteFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "note_shape",
            Self::Line => "note_line",
            Self::TooLong => "note_too_long",
        }
    }
}

/// Note key types used here: 0x01 Ed25519, 0x04 timestamped cosignature.
pub const TYPE_ED25519: u8 = 0x01;
pub const TYPE_COSIGNATURE: u8 = 0x04;
/// A checkpoint with 337 cosignatures stays below this.
pub const NOTE_BYTES: usize = 96 * 1024;

/// What every signature line begins with: an em dash (U+2014) and a space.
const LINE_START: &str = "\u{2014} ";

/// The four bytes by which a line names its key: a hint, never a proof.
#[must_use]
pub fn key_id(name: &str, key_type: u8, public: &[u8; 32]) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', key_type]);
    hasher.update(public);
    let digest: [u8; 32] = hasher.finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl SignatureLine {
    /// The line without its newline.
    fn parse(line: &str) -> Result<Self, NoteFault> {
        let rest = line.strip_prefix(LINE_START).ok_or(NoteFault::Line)?;
        let (name, blob) = rest.split_once(' ').ok_or(NoteFault::Line)?;
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c == '+') {
            return Err(NoteFault::Line);
        }
        let blob = STANDARD.decode(blob).map_err(|_| NoteFault::Line)?;
        match blob.split_first_chunk::<4>() {
            Some((key_id, signature)) if !signature.is_empty() => {
                Ok(Self { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
            }
            _ => Err(NoteFault::Line),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(LINE_START);
        out.push_str(&self.name);
        out.push(' ');
        STANDARD.encode_string([self.key_id.as_slice(), &self.signature].concat(), out);
        out.push('\n');
    }
}

impl Note {
    /// Parses a note of at most [`NOTE_BYTES`]. The text ends at the last empty line, as in every reader of notes, so
    /// that a text may itself hold empty lines.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteFault> {
        if bytes.len() > NOTE_BYTES {
            return Err(NoteFault::TooLong);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteFault::Shape)?;
        if note.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(NoteFault::Shape);
        }
        let border = note.rfind("\n\n").ok_or(NoteFault::Shape)?;
        let (text, lines) = (&note[..=border], &note[border + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteFault::Shape)?;
        let signatures = lines.split('\n').map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The note's one spelling. The maker has seen to it that the text ends in a newline and that names have neither
    /// spaces nor plus signs.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = String::with_capacity(self.text.len() + 256 * self.signatures.len());
        out.push_str(&self.text);
        out.push('\n');
        for line in &self.signatures {
            line.write(&mut out);
        }
        out.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    /// The example of the C2SP pages: a checkpoint, its log's signature and a witness's.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    #[test]
    fn a_public_example_is_read_and_written_the_same() {
        let note = Note::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(note.text.lines().count(), 3);
        assert_eq!(note.signatures[0].signature.len(), 64);
        assert_eq!(note.signatures[1].signature.len(), 72);
        assert_eq!(note.signatures[1].key_id, [0x8d, 0x66, 0xcf, 0x3f]);
        assert_eq!(note.encode(), EXAMPLE.as_bytes());
    }

    #[test]
    fn a_key_id_is_what_another_program_computes() {
        // SHA-256 by Python's hashlib over the name, a newline, the type and the bytes 0 to 31.
        let public: [u8; 32] = std::array::from_fn(|n| n as u8);
        assert_eq!(key_id("log.example/huxin", TYPE_ED25519, &public), [0x0f, 0x42, 0x8c, 0x59]);
        assert_eq!(key_id("log.example/huxin", TYPE_COSIGNATURE, &public), [0xa5, 0x6c, 0x6b, 0xa2]);
    }

    #[test]
    fn a_text_may_hold_empty_lines() {
        let note = Note::parse("a\n\nb\n\n— x AAAAAAA=\n".as_bytes()).unwrap();
        assert_eq!(note.text, "a\n\nb\n");
    }

    #[test]
    fn whatever_is_not_a_note_is_refused() {
        let shape: &[&[u8]] = &[
            b"",
            b"\n",
            b"\n\n",
            b"text\n",
            b"text\n\n",
            "text\n— x AAAAAAA=\n".as_bytes(),
            "text\n\n— x AAAAAAA=".as_bytes(),
            "te\txt\n\n— x AAAAAAA=\n".as_bytes(),
            "te\rxt\n\n— x AAAAAAA=\n".as_bytes(),
            "te\0xt\n\n— x AAAAAAA=\n".as_bytes(),
            "text\n\n— x AAAAAAA=\r\n".as_bytes(),
            b"te\xffxt\n\n\xe2\x80\x94 x AAAAAAA=\n",
        ];
        for bytes in shape {
            assert_eq!(Note::parse(bytes), Err(NoteFault::Shape), "{:?}", String::from_utf8_lossy(bytes));
        }
        let lines = [
            "x AAAAAAA=",            // no dash
            "- x AAAAAAA=",          // a hyphen is no em dash
            "– x AAAAAAA=",          // nor is an en dash
            "—x AAAAAAA=",           // no space
            "—  AAAAAAA=",           // no name
            "— x",                   // no signature
            "— x ",                  // nothing in it
            "— x AAAAAA==",          // a key id and no signature
            "— x AAAAAAA",           // no padding
            "— x AAAAAAB=",          // stray bits behind the last byte
            "— x AAAAAAA= ",         // something behind it
            "— x  AAAAAAA=",         // two spaces
            "— x+y AAAAAAA=",        // a plus sign in the name
            "— x\u{3000}y AAAAAAA=", // a wide space in the name
            "— x AAAA_-A=",          // the other alphabet
            "— x AAAAAAA=\n\u{2014} y",
        ];
        for line in lines {
            let note = format!("text\n\n{line}\n");
            assert_eq!(Note::parse(note.as_bytes()), Err(NoteFault::Line), "{line}");
        }
        let long = format!("{}\n\n— x AAAAAAA=\n", "a".repeat(NOTE_BYTES));
        assert_eq!(Note::parse(long.as_bytes()), Err(NoteFault::TooLong));
    }

    #[test]
    fn a_checkpoint_with_337_cosignatures_fits() {
        let name = format!("huxin/{}/{}/4294967295/cosigner", "f".repeat(64), "x".repeat(16));
        let line = SignatureLine { name, key_id: [1; 4], signature: vec![2; 72] };
        let note = Note { text: "a\nb\nc\n".to_owned(), signatures: vec![line; 338] };
        assert_eq!(Note::parse(&note.encode()).unwrap(), note);
    }

    proptest! {
        #[test]
        fn notes_round_trip(
            text in "([a-z0-9/ —中]{0,20}\n){1,4}",
            lines in prop::collection::vec(("[a-z/.中]{1,12}", any::<[u8; 4]>(), prop::collection::vec(any::<u8>(), 1..80)), 1..5),
        ) {
            let signatures = lines.into_iter().map(|(name, key_id, signature)| SignatureLine { name, key_id, signature }).collect();
            let note = Note { text, signatures };
            prop_assert_eq!(Note::parse(&note.encode()), Ok(note));
        }

        #[test]
        fn what_parses_has_one_spelling(mut bytes in Just(EXAMPLE.as_bytes().to_vec()), at in any::<prop::sample::Index>(), to in any::<u8>()) {
            let at = at.index(bytes.len());
            bytes[at] = to;
            if let Ok(note) = Note::parse(&bytes) {
                prop_assert_eq!(note.encode(), bytes);
            }
        }
    }
}
