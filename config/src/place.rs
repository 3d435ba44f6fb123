//! Where a value came from, so that a fault can point at it.

use std::fmt;
use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of the settings file, from 1 on.
    Line { file: PathBuf, line: usize },
    /// An environment variable.
    Environment(String),
}

impl Place {
    /// The line in which byte `offset` of `text` stands.
    pub(crate) fn at(file: &std::path::Path, text: &str, offset: usize) -> Self {
        let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        Self::Line { file: file.to_owned(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(f, "{}:{line}", file.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
        }
    }
}
