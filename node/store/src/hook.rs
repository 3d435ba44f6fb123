//! Where a test breaks a write, both ways: failed and gone, failed but kept. A store has no hook unless one is set.

use huxin_engine::ledger::Batch;

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    GoOn,
    /// The commit fails and nothing of it is there.
    FailGone,
    /// The commit fails and all of it is there, as when the disk wrote and the answer was lost.
    FailKept,
}

/// Asked before every commit. `number` counts the store's commits from 0, the asked one included.
pub trait CommitHook: Send + Sync {
    fn decide(&self, number: u64, batch: &Batch) -> Decision;
}

impl<F: Fn(u64, &Batch) -> Decision + Send + Sync> CommitHook for F {
    fn decide(&self, number: u64, batch: &Batch) -> Decision {
        self(number, batch)
    }
}
