//! The rows of an edition file as they are written (R150). Every row says where it comes from and how sure that is, so that an
//! office can see what it may rest on, and correct what was only read in the press.

use super::{Calendar, Clocks, Kinds, Measure, RegisteredList, Silence, Threshold};
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// The same words in both languages of the screens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

/// How sure a row is. A list or a measure that is only reported is not used at issue until a layer confirms it (R152).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sure {
    /// The passage itself was read.
    Read,
    /// Only press or mirrors say so.
    Reported,
    /// Our own choice: no rule says it.
    Chosen,
}

/// A field of work (领域).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub code: String,
    pub name: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub local_regulation: Option<String>,
    pub source: String,
    pub sure: Sure,
}

/// Why somebody is listed (列入事由). An entry is on the ground if its ground text is the code or the Chinese name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    pub code: String,
    pub name: Text,
    /// Whether a repair can lift it at all.
    #[serde(skip_serializing_if = "is_true", default = "yes")]
    pub repairable: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub local_regulation: Option<String>,
    pub source: String,
    pub sure: Sure,
}

/// A base edition as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaseFile {
    pub format: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<String>,
    pub title: Text,
    pub notice: Text,
    pub binds_from: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub binds_until: Option<Date>,
    pub fields: Vec<Field>,
    pub grounds: Vec<Ground>,
    pub kinds: Kinds,
    pub lists: Vec<RegisteredList>,
    pub measures: Vec<Measure>,
    pub clocks: Clocks,
    pub objection_silence: Silence,
    pub black_suspends_incentives: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub calendar: Option<Calendar>,
    pub thresholds: Vec<Threshold>,
}

pub(super) const fn yes() -> bool {
    true
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(super) const fn is_true(value: &bool) -> bool {
    *value
}
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
