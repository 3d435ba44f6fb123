//! Text that people read: what may be signed, how the rest is shown, and when two texts are the same (R6 to R8).
//!
//! A name that holds a character nobody can see, or one that turns the direction of writing, says something else to a
//! machine than to a reader. So nothing with such a character is signed ([`check_text`]). A partner may have signed one
//! all the same: receipt changes nothing, and whoever shows a text shows it harmlessly ([`harmless`]).
//!
//! Names keep their spelling. Wherever two spellings are *compared* (search, crosswalk, ground, publisher) they are
//! compared in one form ([`folded`]), which forgets width, case, kinds of brackets and kinds of separators, and never
//! forgets *that* there was a separator: 1-12号 is not 11-2号.

mod fold;
#[cfg(test)]
mod tests;

pub use fold::folded;

use std::borrow::Cow;

/// Ranges of the characters that no signed text holds, both ends included, ascending (R6). They stand here one by one, so
/// that two nodes with different versions of Unicode refuse the same texts.
pub const REFUSED: &[(u32, u32)] = &[
    (0x0000, 0x001F),   // controls, with tab and line breaks
    (0x007F, 0x009F),   // delete, and the second set of controls
    (0x00AD, 0x00AD),   // soft hyphen
    (0x034F, 0x034F),   // combining grapheme joiner
    (0x061C, 0x061C),   // Arabic letter mark
    (0x115F, 0x1160),   // Hangul fillers
    (0x17B4, 0x17B5),   // inherent vowels of Khmer
    (0x180B, 0x180F),   // Mongolian variation selectors and vowel separator
    (0x200B, 0x200F),   // zero width, marks of direction
    (0x2028, 0x202E),   // line and paragraph separators, embeddings and overrides of direction
    (0x2060, 0x206F),   // word joiner, invisible operators, isolates of direction
    (0x2800, 0x2800),   // braille pattern without dots
    (0x3164, 0x3164),   // Hangul filler
    (0xFDD0, 0xFDEF),   // noncharacters
    (0xFE00, 0xFE0F),   // variation selectors
    (0xFEFF, 0xFEFF),   // byte order mark
    (0xFFA0, 0xFFA0),   // half-width Hangul filler
    (0xFFF0, 0xFFFB),   // unassigned specials, interlinear annotation
    (0xFFFE, 0xFFFF),   // noncharacters, here and at the end of every plane
    (0x1BCA0, 0x1BCA3), // shorthand format controls
    (0x1D173, 0x1D17A), // musical format controls
    (0x1FFFE, 0x1FFFF),
    (0x2FFFE, 0x2FFFF),
    (0x3FFFE, 0x3FFFF),
    (0x4FFFE, 0x4FFFF),
    (0x5FFFE, 0x5FFFF),
    (0x6FFFE, 0x6FFFF),
    (0x7FFFE, 0x7FFFF),
    (0x8FFFE, 0x8FFFF),
    (0x9FFFE, 0x9FFFF),
    (0xAFFFE, 0xAFFFF),
    (0xBFFFE, 0xBFFFF),
    (0xCFFFE, 0xCFFFF),
    (0xDFFFE, 0xDFFFF),
    (0xE0000, 0xE0FFF), // tags and supplementary variation selectors
    (0xEFFFE, 0xEFFFF),
    (0xFFFFE, 0xFFFFF),
    (0x10_FFFE, 0x10_FFFF),
];

/// A character that may not be signed, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "character {place} is {name}, which cannot be seen or changes how the rest is shown; take it out",
    name = named(*character)
)]
pub struct TextFault {
    pub character: char,
    /// Counted in characters from 1.
    pub place: usize,
}

impl TextFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        "text_unsafe"
    }
}

/// Whether a character is one of [`REFUSED`].
#[must_use]
pub fn is_refused(character: char) -> bool {
    let number = u32::from(character);
    // Most of a text is ASCII or CJK; the table is asked for the rest.
    match number {
        0x20..=0x7E | 0x3165..=0xD7FF => false,
        _ => REFUSED
            .binary_search_by(|(first, last)| {
                if *last < number {
                    std::cmp::Ordering::Less
                } else if *first > number {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok(),
    }
}

/// Whether a text may be signed (R6).
///
/// # Errors
/// The first character that may not.
pub fn check_text(text: &str) -> Result<(), TextFault> {
    match text.chars().enumerate().find(|(_, character)| is_refused(*character)) {
        None => Ok(()),
        Some((at, character)) => Err(TextFault { character, place: at + 1 }),
    }
}

/// The text as a screen, a log, a page or a table may show it: each character of [`REFUSED`] as `<U+202E>` (R7).
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if check_text(text).is_ok() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_refused(character) {
            out.push('<');
            out.push_str(&named(character));
            out.push('>');
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// `U+202E`: at least four hexadecimal digits.
fn named(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
