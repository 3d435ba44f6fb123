//! The store on disk: one RocksDB with a column family per [`Family`].
//!
//! **What RocksDB forgives and we do not.** Measured with version 11.8 (`tests/suite/damage.rs` keeps it true). In the mode that
//! tolerates a damaged tail it refuses a write-ahead log whose record fails its checksum, but it silently skips the rest of
//! a 32 KiB block behind a zeroed record header (and notices only if a record goes on behind that block), silently ends at a
//! record whose length runs past the end of the file even where whole records follow, and takes a folder without CURRENT
//! for a new store. So [`open`](RocksStore::open) first
//! takes a lock of its own, looks at the folder ([`folder`]) and walks every log file that RocksDB will replay ([`log`]).
//! A break with a later batch behind it is damage; a break at the very end of the newest log is what a power cut leaves: it
//! is cut off, and the store opens.
//!
//! **One sync a commit.** A commit is one cross-family write batch with `sync`. Commits come one after another from one
//! thread, so the pipelined write path has nothing to overlap and stays off (reasoned, not measured).
//!
//! **After a failed write** RocksDB may turn read-only inside and has no way back in this binding; so has the store: it
//! answers reads and refuses commits until the process starts anew.

mod figures;
mod folder;
mod leaving;
pub mod log;
mod read;
mod settings;
mod verify;

pub use figures::StoreFigures;
pub use read::RocksSnapshot;
pub use settings::Options;
pub use verify::{Verification, Verify};

use crate::disk::free_bytes;
use crate::fault::{CommitFault, OpenFault, StoreFault};
use crate::hook::{CommitHook, Decision};
use crate::store::{GROWING, Store, StoreHealth, rows_of};
use huxin_engine::ledger::{Batch, FAMILIES, Family, LedgerRead, ReadFault};
use huxin_protocol::ids::CityCode;
use parking_lot::Mutex;
use rocksdb::{ColumnFamily, DB, WriteBatch, WriteOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A store on disk. Share it in an [`Arc`]; one thread commits, any thread reads.
pub struct RocksStore {
    // Fields are dropped in this order: the lock is let go only after RocksDB has closed.
    db: DB,
    settings: settings::Shared,
    options: Options,
    path: PathBuf,
    failed: AtomicBool,
    /// Whether every block was read at opening.
    verified: bool,
    commits: AtomicU64,
    hook: Mutex<Option<Arc<dyn CommitHook>>>,
    _lock: folder::Lock,
}

impl RocksStore {
    /// Opens the store in `path`: lock, logs, RocksDB, and (as [`Options::verify`] says) every block once.
    ///
    /// # Errors
    /// One [`OpenFault`] per cause. Nothing was changed then, apart from a torn tail that may have been cut off.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenFault> {
        let opening = folder::Opening::new(path, &options)?;
        let settings = settings::Shared::new(&options);
        let known = opening.known_families(&settings)?;
        let families = FAMILIES.iter().filter(|family| !options.read_only || known.contains(family.name()));
        let families = families.map(|family| settings.family(*family));
        let db = if options.read_only {
            DB::open_cf_descriptors_read_only(settings.database(), path, families, false)
        } else {
            DB::open_cf_descriptors(settings.database(), path, families)
        };
        let db = db.map_err(|error| opening.explain(&error))?;
        opening.check_replayed(db.latest_sequence_number())?;
        let mut store = Self {
            db,
            settings,
            options,
            path: path.to_owned(),
            failed: AtomicBool::new(false),
            verified: false,
            commits: AtomicU64::new(0),
            hook: Mutex::new(None),
            _lock: opening.into_lock(),
        };
        store.verified = store.verify_at_opening()?;
        Ok(store)
    }

    /// Whether every block was read past its checksum when the store was opened. Where not, the opener does that later
    /// ([`RocksStore::verify_on`]).
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// The column family. Absent only where an unbound or older store is open for reading.
    fn family(&self, family: Family) -> Option<&ColumnFamily> {
        self.db.cf_handle(family.name())
    }

    /// Where the store is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Asks `hook` before every commit from now on.
    pub fn set_hook(&self, hook: Arc<dyn CommitHook>) {
        *self.hook.lock() = Some(hook);
    }

    fn write(&self, batch: &Batch) -> Result<(), CommitFault> {
        let mut writes = WriteBatch::with_capacity_bytes(batch.bytes() + 4096);
        for (family, key, value) in batch.iter() {
            let Some(column) = self.family(family) else { return Err(CommitFault::ReadOnly) };
            match value {
                Some(value) => writes.put_cf(column, key, value),
                None => writes.delete_cf(column, key),
            }
        }
        let mut how = WriteOptions::default();
        how.set_sync(true);
        // Rows of a batch ascend within their family: each goes right behind the one before.
        how.set_memtable_insert_hint_per_batch(true);
        self.db.write_opt(writes, &how).map_err(|error| CommitFault::Write { cause: error.to_string().into() })
    }

    /// Writes what is in memory into files.
    ///
    /// # Errors
    /// The disk refused.
    pub fn flush(&self) -> Result<(), StoreFault> {
        let families: Vec<_> = FAMILIES.iter().filter_map(|family| self.family(*family)).collect();
        let how = rocksdb::FlushOptions::default();
        self.db.flush_cfs_opt(&families, &how).map_err(|error| StoreFault::new("flush", &error))
    }

    /// Merges all files of every family: smallest on disk, slow.
    ///
    /// # Errors
    /// The disk refused.
    pub fn compact(&self) -> Result<(), StoreFault> {
        self.flush()?;
        for family in FAMILIES {
            if let Some(column) = self.family(family) {
                self.db.compact_range_cf(column, None::<&[u8]>, None::<&[u8]>);
            }
        }
        Ok(())
    }

    /// A consistent copy in the new folder `to`, by hard links where it lies on the same disk (`huxin backup`). It can be
    /// opened like any store. Commits go on meanwhile.
    ///
    /// # Errors
    /// The folder exists, or the disk refused.
    pub fn checkpoint(&self, to: &Path) -> Result<(), StoreFault> {
        rocksdb::checkpoint::Checkpoint::new(&self.db)
            .and_then(|checkpoint| checkpoint.create_checkpoint(to))
            .map_err(|error| StoreFault::new("make a copy of itself", &error))
    }
}

