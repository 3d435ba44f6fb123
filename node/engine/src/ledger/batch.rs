//! The batch under construction. Later inputs of the same group read through it, so they see what earlier ones wrote.

use super::{Family, LedgerRead, ReadFault};
use std::collections::BTreeMap;

type Rows = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Writes that become durable together, by one synced write. `None` deletes.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    rows: BTreeMap<Family, Rows>,
    bytes: usize,
}

impl Batch {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Bytes of keys and values written so far.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
    pub fn put(&mut self, family: Family, key: Vec<u8>, value: Vec<u8>) {
        self.bytes += key.len() + value.len();
        self.rows.entry(family).or_default().insert(key, Some(value));
    }
    pub fn delete(&mut self, family: Family, key: Vec<u8>) {
        self.bytes += key.len();
        self.rows.entry(family).or_default().insert(key, None);
    }
    /// All writes, ascending by family and key.
    pub fn iter(&self) -> impl Iterator<Item = (Family, &[u8], Option<&[u8]>)> {
        self.rows.iter().flat_map(|(family, rows)| rows.iter().map(|(k, v)| (*family, k.as_slice(), v.as_deref())))
    }
    /// The writes of one family, ascending by key.
    pub fn of(&self, family: Family) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let rows = self.rows.get(&family).into_iter().flatten();
        rows.map(|(key, value)| (key.as_slice(), value.as_deref()))
    }
    /// What this batch says of a key: nothing, deleted, or a value.
    fn get(&self, family: Family, key: &[u8]) -> Option<Option<&[u8]>> {
        self.rows.get(&family)?.get(key).map(Option::as_deref)
    }
}

/// What is stored, as it will be once `batch` is durable: for whatever is decided while that batch is on its way to the disk.
/// It reads the same before and after the batch has arrived.
pub struct Over<'a> {
    base: &'a dyn LedgerRead,
    batch: &'a Batch,
}

impl<'a> Over<'a> {
    #[must_use]
    pub const fn new(base: &'a dyn LedgerRead, batch: &'a Batch) -> Self {
        Self { base, batch }
    }
}

/// One group commit: what is stored, under what this group is about to write.
pub struct Txn<'a> {
    base: &'a dyn LedgerRead,
    pub batch: Batch,
}

impl<'a> Txn<'a> {
    #[must_use]
    pub fn new(base: &'a dyn LedgerRead) -> Self {
        Self { base, batch: Batch::default() }
    }
    pub fn put(&mut self, family: Family, key: Vec<u8>, value: Vec<u8>) {
        self.batch.put(family, key, value);
    }
    pub fn delete(&mut self, family: Family, key: Vec<u8>) {
        self.batch.delete(family, key);
    }
    const fn over(&self) -> Over<'_> {
        Over { base: self.base, batch: &self.batch }
    }
}

impl LedgerRead for Txn<'_> {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        self.over().get(family, key)
    }

    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        self.over().scan(family, start, end, visit)
    }
}

impl LedgerRead for Over<'_> {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        match self.batch.get(family, key) {
            Some(written) => Ok(written.map(<[u8]>::to_vec)),
            None => self.base.get(family, key),
        }
    }

    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        if start >= end {
            return Ok(());
        }
        let empty = Rows::new();
        let rows = self.batch.rows.get(&family).unwrap_or(&empty);
        let mut written =
            rows.range::<[u8], _>((std::ops::Bound::Included(start), std::ops::Bound::Excluded(end))).peekable();
        let mut go_on = true;
        self.base.scan(family, start, end, &mut |key, value| {
            // Rows of the batch that come before this stored one.
            while let Some((k, v)) = written.next_if(|(k, _)| k.as_slice() < key) {
                if let Some(v) = v {
                    go_on = visit(k, v);
                    if !go_on {
                        return false;
                    }
                }
            }
            go_on = match written.next_if(|(k, _)| k.as_slice() == key) {
                Some((_, None)) => true,
                Some((k, Some(v))) => visit(k, v),
                None => visit(key, value),
            };
            go_on
        })?;
        if go_on {
            for (k, v) in written {
                if let Some(v) = v
                    && !visit(k, v)
                {
                    break;
                }
            }
        }
        Ok(())
    }
}
