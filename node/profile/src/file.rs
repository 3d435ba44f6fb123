//! The `[file]` section of a profile: how the file is to be read. Nothing here is guessed; what the file is instead is said
//! when it is refused.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Csv,
    Jsonl,
    Xlsx,
}

/// How text became bytes. A byte-order mark that says UTF-8 stands above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "gb18030")]
    Gb18030,
    /// Decided by the bytes, and only where they leave no doubt.
    #[serde(rename = "auto")]
    Auto,
}

/// What becomes of a workbook's sheets and rows that a person does not see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hidden {
    /// The file is refused, and the refusal names them.
    #[default]
    Refuse,
    /// They are read like all others.
    Read,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub format: Format,
    #[serde(default)]
    pub encoding: Encoding,
    /// Sheet of a workbook; absent: the only one, or the first of several.
    pub sheet: Option<String>,
    /// The line of a CSV file or the row of a sheet with the column names, from 1; absent: the first that is not empty. What
    /// stands above it is a title and is not read.
    pub header_row: Option<u64>,
    /// Between the cells of a CSV file; absent: a comma.
    pub separator: Option<char>,
    #[serde(default)]
    pub hidden: Hidden,
}

impl File {
    /// A file of this format with every other key as it is when a profile does not name it.
    #[must_use]
    pub const fn of(format: Format) -> Self {
        Self {
            format,
            encoding: Encoding::Utf8,
            sheet: None,
            header_row: None,
            separator: None,
            hidden: Hidden::Refuse,
        }
    }
}
