//! Layers (R155): what a province or a city adds to an edition, and where it asks less of a subject.
//!
//! A layer names the edition on which it lies by its digest, and the cities that list under it. It narrows in the subject's
//! favour, adds what a local regulation provides, confirms what the base only has from the press, and shortens the clocks of
//! its own cities' steps. Whatever else it says is refused by name, so that nobody has to compare two files by eye.

mod compose;
mod narrow;

pub(super) use compose::compose;

use super::file::{BaseFile, Field, Ground, Sure, Text};
use super::{AtMax, BasisItem, Calendar, Clocks, EditionFault, Measure, RegisteredList, RepairCondition};
use crate::body::Severity;
use crate::digest::Digest;
use crate::ids::CityCode;
use crate::ruling::DisclosureLevel;
use crate::subject::SubjectClass;
use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Base, layer, and a layer on that.
pub const MOST_LAYERS: usize = 3;

/// A layer as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayerFile {
    pub format: String,
    pub name: String,
    pub title: Text,
    pub notice: Text,
    pub binds_from: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub binds_until: Option<Date>,
    pub base: Digest,
    pub cities: Vec<CityCode>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub grounds: Vec<Ground>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lists: Vec<RegisteredList>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub measures: Vec<Measure>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub confirm: Vec<Confirm>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub narrow_lists: Vec<NarrowList>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub narrow_measures: Vec<NarrowMeasure>,
    #[serde(skip_serializing_if = "super::file::is_default", default)]
    pub clocks: Clocks,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub list_clocks: BTreeMap<String, Clocks>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub calendar: Option<Calendar>,
}

/// An office has read what the base has from the press only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    measure: Option<String>,
    source: String,
}

/// Shorter or milder terms of a list, or of all lists of a kind that say nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NarrowList {
    /// The list's id, or `black` or `watch`.
    list: String,
    /// Absent: every severity that the base names.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    listing_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    publication_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at_max: Option<AtMax>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    repairable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    repair_after_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    repair_requires: Option<Vec<RepairCondition>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    disclosure: Option<DisclosureLevel>,
    /// What an entry has to name besides.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    requires_also: Vec<BasisItem>,
    source: String,
    sure: Sure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NarrowMeasure {
    measure: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    classes: Option<Vec<SubjectClass>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    period_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    withdrawn: Option<bool>,
    source: String,
    sure: Sure,
}

pub(super) fn widens(what: String) -> EditionFault {
    EditionFault::LayerWidens(what)
}

pub(super) fn list_of<'a>(file: &'a mut BaseFile, id: &str) -> Result<&'a mut RegisteredList, EditionFault> {
    let unknown = || EditionFault::UnknownReference { row: "layer".to_owned(), what: "list", code: id.to_owned() };
    file.lists.iter_mut().find(|list| list.id == id).ok_or_else(unknown)
}

pub(super) fn measure_of<'a>(file: &'a mut BaseFile, code: &str) -> Result<&'a mut Measure, EditionFault> {
    let unknown = || EditionFault::UnknownReference { row: "layer".to_owned(), what: "measure", code: code.to_owned() };
    file.measures.iter_mut().find(|measure| measure.code == code).ok_or_else(unknown)
}
