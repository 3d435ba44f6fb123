//! Deterministic CBOR (RFC 8949 section 4.2): the generic check on the bytes, and small writers and readers.
//! No decoder refuses non-canonical input by itself, so [`check`] runs before any of them.
//!
//! [`check`] is one pass without allocation that knows nothing of types, so that whatever another implementation signed
//! in another form is refused before anybody looks at its fields. [`Reader`] then takes fields out in ascending order of
//! keys, and [`Writer`] puts them in, so that headers, bodies, records and segments share one strictness. Both stand on
//! minicbor.

mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use reader::{MapReader, ReadFault, Reader};
pub use writer::{MapWriter, Writer};

/// Most arrays and maps around one item. The deepest form in use, an entry body inside a segment, needs four; the rest
/// is room, and the bound keeps a hostile message from exhausting the stack (R5).
pub const DEPTH: u8 = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborFault {
    #[error("the bytes end in the middle of an item")]
    Truncated,
    #[error("bytes follow the item")]
    Trailing,
    #[error("a number or length is not in its shortest form")]
    NotShortest,
    #[error("an item of indefinite length")]
    Indefinite,
    #[error("the keys of a map are out of order")]
    KeyOrder,
    #[error("a key stands twice in a map")]
    DuplicateKey,
    #[error("a text is not UTF-8 in normal form C")]
    Text,
    #[error("a kind of item that this format does not use (tag, float or unassigned simple value)")]
    Unused,
    #[error("items are nested too deeply")]
    Depth,
}

impl CborFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "cbor_truncated",
            Self::Trailing => "cbor_trailing",
            Self::NotShortest => "cbor_not_shortest",
            Self::Indefinite => "cbor_indefinite",
            Self::KeyOrder => "cbor_key_order",
            Self::DuplicateKey => "cbor_duplicate_key",
            Self::Text => "cbor_text",
            Self::Unused => "cbor_unused",
            Self::Depth => "cbor_depth",
        }
    }
}

/// Checks that `bytes` are exactly one item in the one deterministic encoding. Map keys must ascend bytewise; text is
/// NFC; of the simple values only false, true and null are used; tags and floats are not (R1 to R5).
///
/// # Errors
/// The first fault from the left.
pub fn check(bytes: &[u8]) -> Result<(), CborFault> {
    if check_item(bytes, 0, DEPTH)? == bytes.len() { Ok(()) } else { Err(CborFault::Trailing) }
}

/// Reads the head at `at`: major type, value or length, and where the head ends.
fn head(bytes: &[u8], at: usize) -> Result<(u8, u64, usize), CborFault> {
    let initial = *bytes.get(at).ok_or(CborFault::Truncated)?;
    let (major, info) = (initial >> 5, initial & 0x1f);
    let width = match info {
        0..=23 => return Ok((major, u64::from(info), at + 1)),
        // Tags and the simple values above 23 are refused by their major type, whatever follows.
        _ if major >= 6 && info != 31 => return Ok((major, u64::from(info), at + 1)),
        24..=27 => 1_usize << (info - 24),
        31 if matches!(major, 2..=5 | 7) => return Err(CborFault::Indefinite),
        _ => return Err(CborFault::Unused),
    };
    let rest = bytes.get(at + 1..at + 1 + width).ok_or(CborFault::Truncated)?;
    let value = rest.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let least = match width {
        1 => 24,
        2 => 1 << 8,
        4 => 1 << 16,
        _ => 1 << 32,
    };
    if value < least { Err(CborFault::NotShortest) } else { Ok((major, value, at + 1 + width)) }
}

/// Checks the item at `at` and answers where it ends. `depth` is how many arrays and maps may still be opened.
fn check_item(bytes: &[u8], at: usize, depth: u8) -> Result<usize, CborFault> {
    let (major, value, next) = head(bytes, at)?;
    match major {
        0 | 1 => Ok(next),
        2 => content(bytes, next, value).map(|content| next + content.len()),
        3 => {
            let content = content(bytes, next, value)?;
            check_text(content)?;
            Ok(next + content.len())
        }
        4 => {
            let depth = depth.checked_sub(1).ok_or(CborFault::Depth)?;
            let mut at = next;
            // A false length ends at the last byte: every item takes at least one.
            for _ in 0..value {
                at = check_item(bytes, at, depth)?;
            }
            Ok(at)
        }
        5 => check_map(bytes, next, value, depth.checked_sub(1).ok_or(CborFault::Depth)?),
        7 if (20..=22).contains(&value) => Ok(next),
        _ => Err(CborFault::Unused),
    }
}

fn content(bytes: &[u8], from: usize, length: u64) -> Result<&[u8], CborFault> {
    let length = usize::try_from(length).map_err(|_| CborFault::Truncated)?;
    bytes[from..].get(..length).ok_or(CborFault::Truncated)
}

fn check_map(bytes: &[u8], from: usize, pairs: u64, depth: u8) -> Result<usize, CborFault> {
    let (mut at, mut last) = (from, &bytes[..0]);
    for _ in 0..pairs {
        let value_at = check_item(bytes, at, depth)?;
        let key = &bytes[at..value_at];
        // An encoded key is never empty, so the first one is above the empty `last`.
        match key.cmp(last) {
            std::cmp::Ordering::Greater => {}
            std::cmp::Ordering::Equal => return Err(CborFault::DuplicateKey),
            std::cmp::Ordering::Less => return Err(CborFault::KeyOrder),
        }
        last = key;
        at = check_item(bytes, value_at, depth)?;
    }
    Ok(at)
}

fn check_text(content: &[u8]) -> Result<(), CborFault> {
    if content.is_ascii() {
        return Ok(());
    }
    let text = simdutf8::basic::from_utf8(content).map_err(|_| CborFault::Text)?;
    if is_nfc(text) { Ok(()) } else { Err(CborFault::Text) }
}

/// Whether `text` is in Unicode normal form C (R3).
///
/// The characters of nearly all texts here (Latin, ideographs, full-width punctuation) never combine and never change
/// under normalisation, so the tables are asked only where another one occurs; a test compares the ranges with the
/// tables.
#[must_use]
pub fn is_nfc(text: &str) -> bool {
    text.chars().all(is_always_nfc) || unicode_normalization::is_nfc(text)
}

const fn is_always_nfc(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3029}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}
