//! The seed corpora: small right inputs, a few wrong ones, from our own vectors and from the prepared federation. The
//! committed files are what this makes; `huxin-fuzz seeds` writes them, and a test compares.

mod logs;
mod messages;
mod people;
mod stories;

use crate::corpus::folder;
use std::collections::BTreeMap;
use std::fs;
use std::io;

/// Target → name → bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seeds(pub BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>);

impl Seeds {
    fn add(&mut self, target: &'static str, name: &str, bytes: impl Into<Vec<u8>>) {
        let before = self.0.entry(target).or_default().insert(name.to_owned(), bytes.into());
        assert!(before.is_none(), "two seeds of {target} are called {name}");
    }

    /// All seeds, the same each time.
    #[must_use]
    pub fn make() -> Self {
        let mut seeds = Self::default();
        messages::add(&mut seeds);
        logs::add(&mut seeds);
        people::add(&mut seeds);
        stories::add(&mut seeds);
        seeds
    }

    /// Writes them into `corpus/`, and takes away what is there and not made any more.
    ///
    /// # Errors
    /// A file or folder that cannot be written.
    pub fn write(&self) -> io::Result<()> {
        let corpus = folder().join("corpus");
        if corpus.exists() {
            fs::remove_dir_all(&corpus)?;
        }
        for (target, inputs) in &self.0 {
            let place = corpus.join(target);
            fs::create_dir_all(&place)?;
            for (name, bytes) in inputs {
                fs::write(place.join(name), bytes)?;
            }
        }
        Ok(())
    }
}
