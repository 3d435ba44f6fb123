//! Rows that follow from leaves and bodies. Forward: what a leaf's derivation writes must be stored. Backward: what is stored
//! must be what some leaf's derivation writes.
//!
//! The derivation is admission's own, run over a view that shows the logs, who acts on what, and chains with their erasures,
//! and nothing else. It is a function of the leaf, of its body where held, and of whether its chain was erased: the last is
//! asked of the view as it stands now, so erasures that came later count. A leaf's place in its chain follows from that of an
//! earlier leaf, so a wrong one is put right in the view as soon as it is found.

use super::{Fault, Repair, Walk};
use crate::index::{HeldBody, erasable_named, is_gone, write_leaf};
use crate::ledger::{
    Family, LedgerRead, ReadFault, Txn, about_key, body_key, erased_key, last_place, last_seq, place_key,
};
use crate::record::ABANDONED_ACTOR;
use huxin_protocol::body;
use huxin_protocol::ids::{CityCode, Seq, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::statement::Statement;
use std::collections::BTreeMap;

/// Rows of chains that are not what they should be, and what they should be.
pub(super) type Righted = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The logs, what left them, who acts on what, and chains.
struct View<'a>(&'a dyn LedgerRead, &'a Righted);

impl LedgerRead for View<'_> {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        match family {
            Family::Chain if self.1.contains_key(key) => Ok(self.1.get(key).cloned().flatten()),
            Family::Log | Family::Abandoned | Family::About | Family::Chain | Family::Erased => self.0.get(family, key),
            _ => Ok(None),
        }
    }
    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        match family {
            Family::Log | Family::Abandoned | Family::About | Family::Erased => self.0.scan(family, start, end, visit),
            _ => Ok(()),
        }
    }
}

/// What follows from one leaf.
struct Derived {
    rows: BTreeMap<(Family, Vec<u8>), Vec<u8>>,
    /// Its chain was erased: it has no body, and none is missed.
    erased: bool,
    /// What is wrong with the body that is stored.
    body_fault: Option<Fault>,
}

