//! huxin-store: RocksDB and memory behind the engine's read and batch types.
//!
//! The engine asks two questions ([`LedgerRead`](huxin_engine::ledger::LedgerRead)) and hands over one batch at a time.
//! Two stores answer: [`MemoryStore`] for the simulator and tests, [`RocksStore`] for a city. One behaviour suite
//! (`tests/suite`) asks both the same things, so that the one may stand for the other.
//!
//! What a store promises:
//! - **A commit is all or nothing, and durable when it answers.** RocksDB gets one cross-family batch and one sync. After a
//!   commit that failed nobody knows whether it was kept; the store then takes no more ([`StoreHealth::Failed`]), and a
//!   restart looks at what is there.
//! - **A damaged book does not open.** Before RocksDB sees the folder, [`RocksStore::open`] walks the logs that RocksDB
//!   replays ([`rocks`] says what it would forgive), and reads every block once. A torn tail of the write-ahead log,
//!   which an ordinary power cut leaves, is cut off and opens; what was lost there was never answered.
//! - **Resident memory is bounded** by one shared cache and one budget for write buffers, whatever the size of the book.
//!
//! Without the feature `rocks` there is the memory store alone: the simulator builds without RocksDB.

mod disk;
mod fault;
mod hook;
mod identity;
mod memory;
#[cfg(feature = "rocks")]
pub mod rocks;
mod store;

pub use disk::{free_bytes, make_folder};
pub use fault::{CommitFault, OpenFault, StoreFault};
pub use hook::{CommitHook, Decision};
pub use identity::{FORM, bind, bound, is_older};
pub use memory::{Content, MemoryStore};
#[cfg(feature = "rocks")]
pub use rocks::{Options, RocksSnapshot, RocksStore, StoreFigures, Verification, Verify};
pub use store::{Store, StoreHealth};
