//! The form of a file that a person writes: which keys it has, what each may hold, and what each means in plain words. One
//! table of keys serves the check of a file, its explanation and its template, so the three cannot come apart.
//!
//! A library for serialisation stops at the first fault and speaks of its own types. Here every fault is told, in words that
//! the writer of the file knows.

use crate::written::{FileFault, Shape, Written};
use huxin_protocol::time::Date;

/// What a key may hold.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    Text,
    /// A text that is not empty.
    Name,
    Texts,
    /// A list of texts, or one text alone.
    TextOrTexts,
    /// A text of one character.
    Character,
    Bool,
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// `"2026-01-05"`, in quotes.
    Day,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any text for any text.
    Map,
    /// A group of keys.
    Group(&'static [Key]),
    /// Several groups of the same keys.
    Groups(&'static [Key]),
    /// Looked at elsewhere.
    Any,
}

/// One key of a file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    pub holds: Holds,
    pub required: bool,
    /// What it means, in Chinese and in English.
    pub zh: &'static str,
    pub en: &'static str,
}

impl Key {
    #[must_use]
    pub const fn optional(name: &'static str, holds: Holds, zh: &'static str, en: &'static str) -> Self {
        Self { name, holds, required: false, zh, en }
    }
    #[must_use]
    pub const fn required(name: &'static str, holds: Holds, zh: &'static str, en: &'static str) -> Self {
        Self { name, holds, required: true, zh, en }
    }
}

/// Everything about `file` that is not as `keys` say, in the order of the file.
#[must_use]
pub fn check(keys: &'static [Key], file: &Written) -> Vec<FileFault> {
    let mut faults = Vec::new();
    group(keys, file, "", &mut faults);
    faults.sort();
    faults
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn group(keys: &'static [Key], value: &Written, path: &str, faults: &mut Vec<FileFault>) {
    let Shape::Table(entries) = &value.shape else {
        let named = if path.is_empty() { "the file".to_owned() } else { format!("{path:?}") };
        let example = keys.first().map_or("key", |key| key.name);
        let sentence = format!("{named} is {}, and has to be a group of keys", value.shape.words());
        faults.push(FileFault::new(value.line, path, sentence, format!("write it as {{ {example} = … }}")));
        return;
    };
    for (at, (name, inner)) in entries.iter().enumerate() {
        let full = join(path, name);
        if entries[..at].iter().any(|(earlier, _)| earlier == name) {
            faults.push(FileFault::new(
                inner.line,
                &full,
                format!("the key {full:?} stands twice"),
                "keep one of them",
            ));
            continue;
        }
        match keys.iter().find(|key| key.name == name) {
            Some(key) => one(key, inner, &full, faults),
            None => faults.push(unknown(keys, name, &full, inner.line)),
        }
    }
    for key in keys.iter().filter(|key| key.required && !entries.iter().any(|(name, _)| name == key.name)) {
        let full = join(path, key.name);
        let sentence = format!("the key {full:?} is missing: {}", key.en);
        faults.push(FileFault::new(value.line, &full, sentence, format!("add {}", example(key))));
    }
}

fn unknown(keys: &'static [Key], name: &str, full: &str, line: usize) -> FileFault {
    let near = keys.iter().map(|key| key.name).min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let next = match near.filter(|known| strsim::damerau_levenshtein(known, name) <= 3) {
        Some(known) => format!("did you mean {known:?}?"),
        None => format!("the keys here are: {}", keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
    };
    FileFault::new(line, full, format!("the key {full:?} is not known"), next)
}

/// How a key is written.
#[must_use]
pub fn example(key: &Key) -> String {
    let name = key.name;
    match key.holds {
        Holds::Text | Holds::Name | Holds::TextOrTexts => format!("{name} = \"…\""),
        Holds::Character => format!("{name} = \";\""),
        Holds::Texts => format!("{name} = [\"…\", \"…\"]"),
        Holds::Bool => format!("{name} = true"),
        Holds::Number(least, _) => format!("{name} = {least}"),
        Holds::Day => format!("{name} = \"2026-01-05\""),
        Holds::Word(words) => format!("{name} = \"{}\"", words.join("\" or \"")),
        Holds::Map => format!("[{name}] with lines such as \"value in the file\" = \"value in the entry\""),
        Holds::Group(keys) => {
            let inner: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
            format!("a section [{name}] with {}", if inner.is_empty() { "its keys".into() } else { inner.join(", ") })
        }
        Holds::Groups(_) => format!("a section [[{name}]]"),
        Holds::Any => name.to_owned(),
    }
}

fn one(key: &'static Key, value: &Written, full: &str, faults: &mut Vec<FileFault>) {
    let wrong = |wanted: &str| {
        let sentence = format!("the key {full:?} is {}, and has to be {wanted}", value.shape.words());
        FileFault::new(value.line, full, sentence, format!("write {}", example(key)))
    };
    match (key.holds, &value.shape) {
        // JSON writes an absent value like this.
        (_, Shape::Null) if !key.required => {}
        (Holds::Any, _)
        | (Holds::Text | Holds::TextOrTexts, Shape::Text(_))
        | (Holds::Bool, Shape::Bool(_))
        | (Holds::Texts | Holds::Groups(_) | Holds::TextOrTexts, Shape::List(_))
        | (Holds::Map, Shape::Table(_))
        | (Holds::Group(_), _) => inner(key, value, full, faults),
        (Holds::Name, Shape::Text(text)) => {
            if text.trim().is_empty() {
                let sentence = format!("the key {full:?} is empty: {}", key.en);
                faults.push(FileFault::new(value.line, full, sentence, format!("write {}", example(key))));
            }
        }
        (Holds::Character, Shape::Text(text)) => {
            if text.chars().count() != 1 {
                let sentence = format!("the key {full:?} is {text:?}, and has to be one character");
                faults.push(FileFault::new(value.line, full, sentence, format!("write {}", example(key))));
            }
        }
        (Holds::Number(least, most), Shape::Number(number)) => {
            if !number.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)) {
                let sentence = format!("the key {full:?} is {number}, and has to be from {least} to {most}");
                faults.push(FileFault::new(value.line, full, sentence, format!("write {}", example(key))));
            }
        }
        (Holds::Day, Shape::Text(text)) => {
            if text.parse::<Date>().is_err() {
                let sentence = format!("the key {full:?} is {text:?}, which is no day");
                let next = "write year, month and day with hyphens: \"2026-01-05\"";
                faults.push(FileFault::new(value.line, full, sentence, next));
            }
        }
        (Holds::Word(words), Shape::Text(text)) => {
            if !words.contains(&text.as_str()) {
                let sentence = format!("the key {full:?} is {text:?}, and has to be one of: {}", words.join(", "));
                let near = words.iter().min_by_key(|word| strsim::damerau_levenshtein(word, text));
                let next = format!("write for instance \"{}\"", near.copied().unwrap_or_default());
                faults.push(FileFault::new(value.line, full, sentence, next));
            }
        }
        (Holds::Text | Holds::Name | Holds::Character, _) => faults.push(wrong("a text between quotation marks")),
        (Holds::Texts, _) => faults.push(wrong("a list of texts")),
        (Holds::TextOrTexts, _) => faults.push(wrong("a text or a list of texts")),
        (Holds::Bool, _) => faults.push(wrong("true or false without quotation marks")),
        (Holds::Number(..), _) => faults.push(wrong("a whole number without quotation marks")),
        (Holds::Day, _) => faults.push(wrong("a day between quotation marks")),
        (Holds::Word(_), _) => faults.push(wrong("a word between quotation marks")),
        (Holds::Map, _) => faults.push(wrong("a group of texts")),
        (Holds::Groups(_), _) => faults.push(wrong("a list of sections")),
    }
}

