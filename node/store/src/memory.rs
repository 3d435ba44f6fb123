//! The store in memory: a sorted map per family. The simulator keeps hundreds of them, breaks their commits through a
//! hook, and restores older content as a disk snapshot would.

use crate::fault::CommitFault;
use crate::hook::{CommitHook, Decision};
use crate::store::{GROWING, Store, StoreHealth, rows_of};
use huxin_engine::ledger::{Batch, FAMILIES, Family, LedgerRead, ReadFault};
use huxin_protocol::ids::CityCode;
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// All rows at one moment. Copies share their rows until one of them changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    families: [Arc<Rows>; FAMILIES.len()],
}

impl Content {
    fn rows(&self, family: Family) -> &Arc<Rows> {
        // Numbers of families are the indexes of `FAMILIES`; a test holds that.
        &self.families[family as usize]
    }

    fn apply(&mut self, batch: &Batch) {
        for (family, key, value) in batch.iter() {
            let rows = Arc::make_mut(&mut self.families[family as usize]);
            match value {
                Some(value) => rows.insert(key.to_vec(), value.to_vec()),
                None => rows.remove(key),
            };
        }
    }

    /// Number of rows of one family.
    #[must_use]
    pub fn count(&self, family: Family) -> usize {
        self.rows(family).len()
    }

    /// Every row, ascending by family and key.
    pub fn iter(&self) -> impl Iterator<Item = (Family, &[u8], &[u8])> {
        FAMILIES.iter().flat_map(|family| self.rows(*family).iter().map(|(k, v)| (*family, k.as_slice(), v.as_slice())))
    }
}

impl LedgerRead for Content {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        Ok(self.rows(family).get(key).cloned())
    }

    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        if start < end {
            for (key, value) in self.rows(family).range::<[u8], _>((Included(start), Excluded(end))) {
                if !visit(key, value) {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// A store in memory, usable from several threads.
#[derive(Default)]
pub struct MemoryStore {
    content: RwLock<Content>,
    commits: AtomicU64,
    failed: AtomicBool,
    hook: Mutex<Option<Arc<dyn CommitHook>>>,
}

impl MemoryStore {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that begins with `content`.
    #[must_use]
    pub fn with_content(content: Content) -> Self {
        Self { content: RwLock::new(content), ..Self::default() }
    }

    /// What is stored now: a copy that later commits do not change.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content.read().clone()
    }

    /// Puts older content back, as a restored disk would. The store takes commits again: it stands for a restarted process.
    pub fn restore(&self, content: Content) {
        *self.content.write() = content;
        self.failed.store(false, Ordering::SeqCst);
    }

    /// Asks `hook` before every commit from now on.
    pub fn set_hook(&self, hook: Arc<dyn CommitHook>) {
        *self.hook.lock() = Some(hook);
    }

    /// Commits asked so far.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }
}

impl LedgerRead for MemoryStore {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        self.content.read().get(family, key)
    }

    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        // The lock is not held while visiting: a visitor may read again while another thread waits to write.
        let content = self.content();
        content.scan(family, start, end, visit)
    }
}

impl Store for MemoryStore {
    fn commit(&self, batch: &Batch) -> Result<(), CommitFault> {
        if self.failed.load(Ordering::SeqCst) {
            return Err(CommitFault::Failed);
        }
        let number = self.commits.fetch_add(1, Ordering::SeqCst);
        let hook = self.hook.lock().clone();
        let decision = hook.map_or(Decision::GoOn, |hook| hook.decide(number, batch));
        if decision != Decision::FailGone {
            self.content.write().apply(batch);
        }
        if decision == Decision::GoOn {
            return Ok(());
        }
        self.failed.store(true, Ordering::SeqCst);
        Err(CommitFault::Write { cause: "a test broke this write".into() })
    }

    fn snapshot(&self) -> Box<dyn LedgerRead + Send + Sync + '_> {
        Box::new(self.content())
    }

    fn stored_bytes(&self, city: CityCode) -> u64 {
        let (begin, end) = rows_of(city);
        let content = self.content.read();
        let mut bytes = 0;
        for family in GROWING {
            // A content in memory is always read to its end.
            let _ = content.scan(family, &begin, &end, &mut |key, value| {
                bytes += (key.len() + value.len()) as u64;
                true
            });
        }
        bytes
    }

    fn health(&self) -> StoreHealth {
        if self.failed.load(Ordering::SeqCst) { StoreHealth::Failed } else { StoreHealth::Ok }
    }
}
