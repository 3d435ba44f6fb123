//! The marker: which life of the store signed last.
//!
//! A store that was restored from a backup, copied to another machine or emptied must not go on signing as if nothing
//! had happened: partners may hold statements that it has forgotten. Each store therefore has an *incarnation*, a
//! random number drawn when it is made or adopted, and the key folder, which is backed up apart from the data, says
//! which incarnation signed last. A node whose store says otherwise fetches its own log from its partners before it
//! signs again (DESIGN section 5, "Never contradict yourself").
//!
//! Known hole: a copy of data folder *and* key folder of the same moment agrees with itself. That case is caught by
//! hearing one's own city from elsewhere.

use crate::fault::KeysFault;
use crate::private_file;
use huxin_protocol::ids::CityCode;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// Name of the file in the key folder.
pub const MARKER_FILE: &str = "marker.json";

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    version: Version,
    pub city: CityCode,
    /// The store's own number, drawn when it was made.
    #[serde(with = "crate::public_text::fixed")]
    pub incarnation: [u8; 16],
}

/// Version 1 is the only one; another number is refused when read.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
struct Version;

impl TryFrom<u16> for Version {
    type Error = &'static str;
    fn try_from(number: u16) -> Result<Self, Self::Error> {
        if number == 1 { Ok(Self) } else { Err("a version other than 1 needs a newer program") }
    }
}
impl From<Version> for u16 {
    fn from(_: Version) -> Self {
        1
    }
}

impl Marker {
    #[must_use]
    pub const fn new(city: CityCode, incarnation: [u8; 16]) -> Self {
        Self { version: Version, city, incarnation }
    }

    /// The number of a new store, drawn at random.
    pub fn draw(city: CityCode) -> Result<Self, KeysFault> {
        Ok(Self::new(city, *private_file::random::<16>()?))
    }

    /// Reads the marker of a key folder; `None` where nothing signed yet.
    pub fn read(key_folder: &Path) -> Result<Option<Self>, KeysFault> {
        let path = key_folder.join(MARKER_FILE);
        let bytes = match private_file::read_public(&path) {
            Err(KeysFault::Missing { .. }) => return Ok(None),
            other => other?,
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|source| KeysFault::MarkerShape { path, source })
    }

    /// Writes the marker; it is durable when this returns.
    pub fn write(&self, key_folder: &Path) -> Result<(), KeysFault> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|_| KeysFault::Encode)?;
        bytes.push(b'\n');
        private_file::replace(&key_folder.join(MARKER_FILE), &bytes)
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Marker({} {})", self.city, hex::encode(self.incarnation))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::fs;

    #[test]
    fn a_marker_comes_back_as_it_was_written_and_the_last_one_stands() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Marker::read(folder.path()).unwrap(), None);
        let city = CityCode::new("330900").unwrap();
        let first = Marker::draw(city).unwrap();
        let second = Marker::draw(city).unwrap();
        assert_ne!(first, second);
        first.write(folder.path()).unwrap();
        second.write(folder.path()).unwrap();
        assert_eq!(Marker::read(folder.path()).unwrap(), Some(second));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_marker_of_another_shape_is_refused_and_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let good = r#"{"version":1,"city":"330900","incarnation":"000102030405060708090a0b0c0d0e0f"}"#;
        let path = folder.path().join(MARKER_FILE);
        fs::write(&path, good).unwrap();
        assert!(Marker::read(folder.path()).unwrap().is_some());
        for wrong in [
            String::new(),
            good.replace("\"version\":1", "\"version\":2"),
            good.replace("0e0f", "0E0F"),
            good.replace("0e0f", "0e"),
            good.replace("330900", "3"),
            good.replace("\"city\"", "\"town\":1,\"city\""),
        ] {
            fs::write(&path, &wrong).unwrap();
            assert_eq!(Marker::read(folder.path()).unwrap_err().code(), "marker_shape", "{wrong}");
        }
    }
}
