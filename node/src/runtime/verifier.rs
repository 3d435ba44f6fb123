//! The reading of every block of a large store, behind the back of a node that already works. A small store was read to its
//! end when it was opened ([`huxin_store::Verify::UpTo`]).
//!
//! Damage that is found here has the same consequence as damage that is found at the opening: the node ends, with the same
//! fault. What it signed and answered until then rested on blocks that were read past their checksums as well.

use super::writer::WriterHandle;
use crate::fault::Fault;
use crate::metrics::Metrics;
use huxin_store::{RocksStore, Verification};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of data files up to which a store is read whole at its opening: some 0.5 s on a disk of the field.
pub const AT_OPENING: u64 = 256 << 20;
/// Rows of one step: a few milliseconds of reading, after which the reading looks whether the writer has work.
const STEP: u64 = 4096;
/// Rest while the writer has work.
const REST: Duration = Duration::from_millis(50);
/// The lowest priority there is: a thread that has anything else to do goes first.
const NICE: i32 = 19;

/// What the reading works on.
pub struct Verifier {
    pub store: Arc<RocksStore>,
    pub writer: WriterHandle,
    pub metrics: Arc<Metrics>,
}

impl Verifier {
    /// Reads on until everything was read or `rest` answers true, which it does when the node stops.
    ///
    /// # Errors
    /// The first block that does not hold, as at the opening.
    pub fn run(self, rest: impl Fn(Duration) -> bool) -> Result<(), Fault> {
        if !self.store.is_verified() {
            if let Err(fault) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE) {
                tracing::debug!(%fault, "the reading of the store keeps the usual priority");
            }
            let mut verification = Verification::default();
            while !verification.is_complete() {
                self.store.verify_on(&mut verification, STEP)?;
                let busy = self.writer.waiting() != (0, 0);
                if rest(if busy { REST } else { Duration::ZERO }) {
                    return Ok(());
                }
            }
            let rows: u64 = verification.rows.values().sum();
            tracing::info!(rows, "every block of the store was read and holds");
        }
        self.metrics.store_verified.set(1.0);
        Ok(())
    }
}