/// What stands within a list or a group.
fn inner(key: &'static Key, value: &Written, full: &str, faults: &mut Vec<FileFault>) {
    let text_in = |inner: &Written, name: &str, faults: &mut Vec<FileFault>| {
        if !matches!(inner.shape, Shape::Text(_)) {
            let sentence = format!("{name} in {full:?} is {}, and has to be a text", inner.shape.words());
            faults.push(FileFault::new(inner.line, full, sentence, "put it between quotation marks"));
        }
    };
    match (key.holds, &value.shape) {
        (Holds::Group(keys), _) => group(keys, value, full, faults),
        (Holds::Groups(keys), Shape::List(items)) => {
            for item in items {
                group(keys, item, full, faults);
            }
        }
        (Holds::Texts | Holds::TextOrTexts, Shape::List(items)) => {
            for item in items {
                text_in(item, "a value", faults);
            }
        }
        (Holds::Map, Shape::Table(entries)) => {
            for (name, item) in entries {
                text_in(item, &format!("the value of {name:?}"), faults);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const INNER: &[Key] = &[Key::required("day", Holds::Day, "日", "the day")];
    const KEYS: &[Key] = &[
        Key::required("name", Holds::Name, "名", "the name"),
        Key::optional("list", Holds::Word(&["red", "black"]), "单", "which list"),
        Key::optional("rows", Holds::Number(1, 9), "行", "how many"),
        Key::optional("parts", Holds::Texts, "段", "parts"),
        Key::optional("inner", Holds::Group(INNER), "内", "inner"),
    ];

    #[test]
    fn all_faults_are_told_at_once_each_with_its_line() {
        let file = "list = \"blak\"\nrows = 10\nparts = [1, \"a\"]\nnmae = \"x\"\n[inner]\nday = 2026-01-05\n";
        let faults = check(KEYS, &Written::toml(file).unwrap());
        let told: Vec<(usize, &str)> = faults.iter().map(|fault| (fault.line, fault.key.as_str())).collect();
        assert_eq!(told, [(1, "list"), (1, "name"), (2, "rows"), (3, "parts"), (4, "nmae"), (6, "inner.day")]);
        assert_eq!(faults[4].next_step, "did you mean \"name\"?");
        assert!(check(KEYS, &Written::toml("name = \"x\"").unwrap()).is_empty());
    }

    #[test]
    fn a_key_that_stands_twice_is_told() {
        let faults = check(KEYS, &Written::json("{\"name\": \"x\",\n \"name\": \"y\"}").unwrap());
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].line, 2);
    }
}
