//! The committer: the thread that waits for the disk. The writer hands it one sealed batch and works on the next group
//! meanwhile, so that signing and syncing overlap; never more than one batch is on its way, and the writer says nothing of a
//! batch before it is told here that it is durable.

use super::failpoint::Failpoint;
use crate::fault::Fault;
use crate::metrics::Metrics;
use crossbeam_channel::{Receiver, Sender};
use huxin_engine::ledger::Batch;
use huxin_store::Store;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// The thread, seen from the writer.
pub struct Committer {
    batches: Option<Sender<Arc<Batch>>>,
    /// One message for every batch, in the order in which they were handed over.
    pub durable: Receiver<Result<(), Fault>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// # Errors
    /// The thread could not be started.
    pub fn start(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let (batches_in, batches) = crossbeam_channel::bounded::<Arc<Batch>>(1);
        let (durable_in, durable) = crossbeam_channel::bounded(1);
        let mut failpoint = Failpoint::from_environment();
        let work = move || {
            for batch in batches {
                if durable_in.send(commit(&*store, &metrics, &mut failpoint, &batch)).is_err() {
                    return;
                }
            }
        };
        let thread = Builder::new().name("committer".to_owned()).spawn(work)?;
        Ok(Self { batches: Some(batches_in), durable, thread: Some(thread) })
    }

    /// Hands a batch over. The writer does so only while none is on its way, so there is always room.
    pub fn submit(&self, batch: Arc<Batch>) {
        if let Some(batches) = &self.batches {
            // A thread that is gone answers nothing, which is what the writer then sees.
            let _ = batches.send(batch);
        }
    }
}

impl Drop for Committer {
    /// Waits until the batch on its way has arrived: the store must not be closed under it.
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn commit(store: &dyn Store, metrics: &Metrics, failpoint: &mut Failpoint, batch: &Batch) -> Result<(), Fault> {
    failpoint.pass("before_commit");
    let begun = Instant::now();
    if let Err(fault) = store.commit(batch) {
        tracing::error!(code = fault.code(), %fault, "the group was not made durable; nothing of it is said");
        return Err(Fault::from(fault)
            .trying("look at the disk, then start the node again; what was not answered was not promised"));
    }
    metrics.commit_seconds.observe(begun.elapsed().as_secs_f64());
    metrics.batch_bytes.inc_by(batch.bytes() as u64);
    failpoint.pass("after_commit");
    Ok(())
}
