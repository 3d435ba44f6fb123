//! Stored key records in the order in which they are taken up again.
//!
//! Two records of one city on one predecessor freeze it, and each node goes on with the one that it heard of first, because what
//! it holds lies under that one (R89). The store sorts records by digest and does not say which was the first. If the other one
//! came first after a restart, everything that stands on the followed one would be out of order, and the node would not start:
//! a city could so stop every partner for good. But what was followed has left its traces: a later record that names it, a
//! checkpoint under its key, or leaves that left the log at the place that it continues. What has none of them may be taken up
//! in either order; unless one of the two could never have been the first, because it follows nothing: it was taken up as a
//! rival only, and comes last.

use crate::ledger::{Family, HeadRow, LedgerRead, LedgerTree, ReadFault, body_key, place_key, scan_prefix};
use huxin_protocol::cose::Sign1;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key_record::{KeyRecord, SignedRecord};
use huxin_protocol::roster::Roster;
use huxin_protocol::tree::root_at;

/// A row of [`Family::Record`].
pub(crate) struct StoredRecord {
    pub key: Vec<u8>,
    pub bytes: Vec<u8>,
}

/// All stored records by epoch, and those that a city's log does not follow after all others.
pub(crate) fn stored_records(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
) -> Result<Vec<StoredRecord>, ReadFault> {
    let mut rows = Vec::new();
    scan_prefix(read, Family::Record, &[], &mut |key, value| {
        rows.push(StoredRecord { key: key.to_vec(), bytes: value.to_vec() });
        true
    })?;
    let verified: Vec<Option<SignedRecord>> = rows.iter().map(|row| verify(&row.bytes, roster)).collect();
    let mut followed = Vec::with_capacity(rows.len());
    let mut left = Vec::new();
    for (row, signed) in rows.into_iter().zip(&verified) {
        let rival = signed.as_ref().and_then(|signed| rival_of(signed, &verified));
        let leaves = match (signed, rival) {
            (Some(signed), Some(rival)) => {
                let (succeeded, outlived) = (has_successor(signed, &verified), has_successor(rival, &verified));
                // A record that others follow was the one that was followed, whatever else speaks for its rival: the two may
                // name the same keys and the same place.
                if succeeded != outlived {
                    outlived
                } else {
                    !is_followed(read, signed) && (is_followed(read, rival) || would_cut(read, signed.record()))
                }
            }
            _ => false,
        };
        if leaves { &mut left } else { &mut followed }.push(row);
    }
    followed.append(&mut left);
    let mut trial = roster.clone();
    let (mut first, mut last): (Vec<_>, Vec<_>) = followed.into_iter().partition(|row| trial.add(&row.bytes).is_ok());
    first.append(&mut last);
    Ok(first)
}

fn verify(bytes: &[u8], roster: &Roster) -> Option<SignedRecord> {
    let city: CityCode = KeyRecord::city_of(bytes).ok()?;
    SignedRecord::verify(bytes, &roster.federation(), &roster.city(city)?.root).ok()
}

fn rival_of<'a>(signed: &SignedRecord, all: &'a [Option<SignedRecord>]) -> Option<&'a SignedRecord> {
    all.iter().flatten().find(|other| {
        other.record().city == signed.record().city
            && other.record().previous == signed.record().previous
            && other.digest() != signed.digest()
    })
}

/// Whether another stored record names this one as the one before it.
fn has_successor(signed: &SignedRecord, all: &[Option<SignedRecord>]) -> bool {
    let city = signed.record().city;
    all.iter().flatten().any(|other| other.record().city == city && other.record().previous == signed.digest())
}

/// Whether something else that is held stands on this record. A head that cannot be read is told of where heads are read.
fn is_followed(read: &(impl LedgerRead + ?Sized), signed: &SignedRecord) -> bool {
    let record = signed.record();
    leads_through(read, record) && is_signed_under(read, record) || cut_leaves_off(read, record)
}

/// Whether the log that is held leads through the place that a record continues. Two records may name the same keys.
fn leads_through(read: &(impl LedgerRead + ?Sized), record: &KeyRecord) -> bool {
    let (size, root) = record.continues_at;
    root_at(&LedgerTree { read, city: record.city }, size).is_ok_and(|held| held == root)
}

/// Whether the first leaf from the place that a record continues names its key; where the log ends there, whether the checkpoint
/// that is held stands under it.
fn is_signed_under(read: &(impl LedgerRead + ?Sized), record: &KeyRecord) -> bool {
    let place = place_key(record.city, Seq(record.continues_at.0.0));
    if let Some(leaf) = read.get(Family::Log, &place).ok().flatten() {
        return Sign1::parse(&leaf).is_ok_and(|leaf| leaf.key == record.log.digest());
    }
    let checkpoint = HeadRow::read(read, record.city).ok().and_then(|head| head.checkpoint().ok().flatten());
    checkpoint.is_some_and(|stored| stored.verify(&record.log).is_ok())
}

/// Whether leaves left the log at the place that a record continues.
fn cut_leaves_off(read: &(impl LedgerRead + ?Sized), record: &KeyRecord) -> bool {
    let closed = Epoch(record.epoch.0.saturating_sub(1));
    let left = |seq| read.get(Family::Abandoned, &body_key(record.city, closed, Seq(seq))).is_ok_and(|l| l.is_some());
    let from = record.continues_at.0.0;
    left(from) && !from.checked_sub(1).is_some_and(left)
}

/// Whether leaves are held that this record would have taken out of the log when it came.
fn would_cut(read: &(impl LedgerRead + ?Sized), record: &KeyRecord) -> bool {
    let held = HeadRow::read(read, record.city).map_or(Size(0), |head| head.frontier.size());
    held > record.continues_at.0 && leads_through(read, record)
}
