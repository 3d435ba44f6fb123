//! Reading every block once at opening. RocksDB checks a block's checksum only when somebody asks for a row in it, which
//! may be months after the damage; a book that is not whole should say so when it is opened.

use super::{RocksStore, folder};
use crate::fault::OpenFault;
use huxin_engine::ledger::{FAMILIES, Family};
use rocksdb::ReadOptions;
use std::collections::BTreeMap;

/// How much is read once at opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Logs, manifest and the sizes of all files. Damage within a data file shows when its rows are asked for.
    Files,
    /// Every block of every file as well.
    Blocks,
}

impl RocksStore {
    /// Reads every row of every family past its block's checksum, and counts them.
    ///
    /// # Errors
    /// [`OpenFault::Damaged`] with the first file that does not hold.
    pub fn verify_blocks(&self) -> Result<BTreeMap<Family, u64>, OpenFault> {
        let mut counts = BTreeMap::new();
        for family in FAMILIES {
            let Some(column) = self.family(family) else { continue };
            let mut options = ReadOptions::default();
            options.set_verify_checksums(true);
            options.set_total_order_seek(true);
            // What is read here once would push out of the cache what is read often.
            options.fill_cache(false);
            options.set_readahead_size(2 * 1024 * 1024);
            let mut rows = self.db.raw_iterator_cf_opt(column, options);
            let mut count = 0;
            rows.seek_to_first();
            while rows.valid() {
                count += 1;
                rows.next();
            }
            rows.status().map_err(|error| folder::explain(self.path(), &error))?;
            counts.insert(family, count);
        }
        Ok(counts)
    }
}