impl Walk<'_> {
    /// Runs the derivation for one leaf. `statement` is what it says, if anything, of this place or of another.
    fn derive(&self, place: StatementId, leaf: &[u8], statement: Option<&Statement>) -> Result<Derived, ReadFault> {
        let view = View(self.read, &self.chains);
        let mut derived = Derived { rows: BTreeMap::new(), erased: false, body_fault: None };
        let mut held = None;
        // A misplaced one keeps no body.
        if let Some(statement) = statement.filter(|statement| statement.header.id() == place) {
            let header = &statement.header;
            derived.erased = is_gone(&view, &self.federation, header)?;
            held = self.read.get(Family::Body, &body_key(place.city, place.epoch, place.seq))?;
            derived.body_fault = held.as_ref().and_then(|held| {
                let made = body::commitment(&self.federation, place.city, header.kind, header.body_version, held);
                if derived.erased {
                    Some(Fault::BodyErased)
                } else if made != header.commitment {
                    Some(Fault::BodyCommitment)
                } else if !header.disclosure.allows(place.city, self.me) {
                    Some(Fault::BodyNotReader)
                } else {
                    None
                }
            });
            held = held.filter(|_| derived.body_fault.is_none());
        }
        let mut txn = Txn::new(&view);
        let held = statement.and_then(|statement| held.map(|bytes| HeldBody::read(&statement.header, bytes)));
        write_leaf(&mut txn, &self.federation, self.me, place, leaf.to_vec(), statement, held)?;
        for (family, key, value) in txn.batch.iter() {
            if let (true, Some(value)) = (family != Family::Log, value) {
                derived.rows.insert((family, key.to_vec()), value.to_vec());
            }
        }
        if derived.erased {
            derived.rows.remove(&(Family::Lacking, place_key(place.city, place.seq)));
        }
        Ok(derived)
    }

    /// Forward: everything that follows from a leaf is stored.
    pub(super) fn compare_rows(
        &mut self,
        place: StatementId,
        leaf: &[u8],
        statement: Option<&Statement>,
    ) -> Result<(), ReadFault> {
        let derived = self.derive(place, leaf, statement)?;
        let link = place_key(place.city, place.seq);
        let right = derived.rows.get(&(Family::Chain, link.clone()));
        if self.read.get(Family::Chain, &link)?.as_ref() != right {
            self.chains.insert(link, right.cloned());
        }
        if let Some(fault) = derived.body_fault {
            let repair = vec![(Family::Body, body_key(place.city, place.epoch, place.seq), None)];
            self.find((Family::Body, Some(place.city), Some(place.seq)), fault, repair);
        }
        for ((family, key), value) in derived.rows {
            self.count(family);
            let fault = match self.read.get(family, &key)? {
                Some(stored) if stored == value => continue,
                Some(_) => Fault::RowWrong,
                None => Fault::RowMissing,
            };
            self.find((family, Some(place.city), Some(place.seq)), fault, vec![(family, key, Some(value))]);
        }
        Ok(())
    }

    fn count(&mut self, family: Family) {
        let counts = &mut self.report.counts;
        match family {
            Family::Body => counts.bodies += 1,
            Family::Lacking => counts.lacking += 1,
            _ => counts.index_rows += 1,
        }
    }

    /// Backward: every row of a family follows from a leaf.
    pub(super) fn surplus(&mut self, family: Family) -> Result<(), ReadFault> {
        self.all_rows(family, &mut |walk, key, value| {
            if walk.is_strangers(family, key) {
                // Told of with the other strangers.
                return Ok(());
            }
            let repair: Repair = vec![(family, key.to_vec(), None)];
            let Some((city, seq)) = walk.leaf_of(family, key) else {
                walk.find((family, None, None), Fault::IndexKeyShape, repair);
                return Ok(());
            };
            if matches!(family, Family::About | Family::Erased) && seq.0 & ABANDONED_ACTOR != 0 {
                return walk.abandoned_act(city, seq, (family, key));
            }
            let Some(member) = walk.roster.city(city) else {
                walk.find((family, Some(city), Some(seq)), Fault::Stranger, repair);
                return Ok(());
            };
            let place = StatementId { city, epoch: member.epoch_at(seq), seq };
            let leaf = walk.read.get(Family::Log, &place_key(city, seq))?;
            let follows = match leaf {
                None => false,
                Some(leaf) => {
                    let statement = Statement::read(leaf.clone(), &walk.federation).ok();
                    let derived = walk.derive(place, &leaf, statement.as_ref())?;
                    derived.rows.contains_key(&(family, key.to_vec()))
                        // By this digest an erased record is known when it comes again.
                        || (family == Family::Reference && derived.erased && value.len() == 32)
                        // Found on the way forward.
                        || (family == Family::Body && derived.body_fault.is_some())
                }
            };
            if !follows {
                let fault = if family == Family::Body { Fault::BodySurplus } else { Fault::RowSurplus };
                walk.find((family, Some(city), Some(seq)), fault, repair);
            }
            Ok(())
        })
    }

    /// The leaf that a key says its row follows from.
    fn leaf_of(&self, family: Family, key: &[u8]) -> Option<(CityCode, Seq)> {
        let first_city = || key.first_chunk().and_then(|city| CityCode::from_key_bytes(city).ok());
        let length = match family {
            Family::Lacking | Family::Chain => 24,
            Family::Erased => 32,
            Family::Body => 28,
            Family::About => 50,
            Family::Ground => 56,
            Family::Trust => 26,
            Family::Reference => 24,
            Family::Subject => 40,
            _ => key.len(),
        };
        if key.len() != length {
            return None;
        }
        match family {
            Family::Reference => Some((self.me, last_seq(key)?)),
            Family::About | Family::Subject => last_place(key),
            _ => Some((first_city()?, last_seq(key)?)),
        }
    }

    /// An act whose actor is an ending among abandoned leaves.
    fn abandoned_act(&mut self, city: CityCode, flagged: Seq, (family, key): (Family, &[u8])) -> Result<(), ReadFault> {
        let seq = Seq(flagged.0 & !ABANDONED_ACTOR);
        let epochs: Vec<_> = self.roster.city(city).map(|member| member.epochs.clone()).unwrap_or_default();
        for keys in epochs.iter().filter(|keys| keys.tail == Tail::Endings) {
            let leaf = self.read.get(Family::Abandoned, &body_key(city, keys.epoch, seq))?;
            let statement = leaf.and_then(|leaf| Statement::read(leaf, &self.federation).ok());
            // Its value was looked at on the way forward.
            if let Some(statement) = statement
                && self
                    .kept_rows(city, seq, &statement)?
                    .iter()
                    .any(|(of, kept, _)| (*of, kept.as_slice()) == (family, key))
            {
                return Ok(());
            }
        }
        let repair = vec![(family, key.to_vec(), None)];
        self.find((family, Some(city), Some(seq)), Fault::RowSurplus, repair);
        Ok(())
    }

    /// Rows by which an abandoned ending keeps its effect.
    pub(super) fn kept_rows(
        &self,
        city: CityCode,
        seq: Seq,
        statement: &Statement,
    ) -> Result<Vec<(Family, Vec<u8>, Vec<u8>)>, ReadFault> {
        let header = &statement.header;
        let Some(about) = header.about.filter(|_| header.kind.is_relief()) else { return Ok(Vec::new()) };
        let actor = Seq(seq.0 | ABANDONED_ACTOR);
        let key = about_key((about.id.city, about.id.seq), header.kind, (city, actor));
        let mut rows = vec![(Family::About, key, Vec::new())];
        if header.kind == Kind::Erasure && about.id.city == city {
            let view = View(self.read, &self.chains);
            if let Some(first) = erasable_named(&view, &self.federation, &about)? {
                rows.push((Family::Erased, erased_key(city, first, actor), Vec::new()));
            }
        }
        Ok(rows)
    }
}
