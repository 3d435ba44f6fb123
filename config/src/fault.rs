//! What can be wrong with a settings file or a variable that overrides it. Each fault names the place, the key, what is
//! due and an example; all that are found are told at once.

use crate::key::Key;
use crate::place::Place;
use std::fmt;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum SettingsFault {
    #[error("could not read the settings file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{place}: the file is not TOML: {reason}")]
    NotToml { place: Place, reason: String },
    #[error("{place}: there is no section [{section}]{}", hint(nearest.as_deref()))]
    UnknownSection { place: Place, section: String, nearest: Option<String> },
    #[error("{place}: there is no key {key}{}", hint(nearest.as_deref()))]
    UnknownKey { place: Place, key: String, nearest: Option<String> },
    #[error("{place}: {} is {found}; due is {}, for instance {} = {}", key.title(), key.due(), key.name, key.example)]
    WrongType { place: Place, key: &'static Key, found: String },
    #[error("{place}: {} is {value}; allowed is {least} to {most}", key.title())]
    OutOfRange { place: Place, key: &'static Key, value: i64, least: u32, most: u32 },
    #[error(
        "{place}: {} = {value:?} is not allowed: {reason}; an example: {} = {}",
        key.title(), key.name, key.example
    )]
    NotAllowed { place: Place, key: &'static Key, value: String, reason: &'static str },
    #[error(
        "{}: {} is missing; add for instance {} = {} under [{}]",
        path.display(), key.title(), key.name, key.example, key.section
    )]
    Missing { path: PathBuf, key: &'static Key },
    #[error("{}: {key} is below {other}, and must not be: {reason}", path.display())]
    Below { path: PathBuf, key: &'static str, other: &'static str, reason: &'static str },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

impl SettingsFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "settings_unreadable",
            Self::NotToml { .. } => "settings_not_toml",
            Self::UnknownSection { .. } => "settings_unknown_section",
            Self::UnknownKey { .. } => "settings_unknown_key",
            Self::WrongType { .. } => "settings_wrong_type",
            Self::OutOfRange { .. } => "settings_out_of_range",
            Self::NotAllowed { .. } => "settings_not_allowed",
            Self::Missing { .. } => "settings_missing",
            Self::Below { .. } => "settings_below",
        }
    }
}

/// One or more faults of one reading, in the order of the file.
#[derive(Debug)]
pub struct SettingsFaults(Vec<SettingsFault>);

impl SettingsFaults {
    /// `first` makes sure that there is one.
    pub(crate) fn new(first: SettingsFault, others: impl IntoIterator<Item = SettingsFault>) -> Self {
        Self(std::iter::once(first).chain(others).collect())
    }
    pub fn iter(&self) -> impl Iterator<Item = &SettingsFault> {
        self.0.iter()
    }
    /// Code of the first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.first().map_or("settings", SettingsFault::code)
    }
    /// What to try.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self.0.first() {
            Some(SettingsFault::Unreadable { .. }) => "name the file with --config, or write one with huxin init",
            _ => "correct the lines named, or write a fresh file with every key explained by huxin init",
        }
    }
}

impl fmt::Display for SettingsFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}
impl std::error::Error for SettingsFaults {}
