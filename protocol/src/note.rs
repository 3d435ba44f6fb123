//! C2SP signed-note: text, an empty line, and signature lines `— <name> <base64(key id ‖ signature)>`.

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

/// Note key types used here: 0x01 Ed25519, 0x04 timestamped cosignature.
pub const TYPE_ED25519: u8 = 0x01;
pub const TYPE_COSIGNATURE: u8 = 0x04;
/// A checkpoint with 337 cosignatures stays below this.
pub const NOTE_BYTES: usize = 96 * 1024;

#[must_use]
pub fn key_id(name: &str, key_type: u8, public: &[u8; 32]) -> [u8; 4] {
    let _ = (name, key_type, public);
    todo!()
}

impl Note {
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteFault> {
        let _ = bytes;
        todo!()
    }
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        todo!()
    }
}
