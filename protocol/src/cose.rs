//! COSE_Sign1 (RFC 9052) in the one shape that this protocol uses (R13 to R16): tag 18, protected header
//! `{1: -8, 4: key digest}`, empty unprotected header, payload present, 64-byte signature, external data
//! `huxin/<type>/v1` followed by the raw federation id (for genesis: by nothing but the manifest's digest).

use crate::digest::{Context, Digest};
use crate::key::{BadSignature, PublicKey, Sign};

/// The closed list of signed types; the name is bound into every signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedType {
    Statement,
    Record,
    Genesis,
    Introduction,
    Standing,
    Approval,
}

impl SignedType {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statement => "huxin/statement/v1",
            Self::Record => "huxin/record/v1",
            Self::Genesis => "huxin/genesis/v1",
            Self::Introduction => "huxin/introduction/v1",
            Self::Standing => "huxin/standing/v1",
            Self::Approval => "huxin/approval/v1",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoseFault {
    #[error("this is not a COSE_Sign1 message in the one shape that the federation uses")]
    Shape,
    #[error("the message is longer than its limit")]
    TooLong,
    #[error("the signature does not hold")]
    Signature(#[from] BadSignature),
    #[error("the message names another key than the one due")]
    ForeignKey,
}

impl CoseFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "cose_shape",
            Self::TooLong => "cose_too_long",
            Self::Signature(_) => "cose_signature",
            Self::ForeignKey => "cose_key",
        }
    }
}

/// Tag 18 and an array of four.
const MESSAGE_HEAD: [u8; 2] = [0xd2, 0x84];
/// Byte string of 38 bytes: the protected header.
const PROTECTED_HEAD: [u8; 2] = [0x58, PROTECTED_BYTES as u8];
/// `{1: -8, 4: …}` up to the 32 bytes of the key digest.
const PROTECTED_START: [u8; 6] = [0xa2, 0x01, 0x27, 0x04, 0x58, 0x20];
const PROTECTED_BYTES: usize = PROTECTED_START.len() + 32;
/// The empty unprotected header.
const UNPROTECTED: [u8; 1] = [0xa0];
/// Byte string of 64 bytes: the signature.
const SIGNATURE_HEAD: [u8; 2] = [0x58, 0x40];
/// The longest byte string head.
const HEAD_BYTES: usize = 9;

/// A parsed message whose signature has not been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign1<'a> {
    pub key: Digest,
    pub protected: &'a [u8],
    pub payload: &'a [u8],
    pub signature: &'a [u8; 64],
}

impl<'a> Sign1<'a> {
    /// Takes the message apart. There is one encoding of one message, so this is a comparison of fixed bytes around
    /// the key digest, the payload and the signature. The payload's own form is not looked at.
    ///
    /// # Errors
    /// [`CoseFault::Shape`] for anything but the one shape.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, CoseFault> {
        Self::split(bytes).ok_or(CoseFault::Shape)
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MESSAGE_HEAD)?.strip_prefix(&PROTECTED_HEAD)?;
        let (protected, rest) = rest.split_at_checked(PROTECTED_BYTES)?;
        let key = protected.strip_prefix(&PROTECTED_START)?.try_into().ok()?;
        let rest = rest.strip_prefix(&UNPROTECTED)?;
        let (payload, rest) = split_byte_string(rest)?;
        let signature = rest.strip_prefix(&SIGNATURE_HEAD)?.try_into().ok()?;
        Some(Self { key: Digest(key), protected, payload, signature })
    }

    /// The Sig_structure of RFC 9052 section 4.4: what is signed, and what statement digests are taken over.
    #[must_use]
    pub fn to_be_signed(&self, signed_type: SignedType, federation: &Digest) -> Vec<u8> {
        to_be_signed(&self.key, self.payload, signed_type, federation)
    }

    /// Digest of the Sig_structure under `context`, without building it.
    #[must_use]
    pub fn digest(&self, context: Context, signed_type: SignedType, federation: &Digest) -> Digest {
        digest(context, &self.key, self.payload, signed_type, federation)
    }

    /// Checks the key's name and the signature.
    ///
    /// # Errors
    /// [`CoseFault::ForeignKey`] if the message names another key, [`CoseFault::Signature`] if the signature does not
    /// hold strictly.
    pub fn verify(&self, signed_type: SignedType, federation: &Digest, key: &PublicKey) -> Result<(), CoseFault> {
        if self.key != key.digest() {
            return Err(CoseFault::ForeignKey);
        }
        Ok(key.verify(&self.to_be_signed(signed_type, federation), self.signature)?)
    }
}

