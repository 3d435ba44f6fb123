//! One key of the settings file: its form, the field that holds it, and how it is shown.

use crate::edition_choice::EditionChoice;
use crate::multiaddress::Multiaddress;
use crate::settings::Settings;
use std::path::{Path, PathBuf};
use toml_edit::{Array, Value};

/// One key of the file.
#[derive(Debug)]
pub struct Key {
    pub section: &'static str,
    pub name: &'static str,
    /// As it would stand in the file.
    pub example: &'static str,
    pub english: &'static str,
    pub chinese: &'static str,
    pub(crate) form: Form,
}

/// The form of a key's value, and the field that holds it.
#[derive(Debug)]
pub(crate) enum Form {
    Number {
        least: u32,
        most: u32,
        at: fn(&mut Settings) -> &mut u32,
    },
    OptionalNumber {
        least: u32,
        most: u32,
        at: fn(&mut Settings) -> &mut Option<u32>,
    },
    Flag {
        at: fn(&mut Settings) -> &mut bool,
    },
    Path {
        at: fn(&mut Settings) -> &mut PathBuf,
    },
    OptionalPath {
        at: fn(&mut Settings) -> &mut Option<PathBuf>,
    },
    /// `set` answers the reason of a refusal.
    Text {
        due: &'static str,
        set: fn(&mut Settings, &str) -> Result<(), &'static str>,
        show: fn(&Settings) -> String,
    },
    Addresses {
        peer_due: bool,
        at: fn(&mut Settings) -> &mut Vec<Multiaddress>,
    },
    Editions {
        at: fn(&mut Settings) -> &mut Vec<EditionChoice>,
    },
}

impl Key {
    /// `[section] name`, as faults name it.
    #[must_use]
    pub fn title(&self) -> String {
        format!("[{}] {}", self.section, self.name)
    }
    /// The environment variable that overrides it.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("HUXIN_{}_{}", self.section, self.name).to_uppercase()
    }
    /// What the value must be, in words.
    #[must_use]
    pub fn due(&self) -> String {
        match self.form {
            Form::Number { least, most, .. } | Form::OptionalNumber { least, most, .. } => {
                format!("a whole number from {least} to {most}")
            }
            Form::Flag { .. } => "true or false".to_owned(),
            Form::Path { .. } | Form::OptionalPath { .. } => "a path in quotation marks".to_owned(),
            Form::Text { due, .. } => due.to_owned(),
            Form::Addresses { .. } => "a list of addresses in quotation marks".to_owned(),
            Form::Editions { .. } => {
                "a list in quotation marks: names of built-in editions, and PATH#DIGEST".to_owned()
            }
        }
    }
    /// Whether this is the one key without a default.
    pub(crate) fn is_city(&self) -> bool {
        (self.section, self.name) == ("node", "city")
    }
    /// The value as TOML; `None` for an optional one that is not set.
    pub(crate) fn show(&self, settings: &mut Settings) -> Option<Value> {
        let text = |path: &Path| Value::from(path.to_string_lossy().into_owned());
        match self.form {
            Form::Number { at, .. } => Some(Value::from(i64::from(*at(settings)))),
            Form::OptionalNumber { at, .. } => at(settings).map(|number| Value::from(i64::from(number))),
            Form::Flag { at } => Some(Value::from(*at(settings))),
            Form::Path { at } => Some(text(at(settings))),
            Form::OptionalPath { at } => at(settings).as_deref().map(text),
            Form::Text { show, .. } => Some(Value::from(show(settings))),
            Form::Addresses { at, .. } => {
                Some(Value::from(at(settings).iter().map(Multiaddress::as_str).collect::<Array>()))
            }
            Form::Editions { at } => Some(Value::from(at(settings).iter().map(ToString::to_string).collect::<Array>())),
        }
    }
    /// Lets a relative path start from `folder`.
    pub(crate) fn resolve(&self, settings: &mut Settings, folder: &Path) {
        let path = match self.form {
            Form::Path { at } => Some(at(settings)),
            Form::OptionalPath { at } => at(settings).as_mut(),
            Form::Editions { at } => {
                at(settings).iter_mut().for_each(|edition| edition.resolve(folder));
                None
            }
            _ => None,
        };
        if let Some(path) = path {
            *path = folder.join(&*path);
        }
    }
}
