//! The editions that every node knows from the start, embedded as the files they are. None binds by itself (R159).

use super::Edition;
use crate::digest::Digest;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Each base before the layers that lie on it.
const FILES: &[&str] = &[
    include_str!("../../editions/demo.json"),
    include_str!("../../editions/mdb.json"),
    include_str!("../../editions/cn-2026.json"),
    include_str!("../../editions/zj.json"),
    include_str!("../../editions/gs.json"),
    include_str!("../../editions/sd.json"),
];

/// Read once: a calendar alone is hundreds of dates.
fn held() -> &'static BTreeMap<Digest, Edition> {
    static HELD: OnceLock<BTreeMap<Digest, Edition>> = OnceLock::new();
    HELD.get_or_init(|| {
        let mut known = BTreeMap::new();
        // A test reads every file, so none is ever left out here.
        for text in FILES {
            if let Ok(edition) = Edition::parse_on(text.as_bytes(), &known) {
                known.insert(edition.digest(), edition);
            }
        }
        known
    })
}

/// The built-in editions by digest.
#[must_use]
pub fn builtin() -> BTreeMap<Digest, Edition> {
    held().clone()
}

/// Whether every node holds the edition, accepted or not.
#[must_use]
pub fn is_built_in(digest: &Digest) -> bool {
    held().contains_key(digest)
}

impl Edition {
    /// A built-in edition by name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        held().values().find(|edition| edition.name() == name).cloned()
    }
}
