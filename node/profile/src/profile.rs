//! The profile file: how one publisher's list, or one list of the city's own, becomes entries.

use crate::file::File;
use crate::form;
use crate::profile_keys::PROFILE;
use crate::rule::Rule;
use crate::written::{FileFault, Written};
use huxin_protocol::time::Date;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// What is done with a row whose time was over before the day of the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// It is told and not signed: the default for a list of the city's own.
    Report,
    /// It is signed: an official record whose history is wanted. The default for another publisher's list.
    List,
}

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
    /// Columns whose values name the record. Empty: the stable facts of the case do, and changes cannot be followed.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Those of the columns that may be empty; their place in the key is kept.
    #[serde(default)]
    pub may_be_empty: Vec<String>,
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
    /// Whether the file is the whole list, so that records which are not in it have vanished.
    #[serde(default)]
    pub complete: bool,
    pub over: Option<Over>,
    pub file: File,
    /// Absent for a list of the city's own.
    pub source: Option<Publication>,
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
    #[error("the profile {path} has {} {}:{}", .faults.len(), if .faults.len() == 1 { "fault" } else { "faults" }, each(.faults))]
    Faults { path: String, faults: Vec<FileFault> },
}

fn each(faults: &[FileFault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}

impl ProfileFault {
    /// Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "profile_read",
            Self::Faults { .. } => "profile_malformed",
        }
    }
    /// What is wrong, in the order of the file; empty where it could not be read at all.
    #[must_use]
    pub fn faults(&self) -> &[FileFault] {
        match self {
            Self::Read { .. } => &[],
            Self::Faults { faults, .. } => faults,
        }
    }
}

impl Fields {
    /// Every field with its rule, in the order of an entry.
    #[must_use]
    pub fn all(&self) -> [(&'static str, &Rule); 18] {
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
    /// Everything that is wrong with it at once.
    pub fn parse(text: &str, name: &str) -> Result<Self, ProfileFault> {
        let refused = |faults| ProfileFault::Faults { path: name.to_owned(), faults };
        let written = Written::toml(text).map_err(|fault| refused(vec![fault]))?;
        let mut faults = form::check(PROFILE, &written);
        faults.extend(crate::profile_sense::check(&written));
        faults.sort();
        faults.dedup();
        if !faults.is_empty() {
            return Err(refused(faults));
        }
        toml::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|fault| {
            let line = fault.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            let next = "compare the key with `huxin profile explain`";
            refused(vec![FileFault::new(line, "", format!("this cannot be read: {}", fault.message()), next)])
        })
    }

    /// What is done with rows whose time is over.
    #[must_use]
    pub fn over(&self) -> Over {
        self.over.unwrap_or(if self.source.is_some() { Over::List } else { Over::Report })
    }

    /// What every key of this profile's records begins with.
    #[must_use]
    pub fn reference_prefix(&self) -> String {
        format!("{}:", self.key.prefix)
    }

    /// Fields that the profile gives as constants.
    #[must_use]
    pub fn constants(&self) -> BTreeSet<&'static str> {
        let constant = |rule: &Rule| rule.column.is_none() && rule.constant.is_some();
        self.fields.all().into_iter().filter(|(_, rule)| constant(rule)).map(|(name, _)| name).collect()
    }

    /// Every column that the profile names.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        self.named_columns().into_iter().map(|(column, _)| column).collect()
    }

    /// Every column that the profile names, and whether no record can be made without it.
    pub(crate) fn named_columns(&self) -> Vec<(&str, bool)> {
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
