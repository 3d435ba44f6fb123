//! What the node and the simulator ask of a store: reading, committing, and how it is.

use crate::fault::CommitFault;
use huxin_engine::ledger::{Batch, Family, LedgerRead};
use huxin_protocol::ids::CityCode;

/// A store of either kind. Reading may happen from any thread while one thread commits.
pub trait Store: LedgerRead + Send + Sync {
    /// Makes a batch durable, all of it or nothing. Returns only when it would survive a power cut.
    ///
    /// # Errors
    /// After any error but [`CommitFault::DiskFull`] the store takes no more commits: whether the batch was kept is known
    /// only after a restart.
    fn commit(&self, batch: &Batch) -> Result<(), CommitFault>;

    /// One state that later commits do not change, for answers of more than one read.
    fn snapshot(&self) -> Box<dyn LedgerRead + Send + Sync + '_>;

    /// Whether it takes commits.
    fn health(&self) -> StoreHealth;

    /// Bytes that a city's statements and bodies take on the disk, about.
    fn stored_bytes(&self, city: CityCode) -> u64;
}

/// The families that grow with what a city says.
pub(crate) const GROWING: [Family; 3] = [Family::Log, Family::Body, Family::Abandoned];

/// Where the rows of one city begin in such a family, and the first key behind them.
pub(crate) fn rows_of(city: CityCode) -> (Vec<u8>, Vec<u8>) {
    let begin = city.key_bytes().to_vec();
    let end = [&begin[..], &[0xff; 16]].concat();
    (begin, end)
}

/// Whether a store takes commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    Ok,
    /// Fewer bytes are free than the operator wants to hear of in time. Nothing stops.
    DiskLow {
        free: u64,
    },
    /// Fewer bytes are free than [`floor`](crate::Options::floor_bytes) says. The other half of it is a reserve: for the endings of the
    /// own city, and for RocksDB to finish what it has begun. In the last half no commit is taken until there is room.
    DiskFull {
        free: u64,
    },
    /// A commit failed. Reads are answered, commits never again; stop and start the process.
    Failed,
}

impl StoreHealth {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::DiskLow { .. } => "disk_low",
            Self::DiskFull { .. } => "disk_full",
            Self::Failed => "store_failed",
        }
    }
}
