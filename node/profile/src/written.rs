//! A file that a person wrote, TOML or JSON, as one tree in which every value knows its line. The checks of `form` walk it,
//! so that all that is wrong with a file is told at once and each fault names the line where it stands.

use std::fmt;

/// One value of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// From 1.
    pub line: usize,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Text(String),
    /// As it is written.
    Number(String),
    Bool(bool),
    /// A date or time without quotes, which TOML knows and JSON does not.
    Day(String),
    Null,
    List(Vec<Written>),
    /// In the order of the file. A key may stand twice in JSON.
    Table(Vec<(String, Written)>),
}

impl Shape {
    /// What it is, in plain words.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Day(_) => "a date without quotes",
            Self::Null => "null",
            Self::List(_) => "a list",
            Self::Table(_) => "a group of keys",
        }
    }
}

/// One thing that is wrong with a file, where it stands, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// From 1.
    pub line: usize,
    /// Which key, for instance `fields.until.column`; empty for the file as a whole.
    pub key: String,
    pub sentence: String,
    pub next_step: String,
}

impl FileFault {
    #[must_use]
    pub fn new(line: usize, key: &str, sentence: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { line, key: key.to_owned(), sentence: sentence.into(), next_step: next_step.into() }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; {}", self.line, self.sentence, self.next_step)
    }
}

impl Written {
    /// Reads TOML.
    ///
    /// # Errors
    /// The first place that is no TOML.
    pub fn toml(text: &str) -> Result<Self, FileFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = toml_edit::Document::parse(text).map_err(|fault| {
            let line = fault.span().map_or(1, |span| line_at(text, span.start));
            let cause = fault.message().trim().replace('\n', ", ");
            let next = "write key = \"value\", with straight quotation marks around every text";
            FileFault::new(line, "", format!("this is not written as TOML: {cause}"), next)
        })?;
        Ok(Self { line: 1, shape: toml_table(text, document.as_table(), 1) })
    }

    /// Reads JSON, and nothing that only resembles it.
    ///
    /// # Errors
    /// The first place that is no JSON.
    pub fn json(text: &str) -> Result<Self, FileFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // This reader decides what JSON is; the next one only knows where everything stands.
        if let Err(fault) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
            let cause = fault.to_string();
            let cause = cause.split(" at line ").next().unwrap_or_default();
            let sentence = format!("this is not written as JSON (column {}): {cause}", fault.column());
            let next = "put every key and text between straight quotation marks, and a comma between two values";
            return Err(FileFault::new(fault.line().max(1), "", sentence, next));
        }
        let options = jsonc_parser::ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let unread =
            || FileFault::new(1, "", "this JSON could not be read", "write the file again, or write it as TOML");
        let parsed = jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &options)
            .map_err(|_| unread())?;
        parsed.value.map(|value| json_value(text, &value)).ok_or_else(unread)
    }

    /// The value of a key of this table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.shape {
            Shape::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a key of this table.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

fn toml_table(text: &str, table: &dyn toml_edit::TableLike, line: usize) -> Shape {
    let mut entries = Vec::new();
    for (name, item) in table.iter() {
        // A table made by dotted keys or by its children has no place of its own: its key's place stands for it.
        let span = table.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
        let at = span.map_or(line, |span| line_at(text, span.start));
        entries.push((name.to_owned(), Written { line: at, shape: toml_item(text, item, at) }));
    }
    Shape::Table(entries)
}

fn toml_item(text: &str, item: &toml_edit::Item, line: usize) -> Shape {
    match item {
        toml_edit::Item::None => Shape::Null,
        toml_edit::Item::Value(value) => toml_value(text, value, line),
        toml_edit::Item::Table(table) => toml_table(text, table, line),
        toml_edit::Item::ArrayOfTables(tables) => Shape::List(
            tables
                .iter()
                .map(|table| {
                    let at = table.span().map_or(line, |span| line_at(text, span.start));
                    Written { line: at, shape: toml_table(text, table, at) }
                })
                .collect(),
        ),
    }
}

fn toml_value(text: &str, value: &toml_edit::Value, line: usize) -> Shape {
    match value {
        toml_edit::Value::String(value) => Shape::Text(value.value().clone()),
        toml_edit::Value::Integer(value) => Shape::Number(value.value().to_string()),
        toml_edit::Value::Float(value) => Shape::Number(value.value().to_string()),
        toml_edit::Value::Boolean(value) => Shape::Bool(*value.value()),
        toml_edit::Value::Datetime(value) => Shape::Day(value.value().to_string()),
        toml_edit::Value::Array(array) => Shape::List(
            array
                .iter()
                .map(|value| {
                    let at = value.span().map_or(line, |span| line_at(text, span.start));
                    Written { line: at, shape: toml_value(text, value, at) }
                })
                .collect(),
        ),
        toml_edit::Value::InlineTable(table) => toml_table(text, table, line),
    }
}

fn json_value(text: &str, value: &jsonc_parser::ast::Value<'_>) -> Written {
    use jsonc_parser::ast::Value;
    use jsonc_parser::common::Ranged;
    let line = line_at(text, value.range().start);
    let shape = match value {
        Value::StringLit(value) => Shape::Text(value.value.clone().into_owned()),
        Value::NumberLit(value) => Shape::Number(value.value.to_owned()),
        Value::BooleanLit(value) => Shape::Bool(value.value),
        Value::NullKeyword(_) => Shape::Null,
        Value::Array(array) => Shape::List(array.elements.iter().map(|value| json_value(text, value)).collect()),
        Value::Object(object) => {
            let entry = |property: &jsonc_parser::ast::ObjectProp<'_>| {
                let value = json_value(text, &property.value);
                let line = line_at(text, property.range.start);
                (property.name.as_str().to_owned(), Written { line, ..value })
            };
            Shape::Table(object.properties.iter().map(entry).collect())
        }
    };
    Written { line, shape }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn lines_are_known_in_both_languages() {
        let toml = Written::toml("a = 1\n[b]\nc = [\n \"x\",\n true]\n[[d]]\ne=2026-01-05\n[[d]]\n").unwrap();
        assert_eq!(toml.get("b").unwrap().get("c").unwrap().line, 3);
        let Shape::List(items) = &toml.get("b").unwrap().get("c").unwrap().shape else { panic!("no list") };
        assert_eq!((items[0].line, items[1].line), (4, 5));
        let Shape::List(tables) = &toml.get("d").unwrap().shape else { panic!("no list") };
        assert_eq!((tables[0].line, tables[1].line), (6, 8));
        assert_eq!(tables[0].get("e").unwrap().shape, Shape::Day("2026-01-05".into()));

        let json = Written::json("{\"a\": 1,\n \"b\": {\n\"c\": [\"x\", null]}}").unwrap();
        assert_eq!(json.get("b").unwrap().line, 2);
        assert_eq!(json.get("b").unwrap().get("c").unwrap().line, 3);
    }

    #[test]
    fn what_is_no_such_file_is_told_with_its_line() {
        assert_eq!(Written::toml("a = 1\nb = “x”\n").unwrap_err().line, 2);
        assert_eq!(Written::json("{\"a\": 1,\n}").unwrap_err().line, 2);
        assert_eq!(Written::json("{\"a\": 0x1}").unwrap_err().line, 1);
        assert!(Written::json("").is_err());
        assert_eq!(Written::toml("\u{feff}").unwrap().shape, Shape::Table(vec![]));
    }
}