impl LedgerRead for RocksStore {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        read::get(&self.db, self.family(family), family, key, rocksdb::ReadOptions::default())
    }

    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        read::scan(&self.db, self.family(family), family, (start, end), rocksdb::ReadOptions::default(), visit)
    }
}

impl Store for RocksStore {
    fn commit(&self, batch: &Batch) -> Result<(), CommitFault> {
        if self.options.read_only {
            return Err(CommitFault::ReadOnly);
        }
        if self.failed.load(Ordering::SeqCst) {
            return Err(CommitFault::Failed);
        }
        if batch.is_empty() {
            return Ok(());
        }
        // Whoever writes keeps to the floor itself, and goes below it for endings only.
        let floor = self.options.floor_bytes / 2;
        if floor > 0
            && let Ok(free) = free_bytes(&self.path)
            && free < floor
        {
            return Err(CommitFault::DiskFull { free, floor });
        }
        let number = self.commits.fetch_add(1, Ordering::SeqCst);
        let hook = self.hook.lock().clone();
        let decision = hook.map_or(Decision::GoOn, |hook| hook.decide(number, batch));
        let written = match decision {
            Decision::FailGone => Ok(()),
            Decision::GoOn | Decision::FailKept => self.write(batch),
        };
        let written = match decision {
            Decision::GoOn => written,
            _ => Err(CommitFault::Write { cause: "a test broke this write".into() }),
        };
        if let Err(fault) = &written {
            self.failed.store(true, Ordering::SeqCst);
            tracing::error!(code = fault.code(), %fault, "the store takes no more commits");
        }
        written
    }

    fn snapshot(&self) -> Box<dyn LedgerRead + Send + Sync + '_> {
        Box::new(RocksSnapshot::new(self))
    }

    fn stored_bytes(&self, city: CityCode) -> u64 {
        let (begin, end) = rows_of(city);
        let of = |family: &Family| {
            let range = rocksdb::Range::new(&begin, &end);
            let sizes = self.family(*family).map(|column| self.db.get_approximate_sizes_cf(column, &[range]));
            sizes.into_iter().flatten().sum::<u64>()
        };
        GROWING.iter().map(of).sum()
    }

    fn health(&self) -> StoreHealth {
        if self.failed.load(Ordering::SeqCst) {
            return StoreHealth::Failed;
        }
        match free_bytes(&self.path) {
            Ok(free) if free < self.options.floor_bytes => StoreHealth::DiskFull { free },
            Ok(free) if free < self.options.low_bytes => StoreHealth::DiskLow { free },
            // A disk that does not say how much is free still has to refuse a write before that is a fault.
            Ok(_) | Err(_) => StoreHealth::Ok,
        }
    }
}
