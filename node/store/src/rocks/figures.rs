//! What the operator sees of the store: bytes, rows, memory, syncs.

use super::RocksStore;
use crate::fault::StoreFault;
use huxin_engine::ledger::{FAMILIES, Family};
use rocksdb::statistics::Ticker;
use std::collections::BTreeMap;

/// Figures of one moment. Counts of rows are RocksDB's estimates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreFigures {
    /// Syncs of the write-ahead log since the store was opened.
    pub wal_syncs: u64,
    /// Bytes written to the write-ahead log since the store was opened.
    pub wal_bytes: u64,
    /// Bytes of all files in the store's folder.
    pub disk_bytes: u64,
    /// Bytes held by the block cache, index and filter blocks included.
    pub cache_bytes: u64,
    /// Bytes of all write buffers.
    pub buffer_bytes: u64,
    /// Bytes that open files hold outside the cache.
    pub reader_bytes: u64,
    /// Estimated rows by family.
    pub rows: BTreeMap<Family, u64>,
    /// Bytes of the live data files by family.
    pub file_bytes: BTreeMap<Family, u64>,
}

impl RocksStore {
    /// Syncs of the write-ahead log since the store was opened: at least one for every commit that answered.
    #[must_use]
    pub fn wal_syncs(&self) -> u64 {
        self.settings.database().get_ticker_count(Ticker::WalFileSynced)
    }

    /// Bytes of all files in the store's folder.
    ///
    /// # Errors
    /// The folder could not be listed.
    pub fn disk_bytes(&self) -> Result<u64, StoreFault> {
        let fault = |error: std::io::Error| StoreFault::new("count its bytes", &error);
        let mut bytes = 0;
        for file in std::fs::read_dir(self.path()).map_err(fault)? {
            // A file that a compaction removed meanwhile has no bytes any more.
            bytes += file.map_err(fault)?.metadata().map_or(0, |file| file.len());
        }
        Ok(bytes)
    }

    /// All figures.
    ///
    /// # Errors
    /// RocksDB or the folder could not be asked.
    pub fn figures(&self) -> Result<StoreFigures, StoreFault> {
        let mut figures = StoreFigures {
            wal_syncs: self.wal_syncs(),
            wal_bytes: self.settings.database().get_ticker_count(Ticker::WalFileBytes),
            disk_bytes: self.disk_bytes()?,
            cache_bytes: self.settings.cache.get_usage() as u64,
            ..StoreFigures::default()
        };
        for family in FAMILIES {
            let Some(column) = self.family(family) else { continue };
            let number = |name: &str| {
                let value = self.db.property_int_value_cf(column, name);
                value.map(Option::unwrap_or_default).map_err(|error| StoreFault::new("tell its figures", &error))
            };
            figures.rows.insert(family, number("rocksdb.estimate-num-keys")?);
            figures.file_bytes.insert(family, number("rocksdb.live-sst-files-size")?);
            figures.buffer_bytes += number("rocksdb.cur-size-all-mem-tables")?;
            figures.reader_bytes += number("rocksdb.estimate-table-readers-mem")?;
        }
        Ok(figures)
    }
}
