//! Who may sign what, where: the members of the genesis and the chain of each one's key records. Validity is by epoch
//! and position, never by clock (R83).
//!
//! A chain per city: each record names the one before it, opens the next epoch and closes the last. [`Roster::add`] is
//! the only way in. Two root-signed records on one predecessor cannot both be meant; the roster keeps the branch that
//! it saw first, so that what is held can still be read, and says that the city is frozen and from where. The branch
//! kept decides nothing while the city is frozen: the fold counts the endings of both and the listings of neither.

#[cfg(test)]
mod tests;

use crate::digest::{Digest, TreeHash};
use crate::genesis::{Genesis, Member};
use crate::ids::{CityCode, Epoch, Seq, Size};
use crate::key::PublicKey;
use crate::key_record::{KeyRecord, RecordFault, SignedRecord, Tail};
use crate::tree::empty_root;
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
    /// Set by the record that closed this epoch: leaves with a greater seq and before the next epoch are void.
    pub void_after: Option<Seq>,
    /// Set by the record that closed this epoch; `Void` until then.
    pub tail: Tail,
}

/// One member and the chain of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityRoster {
    pub code: CityCode,
    pub name: String,
    pub root: PublicKey,
    /// Ascending, never empty; `epochs[0]` is epoch 1.
    pub epochs: Vec<EpochKeys>,
    /// The signed records behind epochs 2 and up, as they came.
    pub records: Vec<SignedRecord>,
    /// Two records on one predecessor, the lower digest first: the city is frozen at the common prefix. The first pair
    /// that was seen stays.
    pub frozen: Option<(Digest, Digest)>,
    /// Size of the common prefix: the lesser `continues_at` of the two.
    pub frozen_at: Option<Size>,
}

