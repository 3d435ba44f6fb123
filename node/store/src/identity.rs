//! Whose store this is: form, federation and city stand in [`Family::Meta`], are written at the first use and compared at
//! every later one. A store of a neighbour or of another federation is never opened by a wrong path.
//!
//! **Climbing.** Each stored form names how the one before it becomes it ([`CLIMBS`]). A store with an older form climbs step
//! by step, one commit a step, and a newer one is refused.

use crate::fault::OpenFault;
use crate::store::Store;
use huxin_engine::index::{link_chains, part_texts_from_rows, sort_acts_by_kind};
use huxin_engine::ledger::{Batch, Family, LedgerRead, ReadFault, Txn, meta};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;

/// The stored form that this program writes.
pub const FORM: u32 = meta::FORM_VERSION;

/// One step up: writes what the next form has and this one lacks.
type Climb = fn(&mut Txn<'_>, &Digest) -> Result<(), ReadFault>;

/// `CLIMBS[n]` leads from form `n + 1` to form `n + 2`.
const CLIMBS: [Climb; FORM as usize - 1] = [link_chains, part_texts_from_rows, sort_acts_by_kind];

/// Binds a store to a federation and a city: a new store takes them on, a bound one must name the same. A store of an older
/// form climbs first.
///
/// # Errors
/// [`OpenFault::OtherFederation`], [`OpenFault::OtherCity`], [`OpenFault::NewerForm`], or damage.
pub fn bind(store: &dyn Store, federation: Digest, city: CityCode) -> Result<(), OpenFault> {
    match form(store)? {
        None => {
            let empty = [Family::Log, Family::Head, Family::Record].iter().try_fold(true, |empty, family| {
                let mut any = false;
                store.scan(*family, &[], &[0xff; 64], &mut |_, _| {
                    any = true;
                    false
                })?;
                Ok::<_, ReadFault>(empty && !any)
            });
            if !empty.map_err(unreadable)? {
                return Err(OpenFault::damaged("meta", "it has logs and does not say whose they are"));
            }
            let mut batch = Batch::default();
            batch.put(Family::Meta, meta::FORM.to_vec(), FORM.to_be_bytes().to_vec());
            batch.put(Family::Meta, meta::FEDERATION.to_vec(), federation.0.to_vec());
            batch.put(Family::Meta, meta::CITY.to_vec(), city.as_str().as_bytes().to_vec());
            Ok(store.commit(&batch)?)
        }
        Some(found) => {
            let (its_federation, its_city) = names(store)?;
            if its_federation != federation {
                return Err(OpenFault::OtherFederation { found: its_federation, expected: federation });
            }
            if its_city != city {
                return Err(OpenFault::OtherCity { found: its_city, expected: city });
            }
            for (step, climb) in CLIMBS.iter().enumerate().skip(found as usize - 1) {
                let mut txn = Txn::new(store);
                climb(&mut txn, &federation).map_err(unreadable)?;
                txn.put(Family::Meta, meta::FORM.to_vec(), (step as u32 + 2).to_be_bytes().to_vec());
                store.commit(&txn.batch)?;
            }
            Ok(())
        }
    }
}

/// Whose store this is, for commands that only read. `None` for a store that was never bound.
///
/// # Errors
/// [`OpenFault::NewerForm`] or damage.
pub fn bound(read: &dyn LedgerRead) -> Result<Option<(Digest, CityCode)>, OpenFault> {
    form(read)?.map(|_| names(read)).transpose()
}

/// Whether a store has an older form than this program writes: [`bind`] brings it up.
///
/// # Errors
/// As [`bound`].
pub fn is_older(read: &dyn LedgerRead) -> Result<bool, OpenFault> {
    Ok(form(read)?.is_some_and(|found| found < FORM))
}

fn unreadable(fault: ReadFault) -> OpenFault {
    OpenFault::damaged(fault.family.name(), &fault.cause)
}

fn meta_row(read: &dyn LedgerRead, name: &[u8]) -> Result<Option<Vec<u8>>, OpenFault> {
    read.get(Family::Meta, name).map_err(unreadable)
}

fn form(read: &dyn LedgerRead) -> Result<Option<u32>, OpenFault> {
    let Some(row) = meta_row(read, meta::FORM)? else { return Ok(None) };
    match row.as_slice().try_into().map(u32::from_be_bytes) {
        Ok(found) if found > FORM => Err(OpenFault::NewerForm { found: found.to_string().into(), known: FORM }),
        Ok(found) if found >= 1 => Ok(Some(found)),
        _ => Err(OpenFault::damaged("meta", "its form is no number")),
    }
}

fn names(read: &dyn LedgerRead) -> Result<(Digest, CityCode), OpenFault> {
    let unclear = || OpenFault::damaged("meta", "it does not say whose store it is");
    let federation = meta_row(read, meta::FEDERATION)?.and_then(|row| row.as_slice().try_into().ok()).map(Digest);
    let city = meta_row(read, meta::CITY)?.and_then(|row| CityCode::new(std::str::from_utf8(&row).ok()?).ok());
    Ok((federation.ok_or_else(unclear)?, city.ok_or_else(unclear)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::memory::MemoryStore;

    fn city(code: &str) -> CityCode {
        CityCode::new(code).unwrap()
    }
    fn write(store: &MemoryStore, name: &[u8], value: &[u8]) {
        let mut batch = Batch::default();
        batch.put(Family::Meta, name.to_vec(), value.to_vec());
        store.commit(&batch).unwrap();
    }

    #[test]
    fn the_first_use_binds_and_later_ones_compare() {
        let store = MemoryStore::new();
        assert_eq!(bound(&store), Ok(None));
        bind(&store, Digest([1; 32]), city("330900")).unwrap();
        let after = store.content();
        bind(&store, Digest([1; 32]), city("330900")).unwrap();
        assert_eq!(store.content(), after);
        assert_eq!(bound(&store), Ok(Some((Digest([1; 32]), city("330900")))));
        assert_eq!(bind(&store, Digest([2; 32]), city("330900")).unwrap_err().code(), "store_other_federation");
        assert_eq!(bind(&store, Digest([1; 32]), city("451100")).unwrap_err().code(), "store_other_city");
        assert_eq!(store.content(), after, "a refusal changes nothing");
    }

    #[test]
    fn a_newer_or_unclear_form_is_refused() {
        let store = MemoryStore::new();
        bind(&store, Digest([1; 32]), city("330900")).unwrap();
        let good = store.content();
        for (row, value, code) in [
            (meta::FORM, &(FORM + 1).to_be_bytes()[..], "store_newer_form"),
            (meta::FORM, &[0, 0, 0, 0], "store_damaged"),
            (meta::FORM, &[1], "store_damaged"),
            (meta::FEDERATION, &[1; 31], "store_damaged"),
            (meta::CITY, b"no city", "store_damaged"),
        ] {
            store.restore(good.clone());
            write(&store, row, value);
            let fault = bind(&store, Digest([1; 32]), city("330900")).unwrap_err();
            assert_eq!(fault.code(), code, "{fault}");
        }
    }

    #[test]
    fn logs_without_an_owner_are_not_taken_on() {
        let store = MemoryStore::new();
        let mut batch = Batch::default();
        batch.put(Family::Log, vec![1; 24], vec![1]);
        store.commit(&batch).unwrap();
        assert_eq!(bind(&store, Digest([1; 32]), city("330900")).unwrap_err().code(), "store_damaged");
    }

    #[test]
    fn there_is_a_climb_to_every_form() {
        assert_eq!(CLIMBS.len() + 1, FORM as usize);
    }
}
