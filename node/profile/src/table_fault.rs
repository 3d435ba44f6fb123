//! Why a file is not read, with every place at which something is wrong: a person mends a file in one go, not one line at a
//! time. Each place names its line, its column where there is one, and the next step.

use crate::encoding::{EncodingFault, Seen};
use std::fmt;

/// So many places are kept; the rest is counted.
pub const MOST_PLACES: usize = 20;

/// What is wrong at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("the quote that opens here is never closed; close it, or double a quote that belongs to the text")]
    OpenQuote,
    #[error(
        "there is text after the closing quote of a cell that opens in line {opened}; double a quote that belongs to the text, or find the quote that is missing"
    )]
    AfterQuote { opened: u64 },
    #[error("there is a quote within a cell that does not begin with one; put the cell in quotes and double this one")]
    QuoteWithin,
    #[error("the quoted cell that opens here holds whole rows; find the quote that is missing")]
    Swallowed,
    #[error("there is a NUL character; the file is damaged or no text, save it again as \"CSV UTF-8\"")]
    Nul,
    #[error(
        "the row has {cells} cells, and the header has {columns} columns; a cell is missing, or one that holds the separator is not in quotes"
    )]
    Ragged { cells: usize, columns: usize },
    #[error("the column name {0:?} stands here a second time; rename one of the two")]
    RepeatedName(String),
    #[error(
        "the column has no name; write one, or delete the column (profile key: header_row, if the names stand in another row)"
    )]
    NoName,
    #[error(
        "the header has the one column {name:?}; the file seems to be separated by {seen}, write separator = {key} in the profile's [file] section"
    )]
    Separator { name: String, seen: &'static str, key: &'static str },
    #[error(
        "the file says of itself that its separator is {0:?}; write it as `separator` in the profile's [file] section"
    )]
    SaysSeparator(String),
    #[error("this is no JSON: {0}")]
    Json(String),
    #[error(
        "the file is one JSON array; write each object on a line of its own, without the brackets and commas around them"
    )]
    JsonArray,
    #[error("this line is no JSON object; write each record as {{\"column\": value, …}} on a line of its own")]
    NoObject,
    #[error(
        "the key {0:?} stands twice in one object; a reader would take one of the two by chance, delete the wrong one"
    )]
    RepeatedKey(String),
    #[error("the value of {0:?} is a list or an object; write one value per key")]
    Nested(String),
    #[error(
        "the cells {0} are merged; unmerge them and write the value into each row (profile key: header_row, if they are a title above the names)"
    )]
    Merged(String),
    #[error(
        "row {row} begins with {shown}, and is no row of column names; write header_row = the row of the names in the profile's [file] section"
    )]
    NoHeader { row: u64, shown: String },
    #[error("the rows {0} are hidden; show or delete them, or write hidden = \"read\" in the profile's [file] section")]
    HiddenRows(String),
    #[error(
        "the columns {0} are hidden; show or delete them, or write hidden = \"read\" in the profile's [file] section"
    )]
    HiddenColumns(String),
    #[error(
        "the sheets {0} are hidden; show or delete them, or name the right one as `sheet`, or write hidden = \"read\" in the profile's [file] section"
    )]
    HiddenSheets(String),
    #[error("the column name is no text: {0}; correct it (profile key: header_row, if the names stand in another row)")]
    NameNoText(String),
}

impl Wrong {
    /// Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OpenQuote => "file_open_quote",
            Self::AfterQuote { .. } => "file_after_quote",
            Self::QuoteWithin => "file_quote_within",
            Self::Swallowed => "file_swallowed",
            Self::Nul => "file_nul",
            Self::Ragged { .. } => "file_ragged",
            Self::RepeatedName(_) => "file_repeated_name",
            Self::NoName => "file_no_name",
            Self::Separator { .. } | Self::SaysSeparator(_) => "file_separator",
            Self::Json(_) => "file_json",
            Self::JsonArray => "file_json_array",
            Self::NoObject => "file_no_object",
            Self::RepeatedKey(_) => "file_repeated_key",
            Self::Nested(_) => "file_nested",
            Self::Merged(_) => "file_merged",
            Self::NoHeader { .. } | Self::NameNoText(_) => "file_no_header",
            Self::HiddenRows(_) => "file_hidden_rows",
            Self::HiddenColumns(_) => "file_hidden_columns",
            Self::HiddenSheets(_) => "file_hidden_sheets",
        }
    }
}

/// A place in a file and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line of a text file or row of a sheet, from 1; 0 where it is the whole file.
    pub line: u64,
    /// Number of the cell in its row from 1, and the column's name where there is one; for a sheet its letters.
    pub column: Option<String>,
    pub wrong: Wrong,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.column) {
            (0, None) => write!(f, "{}", self.wrong),
            (0, Some(column)) => write!(f, "column {column}: {}", self.wrong),
            (line, None) => write!(f, "line {line}: {}", self.wrong),
            (line, Some(column)) => write!(f, "line {line}, column {column}: {}", self.wrong),
        }
    }
}

/// Places of one file: at least one, at most [`MOST_PLACES`], in order, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    pub first: Vec<Place>,
    pub all: u64,
}

impl Places {
    pub(crate) fn add(&mut self, line: u64, column: Option<String>, wrong: Wrong) {
        self.all += 1;
        if self.first.len() < MOST_PLACES {
            self.first.push(Place { line, column, wrong });
        }
    }
    pub(crate) fn one(line: u64, column: Option<String>, wrong: Wrong) -> TableFault {
        let mut places = Self::default();
        places.add(line, column, wrong);
        TableFault::Places(places)
    }
    /// A fault where there is any place.
    pub(crate) fn none(self) -> Result<(), TableFault> {
        if self.all == 0 { Ok(()) } else { Err(TableFault::Places(self)) }
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.first.iter().enumerate() {
            write!(f, "{}{place}", if index == 0 { "" } else { "\n" })?;
        }
        match self.all.saturating_sub(self.first.len() as u64) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more places"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    #[error("the file {path} could not be read: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error(transparent)]
    Encoding(EncodingFault),
    #[error("the file is no workbook (.xlsx), as the profile says; it seems to be {0}")]
    NoWorkbook(String),
    #[error("{0}")]
    Places(Places),
    #[error("the workbook could not be read: {0}")]
    Workbook(String),
    #[error("the workbook has no sheet {0:?}; its sheets are {1}")]
    Sheet(String, String),
    #[error("the separator {0:?} is none; name one ASCII character that is no quote, letter, digit or line end")]
    Separator(char),
    #[error(
        "the file is empty, also without column names; where it should be, it was cut off, and for a day without records its header is enough"
    )]
    Empty,
    #[error("the file has no column {0:?}, which the profile names; its columns are {1}")]
    Column(String, String),
}

impl TableFault {
    /// Stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_read",
            Self::Encoding(EncodingFault::Kind(_)) | Self::NoWorkbook(_) => "file_kind",
            Self::Encoding(_) => "file_encoding",
            Self::Places(places) => places.first.first().map_or("file", |place| place.wrong.code()),
            Self::Workbook(_) => "file_workbook",
            Self::Sheet(..) => "file_sheet",
            Self::Separator(_) => "file_separator",
            Self::Empty => "file_empty",
            Self::Column(..) => "file_column",
        }
    }
}

impl From<EncodingFault> for TableFault {
    fn from(fault: EncodingFault) -> Self {
        Self::Encoding(fault)
    }
}

impl From<Seen> for TableFault {
    fn from(seen: Seen) -> Self {
        Self::NoWorkbook(seen.to_string())
    }
}
