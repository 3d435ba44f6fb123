//! Who may sign what, where: the members of the genesis and the chain of each one's key records. Validity is by epoch
//! and position, never by clock (R83).

use crate::digest::{Digest, TreeHash};
use crate::genesis::Genesis;
use crate::ids::{CityCode, Epoch, Seq, Size};
use crate::key::PublicKey;
use crate::key_record::{RecordFault, SignedRecord, Tail};
use std::collections::BTreeMap;

/// The keys of one epoch and the stretch of the log that they speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochKeys {
    pub epoch: Epoch,
    pub log: PublicKey,
    pub cosigner: PublicKey,
    /// First position of this epoch, and the root of everything before it.
    pub from: Size,
    pub from_root: TreeHash,
    /// Digest of the record that opened it; the federation id for epoch 1.
    pub record: Digest,
    /// Set by the record that closed this epoch: leaves above it and before the next epoch are void.
    pub void_after: Option<Seq>,
    /// Set by the record that closed this epoch.
    pub tail: Tail,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityRoster {
    pub code: CityCode,
    pub name: String,
    pub root: PublicKey,
    /// Ascending, never empty; `epochs[0]` is epoch 1.
    pub epochs: Vec<EpochKeys>,
    /// The signed records behind epochs 2 and up, as they came.
    pub records: Vec<SignedRecord>,
    /// Two records on one predecessor: the city is frozen at the common prefix.
    pub frozen: Option<(Digest, Digest)>,
}

#[derive(Clone, Debug)]
pub struct Roster {
    federation: Digest,
    cities: BTreeMap<CityCode, CityRoster>,
}

/// What a record changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It was known already.
    Known,
    /// A new epoch begins at this place.
    Epoch { city: CityCode, epoch: Epoch, continues_at: (Size, TreeHash) },
    /// A second record on one predecessor; both digests. The city is frozen.
    Frozen { city: CityCode, records: (Digest, Digest) },
}

impl Roster {
    #[must_use]
    pub fn new(genesis: &Genesis) -> Self {
        let _ = genesis;
        todo!()
    }
    #[must_use]
    pub const fn federation(&self) -> Digest {
        self.federation
    }
    #[must_use]
    pub fn city(&self, code: CityCode) -> Option<&CityRoster> {
        self.cities.get(&code)
    }
    pub fn cities(&self) -> impl Iterator<Item = &CityRoster> {
        self.cities.values()
    }
    /// Verifies a record and takes it up.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Added, RecordFault> {
        let _ = bytes;
        todo!()
    }
}

impl CityRoster {
    /// The epoch now in force: the last one.
    #[must_use]
    pub fn current(&self) -> &EpochKeys {
        // `epochs` is never empty: only `Roster::new` makes one, with epoch 1 in it.
        &self.epochs[self.epochs.len() - 1]
    }
    #[must_use]
    pub fn epoch(&self, epoch: Epoch) -> Option<&EpochKeys> {
        self.epochs.iter().find(|keys| keys.epoch == epoch)
    }
    /// The epoch that a position belongs to.
    #[must_use]
    pub fn epoch_at(&self, seq: Seq) -> Epoch {
        let _ = seq;
        todo!()
    }
    /// Where an epoch ends: the next one's `from`, or `None` while it is in force.
    #[must_use]
    pub fn closed_at(&self, epoch: Epoch) -> Option<Size> {
        let _ = epoch;
        todo!()
    }
    /// Whether the leaf at `seq` lies in a stretch that a later record voided (R85).
    #[must_use]
    pub fn is_voided(&self, seq: Seq) -> bool {
        let _ = seq;
        todo!()
    }
    /// Digest of the last record; the federation id while there is none.
    #[must_use]
    pub fn last_record(&self) -> Digest {
        self.current().record
    }
}
