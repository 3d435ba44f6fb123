//! The ledger as the engine sees it: ordered bytes in named families. Memory, RocksDB and the simulator's disk answer the
//! same few questions ([`LedgerRead`]), so everything above them is written once.

mod batch;
mod family;
mod keys;
mod rows;
mod tree;

pub use batch::{Batch, Over, Txn};
pub use family::{FAMILIES, Family};
pub use keys::*;
pub use rows::*;
pub use tree::{LedgerTree, STORED_LEVELS};

/// A read that failed: a disk fault or a row that cannot be what was written. Nothing can be answered from such a ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored {} row could not be read ({cause}); stop the node and run `huxin fsck`", family.name())]
pub struct ReadFault {
    pub family: Family,
    pub cause: Box<str>,
}

impl ReadFault {
    /// A row that does not decode.
    #[must_use]
    pub fn row(family: Family) -> Self {
        Self { family, cause: "its bytes are damaged".into() }
    }
}

/// Reading. Implementations answer from one consistent state per call.
pub trait LedgerRead {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault>;

    /// Visits the rows with `start <= key < end` in ascending order of keys until `visit` answers false.
    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault>;
}

/// Visits all rows whose key begins with `prefix`.
pub fn scan_prefix(
    read: &(impl LedgerRead + ?Sized),
    family: Family,
    prefix: &[u8],
    visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
) -> Result<(), ReadFault> {
    let mut end = prefix.to_vec();
    // The first key after all that share the prefix: drop trailing 0xff, add one to the last byte.
    while end.last() == Some(&0xff) {
        end.pop();
    }
    match end.last_mut() {
        Some(last) => *last += 1,
        // An empty prefix is that of every row; no family has keys of nothing but 0xff.
        None => end = vec![0xff; 64],
    }
    read.scan(family, prefix, &end, visit)
}

impl<T: LedgerRead + ?Sized> LedgerRead for &T {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        (**self).get(family, key)
    }
    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        (**self).scan(family, start, end, visit)
    }
}

impl<T: LedgerRead + ?Sized> LedgerRead for std::sync::Arc<T> {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        (**self).get(family, key)
    }
    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        (**self).scan(family, start, end, visit)
    }
}
