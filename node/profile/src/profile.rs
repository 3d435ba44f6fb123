//! The profile file.

use crate::file::File;
use crate::rule::Rule;
use huxin_protocol::time::Date;
use serde::Deserialize;
use std::path::Path;

/// Who published the file; every entry says so.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    pub publisher: String,
    pub retrieved_on: Option<Date>,
    /// Where these two facts stand, for the reader of the profile.
    pub because: String,
}

/// How a record is recognised when it comes again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Columns whose values name the record. Empty: the digest of the whole row does.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Stands before the name, so that records of two publishers never meet.
    pub prefix: String,
}

/// How a subject is identified.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectKey {
    pub scheme: String,
    /// The column with the code.
    pub column: Option<String>,
    /// Where the list has no codes: the list-local id is a digest of these columns.
    #[serde(default)]
    pub digest_of: Vec<String>,
}

/// Rows that cannot be entries.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectRule {
    pub column: String,
    /// The row is rejected where the value has one of these in it, upper and lower case alike.
    #[serde(default)]
    pub contains: Vec<String>,
    /// The row is rejected where the value is empty.
    #[serde(default)]
    pub empty: bool,
    pub code: String,
    pub sentence: String,
}

/// Which value of a column means what, for files of events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationRule {
    pub column: String,
    pub list: Vec<String>,
    #[serde(default)]
    pub amend: Vec<String>,
    #[serde(default)]
    pub remove: Vec<String>,
}

/// A rule for every field of an entry; those that a list does not have are left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    pub name: Rule,
    pub class: Rule,
    pub aliases: Rule,
    pub list: Rule,
    pub list_name: Rule,
    pub field: Rule,
    pub ground_text: Rule,
    pub severity: Rule,
    pub law: Rule,
    pub document_number: Rule,
    pub authority: Rule,
    pub decided_on: Rule,
    pub effective_on: Rule,
    pub measures: Rule,
    pub from: Rule,
    pub until: Rule,
    pub summary: Rule,
    pub observed_on: Rule,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    pub title: String,
    /// Name of the catalogue edition that the entries are under.
    pub edition: String,
    pub file: File,
    pub source: Publication,
    pub key: Key,
    pub subject: SubjectKey,
    #[serde(default)]
    pub fields: Fields,
    #[serde(default)]
    pub reject: Vec<RejectRule>,
    pub operation: Option<OperationRule>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProfileFault {
    #[error("the profile {path} could not be read: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("the profile {path} is not well formed: {cause}")]
    Toml { path: String, cause: toml::de::Error },
    #[error("the constant of field {0} has no `because`; say where the fact about the list comes from")]
    Unfounded(&'static str),
    #[error("the subject needs either a column or digest_of")]
    Subject,
}

impl ProfileFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "profile_read",
            Self::Toml { .. } => "profile_toml",
            Self::Unfounded(_) => "profile_unfounded",
            Self::Subject => "profile_subject",
        }
    }
}

impl Fields {
    pub(crate) fn all(&self) -> [(&'static str, &Rule); 18] {
        [
            ("name", &self.name),
            ("class", &self.class),
            ("aliases", &self.aliases),
            ("list", &self.list),
            ("list_name", &self.list_name),
            ("field", &self.field),
            ("ground_text", &self.ground_text),
            ("severity", &self.severity),
            ("law", &self.law),
            ("document_number", &self.document_number),
            ("authority", &self.authority),
            ("decided_on", &self.decided_on),
            ("effective_on", &self.effective_on),
            ("measures", &self.measures),
            ("from", &self.from),
            ("until", &self.until),
            ("summary", &self.summary),
            ("observed_on", &self.observed_on),
        ]
    }
}

impl Profile {
    /// # Errors
    /// The file cannot be read or is no profile.
    pub fn load(path: &Path) -> Result<Self, ProfileFault> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|cause| ProfileFault::Read { path: name.clone(), cause })?;
        Self::parse(&text, &name)
    }

    /// # Errors
    /// See [`ProfileFault`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ProfileFault> {
        let profile: Self =
            toml::from_str(text).map_err(|cause| ProfileFault::Toml { path: name.to_owned(), cause })?;
        for (field, rule) in profile.fields.all() {
            if (rule.constant.is_some() || rule.otherwise.is_some()) && rule.because.is_none() {
                return Err(ProfileFault::Unfounded(field));
            }
        }
        if profile.subject.column.is_none() == profile.subject.digest_of.is_empty() {
            return Err(ProfileFault::Subject);
        }
        Ok(profile)
    }

    /// Every column that the profile names, and whether no record can be made without it.
    pub(crate) fn columns(&self) -> Vec<(&str, bool)> {
        let fields = self.fields.all();
        let mut names: Vec<(&str, bool)> =
            fields.iter().filter_map(|(_, rule)| Some((rule.column.as_deref()?, rule.required))).collect();
        names.extend(self.key.columns.iter().map(|column| (column.as_str(), true)));
        names.extend(self.subject.column.as_deref().map(|column| (column, true)));
        names.extend(self.subject.digest_of.iter().map(|column| (column.as_str(), false)));
        names.extend(self.reject.iter().map(|rule| (rule.column.as_str(), false)));
        names.extend(self.operation.as_ref().map(|rule| (rule.column.as_str(), false)));
        names
    }
}
