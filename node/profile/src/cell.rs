//! One cell of a table, as the file holds it.
//!
//! A spreadsheet does things to values that nobody asked for: it rounds long numbers, turns `1-12` into a date, keeps a formula
//! whose value was never stored. So a cell says what it *is*; what it is to become is asked of it by name ([`Cell::plain`],
//! [`Cell::text`]), and what does not fit is refused in a sentence. Nothing is turned into text in silence.

use huxin_protocol::time::Date;
use std::borrow::Cow;

/// Whole numbers of up to so many digits are exact in every spreadsheet; longer ones have lost what stood behind.
pub const EXACT_DIGITS: usize = 15;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    #[default]
    Empty,
    /// As it stands in the file, spaces around it too.
    Text(String),
    /// A number as decimal text, as it was written; whole numbers without `.0`.
    Number(String),
    /// A number of more than [`EXACT_DIGITS`] significant digits from a spreadsheet, which keeps no more: the rest is invented.
    LostDigits(String),
    /// A real date, or the day of a date with a time.
    Date(Date),
    Bool(bool),
    /// What the spreadsheet shows in place of a value: `#N/A`, `#REF!` and the like.
    Error(String),
    /// A formula whose value was never stored.
    NoValue,
}

/// Why a cell cannot be what a profile takes it for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
    #[error(
        "is the number {0}, where words are due; correct the cell, or say in the field's `map` what the number means"
    )]
    Number(String),
    #[error("is the number {0}, which is not whole: how it was shown is not stored; write it as text")]
    Fraction(String),
    #[error(
        "is the number {0}, of which a spreadsheet kept only {EXACT_DIGITS} digits; take it from the source again, with the column formatted as text"
    )]
    LostDigits(String),
    #[error(
        "is the date {0}, where text is due; a spreadsheet makes dates of texts like 1-12: write it again, with the column formatted as text"
    )]
    Date(Date),
    #[error("is the truth value {0}, where text is due; correct the cell, or say in the field's `map` what it means")]
    Bool(bool),
    #[error("is the spreadsheet's error {0}; mend the formula, or write the value")]
    Error(String),
    #[error(
        "is a formula whose value is not stored in the file; open the file in a spreadsheet, let it calculate, save it"
    )]
    NoValue,
    #[error("is the formula {0}; write its value as text")]
    Formula(String),
}

impl CellFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Number(_) => "cell_number",
            Self::Fraction(_) => "cell_fraction",
            Self::LostDigits(_) => "cell_lost_digits",
            Self::Date(_) => "cell_date",
            Self::Bool(_) => "cell_bool",
            Self::Error(_) => "cell_error",
            Self::NoValue => "cell_no_value",
            Self::Formula(_) => "cell_formula",
        }
    }
}

/// Whether this decimal text is a whole number that no spreadsheet rounds.
#[must_use]
pub fn exact_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let significant = digits.trim_start_matches('0').len();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && significant <= EXACT_DIGITS
}

/// What a spreadsheet would have computed: `=A2&B2`, `="…"`, `=TRIM(C3)`. A list of records has values; whoever wrote the
/// file lost one. `=1` and the like name no cell and no function, and are taken as they stand.
fn is_formula(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('=') else { return false };
    let reference = rest.as_bytes().windows(2).any(|pair| pair[0].is_ascii_alphabetic() && pair[1].is_ascii_digit());
    reference || rest.contains(['"', '(', '&', '!'])
}

/// `9.1E+17`: how a spreadsheet shows a long number, and what it writes into a text file for it.
fn is_scientific(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    power.strip_prefix(['+', '-']).is_some_and(digits) && digits(whole) && digits(rest)
}

impl Cell {
    /// Whether there is nothing in it, or only white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The cell as trimmed text, as a key or a value with a meaning of its own: text, a whole number that is exact, or a day
    /// as `2026-01-05`. None where it is blank.
    ///
    /// # Errors
    /// It is something else.
    pub fn plain(&self) -> Result<Option<Cow<'_, str>>, CellFault> {
        match self {
            Self::Date(date) => Ok(Some(Cow::Owned(date.to_string()))),
            other => other.text(),
        }
    }

    /// The cell as trimmed text where words are due: text, or a whole number that is exact. None where it is blank.
    ///
    /// # Errors
    /// It is something else. A date is refused: it may be a document number that a spreadsheet took for one.
    pub fn text(&self) -> Result<Option<Cow<'_, str>>, CellFault> {
        match self {
            Self::Empty => Ok(None),
            Self::Text(text) => match text.trim() {
                "" => Ok(None),
                text if is_formula(text) => Err(CellFault::Formula(text.to_owned())),
                text if is_scientific(text) => Err(CellFault::LostDigits(text.to_owned())),
                text => Ok(Some(Cow::Borrowed(text))),
            },
            Self::Number(number) if exact_integer(number) => Ok(Some(Cow::Borrowed(number))),
            // Text formats keep every digit of a whole number, however long it is.
            Self::Number(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(Cow::Borrowed(number))),
            Self::Number(number) => Err(CellFault::Fraction(number.clone())),
            Self::LostDigits(number) => Err(CellFault::LostDigits(number.clone())),
            Self::Date(date) => Err(CellFault::Date(*date)),
            Self::Bool(value) => Err(CellFault::Bool(*value)),
            Self::Error(error) => Err(CellFault::Error(error.clone())),
            Self::NoValue => Err(CellFault::NoValue),
        }
    }

    /// What stands in the file, for people and for a file of rejects: never refused, and never to be signed.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty | Self::NoValue => Cow::Borrowed(""),
            Self::Text(text) | Self::Number(text) | Self::LostDigits(text) | Self::Error(text) => Cow::Borrowed(text),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        }
    }
}

/// What spreadsheets show in place of a value; in text files it is all that is left of it.
const ERRORS: [&str; 14] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#GETTING_DATA",
];

impl Cell {
    /// A cell of a text file.
    #[must_use]
    pub fn written(text: &str) -> Self {
        if text.contains('#') {
            let word = text.trim().to_ascii_uppercase();
            if ERRORS.contains(&word.as_str()) || (!word.is_empty() && word.bytes().all(|byte| byte == b'#')) {
                return Self::Error(word);
            }
        }
        Self::from(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn only_text_and_exact_whole_numbers_are_words() {
        let day: Date = "2026-01-12".parse().unwrap();
        for (cell, outcome) in [
            (Cell::Empty, Ok(None)),
            (Cell::from("  \u{3000}"), Ok(None)),
            (Cell::from(" 示例公司 "), Ok(Some("示例公司"))),
            (Cell::Number("42".to_owned()), Ok(Some("42"))),
            (Cell::Number("-42".to_owned()), Ok(Some("-42"))),
            (Cell::Number("0.5".to_owned()), Err("cell_fraction")),
            (Cell::Number("1e3".to_owned()), Err("cell_fraction")),
            (Cell::LostDigits("911111111111111000".to_owned()), Err("cell_lost_digits")),
            (Cell::Date(day), Err("cell_date")),
            (Cell::Bool(true), Err("cell_bool")),
            (Cell::Error("#N/A".to_owned()), Err("cell_error")),
            (Cell::NoValue, Err("cell_no_value")),
        ] {
            let found = cell.text().map_err(|fault| fault.code());
            assert_eq!(found, outcome.map(|text| text.map(Cow::Borrowed)), "{cell:?}");
        }
        assert_eq!(Cell::Date(day).plain().unwrap().unwrap(), "2026-01-12");
    }
}
