//! One behaviour suite for both stores, and what only the store on disk promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behaviour;
mod damage;
mod durability;
mod keys;
mod leaving;
mod model;
mod opening;

use huxin_engine::ledger::{Batch, FAMILIES, Family, LedgerRead};
use huxin_store::{Options, RocksStore, Verify};
use std::collections::BTreeMap;
use std::path::Path;

/// Small and quick: what tests open.
pub fn options() -> Options {
    Options { cache_mib: 4, floor_bytes: 0, low_bytes: 0, verify: Verify::Blocks, ..Options::default() }
}

pub fn open(path: &Path) -> RocksStore {
    RocksStore::open(path, options()).unwrap()
}

pub fn put(rows: &[(Family, &[u8], &[u8])]) -> Batch {
    let mut batch = Batch::default();
    for (family, key, value) in rows {
        batch.put(*family, key.to_vec(), value.to_vec());
    }
    batch
}

/// Every row of a store.
pub fn rows(read: &dyn LedgerRead) -> BTreeMap<(Family, Vec<u8>), Vec<u8>> {
    let mut rows = BTreeMap::new();
    for family in FAMILIES {
        read.scan(family, &[], &[0xff; 80], &mut |key, value| {
            rows.insert((family, key.to_vec()), value.to_vec());
            true
        })
        .unwrap();
    }
    rows
}
