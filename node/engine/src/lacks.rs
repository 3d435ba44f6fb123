//! Which bodies that rulings read this city may read and does not hold: rows of the family Lacking, kept in memory beside the ledger.
//! The body of an ending, for one, is asked for like any other, and nobody's ruling waits for it.
//!
//! Every ruling says of each city how many of its bodies are lacking and which is the first (R134). A member can log any number of
//! statements whose bodies never come, so nobody may walk over their rows for an answer: they are read once at the start, and after
//! that each batch says what it changed.

use crate::ledger::{Batch, Family, LedgerRead, ReadFault, last_place, scan_prefix};
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::kind::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Positions of lacking bodies by city.
#[derive(Clone, Debug, Default)]
pub struct Lacks {
    by_city: BTreeMap<CityCode, OfOneCity>,
}

#[derive(Clone, Debug, Default)]
struct OfOneCity {
    places: BTreeSet<Seq>,
    /// How often they have changed.
    changes: u64,
}

/// Whether the kind in such a row is one whose body a ruling reads (R134).
fn is_read_by_rulings(kind: &[u8]) -> bool {
    kind.try_into().is_ok_and(|kind| Kind::from_number(u16::from_be_bytes(kind)).is_read_by_rulings())
}

impl Lacks {
    /// Reads all of them from a ledger.
    ///
    /// # Errors
    /// The ledger could not be read.
    pub fn read(read: &(impl LedgerRead + ?Sized)) -> Result<Self, ReadFault> {
        let mut lacks = Self::default();
        scan_prefix(read, Family::Lacking, &[], &mut |key, kind| {
            lacks.note(key, is_read_by_rulings(kind));
            true
        })?;
        Ok(lacks)
    }

    /// Notes what a batch will make lacking, before it is on its way to the disk: whoever reads the store never finds a
    /// statement there whose missing body is not noted here.
    pub fn expect(&mut self, batch: &Batch) {
        for (key, _) in batch.of(Family::Lacking).filter(|(_, kind)| kind.is_some_and(is_read_by_rulings)) {
            self.note(key, true);
        }
    }

    /// Takes away what a batch made no longer lacking, after it has become durable and before the next one is expected.
    pub fn follow(&mut self, batch: &Batch) {
        for (key, _) in batch.of(Family::Lacking).filter(|(_, value)| value.is_none()) {
            self.note(key, false);
        }
    }

    fn note(&mut self, key: &[u8], is_lacking: bool) {
        // A key of another shape is told of by fsck.
        let Some((city, seq)) = last_place(key) else { return };
        if !is_lacking && !self.by_city.contains_key(&city) {
            return;
        }
        let of_city = self.by_city.entry(city).or_default();
        let changed = if is_lacking { of_city.places.insert(seq) } else { of_city.places.remove(&seq) };
        of_city.changes += u64::from(changed);
    }

    /// Positions of one city, ascending.
    pub fn places(&self, city: CityCode) -> impl Iterator<Item = Seq> {
        self.by_city.get(&city).into_iter().flat_map(|of_city| of_city.places.iter().copied())
    }

    /// A number that is another whenever the positions of this city are others.
    #[must_use]
    pub fn changes(&self, city: CityCode) -> u64 {
        self.by_city.get(&city).map_or(0, |of_city| of_city.changes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::ledger::place_key;

    #[test]
    fn what_is_lacking_is_noted_early_and_struck_out_late() {
        let city: CityCode = "330900".parse().unwrap();
        let (mut lacks, mut batch) = (Lacks::default(), Batch::default());
        let places = |lacks: &Lacks| lacks.places(city).map(|seq| seq.0).collect::<Vec<_>>();
        for (seq, kind) in [(7, Kind::Entry), (3, Kind::Amendment), (4, Kind::Repair)] {
            batch.put(Family::Lacking, place_key(city, Seq(seq)), kind.number().to_be_bytes().to_vec());
        }
        batch.put(Family::Log, place_key(city, Seq(8)), b"leaf".to_vec());
        lacks.expect(&batch);
        assert_eq!(places(&lacks), [3, 7], "no ruling reads why somebody repaired");
        lacks.follow(&batch);
        assert_eq!((places(&lacks), lacks.changes(city)), (vec![3, 7], 2));
        let mut later = Batch::default();
        later.delete(Family::Lacking, place_key(city, Seq(3)));
        lacks.expect(&later);
        assert_eq!(places(&lacks), [3, 7], "its body may not be on the disk yet");
        lacks.follow(&later);
        assert_eq!((places(&lacks), lacks.changes(city)), (vec![7], 3));
        lacks.follow(&later);
        assert_eq!(lacks.changes(city), 3, "nothing has changed");
    }
}
