//! The committer: the thread that waits for the disk. The writer hands it one sealed batch and works on the next group
//! meanwhile, so that signing and syncing overlap; never more than one batch is on its way, and the writer says nothing of a
//! batch before it is told here that it is durable.
//!
//! On a full disk nothing was written, so the batch waits here for room, and behind it the writer: nothing is said, nothing
//! is taken, reads are answered, and with room it all goes on. Ending the process instead would take the answers away too,
//! and a start on a full disk cannot succeed.

use super::failpoint::Failpoint;
use crate::fault::Fault;
use crate::metrics::Metrics;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use huxin_engine::ledger::Batch;
use huxin_store::{CommitFault, Store, StoreHealth};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// How often a full disk is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Durable,
    /// The node stops, and there was no room until then. Nothing of the batch was written.
    LeftOut,
}

/// The thread, seen from the writer.
pub struct Committer {
    batches: Option<Sender<Arc<Batch>>>,
    /// One message for every batch, in the order in which they were handed over.
    pub durable: Receiver<Result<Kept, Fault>>,
    /// While it stands, a batch may wait for room.
    patience: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// # Errors
    /// The thread could not be started.
    pub fn start(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let (batches_in, batches) = crossbeam_channel::bounded::<Arc<Batch>>(1);
        let (durable_in, durable) = crossbeam_channel::bounded(1);
        let (patience_in, patience) = crossbeam_channel::bounded::<()>(0);
        let mut failpoint = Failpoint::from_environment();
        let work = move || {
            let mut low = false;
            for batch in batches {
                failpoint.pass("before_commit");
                let outcome = commit(&*store, &metrics, &batch, &patience, &mut low);
                if matches!(outcome, Ok(Kept::Durable)) {
                    failpoint.pass("after_commit");
                }
                if durable_in.send(outcome).is_err() {
                    return;
                }
            }
        };
        let thread = Builder::new().name("committer".to_owned()).spawn(work)?;
        Ok(Self { batches: Some(batches_in), durable, patience: Some(patience_in), thread: Some(thread) })
    }

    /// Hands a batch over. The writer does so only while none is on its way, so there is always room.
    pub fn submit(&self, batch: Arc<Batch>) {
        if let Some(batches) = &self.batches {
            // A thread that is gone answers nothing, which is what the writer then sees.
            let _ = batches.send(batch);
        }
    }

    /// From here on no batch waits for room.
    pub fn lose_patience(&mut self) {
        self.patience = None;
    }
}

impl Drop for Committer {
    /// Waits until the batch on its way has arrived: the store must not be closed under it.
    fn drop(&mut self) {
        self.batches = None;
        self.lose_patience();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Makes one batch durable, and waits for room as long as there is patience.
fn commit(
    store: &dyn Store,
    metrics: &Metrics,
    batch: &Batch,
    patience: &Receiver<()>,
    low: &mut bool,
) -> Result<Kept, Fault> {
    let mut full = false;
    loop {
        let begun = Instant::now();
        match store.commit(batch) {
            Ok(()) => {
                metrics.commit_seconds.observe(begun.elapsed().as_secs_f64());
                metrics.batch_bytes.inc_by(batch.bytes() as u64);
                if full {
                    tracing::info!("the disk has room again; the node goes on");
                }
                tell_low(store, low);
                return Ok(Kept::Durable);
            }
            Err(fault @ CommitFault::DiskFull { .. }) => {
                if !full {
                    tracing::error!(code = fault.code(), %fault, "the disk is full to its last reserve: the node takes nothing more until there is room");
                }
                full = true;
                if patience.recv_timeout(LOOK_AGAIN) != Err(RecvTimeoutError::Timeout) {
                    tracing::warn!("a group was left out at the end, since the disk is full; nothing of it was said");
                    return Ok(Kept::LeftOut);
                }
            }
            Err(fault) => {
                tracing::error!(code = fault.code(), %fault, "the group was not made durable; nothing of it is said");
                return Err(Fault::from(fault)
                    .trying("look at the disk, then start the node again; what was not answered was not promised"));
            }
        }
    }
}

/// Says once that the disk is getting low, and once that it is not any more. Nothing stops before it is full.
fn tell_low(store: &dyn Store, low: &mut bool) {
    match store.health() {
        StoreHealth::DiskLow { free } if !*low => {
            *low = true;
            tracing::warn!(
                free,
                "the disk is getting low; at [storage] min_free_mib the node signs nothing but endings: make room"
            );
        }
        StoreHealth::Ok if *low => {
            *low = false;
            tracing::info!("the disk has enough room again");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_engine::ledger::{Family, LedgerRead, ReadFault};
    use huxin_protocol::ids::CityCode;
    use huxin_store::MemoryStore;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A disk that is full for so many commits.
    struct Small {
        kept: MemoryStore,
        full_for: AtomicU32,
    }

    impl LedgerRead for Small {
        fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
            self.kept.get(family, key)
        }
        fn scan(
            &self,
            family: Family,
            start: &[u8],
            end: &[u8],
            visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
        ) -> Result<(), ReadFault> {
            self.kept.scan(family, start, end, visit)
        }
    }

    impl Store for Small {
        fn commit(&self, batch: &Batch) -> Result<(), CommitFault> {
            let full = self.full_for.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if full.is_ok() { Err(CommitFault::DiskFull { free: 0, floor: 1 }) } else { self.kept.commit(batch) }
        }
        fn snapshot(&self) -> Box<dyn LedgerRead + Send + Sync + '_> {
            self.kept.snapshot()
        }
        fn health(&self) -> StoreHealth {
            self.kept.health()
        }
        fn stored_bytes(&self, city: CityCode) -> u64 {
            self.kept.stored_bytes(city)
        }
    }

    fn submitted(full_for: u32) -> (Arc<Small>, Committer) {
        let store = Arc::new(Small { kept: MemoryStore::new(), full_for: AtomicU32::new(full_for) });
        let committer = Committer::start(store.clone(), Arc::new(Metrics::new().unwrap())).unwrap();
        let mut batch = Batch::default();
        batch.put(Family::Meta, b"row".to_vec(), b"1".to_vec());
        committer.submit(Arc::new(batch));
        (store, committer)
    }

    #[test]
    fn a_batch_waits_for_room() {
        let (store, committer) = submitted(2);
        assert_eq!(committer.durable.recv().unwrap().unwrap(), Kept::Durable);
        assert_eq!(store.get(Family::Meta, b"row").unwrap(), Some(b"1".to_vec()));
    }

    #[test]
    fn a_batch_that_has_no_room_at_the_end_is_left_out() {
        let (store, mut committer) = submitted(u32::MAX);
        committer.lose_patience();
        assert_eq!(committer.durable.recv().unwrap().unwrap(), Kept::LeftOut);
        assert_eq!(store.get(Family::Meta, b"row").unwrap(), None);
    }

    #[test]
    fn one_that_has_room_at_the_end_is_kept() {
        let (store, mut committer) = submitted(0);
        committer.lose_patience();
        assert_eq!(committer.durable.recv().unwrap().unwrap(), Kept::Durable);
        assert_eq!(store.get(Family::Meta, b"row").unwrap(), Some(b"1".to_vec()));
    }
}
