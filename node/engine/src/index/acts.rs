//! Who acts on a statement, by the rows of the index. Nothing is judged here.

use crate::ledger::{
    Family, LedgerRead, ReadFault, Txn, about_key, about_prefix, last_place, last_seq, place_key, read_about_key,
    scan_prefix, trust_key,
};
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::kind::Kind;

/// The positions of one city's acts of one kind on a statement, ascending.
pub fn acts_of(
    read: &(impl LedgerRead + ?Sized),
    target: (CityCode, Seq),
    kind: Kind,
    actor: CityCode,
) -> Result<Vec<Seq>, ReadFault> {
    let mut found = Vec::new();
    scan_prefix(read, Family::About, &about_prefix(target, kind, actor), &mut |key, _| {
        found.extend(last_seq(key));
        true
    })?;
    Ok(found)
}

/// How many acts of one kind by one city there are on a statement, counted up to `most`.
pub fn acts_counted(
    read: &(impl LedgerRead + ?Sized),
    target: (CityCode, Seq),
    (kind, actor): (Kind, CityCode),
    most: usize,
) -> Result<usize, ReadFault> {
    let mut count = 0;
    scan_prefix(read, Family::About, &about_prefix(target, kind, actor), &mut |_, _| {
        count += 1;
        count < most
    })?;
    Ok(count)
}

/// Who acts on a statement: the actor's city and position, and the kind of the act, by kind, city and position. `most` says how
/// many acts of a kind by a city are wanted, `None` being all; the others cost one step, however many there are (R146).
pub fn acts_heard(
    read: &(impl LedgerRead + ?Sized),
    (city, seq): (CityCode, Seq),
    most: &dyn Fn(CityCode, Kind) -> Option<usize>,
) -> Result<Vec<(CityCode, Seq, Kind)>, ReadFault> {
    let (mut from, mut end) = (place_key(city, seq), place_key(city, seq));
    end.extend_from_slice(&[0xff; 27]);
    let mut acts: Vec<(CityCode, Seq, Kind)> = Vec::new();
    let (mut group, mut taken) = (None, 0_usize);
    loop {
        let (mut fault, mut beyond) = (None, None);
        read.scan(Family::About, &from, &end, &mut |key, _| {
            let Some((kind, actor, actor_seq)) = read_about_key(key) else {
                fault = Some(ReadFault::row(Family::About));
                return false;
            };
            if group.replace((kind, actor)) != Some((kind, actor)) {
                taken = 0;
            }
            if most(actor, kind).is_some_and(|most| taken >= most) {
                beyond = Some(about_prefix((city, seq), kind, actor));
                return false;
            }
            taken += 1;
            acts.push((actor, actor_seq, kind));
            true
        })?;
        match (fault, beyond) {
            (Some(fault), _) => return Err(fault),
            (None, None) => return Ok(acts),
            (None, Some(mut next)) => {
                // After the last position that a log can have.
                next.extend_from_slice(&[0xff; 9]);
                from = next;
            }
        }
    }
}

/// Gives the rows of acts the keys of today, in which the kind stands before the actor, and lists filings by their kind. For a store of the form before.
///
/// # Errors
/// The ledger could not be read.
pub fn sort_acts_by_kind(txn: &mut Txn<'_>, _federation: &huxin_protocol::digest::Digest) -> Result<(), ReadFault> {
    let mut rows = Vec::new();
    scan_prefix(txn, Family::About, &[], &mut |key, value| {
        rows.push((key.to_vec(), value.to_vec()));
        true
    })?;
    for (key, value) in rows {
        let target = key.get(..24).and_then(last_place);
        let kind = value.try_into().map(|kind| Kind::from_number(u16::from_be_bytes(kind)));
        let (Some(target), Some(actor), Ok(kind)) = (target, last_place(&key), kind) else {
            return Err(ReadFault::row(Family::About));
        };
        txn.delete(Family::About, key);
        txn.put(Family::About, about_key(target, kind, actor), Vec::new());
        if kind.is_filing() {
            txn.put(Family::Trust, trust_key(actor.0, kind, actor.1), Vec::new());
        }
    }
    Ok(())
}