/// Splits a byte string with the shortest head from what follows it.
fn split_byte_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (initial, rest) = bytes.split_first()?;
    let (length, rest) = match initial {
        0x40..=0x57 => (usize::from(initial - 0x40), rest),
        0x58 => {
            rest.split_first().map(|(length, rest)| (usize::from(*length), rest)).filter(|(length, _)| *length > 23)?
        }
        // Nothing that is signed here reaches 64 KiB: the longest is a statement of 4 KiB.
        0x59 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length < 256 {
                return None;
            }
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The shortest head of a byte string of `length` bytes: the bytes and how many of them count.
pub(crate) fn byte_string_head(length: usize) -> ([u8; HEAD_BYTES], usize) {
    let (mut head, length) = ([0; HEAD_BYTES], length as u64);
    let wide = length.to_be_bytes();
    let (info, width) = match length {
        0..=23 => (wide[7], 0),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    head[0] = 0x40 | info;
    head[1..=width].copy_from_slice(&wide[8 - width..]);
    (head, 1 + width)
}

/// The general Sig_structure of a COSE_Sign1: CBOR `["Signature1", protected, external data, payload]`. The envelope of
/// this protocol has one form of `protected` and of the external data; public test vectors have others.
#[must_use]
pub fn sig_structure(protected: &[u8], external: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + 3 * HEAD_BYTES + protected.len() + external.len() + payload.len());
    out.extend_from_slice(SIG_STRUCTURE_START);
    for part in [protected, external, payload] {
        let (head, used) = byte_string_head(part.len());
        out.extend_from_slice(&head[..used]);
        out.extend_from_slice(part);
    }
    out
}

/// An array of four, and the text `Signature1`.
const SIG_STRUCTURE_START: &[u8] = b"\x84\x6aSignature1";
/// The longest type name: `huxin/introduction/v1`.
const TYPE_NAME_BYTES: usize = 21;

/// Everything of the Sig_structure before the payload's bytes, on the stack.
struct Opening {
    bytes: [u8; Self::MOST],
    used: usize,
}

impl Opening {
    const MOST: usize = SIG_STRUCTURE_START.len() + 2 + PROTECTED_BYTES + 2 + TYPE_NAME_BYTES + 32 + HEAD_BYTES;

    fn new(key: &Digest, payload: usize, signed_type: SignedType, federation: &Digest) -> Self {
        let name = signed_type.name().as_bytes();
        let mut opening = Self { bytes: [0; Self::MOST], used: 0 };
        opening.push(SIG_STRUCTURE_START);
        opening.push(&PROTECTED_HEAD);
        opening.push(&PROTECTED_START);
        opening.push(&key.0);
        // Name and federation id are 46 to 53 bytes: a head of two bytes.
        opening.push(&[0x58, (name.len() + 32) as u8]);
        opening.push(name);
        opening.push(&federation.0);
        let (head, used) = byte_string_head(payload);
        opening.push(&head[..used]);
        opening
    }
    fn push(&mut self, part: &[u8]) {
        self.bytes[self.used..self.used + part.len()].copy_from_slice(part);
        self.used += part.len();
    }
    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.used]
    }
}

/// The Sig_structure for a payload that `key` is about to sign.
#[must_use]
pub fn to_be_signed(key: &Digest, payload: &[u8], signed_type: SignedType, federation: &Digest) -> Vec<u8> {
    let opening = Opening::new(key, payload.len(), signed_type, federation);
    let mut out = Vec::with_capacity(opening.used + payload.len());
    out.extend_from_slice(opening.as_slice());
    out.extend_from_slice(payload);
    out
}

/// Digest of that Sig_structure under `context`, without building it.
#[must_use]
pub fn digest(context: Context, key: &Digest, payload: &[u8], signed_type: SignedType, federation: &Digest) -> Digest {
    let mut hasher = context.hasher();
    hasher.update(Opening::new(key, payload.len(), signed_type, federation).as_slice());
    hasher.update(payload);
    Digest(*hasher.finalize().as_bytes())
}

/// Assembles the tagged message. Payloads of 64 KiB and more have no place in this protocol, and [`Sign1::parse`]
/// refuses them.
#[must_use]
pub fn assemble(key: &Digest, payload: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    let (head, used) = byte_string_head(payload.len());
    let mut out = Vec::with_capacity(2 + 2 + PROTECTED_BYTES + 1 + used + payload.len() + 2 + 64);
    for part in [
        &MESSAGE_HEAD[..],
        &PROTECTED_HEAD,
        &PROTECTED_START,
        &key.0,
        &UNPROTECTED,
        &head[..used],
        payload,
        &SIGNATURE_HEAD,
        signature,
    ] {
        out.extend_from_slice(part);
    }
    out
}

/// Signs `payload` and returns the tagged message.
#[must_use]
pub fn sign(payload: &[u8], signed_type: SignedType, federation: &Digest, key: &dyn Sign) -> Vec<u8> {
    let name = key.public().digest();
    let signature = key.sign(&to_be_signed(&name, payload, signed_type, federation));
    assemble(&name, payload, &signature)
}

#[cfg(test)]
mod tests;
