//! The editions that every node knows from the start, embedded as the files they are. None binds by itself (R159).

use super::Edition;
use crate::digest::Digest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Each base before the layers that lie on it.
const FILES: &[&str] = &[include_str!("../../editions/demo.json"), include_str!("../../editions/mdb.json")];

/// The built-in editions by digest.
#[must_use]
pub fn builtin() -> BTreeMap<Digest, Edition> {
    let mut known = BTreeMap::new();
    // A test reads every file, so none is ever left out here.
    for text in FILES {
        if let Ok(edition) = Edition::parse_on(text.as_bytes(), &known) {
            known.insert(edition.digest(), edition);
        }
    }
    known
}

/// Whether every node holds the edition, accepted or not.
#[must_use]
pub fn is_built_in(digest: &Digest) -> bool {
    static DIGESTS: OnceLock<BTreeSet<Digest>> = OnceLock::new();
    DIGESTS.get_or_init(|| builtin().into_keys().collect()).contains(digest)
}

impl Edition {
    /// A built-in edition by name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        builtin().into_values().find(|edition| edition.name() == name)
    }
}
