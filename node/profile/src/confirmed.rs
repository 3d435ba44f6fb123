//! Codes that an officer looked at and confirmed although their check character fails. Genuine early codes of that kind exist
//! (DOMAIN rule 15), so a city may list one of its own, but only that very code, and only where somebody put a name and a
//! day to it.
//!
//! A CSV file with the columns `code`, `confirmed_by` and `confirmed_on`.

use huxin_protocol::subject::{SubjectId, enter_code};
use huxin_protocol::text::check_text;
use huxin_protocol::time::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// Who confirmed a code, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub by: String,
    pub on: Date,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfirmedCodes(BTreeMap<SubjectId, Confirmation>);

#[derive(Debug, thiserror::Error)]
pub enum ConfirmedFault {
    #[error("the file of confirmed codes {path} could not be read: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("the file of confirmed codes does not begin with the columns code, confirmed_by, confirmed_on")]
    Head,
    #[error("line {line} of the file of confirmed codes: {what}")]
    Line { line: u64, what: String },
}

impl ConfirmedFault {
    /// Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_read",
            Self::Head | Self::Line { .. } => "confirmed_malformed",
        }
    }
}

impl ConfirmedCodes {
    /// # Errors
    /// The file cannot be read, or a line does not say code, who and when. `today` is the last day on which somebody can have
    /// confirmed anything.
    pub fn load(path: &Path, today: Date) -> Result<Self, ConfirmedFault> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ConfirmedFault::Read { path: path.display().to_string(), cause })?;
        Self::parse(&text, today)
    }

    /// # Errors
    /// See [`ConfirmedCodes::load`].
    pub fn parse(text: &str, today: Date) -> Result<Self, ConfirmedFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let head = reader.headers().map_err(|_| ConfirmedFault::Head)?;
        if head.iter().collect::<Vec<_>>() != ["code", "confirmed_by", "confirmed_on"] {
            return Err(ConfirmedFault::Head);
        }
        let mut codes = BTreeMap::new();
        for record in reader.records() {
            let at = |record: &csv::StringRecord| record.position().map_or(0, csv::Position::line);
            let record = record.map_err(|fault| ConfirmedFault::Line {
                line: fault.position().map_or(0, csv::Position::line),
                what: "it does not have three cells: code, who confirmed it, and when".to_owned(),
            })?;
            let line = at(&record);
            let wrong = |what: String| ConfirmedFault::Line { line, what };
            let cell = |number: usize| record.get(number).unwrap_or_default();
            let (scheme, code) = cell(0).split_once(':').unwrap_or((SubjectId::USCC, cell(0)));
            let entered = enter_code(scheme, code).map_err(|fault| wrong(fault.to_string()))?;
            let by = cell(1);
            if by.is_empty() || check_text(by).is_err() {
                return Err(wrong("it does not say who confirmed the code".to_owned()));
            }
            let on: Date = cell(2).parse().map_err(|_| wrong(format!("{:?} is no day such as 2026-01-05", cell(2))))?;
            if on > today {
                return Err(wrong(format!("the code cannot have been confirmed on {on}, which is still to come")));
            }
            codes.insert(entered.id, Confirmation { by: by.to_owned(), on });
        }
        Ok(Self(codes))
    }

    /// Who confirmed this very code.
    #[must_use]
    pub fn confirmation(&self, code: &SubjectId) -> Option<&Confirmation> {
        self.0.get(code)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_line_says_code_and_who_and_when() {
        let today = "2026-11-27".parse().unwrap();
        let parse = |text: &str| ConfirmedCodes::parse(text, today);
        let head = "code,confirmed_by,confirmed_on\n";
        let good = parse(&format!("\u{feff}{head}91990099MA00000157,示例员,2026-01-05\n")).unwrap();
        let code: SubjectId = "uscc:91990099MA00000157".parse().unwrap();
        assert_eq!(good.confirmation(&code).unwrap().by, "示例员");
        assert_eq!(good.confirmation(&"uscc:91990099MA00000158".parse().unwrap()), None);
        assert_eq!(parse(head).unwrap(), ConfirmedCodes::default());
        for (line, text) in [
            (2, "91990099MA00000157,,2026-01-05\n"),
            (2, "91990099MA00000157,示例员\n"),
            (2, "91990099MA00000157,示例员,5.1.2026\n"),
            (2, "91990099MA00000157,示例员,2027-01-01\n"),
            (3, "91990099MA00000157,示例员,2026-01-05\n9.19E+17,示例员,2026-01-05\n"),
        ] {
            let fault = parse(&format!("{head}{text}")).unwrap_err();
            assert!(fault.to_string().starts_with(&format!("line {line} ")), "{fault}");
        }
        assert_eq!(parse("code,who\n").unwrap_err().code(), "confirmed_malformed");
    }
}
