//! Reading from RocksDB: the store itself, and one state of it that later commits do not change.

use super::{RocksStore, settings::prefix};
use huxin_engine::ledger::{Family, LedgerRead, ReadFault};
use rocksdb::{ColumnFamily, DB, ReadOptions};

fn fault(family: Family, error: &rocksdb::Error) -> ReadFault {
    ReadFault { family, cause: error.to_string().into() }
}

pub(super) fn get(
    db: &DB,
    column: Option<&ColumnFamily>,
    family: Family,
    key: &[u8],
    options: ReadOptions,
) -> Result<Option<Vec<u8>>, ReadFault> {
    let Some(column) = column else { return Ok(None) };
    db.get_cf_opt(column, key, &options).map_err(|error| fault(family, &error))
}

/// Whether all keys from `start` up to `end` share the family's prefix, so that its filter may be asked.
fn stays_within_prefix(family: Family, start: &[u8], end: &[u8]) -> bool {
    let Some(length) = prefix(family) else { return false };
    let (Some(first), Some(last)) = (start.get(..length), end.get(..length.min(end.len()))) else { return false };
    if first == last {
        return true;
    }
    // `end` is the first key behind the prefix: the prefix plus one, with nothing behind it.
    let mut next = first.to_vec();
    while next.last() == Some(&0xff) {
        next.pop();
    }
    if let Some(byte) = next.last_mut() {
        *byte += 1;
    }
    !next.is_empty() && next == end
}

pub(super) fn scan(
    db: &DB,
    column: Option<&ColumnFamily>,
    family: Family,
    (start, end): (&[u8], &[u8]),
    mut options: ReadOptions,
    visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
) -> Result<(), ReadFault> {
    let Some(column) = column else { return Ok(()) };
    if start >= end {
        return Ok(());
    }
    options.set_iterate_upper_bound(end);
    if stays_within_prefix(family, start, end) {
        options.set_prefix_same_as_start(true);
    } else {
        options.set_total_order_seek(true);
    }
    let mut rows = db.raw_iterator_cf_opt(column, options);
    rows.seek(start);
    while let Some((key, value)) = rows.item() {
        if !visit(key, value) {
            return Ok(());
        }
        rows.next();
    }
    // An iterator that ends may have ended at a damaged block.
    rows.status().map_err(|error| fault(family, &error))
}

/// One state of a store, for answers of more than one read.
pub struct RocksSnapshot<'a> {
    store: &'a RocksStore,
    snapshot: rocksdb::Snapshot<'a>,
}

impl<'a> RocksSnapshot<'a> {
    pub(super) fn new(store: &'a RocksStore) -> Self {
        Self { store, snapshot: store.db.snapshot() }
    }

    fn options(&self) -> ReadOptions {
        let mut options = ReadOptions::default();
        options.set_snapshot(&self.snapshot);
        options
    }
}

impl LedgerRead for RocksSnapshot<'_> {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        get(&self.store.db, self.store.family(family), family, key, self.options())
    }

    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        scan(&self.store.db, self.store.family(family), family, (start, end), self.options(), visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_asked_only_where_every_key_shares_its_prefix() {
        let within = |start: &[u8], end: &[u8]| stays_within_prefix(Family::Reference, start, end);
        let (low, next) = ([7; 16], [&[7; 15][..], &[8]].concat());
        assert!(within(&low, &next), "the whole prefix");
        assert!(within(&[&low[..], &[1]].concat(), &[&low[..], &[9]].concat()), "a part of it");
        assert!(within(&[&low[..], &[1]].concat(), &next), "its rest");
        assert!(!within(&low, &[&next[..], &[0]].concat()), "one key further");
        assert!(!within(&low[..15], &next), "a shorter start");
        assert!(!within(&low, &[9; 16]));
        assert!(!within(&low, &[9]));
        assert!(within(&[0xff; 16], &[0xff; 17]));
        assert!(within(&[&[1; 14][..], &[0xff, 0xff]].concat(), &[&[1; 13][..], &[2]].concat()), "carried over");
        assert!(!stays_within_prefix(Family::Log, &[1; 24], &[2; 24]), "a family without a filter");
    }
}
