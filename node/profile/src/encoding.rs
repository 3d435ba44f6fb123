//! Bytes that become text. Text in another encoding than its reader believes in mostly *decodes*: nearly all Chinese UTF-8 is
//! also well-formed GB18030, only of other characters. So what the profile says is believed only where the bytes do not say
//! otherwise, and the refusal names what they seem to be.

use crate::file::Encoding;
use std::borrow::Cow;

/// What a file's bytes seem to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Ascii,
    Utf8,
    Utf16Le,
    Utf16Be,
    Gb18030,
    Big5,
    /// `.xlsx`, or another archive.
    Archive,
    /// `.xls`, or another document of the old office programs.
    OldOffice,
    Pdf,
    /// A web page; some systems save it with the name of a workbook.
    Html,
    Unknown,
}

impl Seen {
    const fn words(self) -> &'static str {
        match self {
            Self::Ascii => "plain ASCII text",
            Self::Utf8 => "UTF-8; write encoding = \"utf-8\" in the profile's [file] section",
            Self::Utf16Le | Self::Utf16Be => {
                "UTF-16, which spreadsheets call Unicode text; save it again as \"CSV UTF-8\""
            }
            Self::Gb18030 => "GB18030 (GBK, GB2312); write encoding = \"gb18030\" in the profile's [file] section",
            Self::Big5 => "Big5, which is not read; save it again as UTF-8",
            Self::Archive => "a workbook (.xlsx); write format = \"xlsx\" in the profile's [file] section",
            Self::OldOffice => "a workbook of the old kind (.xls); save it again as .xlsx",
            Self::Pdf => "a PDF document; ask its publisher for the list as a table",
            Self::Html => {
                "a web page or an XML document; open it in a spreadsheet and save it as .xlsx or as \"CSV UTF-8\""
            }
            Self::Unknown => "none that is known here; save it again as \"CSV UTF-8\"",
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words())
    }
}

/// Kinds of file that are no text, by their first bytes.
#[must_use]
pub fn kind(bytes: &[u8]) -> Option<Seen> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
    match bytes {
        [b'P', b'K', 3 | 5 | 7, ..] => Some(Seen::Archive),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some(Seen::OldOffice),
        [b'%', b'P', b'D', b'F', ..] => Some(Seen::Pdf),
        _ if begins(b"<!doctype html") || begins(b"<html") || begins(b"<table") || begins(b"<?xml") => Some(Seen::Html),
        _ => None,
    }
}

/// UTF-16 by its mark, or by a zero in every second byte at the beginning, which is how Latin letters, digits and
/// separators look in it.
fn utf16(bytes: &[u8]) -> Option<Seen> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(Seen::Utf16Le),
        [0xfe, 0xff, ..] => return Some(Seen::Utf16Be),
        _ => {}
    }
    let pairs = &bytes[..bytes.len().min(4096) & !1];
    let (mut high, mut low) = (0, 0);
    for pair in pairs.chunks_exact(2) {
        high += usize::from(pair[0] == 0 && pair[1] != 0);
        low += usize::from(pair[1] == 0 && pair[0] != 0);
    }
    // Of Chinese text only the separators and line ends are so.
    let enough = 2.max(pairs.len() / 2 / 20);
    if low >= enough && high == 0 {
        Some(Seen::Utf16Le)
    } else if high >= enough && low == 0 {
        Some(Seen::Utf16Be)
    } else {
        None
    }
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Whether text that is well-formed UTF-8 can hardly be anything else. GB18030 text is well-formed UTF-8 only by chance, and
/// then it is short and its characters are no Chinese.
fn certainly_utf8(text: &str) -> bool {
    let mut several = 0;
    let mut before = ' ';
    let mut all_in_words = true;
    for letter in text.chars() {
        if !letter.is_ascii() {
            several += 1;
            if several >= 6 || is_han(letter) || letter as u32 > 0xffff {
                return true;
            }
            all_in_words &= matches!(letter, '\u{c0}'..='\u{24f}') && before.is_ascii_alphabetic();
        }
        before = letter;
    }
    several > 0 && all_in_words
}

fn gb18030(bytes: &[u8]) -> Option<Cow<'_, str>> {
    encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Whether text that was decoded from GB18030 is Chinese as people write it: nearly all characters beyond ASCII are signs or
/// characters of GB 2312 (lead bytes B0 to F7, second bytes above A0), and at least half of those are of its first level, the
/// common ones (up to D7). Cyrillic and Korean text decodes too, but not so.
fn plausible(bytes: &[u8], text: &str) -> bool {
    let (mut all, mut known, mut han, mut first_level) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (0..=0x80, _) => at += 1,
            (_, Some(0x30..=0x39)) => (all, at) = (all + 1, at + 4),
            (lead, Some(second)) => {
                all += 1;
                known += usize::from(matches!(lead, 0xa1..=0xa3 | 0xb0..=0xf7) && *second >= 0xa1);
                han += usize::from(lead >= 0xb0);
                first_level += usize::from(matches!(lead, 0xb0..=0xd7) && *second >= 0xa1);
                at += 2;
            }
            (_, None) => break,
        }
    }
    let private = text.chars().any(|letter| ('\u{e000}'..='\u{f8ff}').contains(&letter));
    han > 0 && known * 10 >= all * 9 && first_level * 2 >= han && !private
}

