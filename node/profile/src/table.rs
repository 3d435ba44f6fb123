//! Files as tables: CSV, JSON lines, XLSX. Each has a reader of its own; what they read is one type.

use crate::cell::Cell;
use crate::file::{File, Format};
use crate::table_fault::{Places, TableFault, Wrong};
use crate::{csv_text, encoding, json_lines, workbook};
use std::collections::BTreeMap;
use std::path::Path;

/// One row of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1 for the first row of data; blank rows do not count.
    pub number: u64,
    /// Where a person finds it: the line in a CSV or JSON-lines file on which it begins, the row in a sheet. From 1.
    pub line: u64,
    /// By column name. Empty cells are not kept.
    pub cells: BTreeMap<String, Cell>,
}

impl Row {
    /// The cell of this column; empty where the row has none.
    #[must_use]
    pub fn cell(&self, column: &str) -> &Cell {
        const EMPTY: &Cell = &Cell::Empty;
        self.cells.get(column).unwrap_or(EMPTY)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Table {
    /// In the order of the file.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Whether the file has no header (JSON lines), so that a column which no row fills is not in `columns`.
    pub open: bool,
}

impl Table {
    /// Reads a whole file as its profile says.
    ///
    /// # Errors
    /// See [`TableFault`]; nothing is skipped in silence.
    pub fn read(path: &Path, file: &File) -> Result<Self, TableFault> {
        let bytes =
            std::fs::read(path).map_err(|cause| TableFault::Read { path: path.display().to_string(), cause })?;
        Self::decode(&bytes, file)
    }

    /// As [`Table::read`], with the file's bytes handed in.
    ///
    /// # Errors
    /// As there.
    pub fn decode(bytes: &[u8], file: &File) -> Result<Self, TableFault> {
        match file.format {
            Format::Csv => csv_text::read(&encoding::text(bytes, file.encoding)?, file),
            Format::Jsonl => json_lines::read(&encoding::text(bytes, file.encoding)?),
            Format::Xlsx => workbook::read(bytes, file),
        }
    }

    /// A column that a profile names has to be there: a misspelt one would silently be a missing fact. In a file without a
    /// header (JSON lines) only a column that is `needed` has to be in some row; one that is not may be filled by none.
    ///
    /// # Errors
    /// [`TableFault::Column`].
    pub fn require(&self, column: &str, needed: bool) -> Result<(), TableFault> {
        let absent_by_right = self.open && (!needed || self.rows.is_empty());
        if absent_by_right || self.columns.iter().any(|name| name == column) {
            return Ok(());
        }
        let columns: Vec<String> = self.columns.iter().map(|name| format!("{name:?}")).collect();
        Err(TableFault::Column(column.to_owned(), columns.join(", ")))
    }
}

/// The refusal of a row that is no header.
pub(crate) fn no_header(row: u64, shown: &str) -> TableFault {
    let shown = if shown.is_empty() {
        "nothing".to_owned()
    } else {
        format!("{:?}", shown.chars().take(40).collect::<String>())
    };
    Places::one(row, None, Wrong::NoHeader { row, shown })
}

/// The names of a header, each with its place in words. `guessed`: the profile does not say that the names stand in this
/// row, so a row with one filled cell of several is a title.
pub(crate) fn header(
    line: u64,
    guessed: bool,
    cells: impl Iterator<Item = (String, Cell)>,
) -> Result<Vec<String>, TableFault> {
    let mut places = Places::default();
    let mut names: Vec<String> = Vec::new();
    for (place, cell) in cells {
        let name = match cell.plain() {
            Ok(name) => name.unwrap_or_default().into_owned(),
            Err(fault) => {
                places.add(line, Some(place), Wrong::NameNoText(format!("it {fault}")));
                names.push(String::new());
                continue;
            }
        };
        if name.is_empty() {
            places.add(line, Some(place), Wrong::NoName);
        } else if names.contains(&name) {
            places.add(line, Some(place), Wrong::RepeatedName(name.clone()));
        }
        names.push(name);
    }
    let mut filled = names.iter().filter(|name| !name.is_empty());
    if let (true, true, Some(only), None) = (guessed, names.len() > 1, filled.next(), filled.next()) {
        return Err(no_header(line, only));
    }
    places.none()?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn only_a_file_without_a_header_may_lack_what_is_not_needed() {
        let closed = Table { columns: vec!["a".to_owned()], rows: Vec::new(), open: false };
        assert!(closed.require("a", true).is_ok());
        assert_eq!(closed.require("b", false).unwrap_err().code(), "file_column");
        let row = Row { number: 1, line: 1, cells: BTreeMap::new() };
        let open = Table { columns: vec!["a".to_owned()], rows: vec![row], open: true };
        assert!(open.require("b", false).is_ok());
        assert_eq!(open.require("b", true).unwrap_err().code(), "file_column");
    }
}