/// All members of one federation.
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
    /// The members with the keys of epoch 1.
    #[must_use]
    pub fn new(genesis: &Genesis) -> Self {
        let federation = genesis.id();
        let city = |member: &Member| {
            let first = EpochKeys {
                epoch: Epoch::FIRST,
                log: member.log.clone(),
                cosigner: member.cosigner.clone(),
                from: Size(0),
                from_root: empty_root(),
                record: federation,
                void_after: None,
                tail: Tail::Void,
            };
            CityRoster {
                code: member.code,
                name: member.name.clone(),
                root: member.root.clone(),
                epochs: vec![first],
                records: Vec::new(),
                frozen: None,
                frozen_at: None,
            }
        };
        let cities = genesis.manifest().members.iter().map(|member| (member.code, city(member))).collect();
        Self { federation, cities }
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
    ///
    /// # Errors
    /// [`RecordFault::City`] for a stranger, what [`SignedRecord::verify`] finds, [`RecordFault::Order`] for a record
    /// that does not follow the last one known (records before it may be missing here), [`RecordFault::Key`] for keys
    /// that the city has used before, [`RecordFault::Fork`] for a further fork of a city that is frozen already.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Added, RecordFault> {
        let city = self.cities.get_mut(&KeyRecord::city_of(bytes)?).ok_or(RecordFault::City)?;
        if city.records.iter().any(|known| known.bytes() == bytes) {
            return Ok(Added::Known);
        }
        city.add(SignedRecord::verify(bytes, &self.federation, &city.root)?)
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
    /// The epoch that a position belongs to. Of epochs that begin at one place the last has it; the others are empty.
    #[must_use]
    pub fn epoch_at(&self, seq: Seq) -> Epoch {
        self.epochs.iter().rev().find(|keys| keys.from.0 <= seq.0).map_or(Epoch::FIRST, |keys| keys.epoch)
    }
    /// Where an epoch ends: the next one's `from`, or `None` while it is in force.
    #[must_use]
    pub fn closed_at(&self, epoch: Epoch) -> Option<Size> {
        self.epochs.iter().find(|keys| keys.epoch > epoch).map(|keys| keys.from)
    }
    /// Whether an epoch after the first begins at `size`.
    #[must_use]
    pub fn is_border(&self, size: Size) -> bool {
        self.epochs.iter().skip(1).any(|keys| keys.from == size)
    }
    /// Whether the leaf at `seq` lies in a stretch that a later record voided (R85). A record whose rival is known voids nothing:
    /// which of the two is meant is for the root to say, and not for the order in which they were heard of (R89).
    #[must_use]
    pub fn is_voided(&self, seq: Seq) -> bool {
        let epoch = self.epoch_at(seq);
        let disputed = |keys: &EpochKeys| self.frozen.is_some_and(|(one, other)| [one, other].contains(&keys.record));
        self.epoch(epoch).and_then(|keys| keys.void_after).is_some_and(|last| seq > last)
            && !self.epoch(epoch.next()).is_some_and(disputed)
    }
    /// Whether the leaf at `seq` lies in a branch of a frozen city, beyond what its branches have in common (R89).
    #[must_use]
    pub fn is_in_branch(&self, seq: Seq) -> bool {
        self.frozen_at.is_some_and(|at| seq.0 >= at.0)
    }
    /// The records that opened the epochs after `epoch`, as they came, in order.
    #[must_use]
    pub fn records_after(&self, epoch: Epoch) -> Vec<Vec<u8>> {
        let after = self.records.iter().filter(|signed| signed.record().epoch > epoch);
        after.map(|signed| signed.bytes().to_vec()).collect()
    }
    /// Digest of the last record; the federation id while there is none.
    #[must_use]
    pub fn last_record(&self) -> Digest {
        self.current().record
    }

    fn add(&mut self, signed: SignedRecord) -> Result<Added, RecordFault> {
        let digest = signed.digest();
        let is_rival = self.frozen.is_some_and(|(one, other)| digest == one || digest == other);
        if is_rival || self.records.iter().any(|known| known.digest() == digest) {
            return Ok(Added::Known);
        }
        if let Some(known) = self.records.iter().find(|known| known.record().previous == signed.record().previous) {
            if self.frozen.is_some() {
                return Err(RecordFault::Fork);
            }
            let records = (digest.min(known.digest()), digest.max(known.digest()));
            self.frozen_at = Some(known.record().continues_at.0.min(signed.record().continues_at.0));
            self.frozen = Some(records);
            return Ok(Added::Frozen { city: self.code, records });
        }
        self.check_order(signed.record())?;
        self.check_keys(signed.record())?;
        Ok(self.open(signed))
    }

    /// Whether a record closes the epoch in force at a place within it. `void_after` lies between the last position
    /// before the closed epoch, which voids all of it, and the last position in it. (In an epoch that begins at 0 the
    /// first leaf cannot be voided this way: a record that continues at 0 abandons it instead.)
    fn check_order(&self, record: &KeyRecord) -> Result<(), RecordFault> {
        let closed = self.current();
        let (size, root) = record.continues_at;
        let follows = record.previous == closed.record && Some(record.epoch.0) == closed.epoch.0.checked_add(1);
        // A prefix of one size has one root.
        let within = size > closed.from || (size == closed.from && root == closed.from_root);
        let voids = record.void_after.is_none_or(|last| (closed.from.0.saturating_sub(1)..size.0).contains(&last.0));
        if follows && within && voids { Ok(()) } else { Err(RecordFault::Order) }
    }

    /// A key serves one role in one epoch: a revoked key never comes back.
    fn check_keys(&self, record: &KeyRecord) -> Result<(), RecordFault> {
        let used = |key: &PublicKey| {
            *key == self.root || self.epochs.iter().any(|keys| *key == keys.log || *key == keys.cosigner)
        };
        if used(&record.log) || used(&record.cosigner) { Err(RecordFault::Key) } else { Ok(()) }
    }

    fn open(&mut self, signed: SignedRecord) -> Added {
        let record = signed.record().clone();
        if let Some(closed) = self.epochs.last_mut() {
            closed.void_after = record.void_after;
            closed.tail = record.tail;
        }
        let (from, from_root) = record.continues_at;
        self.epochs.push(EpochKeys {
            epoch: record.epoch,
            log: record.log,
            cosigner: record.cosigner,
            from,
            from_root,
            record: signed.digest(),
            void_after: None,
            tail: Tail::Void,
        });
        self.records.push(signed);
        Added::Epoch { city: self.code, epoch: record.epoch, continues_at: record.continues_at }
    }
}
