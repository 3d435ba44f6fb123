//! A table that is written out, as CSV or XLSX, for people who open it in a spreadsheet.
//!
//! CSV begins with a byte-order mark, because spreadsheets take it for another encoding else. A value that a spreadsheet
//! would take for a formula gets an apostrophe in front, and so does a value that begins with an apostrophe itself: whoever
//! reads such a file takes exactly one apostrophe off and has the value as it was ([`armed`]).

use std::borrow::Cow;
use std::path::Path;

/// What spreadsheets take for the beginning of a formula, full-width forms included.
const FORMULAS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|'];

/// The value as it may stand in a spreadsheet.
#[must_use]
pub fn disarmed(value: &str) -> Cow<'_, str> {
    if value.starts_with(FORMULAS) || value.starts_with('\'') {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// The value as it was before [`disarmed`].
#[must_use]
pub fn armed(value: &str) -> &str {
    value.strip_prefix('\'').unwrap_or(value)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum SheetFault {
    #[error("a file of this kind is written as .csv or .xlsx, and {0:?} is neither")]
    Ending(String),
    #[error("the table could not be written: {0}")]
    Csv(#[from] csv::Error),
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl Sheet {
    #[must_use]
    pub fn new(title: &str, head: &[&str]) -> Self {
        Self { title: title.to_owned(), head: head.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    pub fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    #[must_use]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }
    #[must_use]
    pub fn head(&self) -> &[String] {
        &self.head
    }

    /// The bytes of the file; the ending of its name says which kind.
    ///
    /// # Errors
    /// The ending is neither `.csv` nor `.xlsx`, or a cell is longer than a workbook takes.
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, SheetFault> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv") => Ok(self.csv()?),
            Some("xlsx") => Ok(self.workbook()?),
            _ => Err(SheetFault::Ending(path.display().to_string())),
        }
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
        for row in std::iter::once(&self.head).chain(&self.rows) {
            writer.write_record(row.iter().map(|value| disarmed(value).into_owned()))?;
        }
        writer.into_inner().map_err(|fault| csv::Error::from(std::io::Error::other(fault.to_string())))
    }

    fn workbook(&self) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name(&self.title)?;
        for (row, values) in (0..).zip(std::iter::once(&self.head).chain(&self.rows)) {
            for (column, value) in (0..).zip(values) {
                if !value.is_empty() {
                    sheet.write_string(row, column, disarmed(value).into_owned())?;
                }
            }
        }
        workbook.save_to_buffer()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_was() {
        for value in ["=1+1", "-5", "+x", "@a", "\tx", "'", "''x", "'=1", "示例", "", "＝1", "a'b", " =1"] {
            let written = disarmed(value);
            assert!(!written.starts_with(FORMULAS), "{written}");
            assert_eq!(if written.starts_with('\'') { armed(&written) } else { &written }, value);
        }
    }

    #[test]
    fn a_csv_begins_with_a_mark_and_other_endings_are_refused() {
        let mut sheet = Sheet::new("t", &["a", "b"]);
        sheet.push(["=1".to_owned(), "x\r\ny, \"z\"".to_owned()]);
        let bytes = sheet.bytes(Path::new("x.CSV")).unwrap();
        assert_eq!(bytes, "\u{feff}a,b\r\n'=1,\"x\r\ny, \"\"z\"\"\"\r\n".as_bytes());
        assert!(sheet.bytes(Path::new("x.xlsx")).unwrap().starts_with(b"PK"));
        assert!(sheet.bytes(Path::new("x.txt")).is_err());
    }
}
