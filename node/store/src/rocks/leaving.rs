//! How bytes of deleted rows leave the files. RocksDB only marks a row as deleted: what it said stays in the write-ahead log and in
//! data files until a compaction happens to come by, which may be never. After an erasure that is not good enough, so the
//! files that may hold such rows are rewritten ([`RocksStore::forget`]) and one looks that the old ones are gone.
//!
//! What the file system does with the blocks of a removed file is its own affair, and so are copies that were made before.

use super::RocksStore;
use crate::fault::StoreFault;
use huxin_engine::ledger::Family;
use rocksdb::{BottommostLevelCompaction, CompactOptions, LiveFile};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How often one looks whether a reader has let go of an old state or an old file.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A row of no meaning: RocksDB begins a new write-ahead log only when there is something to flush.
const TURN: &[u8] = b"leaving-turn";

impl RocksStore {
    /// Rewrites every file that may hold bytes of these deleted rows, and waits up to `patience` for readers of older states. Answers
    /// whether all of the bytes are out of the files now; where a reader takes longer, ask again later.
    ///
    /// It may be called from any thread but the one that commits, and costs as much as those files are large.
    ///
    /// # Errors
    /// The disk refused.
    pub fn forget(&self, family: Family, keys: &BTreeSet<Vec<u8>>, patience: Duration) -> Result<bool, StoreFault> {
        let fault = |error: rocksdb::Error| StoreFault::new("take erased rows out of its files", &error);
        let (Some(column), Some(meta)) = (self.family(family), self.family(Family::Meta)) else { return Ok(true) };
        if self.failed.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let until = Instant::now() + patience;
        // A snapshot from before the deletion keeps the row through any compaction.
        let deleted_at = self.db.latest_sequence_number();
        let oldest = || self.db.property_int_value("rocksdb.oldest-snapshot-sequence").map(Option::unwrap_or_default);
        loop {
            let oldest = oldest().map_err(fault)?;
            if oldest == 0 || oldest >= deleted_at {
                break;
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            std::thread::park_timeout(LOOK_AGAIN);
        }
        let logs = self.files("log")?;
        self.db.put_cf(meta, TURN, deleted_at.to_be_bytes()).map_err(fault)?;
        self.flush()?;
        let mut how = CompactOptions::default();
        how.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
        how.set_exclusive_manual_compaction(false);
        for (first, last) in self.ranges(family, keys)? {
            self.db.compact_range_cf_opt(column, Some(first), Some(last), &how);
        }
        // What is in the folder and in no use any more is held by a reader, or about to be removed.
        let mut old = &self.files("sst")? - &self.live()?;
        old.extend(logs);
        loop {
            let there = &(&self.files("sst")? - &self.live()?) | &self.files("log")?;
            old.retain(|file| there.contains(file));
            if old.is_empty() {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            std::thread::park_timeout(LOOK_AGAIN);
        }
    }

    /// Keys that share a file below the uppermost level, as ranges: each such file is rewritten once.
    fn ranges(&self, family: Family, keys: &BTreeSet<Vec<u8>>) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreFault> {
        let mut files = self.live_files()?;
        files.retain(|file| file.column_family_name == family.name() && file.level > 0);
        let held = |file: &LiveFile, key: &Vec<u8>| {
            file.start_key.as_ref().is_none_or(|start| start <= key)
                && file.end_key.as_ref().is_none_or(|end| key <= end)
        };
        let mut ranges: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for key in keys {
            match ranges.last_mut() {
                Some((_, last)) if files.iter().any(|file| held(file, last) && held(file, key)) => last.clone_from(key),
                _ => ranges.push((key.clone(), key.clone())),
            }
        }
        Ok(ranges)
    }

    fn live_files(&self) -> Result<Vec<LiveFile>, StoreFault> {
        self.db.live_files().map_err(|error| StoreFault::new("list its files", &error))
    }

    /// Names of the data files in use.
    fn live(&self) -> Result<BTreeSet<String>, StoreFault> {
        Ok(self.live_files()?.into_iter().map(|file| file.name.trim_start_matches('/').to_owned()).collect())
    }

    /// Names of the files in the folder with an extension.
    fn files(&self, extension: &str) -> Result<BTreeSet<String>, StoreFault> {
        let fault = |error: std::io::Error| StoreFault::new("list its files", &error);
        let mut names = BTreeSet::new();
        for file in std::fs::read_dir(self.path()).map_err(fault)? {
            let name = file.map_err(fault)?.file_name();
            let name = name.to_string_lossy();
            if name.rsplit_once('.').is_some_and(|(_, found)| found == extension) {
                names.insert(name.into_owned());
            }
        }
        Ok(names)
    }
}
