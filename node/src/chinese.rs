//! Chinese for what is written in English elsewhere: helps of the command line, faults of its use, and faults by their code.
//!
//! Screens of commands hold both languages where they are made. What comes out of a library or out of a fault's type is
//! English, and stands here once more: one table by command and argument, one by code, one of next steps. A test each goes over
//! everything that there is, so that nothing new stays English by accident.

mod fault_sentences;
mod help;
mod help_texts;
mod misuse;
mod next_steps;
#[cfg(test)]
mod tests;

use huxin_config::Language;

pub use help::{in_chinese, in_english};
pub use misuse::misuse;

/// What a fault says, by its code; `None` for a code that only machines see.
#[must_use]
pub fn sentence(code: &str) -> Option<&'static str> {
    let at = fault_sentences::SENTENCES.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    fault_sentences::SENTENCES.get(at).map(|(_, sentence)| *sentence)
}

/// What a fault or a warning says to a person, within the screen. In Chinese what the code says comes first; the particulars, which name
/// files and numbers, follow as they were made.
#[must_use]
pub fn told(what: &str, code: &str, particulars: &str, language: Language) -> String {
    let chinese = sentence(code).filter(|_| language == Language::Chinese);
    match chinese {
        Some(chinese) => format!(
            "{}\n{}",
            wrapped(&format!("{what}[{code}]: {chinese}"), COLUMNS),
            indented(&wrapped(particulars, COLUMNS - 2))
        ),
        None => wrapped(&format!("{what}[{code}]: {particulars}"), COLUMNS),
    }
}

/// What to try, as a line for people.
#[must_use]
pub fn next_step_line(english: &str, language: Language) -> String {
    let chinese = match language {
        Language::Chinese => next_steps::in_chinese(english),
        Language::English => None,
    };
    let line = match chinese {
        Some(chinese) => format!("下一步：{chinese}"),
        None if language == Language::Chinese => format!("下一步 try: {english}"),
        None => format!("try: {english}"),
    };
    wrapped(&line, COLUMNS)
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// Columns of a screen that nobody measured: what people print and mail.
const COLUMNS: usize = 80;

/// Columns that a text takes on a screen: Chinese characters and full-width signs take two.
#[must_use]
pub fn columns(text: &str) -> usize {
    let wide = |character: char| {
        matches!(u32::from(character), 0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3
            | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x20000..=0x3fffd)
    };
    text.chars().map(|character| if wide(character) { 2 } else { 1 }).sum()
}

/// The text in lines of at most `most` columns. Chinese breaks anywhere but before a sign that ends something; a word of Latin
/// letters, a path or a number stays whole.
#[must_use]
pub fn wrapped(text: &str, most: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && columns(&line) + columns(piece.trim_end()) > most {
                lines.push(line.trim_end().to_owned());
                line = piece.trim_start().to_owned();
            } else {
                line.push_str(piece);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// Parts of a paragraph that are not broken, each with what may not begin a line after it.
fn pieces(text: &str) -> Vec<&str> {
    let stays = |character: char| ",.:;!?)]}，。：；！？、）】》”’%".contains(character);
    let is_latin = |character: char| character.is_ascii() && character != ' ';
    let mut out = Vec::new();
    let (mut from, mut before) = (0, None);
    for (at, character) in text.char_indices() {
        let breaks = match before {
            None => false,
            Some(_) if stays(character) || character == ' ' => false,
            Some(' ') => true,
            Some('（' | '(' | '“' | '‘' | '`') => false,
            Some(before) => !(is_latin(before) && is_latin(character)),
        };
        if breaks {
            out.push(&text[from..at]);
            from = at;
        }
        before = Some(character);
    }
    out.push(&text[from..]);
    out
}
