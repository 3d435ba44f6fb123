//! How one field gets its value from a row.

use crate::table::Row;
use huxin_protocol::time::Date;
use serde::Deserialize;
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
    /// Date format (strftime); absent: `%Y-%m-%d`.
    pub date: Option<String>,
    /// Splits a value into several.
    pub split: Option<String>,
    /// A row without a value is rejected.
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    #[error("the field {field} is required and the row gives none")]
    Missing { field: &'static str },
    #[error("the field {field} is {value:?}, which the profile does not know")]
    Unmapped { field: &'static str, value: String },
    #[error("the field {field} is {value:?}, which is no date of the form {form}")]
    Date { field: &'static str, value: String, form: String },
}

impl RuleFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Unmapped { .. } => "unmapped",
            Self::Date { .. } => "date",
        }
    }
}

impl Rule {
    /// The text of the field, or none where the row gives none.
    pub fn text(&self, field: &'static str, row: &Row) -> Result<Option<String>, RuleFault> {
        let value = self.found(field, row)?.or_else(|| self.otherwise.clone());
        if value.is_none() && self.required {
            return Err(RuleFault::Missing { field });
        }
        Ok(value)
    }

    fn found(&self, field: &'static str, row: &Row) -> Result<Option<String>, RuleFault> {
        let given = match (&self.column, &self.constant) {
            (Some(column), _) => row.cells.get(column).cloned().unwrap_or_default(),
            (None, Some(constant)) => constant.clone(),
            (None, None) => String::new(),
        };
        if given.is_empty() || self.absent.contains(&given) {
            return Ok(None);
        }
        let given = if self.after.is_empty() {
            given
        } else {
            let rest = self.after.iter().find_map(|prefix| given.strip_prefix(prefix.as_str()));
            match rest.map(str::trim).filter(|rest| !rest.is_empty()) {
                Some(rest) => rest.to_owned(),
                None => return Ok(None),
            }
        };
        let value = match self.map.get(&given) {
            Some(mapped) => mapped.clone(),
            None if self.map_only => return Err(RuleFault::Unmapped { field, value: given }),
            None => given,
        };
        Ok(Some(match &self.template {
            Some(template) => template.replace("{}", &value),
            None => value,
        }))
    }

    pub fn date(&self, field: &'static str, row: &Row) -> Result<Option<Date>, RuleFault> {
        let Some(value) = self.text(field, row)? else { return Ok(None) };
        let form = self.date.as_deref().unwrap_or("%Y-%m-%d");
        let fault = || RuleFault::Date { field, value: value.clone(), form: form.to_owned() };
        // A time of day behind the date is dropped where the form asks for it with `%T` or the like.
        let parsed = jiff::fmt::strtime::parse(form, &value).and_then(|time| time.to_date()).map_err(|_| fault())?;
        Date::new(parsed.year(), parsed.month(), parsed.day()).map(Some).map_err(|_| fault())
    }

    /// Several values, where `split` says so; without repeats, in the order given.
    pub fn list(&self, field: &'static str, row: &Row) -> Result<Vec<String>, RuleFault> {
        let Some(text) = self.text(field, row)? else { return Ok(Vec::new()) };
        let parts: Vec<&str> = match &self.split {
            Some(separator) => text.split(separator.as_str()).collect(),
            None => vec![text.as_str()],
        };
        let mut values: Vec<String> = Vec::new();
        for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
            if !values.iter().any(|value| value == part) {
                values.push(part.to_owned());
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn row(value: &str) -> Row {
        Row { number: 1, cells: [("x".to_owned(), value.to_owned())].into() }
    }
    fn rule(toml: &str) -> Rule {
        toml::from_str(&format!("column = \"x\"\n{toml}")).unwrap()
    }

    #[test]
    fn absent_values_are_no_values() {
        let rule = rule("absent = [\"Ongoing\"]");
        assert_eq!(rule.date("until", &row("Ongoing")), Ok(None));
        assert_eq!(rule.date("until", &row("2025-01-31")).unwrap().unwrap().to_string(), "2025-01-31");
        assert_eq!(rule.date("until", &row("31/01/2025")).unwrap_err().code(), "date");
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
