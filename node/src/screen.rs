//! What commands print. Text that partners wrote passes through here, and a terminal obeys what it is sent: so controls,
//! marks of direction and characters that nobody sees are shown as `<U+202E>` and never sent.
//!
//! A reader that goes away (`huxin … | head`) is no fault: the rest is not printed, and the command ends as it would have
//! ended. A device that is full is told at the end, for what was signed stays signed.

use huxin_protocol::text::{harmless, is_refused};
use parking_lot::Mutex;
use serde::Serialize;
use std::fmt;
use std::io::{self, ErrorKind, Write};

/// The first failure of standard output, but for a reader that went away.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line to standard output, as `println!` does.
#[macro_export]
macro_rules! say {
    () => { $crate::screen::say(format_args!("")) };
    ($($arg:tt)*) => { $crate::screen::say(format_args!($($arg)*)) };
}

/// Prints a line to standard error, as `eprintln!` does.
#[macro_export]
macro_rules! tell {
    ($($arg:tt)*) => { $crate::screen::tell(format_args!($($arg)*)) };
}

pub fn say(text: fmt::Arguments<'_>) {
    write(text.to_string());
}

pub fn tell(text: fmt::Arguments<'_>) {
    // Nothing is left to tell it to where standard error fails.
    let _ = writeln!(io::stderr().lock(), "{}", shown(&text.to_string()));
}

fn write(text: String) {
    let written = writeln!(io::stdout().lock(), "{}", shown(&text));
    if let Err(fault) = written
        && fault.kind() != ErrorKind::BrokenPipe
    {
        FAILED.lock().get_or_insert(fault);
    }
}

/// Why standard output could not be written, if it could not.
pub fn failure() -> Option<io::Error> {
    let flushed = io::stdout().flush();
    let failed = FAILED.lock().take();
    failed.or_else(|| flushed.err().filter(|fault| fault.kind() != ErrorKind::BrokenPipe))
}

/// Text as it may reach a screen; its own line breaks stay.
#[must_use]
pub fn shown(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(harmless).collect();
    lines.join("\n")
}

/// JSON as it may reach a screen: the same document, with dangerous characters written as `\u202e`.
///
/// # Errors
/// The value has no JSON form.
pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(|text| escaped(&text))
}

/// As [`json`], on one line.
///
/// # Errors
/// As there.
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(|text| escaped(&text))
}

/// serde_json escapes the controls below U+0020. All others of the same kind stand within strings as well, and follow as
/// RFC 8259 section 7 writes them; line breaks stand between members.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_refused(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// Standard error for the log: each event is one write, and what it holds of others' text is shown harmlessly.
pub struct LogLines;

impl Write for LogLines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(shown(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_and_not_sent() {
        for (sent, seen) in [
            ("示例甲\n示例乙", "示例甲\n示例乙"),
            ("\u{1b}[2J", "<U+001B>[2J"),
            ("a\u{202e}b", "a<U+202E>b"),
            ("a\r\nb\u{9b}31m", "a<U+000D>\nb<U+009B>31m"),
            ("零\u{200b}宽", "零<U+200B>宽"),
        ] {
            assert_eq!(shown(sent), seen);
        }
    }

    #[test]
    fn json_for_the_screen_is_the_same_document() {
        let value = serde_json::json!({"name\u{202e}": ["\u{1b}[2J", "\u{200b}", "\u{e0001}", "示例", "\"\\\n"], "n": [], "o": {}});
        let text = json(&value).unwrap();
        assert!(!text.chars().any(|c| is_refused(c) && c != '\n'), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert_eq!(json(&serde_json::json!({"a": [1]})).unwrap(), "{\n  \"a\": [\n    1\n  ]\n}");
    }
}
