//! Files as tables: CSV, JSON lines, XLSX; UTF-8 with or without a byte-order mark, or GB18030.

use crate::cell::Cell;
use crate::file::{Encoding, File, Format};
use crate::workbook;
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
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    #[error("the file {path} could not be read: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("the file is not valid {0}; name its encoding in the profile's [file] section (utf-8 or gb18030)")]
    Encoding(&'static str),
    #[error("row {row} could not be read: {cause}")]
    Row { row: u64, cause: String },
    #[error("the workbook could not be read: {0}")]
    Workbook(String),
    #[error("the file has no column {0:?}, which the profile names; its columns are {1}")]
    Column(String, String),
}

impl TableFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_read",
            Self::Encoding(_) => "file_encoding",
            Self::Row { .. } => "file_row",
            Self::Workbook(_) => "file_workbook",
            Self::Column(..) => "file_column",
        }
    }
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
            Format::Csv => Self::from_csv(&text(bytes, file.encoding)?),
            Format::Jsonl => Self::from_json_lines(&text(bytes, file.encoding)?),
            Format::Xlsx => Self::from_workbook(bytes, file.sheet.as_deref()),
        }
    }

    fn from_csv(text: &str) -> Result<Self, TableFault> {
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
        let row_fault = |row: u64, cause: &csv::Error| TableFault::Row { row, cause: cause.to_string() };
        let columns: Vec<String> =
            reader.headers().map_err(|cause| row_fault(0, &cause))?.iter().map(|name| name.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for (number, record) in (1..).zip(reader.records()) {
            let line = number + 1;
            let record = record.map_err(|cause| row_fault(number, &cause))?;
            let cells = columns.iter().cloned().zip(record.iter().map(Cell::from)).collect();
            rows.push(Row { number, line, cells });
        }
        Ok(Self { columns, rows })
    }

    fn from_json_lines(text: &str) -> Result<Self, TableFault> {
        let mut table = Self::default();
        for (number, line) in (1..).zip(text.lines().filter(|line| !line.trim().is_empty())) {
            let fault = |cause: &serde_json::Error| TableFault::Row { row: number, cause: cause.to_string() };
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(line).map_err(|cause| fault(&cause))?;
            let mut cells = BTreeMap::new();
            for (name, value) in object {
                if !table.columns.contains(&name) {
                    table.columns.push(name.clone());
                }
                let text = match value {
                    serde_json::Value::Null => Cell::Empty,
                    serde_json::Value::String(text) => Cell::from(text.as_str()),
                    serde_json::Value::Number(number) => Cell::Number(number.to_string()),
                    other => Cell::Text(other.to_string()),
                };
                cells.insert(name, text);
            }
            table.rows.push(Row { number, line: number, cells });
        }
        Ok(table)
    }

    /// All rows from the first cell's to the last one's, with all columns between the outermost cells: an empty cell within is
    /// an empty value.
    fn from_workbook(bytes: &[u8], sheet: Option<&str>) -> Result<Self, TableFault> {
        let cells = &workbook::cells(bytes, sheet)?;
        let (Some(((top, _), _)), Some(((bottom, _), _))) = (cells.first_key_value(), cells.last_key_value()) else {
            return Ok(Self::default());
        };
        let first = cells.keys().map(|(_, column)| *column).min().unwrap_or(0);
        let last = cells.keys().map(|(_, column)| *column).max().unwrap_or(0);
        let line = |row: u32| (first..=last).map(move |column| cells.get(&(row, column)).cloned().unwrap_or_default());
        let columns: Vec<String> = line(*top).collect();
        let rows = (1..)
            .zip(*top + 1..=*bottom)
            .map(|(number, row)| Row {
                number,
                line: u64::from(row) + 1,
                cells: columns.iter().cloned().zip(line(row).map(|cell| Cell::from(cell.as_str()))).collect(),
            })
            .collect();
        Ok(Self { columns, rows })
    }

    /// Every column that a profile names has to be there: a misspelt one would silently be a missing fact.
    pub(crate) fn require(&self, column: &str) -> Result<(), TableFault> {
        if self.columns.iter().any(|name| name == column) {
            return Ok(());
        }
        Err(TableFault::Column(column.to_owned(), self.columns.join(", ")))
    }
}

fn text(bytes: &[u8], encoding: Encoding) -> Result<String, TableFault> {
    // A byte-order mark says UTF-8 whatever the profile says; it is no part of the first column's name.
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
    match (marked, encoding) {
        (Some(rest), _) => decode_utf8(rest),
        (None, Encoding::Utf8) => decode_utf8(bytes),
        (None, Encoding::Gb18030 | Encoding::Auto) => {
            let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes);
            text.map(std::borrow::Cow::into_owned).ok_or(TableFault::Encoding("GB18030"))
        }
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<String, TableFault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| TableFault::Encoding("UTF-8"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_column() {
        let table =
            Table::from_csv(&text("\u{feff}name,code\n示例公司,1\n".as_bytes(), Encoding::Gb18030).unwrap()).unwrap();
        assert_eq!(table.columns, ["name", "code"]);
        assert_eq!(table.rows[0].cells["name"], Cell::from("示例公司"));
    }

    #[test]
    fn gb18030_is_read_and_broken_text_is_refused() {
        let bytes = encoding_rs::GB18030.encode("name\n示例公司\n").0;
        assert_eq!(text(&bytes, Encoding::Gb18030).unwrap(), "name\n示例公司\n");
        assert_eq!(text(&bytes, Encoding::Utf8).unwrap_err().code(), "file_encoding");
        assert_eq!(text(&[0x81], Encoding::Gb18030).unwrap_err().code(), "file_encoding");
    }

    #[test]
    fn a_row_with_another_number_of_cells_is_a_fault() {
        assert_eq!(Table::from_csv("a,b\n1\n").unwrap_err().code(), "file_row");
    }

    #[test]
    fn json_lines_have_the_union_of_their_columns() {
        let table = Table::from_json_lines("{\"a\":1}\n\n{\"a\":null,\"b\":\"x\"}\n").unwrap();
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(*table.rows[1].cell("a"), Cell::Empty);
        assert_eq!(table.rows[0].cells["a"], Cell::Number("1".to_owned()));
    }
}
