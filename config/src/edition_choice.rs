//! One edition of the measure catalogue that a node loads: built in, by its name, or a file with its digest.
//!
//! Which measures bind and how long an entry lasts follows from editions, so a file that somebody changed must not slip
//! in: its digest stands beside its path, and the node refuses a file that has another.

use huxin_protocol::digest::Digest;
use serde::{Serialize, Serializer};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// As it stands in the settings: `NAME`, `NAME#DIGEST` or `PATH#DIGEST`. A path has a slash or ends in `.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditionChoice {
    BuiltIn {
        name: String,
        digest: Option<Digest>,
    },
    /// Without a digest the node tells it and loads nothing.
    File {
        path: PathBuf,
        digest: Option<Digest>,
    },
}

impl EditionChoice {
    #[must_use]
    pub fn built_in(name: &str) -> Self {
        Self::BuiltIn { name: name.to_owned(), digest: None }
    }
    /// The file, where it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::BuiltIn { .. } => None,
        }
    }
    pub(crate) fn resolve(&mut self, folder: &Path) {
        if let Self::File { path, .. } = self {
            *path = folder.join(&*path);
        }
    }
}

impl FromStr for EditionChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (what, digest) = match text.rsplit_once('#') {
            Some((what, digest)) => {
                (what, Some(digest.parse().map_err(|_| "after # stands a digest of 64 hexadecimal digits")?))
            }
            None => (text, None),
        };
        if what.is_empty() {
            return Err("it is the name of a built-in edition, or a path, # and the file's digest");
        }
        if what.contains('/') || what.ends_with(".json") {
            return Ok(Self::File { path: what.into(), digest });
        }
        Ok(Self::BuiltIn { name: what.to_owned(), digest })
    }
}

impl fmt::Display for EditionChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = match self {
            Self::BuiltIn { name, digest } => {
                f.write_str(name)?;
                digest
            }
            Self::File { path, digest } => {
                write!(f, "{}", path.display())?;
                digest
            }
        };
        digest.as_ref().map_or(Ok(()), |digest| write!(f, "#{digest}"))
    }
}

impl Serialize for EditionChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
