//! A catalogue edition: which lists and measures there are, what a listing must rest on, how long it may last, who has how many
//! days for which step (R150 to R159).
//!
//! Numbers of days and months, required items and measures differ by province and change over the years, so they are
//! data in an edition and never constants in code (DOMAIN section 4). An edition is one JSON file; its name among cities
//! is the digest of its RFC 8785 form, which every entry carries. Whoever holds the edition judges an entry by it; an
//! edition that is not held makes the entry's effect unknown.
//!
//! A *layer* ([`layer`]) lies on a base by its digest: a province or a city asks less of a subject, or adds what a local
//! regulation provides. What the cities of a layer list under is the base with the layer on it, and that is what an [`Edition`]
//! holds; the layer's own file is what its digest is taken over.

mod built_in;
mod calendar;
mod check;
mod clock;
mod fault;
mod file;
mod layer;
mod measure;
mod registry;
mod rows;
mod sense;
mod terms;
#[cfg(test)]
mod tests;
mod threshold;

pub use built_in::{builtin, is_built_in};
pub use calendar::Calendar;
pub(crate) use check::names_persons;
pub use check::{Issue, IssueFault};
pub use clock::{Clock, ClockDays, Clocks, Silence};
pub use fault::EditionFault;
pub use file::{Field, Ground, Sure, Text};
pub use layer::MOST_LAYERS;
pub use measure::{Actor, AppliesTo, Category, Measure, MeasureKind};
pub use registry::{
    RegisteredList, Scope, bears_serious_name, belongs_elsewhere, contradiction, governing, in_force, shown_name,
};
pub use terms::{AtMax, BasisItem, KindRules, Kinds, ListRules, RepairCondition, SeverityTerms, Terms};
pub use threshold::{Better, Threshold, Unit};

use crate::digest::{Context, Digest};
use crate::ids::CityCode;
use crate::time::Date;
use file::BaseFile;
use layer::LayerFile;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The format string that an edition file of this version begins with (R150).
pub const EDITION_FORMAT: &str = "huxin-edition/2";
/// Longest edition file in bytes: some thousands of measures.
pub const EDITION_BYTES: usize = 4 * 1024 * 1024;

/// An edition that was read and found in order: a base, or a layer on what it lies on. The only makers are
/// [`Edition::parse`] and [`Edition::parse_on`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    digest: Digest,
    /// The RFC 8785 form of the file as it was written; of a layer the layer's own.
    canonical: Vec<u8>,
    /// What is listed under: the base, with all layers on it.
    effective: BaseFile,
    /// First day and digest of the base, and of each layer up to this one.
    lineage: Vec<(Date, Digest)>,
    /// Whose edition it is; empty: everybody's.
    cities: Vec<CityCode>,
    registry: registry::Registry,
}

/// What tells a layer from a base, and both from a file of another format.
#[derive(Deserialize)]
struct Look {
    format: String,
    #[serde(default)]
    base: Option<serde_json::Value>,
}

