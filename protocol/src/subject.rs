//! Whom an entry is about. Names are not keys: a subject is a scheme and an id within it (DOMAIN rule 16).

mod entered;
mod lei;
mod personal;
mod uscc;

pub use entered::{Cleaning, CodeFault, EnteredCode, enter_code, enter_subject};
pub use lei::{LeiFault, check_lei};
pub use personal::{Form, Found, personal_number};
pub use uscc::{UsccFault, UsccParts, check_uscc};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// `uscc:91990099MA00000156`: a scheme of 2 to 16 `[a-z0-9]` and an id of 1 to 64 printable characters without
/// spaces, slashes or control characters. Ids of `uscc` and `lei` are upper case and have the length and the letters of
/// such codes; others are kept as they are (R50).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId {
    scheme: String,
    id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectFault {
    #[error("a subject is written scheme:id, for instance uscc:91990099MA00000156")]
    Shape,
    #[error("the unified social credit code is not well formed: {0}")]
    Uscc(#[from] UsccFault),
    #[error("the legal entity identifier is not well formed: {0}")]
    Lei(#[from] LeiFault),
}

impl SubjectFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape => "subject_shape",
            Self::Uscc(fault) => fault.code(),
            Self::Lei(fault) => fault.code(),
        }
    }
}

impl SubjectId {
    pub const USCC: &'static str = "uscc";
    pub const LEI: &'static str = "lei";
    pub const PERSON: &'static str = "person";

    /// Checks the shape only; [`SubjectId::check_code`] checks the check characters (DOMAIN rule 15: on a received or
    /// imported record a failing check character is a warning).
    pub fn new(scheme: &str, id: &str) -> Result<Self, SubjectFault> {
        let scheme_ok =
            (2..=16).contains(&scheme.len()) && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let id_ok = !id.is_empty()
            && id.chars().count() <= 64
            && id.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '/');
        if !scheme_ok || !id_ok {
            return Err(SubjectFault::Shape);
        }
        let id = if matches!(scheme, Self::USCC | Self::LEI) { id.to_ascii_uppercase() } else { id.to_owned() };
        match scheme {
            Self::USCC => uscc::check_shape(&id)?,
            Self::LEI => lei::check_shape(&id)?,
            _ => {}
        }
        Ok(Self { scheme: scheme.to_owned(), id })
    }
    /// Nobody: for questions that look at headers only, in which no subject takes part.
    pub(crate) const fn nobody() -> Self {
        Self { scheme: String::new(), id: String::new() }
    }
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
    /// Checks the code's own check characters where the scheme has any.
    pub fn check_code(&self) -> Result<(), SubjectFault> {
        match self.scheme.as_str() {
            Self::USCC => check_uscc(&self.id).map(|_| ()).map_err(SubjectFault::from),
            Self::LEI => check_lei(&self.id).map_err(SubjectFault::from),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.id)
    }
}
impl fmt::Debug for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for SubjectId {
    type Err = SubjectFault;
    fn from_str(text: &str) -> Result<Self, SubjectFault> {
        let (scheme, id) = text.split_once(':').ok_or(SubjectFault::Shape)?;
        Self::new(scheme, id)
    }
}
impl Serialize for SubjectId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for SubjectId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The five subject classes (五类主体).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectClass {
    Enterprise,
    NaturalPerson,
    SocialOrganisation,
    PublicInstitution,
    GovernmentAgency,
}

/// CBOR map {1 scheme, 2 id, 3 class (0 to 4 in the order above), 4 name, 5 aliases?}.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub id: SubjectId,
    pub class: SubjectClass,
    pub name: String,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub aliases: Vec<String>,
}