/// What bytes seem to be that are not what they were said to be.
fn seems(bytes: &[u8]) -> Seen {
    if let Some(seen) = kind(bytes).or_else(|| utf16(bytes)) {
        return seen;
    }
    if bytes.is_ascii() {
        return Seen::Ascii;
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return if certainly_utf8(text) { Seen::Utf8 } else { Seen::Unknown };
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(1024 * 1024)], bytes.len() <= 1024 * 1024);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    let others = [encoding_rs::BIG5, encoding_rs::EUC_KR, encoding_rs::EUC_JP, encoding_rs::SHIFT_JIS];
    match gb18030(bytes) {
        Some(text) if plausible(bytes, &text) && !others.contains(&guess) => Seen::Gb18030,
        _ if guess == encoding_rs::BIG5 => Seen::Big5,
        Some(_) if guess == encoding_rs::GBK || guess == encoding_rs::GB18030 => Seen::Gb18030,
        _ => Seen::Unknown,
    }
}

/// Why bytes are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingFault {
    #[error("the file is not {expected}, as the profile says; it seems to be {seen}")]
    Other { expected: &'static str, seen: Seen },
    #[error("the file is not {expected}: byte {at} is no part of it; it was cut or damaged, fetch it again")]
    Damaged { expected: &'static str, at: usize },
    #[error(
        "the file's encoding cannot be told for certain from its bytes; write encoding = \"utf-8\" or \"gb18030\" in the profile's [file] section"
    )]
    Uncertain,
    #[error("the file cannot be read as text; it seems to be {0}")]
    Kind(Seen),
}

/// The file as text, without a byte-order mark.
///
/// # Errors
/// It is not what the profile says, or leaves doubt where the profile leaves it to the bytes.
pub fn text(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, EncodingFault> {
    if let Some(seen) = kind(bytes) {
        return Err(EncodingFault::Kind(seen));
    }
    if let Some(seen) = utf16(bytes) {
        let expected = if encoding == Encoding::Gb18030 { "GB18030" } else { "UTF-8" };
        return Err(EncodingFault::Other { expected, seen });
    }
    // A mark says UTF-8 whatever the profile says; it is no part of the first column's name.
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return utf8(rest).map(Cow::Borrowed);
    }
    match encoding {
        Encoding::Utf8 => utf8(bytes).map(Cow::Borrowed),
        Encoding::Gb18030 => expect_gb18030(bytes),
        Encoding::Auto => match seems(bytes) {
            Seen::Ascii | Seen::Utf8 => utf8(bytes).map(Cow::Borrowed),
            Seen::Gb18030 => gb18030(bytes).filter(|text| plausible(bytes, text)).ok_or(EncodingFault::Uncertain),
            Seen::Unknown => Err(EncodingFault::Uncertain),
            seen => Err(EncodingFault::Kind(seen)),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, EncodingFault> {
    str::from_utf8(bytes).map_err(|fault| match seems(bytes) {
        Seen::Unknown | Seen::Ascii | Seen::Utf8 => {
            EncodingFault::Damaged { expected: "UTF-8", at: fault.valid_up_to() + 1 }
        }
        seen => EncodingFault::Other { expected: "UTF-8", seen },
    })
}

fn expect_gb18030(bytes: &[u8]) -> Result<Cow<'_, str>, EncodingFault> {
    const EXPECTED: &str = "GB18030";
    if let Ok(text) = str::from_utf8(bytes)
        && certainly_utf8(text)
    {
        return Err(EncodingFault::Other { expected: EXPECTED, seen: Seen::Utf8 });
    }
    match gb18030(bytes) {
        Some(text) if bytes.is_ascii() || plausible(bytes, &text) => Ok(text),
        found => match (seems(bytes), found) {
            // Rare characters may be many in a list of names; nothing says that it is something else.
            (Seen::Gb18030 | Seen::Unknown, Some(text)) => Ok(text),
            (Seen::Unknown | Seen::Gb18030 | Seen::Ascii, _) => {
                Err(EncodingFault::Damaged { expected: EXPECTED, at: longest(bytes) + 1 })
            }
            (seen, _) => Err(EncodingFault::Other { expected: EXPECTED, seen }),
        },
    }
}

/// How far bytes are well-formed GB18030.
fn longest(bytes: &[u8]) -> usize {
    let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let mut out = vec![0; 4096];
    let mut read = 0;
    loop {
        let (result, taken, _) = decoder.decode_to_utf8_without_replacement(&bytes[read..], &mut out, true);
        read += taken;
        match result {
            encoding_rs::DecoderResult::InputEmpty => return read,
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(length, behind) => {
                return read.saturating_sub(usize::from(length) + usize::from(behind));
            }
        }
    }
}
