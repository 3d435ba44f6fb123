//! The editions that every node knows from the start, embedded as the files they are.

use super::Edition;
use crate::digest::Digest;
use std::collections::BTreeMap;

const DEMO: &str = include_str!("../../editions/demo.json");
const MDB: &str = include_str!("../../editions/mdb.json");

/// The built-in editions by digest: `demo` and `mdb`.
#[must_use]
pub fn builtin() -> BTreeMap<Digest, Edition> {
    // A test reads both files, so neither is ever left out here.
    [DEMO, MDB]
        .iter()
        .filter_map(|text| Edition::parse(text.as_bytes()).ok())
        .map(|edition| (edition.digest(), edition))
        .collect()
}

impl Edition {
    /// A built-in edition by name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        builtin().into_values().find(|edition| edition.name() == name)
    }
}
