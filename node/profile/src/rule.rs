//! How one field gets its value from a row.

use crate::cell::{Cell, CellFault};
use crate::date::{self, DateFault};
use crate::table::Row;
use huxin_protocol::subject::{CodeFault, EnteredCode, enter_code};
use huxin_protocol::text::{TextFault, check_text};
use huxin_protocol::time::Date;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One field's rule. Steps in this order: take the column (or the constant); a value in `absent` is no value; the text after
/// one of `after`'s prefixes; the `map`; the `template`; and if there is none, `otherwise`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    pub column: Option<String>,
    /// A fact about the list, never about the case.
    pub constant: Option<String>,
    /// Where the constant comes from. Required beside `constant` and `otherwise`.
    pub because: Option<String>,
    /// Values that mean "no value", besides the empty one.
    pub absent: Vec<String>,
    /// Only the text after one of these counts, trimmed; where none begins the value there is no value.
    pub after: Vec<String>,
    pub map: BTreeMap<String, String>,
    /// Whether a value that the map does not know is a fault; else it passes as it is.
    pub map_only: bool,
    /// The value in a sentence: `{}` stands for it.
    pub template: Option<String>,
    /// The list's own value where the row gives none.
    pub otherwise: Option<String>,
    /// Forms of dates (strftime), one or several, the first that fits counts; absent: those that leave no doubt.
    #[serde(deserialize_with = "one_or_several")]
    pub date: Vec<String>,
    /// Splits a value into several.
    pub split: Option<String>,
    /// A row without a value is rejected.
    pub required: bool,
}

/// `date = "…"` and `date = ["…", "…"]`.
fn one_or_several<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text, or a list of texts")]
    enum Given {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Given::deserialize(reader)? {
        Given::One(form) => vec![form],
        Given::Several(forms) => forms,
    })
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    #[error("the field {field} is required and the row gives none")]
    Missing { field: &'static str },
    #[error("the field {field} is {value:?}, which the profile does not know")]
    Unmapped { field: &'static str, value: String },
    #[error("the field {field} is {value:?}, which {fault}")]
    Date { field: &'static str, value: String, fault: DateFault },
    #[error("the cell in column {column:?} {fault}")]
    Cell { column: String, fault: CellFault },
    #[error("the code in column {column:?}: {fault}")]
    Code { column: String, fault: CodeFault },
    #[error("the field {field}: {fault}")]
    Unsafe { field: String, fault: TextFault },
    #[error(
        "the field {field} has the replacement character U+FFFD: a letter was lost when the text was converted; take it from the source again"
    )]
    Replaced { field: String },
}

/// No text is signed with what cannot be seen or changes how the rest is shown, and none that lost letters.
fn check(field: &str, text: &str) -> Result<(), RuleFault> {
    check_text(text).map_err(|fault| RuleFault::Unsafe { field: field.to_owned(), fault })?;
    if text.contains('\u{fffd}') { Err(RuleFault::Replaced { field: field.to_owned() }) } else { Ok(()) }
}

impl RuleFault {
    /// Stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Unmapped { .. } => "unmapped",
            Self::Date { fault, .. } => fault.code(),
            Self::Cell { fault, .. } => fault.code(),
            Self::Code { fault, .. } => fault.code(),
            Self::Unsafe { fault, .. } => fault.code(),
            Self::Replaced { .. } => "text_replaced",
        }
    }
}

/// Fields that are names of somebody or something: a bare number there is a slip of a column, not a name.
const NAMES: [&str; 6] = ["name", "aliases", "authority", "list_name", "field", "law"];

impl Rule {
    /// The text of the field, or none where the row gives none.
    ///
    /// # Errors
    /// See [`RuleFault`].
    pub fn text(&self, field: &'static str, row: &Row) -> Result<Option<String>, RuleFault> {
        let value = self.unchecked(field, row)?;
        value.as_ref().map_or(Ok(()), |value| check(field, value))?;
        Ok(value)
    }

    fn unchecked(&self, field: &'static str, row: &Row) -> Result<Option<String>, RuleFault> {
        let value = self.found(field, row)?.or_else(|| self.otherwise.clone());
        if value.is_none() && self.required {
            return Err(RuleFault::Missing { field });
        }
        Ok(value)
    }

