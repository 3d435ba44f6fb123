//! The shredder: the thread that sees to it that erased texts leave the store's files, and not only its answers. The engine writes a row
//! for each body that an erasure took away ([`meta::LEAVING`]); the row stays until no file of the store can hold bytes of that body any
//! more, over restarts too.
//!
//! What lies elsewhere is not reached from here: backups that were made before, exported files, and the blocks of removed files, which
//! are the file system's (docs/operators.md says what to do).

use super::failpoint::{BEFORE_SHREDDING, Failpoint};
use super::writer::WriterHandle;
use crate::metrics::Metrics;
use huxin_engine::ledger::{Family, ReadFault, meta, scan_prefix};
use huxin_store::RocksStore;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Within this time an erased text has left the files of a node that runs. It usually takes seconds.
pub const LEAVES_WITHIN: Duration = Duration::from_secs(600);
/// How often one looks for erasures. What came meanwhile leaves together: their files are rewritten once.
const LOOK: Duration = Duration::from_secs(5);
/// How long a round waits for readers of older states before it tries again with the next.
const PATIENCE: Duration = Duration::from_secs(5);
/// A copy of the store that lies beside it for longer than this is no backup under way any more.
pub const COPY_FORGOTTEN: Duration = Duration::from_secs(24 * 3600);
/// Most bodies of one round: what a writer's group and a list in memory hold easily.
const ROUND: usize = 10_000;

/// What the thread works on.
pub struct Shredder {
    pub store: Arc<RocksStore>,
    pub writer: WriterHandle,
    pub metrics: Arc<Metrics>,
    /// Where `huxin backup` finds its copy of the store, made of links to the same files.
    pub copy: PathBuf,
}

impl Shredder {
    /// Works until `rest` answers true, which it does when the node stops.
    pub fn run(self, rest: impl Fn(Duration) -> bool) {
        let mut failpoint = Failpoint::from_environment();
        let mut since: BTreeMap<Vec<u8>, Instant> = BTreeMap::new();
        // Rows that the writer was asked to take away.
        let mut left = BTreeSet::new();
        let mut told = false;
        loop {
            let rows = match self.waiting() {
                Ok(rows) => rows,
                Err(fault) => {
                    tracing::error!(%fault, "the shredder cannot read the store and ends");
                    return;
                }
            };
            left.retain(|row| rows.contains(row));
            let waiting: BTreeSet<Vec<u8>> = rows.difference(&left).cloned().collect();
            since.retain(|row, _| waiting.contains(row));
            for row in &waiting {
                since.entry(row.clone()).or_insert_with(Instant::now);
            }
            let oldest = since.values().map(Instant::elapsed).max().unwrap_or_default();
            self.metrics.erased_waiting.set(i64::try_from(waiting.len()).unwrap_or(i64::MAX));
            self.metrics.erased_waiting_seconds.set(oldest.as_secs_f64());
            if oldest > LEAVES_WITHIN && !told {
                tracing::error!(
                    texts = waiting.len(),
                    "erased texts have not left the files of the store in time; look at the disk, and for a backup that does not end"
                );
            }
            told = oldest > LEAVES_WITHIN;
            if !waiting.is_empty() {
                failpoint.pass(BEFORE_SHREDDING);
                if self.shred(&waiting) && self.writer.left(waiting.iter().cloned().collect()).is_ok() {
                    self.metrics.erased_left.inc_by(waiting.len() as u64);
                    tracing::info!(texts = waiting.len(), "erased texts have left the files of the store");
                    left.extend(waiting);
                    // The gauge is right again at once, and not only after the next look.
                    since.clear();
                    self.metrics.erased_waiting.set(0);
                    self.metrics.erased_waiting_seconds.set(0.0);
                }
            }
            if rest(LOOK) {
                return;
            }
        }
    }

    /// Keys of the rows of bodies that may still lie in files.
    fn waiting(&self) -> Result<BTreeSet<Vec<u8>>, ReadFault> {
        let mut rows = BTreeSet::new();
        scan_prefix(&*self.store, Family::Meta, meta::LEAVING, &mut |row, _| {
            rows.insert(row.to_vec());
            rows.len() < ROUND
        })?;
        Ok(rows)
    }

    /// Whether no file holds any of them any more.
    fn shred(&self, rows: &BTreeSet<Vec<u8>>) -> bool {
        let keys = rows.iter().filter_map(|row| row.strip_prefix(meta::LEAVING)).map(<[u8]>::to_vec).collect();
        match self.store.forget(Family::Body, &keys, PATIENCE) {
            Ok(left) => left && self.no_copy_beside(),
            Err(fault) => {
                tracing::warn!(%fault, "erased texts could not be taken out of the files; it is tried again");
                false
            }
        }
    }

    /// A backup under way holds links to the files of before; one that nobody carried away is removed.
    fn no_copy_beside(&self) -> bool {
        let Ok(copy) = std::fs::symlink_metadata(&self.copy) else { return true };
        let age = copy.modified().ok().and_then(|made| SystemTime::now().duration_since(made).ok());
        age.is_some_and(|age| age > COPY_FORGOTTEN) && std::fs::remove_dir_all(&self.copy).is_ok()
    }
}
