//! Why a row cannot be an entry: a stable code and a sentence.

use serde::Serialize;
use std::fmt::Display;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// Stable.
    pub code: String,
    pub sentence: String,
}

impl Reason {
    #[must_use]
    pub fn of(code: &str, sentence: impl Display) -> Self {
        Self { code: code.to_owned(), sentence: sentence.to_string() }
    }
}
