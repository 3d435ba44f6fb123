//! The one form in which texts are compared (R8). It is made in four steps: NFKC and lower case, one character at a
//! time; brackets and quotation marks of all kinds become `(`, `)`, `'` and `"`; a run of separators becomes one `-`; a
//! space vanishes, but between two letters or digits of a script that writes spaces it becomes `-` too.

use super::is_refused;
use unicode_normalization::UnicodeNormalization;

/// The form in which two texts are compared. Folding what is folded changes nothing; a separator never vanishes.
///
/// `（浙舟）市监罚〔2026〕1—12号` and `(浙舟)市监罚[2026] 1-12号` fold to the same text, `1-12号` and `11-2号` do not.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return joined(&text.to_ascii_lowercase());
    }
    // What one pass takes away may bring together what composes, so passes go on until one changes nothing. That is the
    // second one for nearly every text; a few more are enough for all.
    let mut now = text.to_owned();
    for _ in 0..8 {
        let next = joined(&now.nfkc().flat_map(char::to_lowercase).nfkc().collect::<String>());
        if next == now {
            break;
        }
        now = next;
    }
    now
}

/// A text of lower-case letters with its separators, brackets and spaces in the one form.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What stands between the last kept character and the next one.
    let mut gap = Gap::None;
    for character in text.chars().filter_map(shown) {
        if character == ' ' {
            gap = gap.max(Gap::Space);
        } else if is_separator(character) {
            gap = Gap::Separator;
        } else {
            let character = mark(character);
            let parted = out.chars().next_back().is_some_and(writes_spaces) && writes_spaces(character);
            if gap == Gap::Separator || (gap == Gap::Space && parted) {
                out.push('-');
            }
            gap = Gap::None;
            out.push(character);
        }
    }
    if gap == Gap::Separator {
        out.push('-');
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Separator,
}

/// White space of all kinds is a space; of the other characters that are never signed nothing is left.
fn shown(character: char) -> Option<char> {
    if character.is_whitespace() || character.is_control() {
        Some(' ')
    } else {
        (!is_refused(character)).then_some(character)
    }
}

/// Dashes, dots, commas, colons, strokes: what parts one piece of a number or name from the next.
fn is_separator(character: char) -> bool {
    matches!(
        character,
        '-' | '_' | '/' | '\\' | '.' | ',' | ':' | ';' | '|' | '~' | '\u{B7}' | '\u{387}' | '\u{2010}'
            ..='\u{2016}'
                | '\u{2022}'
                | '\u{2027}'
                | '\u{2043}'
                | '\u{2044}'
                | '\u{2053}'
                | '\u{2212}'
                | '\u{2215}'
                | '\u{2216}'
                | '\u{2219}'
                | '\u{22C5}'
                | '\u{2500}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{3001}'
                | '\u{3002}'
                | '\u{301C}'
                | '\u{30A0}'
                | '\u{30FB}'
    )
}

/// Brackets and quotation marks of all kinds as the plain one.
fn mark(character: char) -> char {
    match character {
        '(' | '[' | '{' | '<' | '\u{2329}' | '\u{27E8}' | '\u{27EA}' | '\u{2772}' | '\u{3008}' | '\u{300A}'
        | '\u{300C}' | '\u{300E}' | '\u{3010}' | '\u{3014}' | '\u{3016}' | '\u{3018}' | '\u{301A}' => '(',
        ')' | ']' | '}' | '>' | '\u{232A}' | '\u{27E9}' | '\u{27EB}' | '\u{2773}' | '\u{3009}' | '\u{300B}'
        | '\u{300D}' | '\u{300F}' | '\u{3011}' | '\u{3015}' | '\u{3017}' | '\u{3019}' | '\u{301B}' => ')',
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{2039}' | '\u{203A}' | '`' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{AB}' | '\u{BB}' | '\u{301D}'..='\u{301F}' => '"',
        other => other,
    }
}

/// Letters and digits of scripts whose words are parted by spaces: all but Chinese, Japanese and Korean.
fn writes_spaces(character: char) -> bool {
    let cjk = matches!(u32::from(character),
        0x1100..=0x11FF | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3021..=0x30FF | 0x3105..=0x31FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0x1AFF0..=0x1B16F
        | 0x20000..=0x3FFFD);
    character.is_alphanumeric() && !cjk
}