    fn found(&self, field: &'static str, row: &Row) -> Result<Option<String>, RuleFault> {
        match (&self.column, &self.constant) {
            (Some(column), _) => self.words(field, column, row.cell(column)),
            (None, Some(constant)) => self.shaped(field, constant),
            (None, None) => Ok(None),
        }
    }

    /// The words of a cell, if it is one that has words.
    fn words(&self, field: &'static str, column: &str, cell: &Cell) -> Result<Option<String>, RuleFault> {
        let shown = cell.shown();
        let given = shown.trim();
        let fault = |fault| RuleFault::Cell { column: column.to_owned(), fault };
        // What a truth value, an error or a number stands for is the profile's to say.
        if self.absent.iter().any(|absent| absent == given) || self.map.contains_key(given) {
            return self.shaped(field, given);
        }
        if NAMES.contains(&field) {
            if let Cell::Number(number) = cell {
                return Err(fault(CellFault::Number(number.clone())));
            }
            if ["true", "false"].iter().any(|word| given.eq_ignore_ascii_case(word)) {
                return Err(fault(CellFault::Bool(given.eq_ignore_ascii_case("true"))));
            }
            if field == "name"
                && matches!(cell, Cell::Text(_))
                && !given.is_empty()
                && given.bytes().all(|byte| byte.is_ascii_digit())
            {
                return Err(fault(CellFault::Number(given.to_owned())));
            }
        }
        cell.text().map_err(fault)?.map_or(Ok(None), |given| self.shaped(field, &given))
    }

    /// A value that is not empty, through every step from `absent` to `template`.
    fn shaped(&self, field: &'static str, given: &str) -> Result<Option<String>, RuleFault> {
        if given.is_empty() || self.absent.iter().any(|absent| absent == given) {
            return Ok(None);
        }
        let given = if self.after.is_empty() {
            given
        } else {
            let rest = self.after.iter().find_map(|prefix| given.strip_prefix(prefix.as_str()));
            match rest.map(str::trim).filter(|rest| !rest.is_empty()) {
                Some(rest) => rest,
                None => return Ok(None),
            }
        };
        let value = match self.map.get(given) {
            Some(mapped) => mapped,
            None if self.map_only => return Err(RuleFault::Unmapped { field, value: given.to_owned() }),
            None => given,
        };
        Ok(Some(match &self.template {
            Some(template) => template.replace("{}", value),
            None => value.to_owned(),
        }))
    }

    /// The day of the field, or none where the row gives none. For the field `until`, what says "for ever" is no end.
    ///
    /// # Errors
    /// See [`RuleFault`].
    pub fn date(&self, field: &'static str, row: &Row) -> Result<Option<Date>, RuleFault> {
        let cell = self.column.as_ref().map(|column| row.cell(column));
        let absent = |shown: &str| self.absent.iter().any(|absent| absent == shown);
        match cell {
            Some(Cell::Date(date)) if field == "until" && date::no_end(*date) => return Ok(None),
            Some(Cell::Date(date)) if !absent(&date.to_string()) => return Ok(Some(*date)),
            // A day's number with a time of day behind it is told like one without.
            Some(Cell::Number(number)) if !absent(number) && number.contains('.') => {
                return date::read(number, &self.date, false).map_err(|fault| RuleFault::Date {
                    field,
                    value: number.clone(),
                    fault,
                });
            }
            _ => {}
        }
        let Some(value) = self.text(field, row)? else { return Ok(None) };
        date::read(&value, &self.date, field == "until").map_err(|fault| RuleFault::Date { field, value, fault })
    }

    /// Several values, where `split` says so; without repeats, in the order given.
    ///
    /// # Errors
    /// See [`RuleFault`].
    pub fn list(&self, field: &'static str, row: &Row) -> Result<Vec<String>, RuleFault> {
        // A separator may be a line break, which no part may have.
        let Some(text) = self.unchecked(field, row)? else { return Ok(Vec::new()) };
        let parts: Vec<&str> = match &self.split {
            Some(separator) => text.split(separator.as_str()).collect(),
            None => vec![text.as_str()],
        };
        let mut values: Vec<String> = Vec::new();
        for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
            check(field, part)?;
            if !values.iter().any(|value| value == part) {
                values.push(part.to_owned());
            }
        }
        Ok(values)
    }
}

