//! The log that is caught up with: many statements, published through the writer's handle of a node in this process, which
//! is stopped again before anything is measured.

use super::node::{Inner, Reply, receipt};
use super::sample::Maker;
use crate::fault::Fault;
use huxin_protocol::subject::SubjectId;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Drafts of one command: a few of them fill a group.
const COMMAND: usize = 256;

/// Publishes entries `0..count` with the node of this configuration.
pub fn fill(config: &Path, subjects: Vec<SubjectId>, count: usize) -> Result<(), Fault> {
    let inner = Inner::start(config)?;
    let maker = Maker::new(&inner.settings, subjects)?;
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), Fault> {
        let mut waiting: Option<Reply> = None;
        loop {
            let from = next.fetch_add(COMMAND, Ordering::Relaxed);
            let drafts: Result<Vec<_>, Fault> = (from..count.min(from + COMMAND)).map(|n| maker.draft(n)).collect();
            let drafts = drafts?;
            // Drafted while the command before was made durable.
            if let Some(reply) = waiting.take() {
                receipt(reply.blocking_recv())?;
            }
            if drafts.is_empty() {
                return Ok(());
            }
            waiting = Some(inner.publish(drafts)?);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..super::machine::cores()).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| Fault::unexpected("a filler ended"))?)
    })?;
    inner.stop()
}
