//! Reading every block once. RocksDB checks a block's checksum only when somebody asks for a row in it, which may be months
//! after the damage; a book that is not whole should say so when it is opened.
//!
//! A large store is not read to its end before it opens: what the node begins from is read at once, and the rest
//! behind its back, step by step ([`RocksStore::verify_on`]).

use super::{RocksStore, folder};
use crate::fault::OpenFault;
use huxin_engine::ledger::{FAMILIES, Family};
use rocksdb::ReadOptions;
use std::collections::BTreeMap;

/// How much is read once at opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Logs, manifest and the sizes of all files. Damage within a data file shows when its rows are asked for.
    Files,
    /// Every block of every file as well.
    Blocks,
    /// Every block of a store whose data files have no more than so many bytes. Of a larger one only the families that a node
    /// begins from; whoever opens it reads the rest with [`RocksStore::verify_on`].
    UpTo(u64),
}

/// What a node begins from: who it is, how far each log goes, whose keys are in force, what freezes a city. A few rows for each member.
const BEGUN_FROM: [Family; 6] =
    [Family::Meta, Family::Head, Family::Record, Family::Cosignature, Family::Trust, Family::Evidence];

/// How far the reading of every block has come.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Place in [`FAMILIES`] of the family that is being read.
    family: usize,
    /// The first key of it that was not read yet.
    from: Vec<u8>,
    /// Rows read, by family.
    pub rows: BTreeMap<Family, u64>,
}

impl Verification {
    /// Whether every family was read to its end.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.family >= FAMILIES.len()
    }
}

impl RocksStore {
    /// What was asked for at opening. Answers whether every block was read.
    pub(super) fn verify_at_opening(&self) -> Result<bool, OpenFault> {
        match self.options.verify {
            Verify::Files => Ok(false),
            Verify::Blocks => self.verify_blocks().map(|_| true),
            Verify::UpTo(most) if self.data_bytes()? <= most => self.verify_blocks().map(|_| true),
            Verify::UpTo(_) => {
                for family in BEGUN_FROM {
                    self.verify_family(family, &[], u64::MAX)?;
                }
                Ok(false)
            }
        }
    }

    /// Reads every row of every family past its block's checksum, and counts them.
    ///
    /// # Errors
    /// [`OpenFault::Damaged`] with the first file that does not hold.
    pub fn verify_blocks(&self) -> Result<BTreeMap<Family, u64>, OpenFault> {
        let mut verification = Verification::default();
        while !verification.is_complete() {
            self.verify_on(&mut verification, u64::MAX)?;
        }
        Ok(verification.rows)
    }

    /// Reads up to `most` further rows past their blocks' checksums. Rows that are written meanwhile are read if they lie ahead.
    ///
    /// # Errors
    /// [`OpenFault::Damaged`] with the first file that does not hold.
    pub fn verify_on(&self, verification: &mut Verification, most: u64) -> Result<(), OpenFault> {
        let Some(family) = FAMILIES.get(verification.family).copied() else { return Ok(()) };
        let (count, next) = self.verify_family(family, &verification.from, most)?;
        *verification.rows.entry(family).or_default() += count;
        match next {
            Some(next) => verification.from = next,
            None => {
                verification.family += 1;
                verification.from.clear();
            }
        }
        Ok(())
    }

    /// Reads up to `most` rows of a family. How many there were, and where to go on if that was not all.
    fn verify_family(&self, family: Family, from: &[u8], most: u64) -> Result<(u64, Option<Vec<u8>>), OpenFault> {
        let Some(column) = self.family(family) else { return Ok((0, None)) };
        let mut options = ReadOptions::default();
        options.set_verify_checksums(true);
        options.set_total_order_seek(true);
        // What is read here once would push out of the cache what is read often.
        options.fill_cache(false);
        options.set_readahead_size(2 * 1024 * 1024);
        let mut rows = self.db.raw_iterator_cf_opt(column, options);
        let mut count = 0;
        rows.seek(from);
        while rows.valid() {
            if count == most {
                return Ok((count, rows.key().map(<[u8]>::to_vec)));
            }
            count += 1;
            rows.next();
        }
        rows.status().map_err(|error| folder::explain(self.path(), &error))?;
        Ok((count, None))
    }

    /// Bytes of all data files.
    fn data_bytes(&self) -> Result<u64, OpenFault> {
        let mut bytes = 0;
        for family in FAMILIES {
            let Some(column) = self.family(family) else { continue };
            let value = self.db.property_int_value_cf(column, "rocksdb.live-sst-files-size");
            bytes += value.map_err(|error| folder::explain(self.path(), &error))?.unwrap_or_default();
        }
        Ok(bytes)
    }
}