impl Row {
    /// The cell as trimmed text with a meaning of its own: a part of a record's key, an operation, a value that rejects. Whole
    /// exact numbers and days count; none where it is blank.
    ///
    /// # Errors
    /// [`RuleFault::Cell`] where it is something else.
    pub fn text(&self, column: &str) -> Result<Option<Cow<'_, str>>, RuleFault> {
        let found = self.cell(column).plain().map_err(|fault| RuleFault::Cell { column: column.to_owned(), fault })?;
        found.as_ref().map_or(Ok(()), |text| check(column, text))?;
        Ok(found)
    }

    /// The code in this column as a person or a spreadsheet entered it. A failing check character is no fault here: ask
    /// `id.check_code()`.
    ///
    /// # Errors
    /// [`RuleFault::Code`] where no code can be read for certain, also where the cell is empty.
    pub fn code(&self, scheme: &str, column: &str) -> Result<EnteredCode, RuleFault> {
        let refused = |fault| Err(RuleFault::Cell { column: column.to_owned(), fault });
        let entered = match self.cell(column) {
            Cell::Number(text) if text.contains(['e', 'E']) => {
                return Err(RuleFault::Code { column: column.to_owned(), fault: CodeFault::Scientific });
            }
            // An error cell has its sentence about codes there.
            Cell::Error(text) | Cell::Number(text) | Cell::Text(text) => text.as_str(),
            Cell::Empty => "",
            Cell::LostDigits(text) if text.ends_with("000") => {
                return Err(RuleFault::Code { column: column.to_owned(), fault: CodeFault::Rounded });
            }
            Cell::LostDigits(text) => return refused(CellFault::LostDigits(text.clone())),
            Cell::Date(date) => return refused(CellFault::Date(*date)),
            Cell::Bool(value) => return refused(CellFault::Bool(*value)),
            Cell::NoValue => return refused(CellFault::NoValue),
        };
        enter_code(scheme, entered).map_err(|fault| RuleFault::Code { column: column.to_owned(), fault })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn row(value: &str) -> Row {
        Row { number: 1, line: 1, cells: [("x".to_owned(), Cell::from(value))].into() }
    }
    fn rule(toml: &str) -> Rule {
        toml::from_str(&format!("column = \"x\"\n{toml}")).unwrap()
    }

    #[test]
    fn absent_values_are_no_values() {
        let rule = rule("absent = [\"Ongoing\"]");
        assert_eq!(rule.date("until", &row("Ongoing")), Ok(None));
        assert_eq!(rule.date("until", &row("2025-01-31")).unwrap().unwrap().to_string(), "2025-01-31");
        assert_eq!(rule.date("until", &row("31/01/2025")).unwrap_err().code(), "date_year_last");
    }

    #[test]
    fn the_bank_behind_a_cross_debarment() {
        let rule = rule(
            "after = [\"Cross Debarment:\", \"Cross-Debarment:\"]\notherwise = \"World Bank Group\"\n[map]\nADB = \"Asian Development Bank\"",
        );
        assert_eq!(rule.text("authority", &row("Cross-Debarment:  ADB")).unwrap().unwrap(), "Asian Development Bank");
        assert_eq!(rule.text("authority", &row("Fraudulent Practice")).unwrap().unwrap(), "World Bank Group");
    }

    #[test]
    fn what_a_map_does_not_know_is_told() {
        let rule = rule("map_only = true\n[map]\nred = \"red\"");
        assert_eq!(rule.text("list", &row("grey")).unwrap_err().code(), "unmapped");
    }

    #[test]
    fn several_names_without_repeats() {
        let rule = rule("split = \";\"");
        assert_eq!(rule.list("aliases", &row("A; B ;A;")).unwrap(), ["A", "B"]);
    }

    #[test]
    fn times_of_day_are_dropped_where_the_form_says() {
        let rule = rule("date = \"%Y-%m-%dT%H:%M:%SZ\"");
        assert_eq!(rule.date("at", &row("2021-08-20T18:50:52Z")).unwrap().unwrap().to_string(), "2021-08-20");
    }
}
