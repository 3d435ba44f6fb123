//! JSON lines: one object a line. A key that stands twice is refused, for a reader would keep one of the two by chance; numbers
//! keep every digit that was written.

use crate::cell::{Cell, exact_integer};
use crate::table::{Row, Table};
use crate::table_fault::{Places, TableFault, Wrong};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The members of one object in their order, with the values as they were written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        reader.deserialize_map(Object)
    }
}

/// Reads a whole text; an empty one is a table without rows.
///
/// # Errors
/// See [`Wrong`]; all lines are looked at.
pub fn read(text: &str) -> Result<Table, TableFault> {
    if text.trim_start().starts_with('[') {
        return Err(Places::one(1, None, Wrong::JsonArray));
    }
    let mut table = Table { columns: Vec::new(), rows: Vec::new(), open: true };
    let mut known = BTreeSet::new();
    let mut places = Places::default();
    let mut number = 0;
    for (line, content) in (1..).zip(lines(text)) {
        if content.trim().is_empty() {
            continue;
        }
        number += 1;
        let members = match serde_json::from_str::<Members<'_>>(content) {
            Ok(Members(members)) => members,
            Err(cause) => {
                places.add(line, None, no_object(content, &cause));
                continue;
            }
        };
        let mut cells = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (name, value) in members {
            if !seen.insert(name.clone()) {
                places.add(line, None, Wrong::RepeatedKey(name));
                continue;
            }
            if known.insert(name.clone()) {
                table.columns.push(name.clone());
            }
            match cell(value.get()) {
                Ok(Cell::Empty) => {}
                Ok(cell) => {
                    cells.insert(name, cell);
                }
                Err(cause) => places.add(line, None, cause.map_or(Wrong::Nested(name), Wrong::Json)),
            }
        }
        table.rows.push(Row { number, line, cells });
    }
    places.none()?;
    Ok(table)
}

/// Lines by LF, CR or both together; neither stands within a JSON text's line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let alone = !text.contains('\n');
    text.split(if alone { '\r' } else { '\n' })
}

/// A value as it was written becomes a cell; a list or an object none (no cause).
fn cell(written: &str) -> Result<Cell, Option<String>> {
    match written.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(written).map_err(|cause| Some(cause.to_string()))?;
            Ok(Cell::written(&text))
        }
        Some(b'n') => Ok(Cell::Empty),
        Some(b't') => Ok(Cell::Bool(true)),
        Some(b'f') => Ok(Cell::Bool(false)),
        Some(b'{' | b'[') => Err(None),
        // Programs that know only one kind of number write whole ones so.
        _ => match written.strip_suffix(".0").filter(|whole| exact_integer(whole)) {
            Some(whole) => Ok(Cell::Number(whole.to_owned())),
            None => Ok(Cell::Number(written.to_owned())),
        },
    }
}

fn no_object(content: &str, cause: &serde_json::Error) -> Wrong {
    match content.trim_start().as_bytes().first() {
        Some(b'{') if cause.is_eof() => {
            Wrong::Json("the object does not end in its line; write each object on one line".to_owned())
        }
        Some(b'{') => Wrong::Json(format!("{cause}").replace(" at line 1 column ", ", at character ")),
        _ => Wrong::NoObject,
    }
}
