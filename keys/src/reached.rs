//! How far the log was signed, beside the marker. A backup that was taken while the node ran bears the incarnation that still
//! signs, so the marker alone would take it for the store itself; but it does not reach as far as this file says.
//!
//! It is written after the store has synced what it speaks of, a few times a second at most, and never synced itself: whoever
//! puts an old store in place finds it in the machine's memory or on its disk, and a power cut that takes a new one leaves the old
//! one, which asks for less. So it costs next to nothing and never holds back a store that is good.

use crate::fault::KeysFault;
use crate::private_file;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Name of the file in the key folder.
pub const REACHED_FILE: &str = "reached.json";

/// The newest own checkpoint that was durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    pub city: CityCode,
    pub epoch: u32,
    pub size: u64,
}

impl Reached {
    #[must_use]
    pub const fn new(city: CityCode, epoch: Epoch, size: Size) -> Self {
        Self { city, epoch: epoch.0, size: size.0 }
    }

    /// Whether a store whose newest own checkpoint is this one falls short.
    #[must_use]
    pub fn is_beyond(&self, epoch: Epoch, size: Size) -> bool {
        (self.epoch, self.size) > (epoch.0, size.0)
    }

    /// Reads the file of a key folder; `None` where nothing was noted yet.
    ///
    /// # Errors
    /// The file cannot be read, or has another shape.
    pub fn read(key_folder: &Path) -> Result<Option<Self>, KeysFault> {
        let path = key_folder.join(REACHED_FILE);
        let bytes = match private_file::read_public(&path) {
            Err(KeysFault::Missing { .. }) => return Ok(None),
            other => other?,
        };
        // A power cut may leave the name without the content, since nothing was synced.
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|source| KeysFault::MarkerShape { path, source })
    }

    /// Notes it, without waiting for the disk.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&self, key_folder: &Path) -> Result<(), KeysFault> {
        let mut bytes = serde_json::to_vec(self).map_err(|_| KeysFault::Encode)?;
        bytes.push(b'\n');
        private_file::replace_unsynced(&key_folder.join(REACHED_FILE), &bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_was_noted_comes_back_and_an_empty_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Reached::read(folder.path()).unwrap(), None);
        let city = CityCode::new("330900").unwrap();
        for size in [3, 9] {
            let reached = Reached::new(city, Epoch(2), Size(size));
            reached.note(folder.path()).unwrap();
            assert_eq!(Reached::read(folder.path()).unwrap(), Some(reached));
        }
        for left in ["", "\0\0\0"] {
            std::fs::write(folder.path().join(REACHED_FILE), left).unwrap();
            assert_eq!(Reached::read(folder.path()).unwrap(), None);
        }
        std::fs::write(folder.path().join(REACHED_FILE), "{}").unwrap();
        assert_eq!(Reached::read(folder.path()).unwrap_err().code(), "marker_shape");
    }

    #[test]
    fn a_later_epoch_reaches_further_whatever_its_size() {
        let reached = Reached::new(CityCode::new("330900").unwrap(), Epoch(2), Size(9));
        assert!(reached.is_beyond(Epoch(1), Size(20)) && reached.is_beyond(Epoch(2), Size(8)));
        assert!(!reached.is_beyond(Epoch(2), Size(9)) && !reached.is_beyond(Epoch(3), Size(1)));
    }
}