fn shape(fault: &serde_json::Error) -> EditionFault {
    EditionFault::Shape { line: fault.line(), column: fault.column(), what: fault.to_string() }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, EditionFault> {
    serde_json::from_slice(bytes).map_err(|fault| shape(&fault))
}

impl Edition {
    /// Reads a base edition: JSON with exactly the members of [`EDITION_FORMAT`] that makes sense as a whole (R150).
    ///
    /// # Errors
    /// The first fault found; no edition is taken in part. A layer has no base here: [`EditionFault::BaseUnknown`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EditionFault> {
        Self::parse_on(bytes, &BTreeMap::new())
    }

    /// As [`Edition::parse`], and a layer as well, whose base is among `known` (R155).
    ///
    /// # Errors
    /// The first fault found; a layer that widens is refused by the name of what it widens.
    pub fn parse_on(bytes: &[u8], known: &BTreeMap<Digest, Self>) -> Result<Self, EditionFault> {
        if bytes.len() > EDITION_BYTES {
            return Err(EditionFault::TooLong);
        }
        let look: Look = read(bytes)?;
        if look.format != EDITION_FORMAT {
            return Err(EditionFault::Format);
        }
        if look.base.is_some() {
            let file: LayerFile = read(bytes)?;
            let base = known.get(&file.base).ok_or(EditionFault::BaseUnknown(file.base))?;
            let (digest, canonical) = sealed(&file)?;
            let effective = layer::compose(&file, base)?;
            let lineage = base.lineage.iter().copied().chain([(file.binds_from, digest)]).collect();
            Self::of(effective, (digest, canonical), lineage, file.cities)
        } else {
            let file: BaseFile = read(bytes)?;
            let (digest, canonical) = sealed(&file)?;
            let lineage = vec![(file.binds_from, digest)];
            Self::of(file, (digest, canonical), lineage, Vec::new())
        }
    }

    fn of(
        effective: BaseFile,
        (digest, canonical): (Digest, Vec<u8>),
        lineage: Vec<(Date, Digest)>,
        cities: Vec<CityCode>,
    ) -> Result<Self, EditionFault> {
        if !sense::is_name(&effective.name) || effective.line.as_ref().is_some_and(|line| !sense::is_name(line)) {
            return Err(EditionFault::Name);
        }
        if effective.binds_until.is_some_and(|until| until < effective.binds_from) {
            return Err(EditionFault::Period);
        }
        let registry = sense::check(&effective)?;
        Ok(Self { digest, canonical, effective, lineage, cities, registry })
    }

    /// `huxin edition v1` over the RFC 8785 form of the file; absent optional members stay absent (R151).
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
    /// The RFC 8785 form: what the digest is taken over, and the form in which editions travel.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }
    #[must_use]
    pub fn name(&self) -> &str {
        &self.effective.name
    }
    #[must_use]
    pub const fn title(&self) -> &Text {
        &self.effective.title
    }
    /// What a reader must be told about the edition itself, for instance that it has no legal force.
    #[must_use]
    pub const fn notice(&self) -> &Text {
        &self.effective.notice
    }
    /// The first day on which it binds; of a layer none before its base's.
    #[must_use]
    pub const fn binds_from(&self) -> Date {
        self.effective.binds_from
    }
    #[must_use]
    pub const fn binds_until(&self) -> Option<Date> {
        self.effective.binds_until
    }
    /// Whether the edition binds on a day, both its first and its last day included.
    #[must_use]
    pub fn binds_on(&self, day: Date) -> bool {
        self.binds_from() <= day && self.binds_until().is_none_or(|until| day <= until)
    }
    /// The edition on which this layer lies.
    #[must_use]
    pub fn base(&self) -> Option<Digest> {
        self.lineage.iter().rev().nth(1).map(|(_, digest)| *digest)
    }
    /// First day and digest of the base, and of each layer up to this one.
    #[must_use]
    pub fn lineage(&self) -> &[(Date, Digest)] {
        &self.lineage
    }
    /// The cities that list under a layer; of a base none, which means every city.
    #[must_use]
    pub fn cities(&self) -> &[CityCode] {
        &self.cities
    }
    /// Whether a city may list under it (R155); without one, whether every city may.
    #[must_use]
    pub fn is_for(&self, city: Option<CityCode>) -> bool {
        self.cities.is_empty() || city.is_some_and(|city| self.cities.contains(&city))
    }
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.effective.fields
    }
    #[must_use]
    pub fn grounds(&self) -> &[Ground] {
        &self.effective.grounds
    }
    #[must_use]
    pub const fn kinds(&self) -> &Kinds {
        &self.effective.kinds
    }
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.effective.measures
    }
    #[must_use]
    pub const fn clocks(&self) -> &Clocks {
        &self.effective.clocks
    }
    #[must_use]
    pub const fn calendar(&self) -> Option<&Calendar> {
        self.effective.calendar.as_ref()
    }
    /// What it means that nobody ruled on an objection in time.
    #[must_use]
    pub const fn objection_silence(&self) -> Silence {
        self.effective.objection_silence
    }
    /// Whether a counting black entry suspends this edition's incentives (DOMAIN rule 10).
    #[must_use]
    pub const fn black_suspends_incentives(&self) -> bool {
        self.effective.black_suspends_incentives
    }
    #[must_use]
    pub fn thresholds(&self) -> &[Threshold] {
        &self.effective.thresholds
    }
}

/// Digest and RFC 8785 form. The digest is taken over what was read, so that white space and the order of members do not
/// matter, and nothing that was not understood can hide behind it: unknown members are refused (R151).
fn sealed<T: serde::Serialize>(file: &T) -> Result<(Digest, Vec<u8>), EditionFault> {
    sense::check_texts("", &serde_json::to_value(file).map_err(|fault| shape(&fault))?)?;
    let canonical = serde_json_canonicalizer::to_vec(file).map_err(|fault| shape(&fault))?;
    Ok((Context::Edition.digest(&canonical), canonical))
}
