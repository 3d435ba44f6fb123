//! Chains of key records: what follows, what does not, and what freezes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::genesis::founding::{HEZHOU, ZHOUSHAN, city, cosigner_key, federation, genesis, log_key, root_key};

fn root_of(size: u64) -> TreeHash {
    if size == 0 { empty_root() } else { TreeHash([size as u8; 32]) }
}

/// A record that opens `epoch` on `previous` at `size`.
fn record(epoch: u32, previous: Digest, size: u64) -> KeyRecord {
    KeyRecord {
        city: city(ZHOUSHAN),
        epoch: Epoch(epoch),
        log: log_key(ZHOUSHAN, epoch).public().clone(),
        cosigner: cosigner_key(ZHOUSHAN, epoch).public().clone(),
        previous,
        continues_at: (Size(size), root_of(size)),
        void_after: None,
        tail: Tail::Void,
    }
}

fn sign(record: KeyRecord) -> SignedRecord {
    let root = root_key(record.city.as_str());
    SignedRecord::sign(record, &federation(), &root)
}

fn zhoushan(roster: &Roster) -> &CityRoster {
    roster.city(city(ZHOUSHAN)).unwrap()
}

/// A roster with epochs 2 (at 10) and 3 (at 20), and the digests of their records.
fn chain() -> (Roster, Digest, Digest) {
    let mut roster = Roster::new(&genesis());
    let second = sign(KeyRecord { void_after: Some(Seq(7)), tail: Tail::Endings, ..record(2, federation(), 10) });
    let third = sign(record(3, second.digest(), 20));
    for signed in [&second, &third] {
        let r = signed.record();
        let added = Added::Epoch { city: r.city, epoch: r.epoch, continues_at: r.continues_at };
        assert_eq!(roster.add(signed.bytes()), Ok(added));
    }
    (roster, second.digest(), third.digest())
}

#[test]
fn the_genesis_opens_epoch_1_of_every_member() {
    let roster = Roster::new(&genesis());
    assert_eq!(roster.cities().count(), 3);
    let city = zhoushan(&roster);
    assert_eq!(city.current().epoch, Epoch(1));
    assert_eq!(city.last_record(), federation());
    assert_eq!((city.current().from, city.current().from_root), (Size(0), empty_root()));
    assert_eq!(city.epoch_at(Seq(1_000_000)), Epoch(1));
    assert_eq!(city.closed_at(Epoch(1)), None);
    assert!(roster.city(super::CityCode::new("110000").unwrap()).is_none());
}

#[test]
fn records_open_epochs_one_after_another() {
    let (roster, second, third) = chain();
    let city = zhoushan(&roster);
    assert_eq!(city.epochs.iter().map(|keys| keys.epoch.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(city.last_record(), third);
    assert_eq!(city.epoch(Epoch(2)).unwrap().record, second);
    for (seq, epoch) in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3), (99, 3)] {
        assert_eq!(city.epoch_at(Seq(seq)), Epoch(epoch));
    }
    assert_eq!(city.closed_at(Epoch(1)), Some(Size(10)));
    assert_eq!(city.closed_at(Epoch(2)), Some(Size(20)));
    assert_eq!(city.closed_at(Epoch(3)), None);
    assert_eq!(city.epoch(Epoch(1)).unwrap().tail, Tail::Endings);
    let voided: Vec<u64> = (0..30).filter(|seq| city.is_voided(Seq(*seq))).collect();
    assert_eq!(voided, [8, 9], "above void_after and within the closed epoch only");
    assert_eq!(city.records_after(Epoch(1)).len(), 2);
    assert_eq!(city.records_after(Epoch(2)), [city.records[1].bytes().to_vec()]);
    assert!(city.records_after(Epoch(3)).is_empty());
}

#[test]
fn a_known_record_changes_nothing() {
    let (mut roster, ..) = chain();
    let before = zhoushan(&roster).clone();
    for bytes in before.records_after(Epoch(1)) {
        assert_eq!(roster.add(&bytes), Ok(Added::Known));
    }
    assert_eq!(zhoushan(&roster), &before);
}

#[test]
fn what_does_not_follow_is_refused() {
    let (mut roster, _, third) = chain();
    let before = zhoushan(&roster).clone();
    let next = record(4, third, 30);
    let cases = [
        ("another predecessor", KeyRecord { previous: Digest([9; 32]), ..next.clone() }, RecordFault::Order),
        ("an epoch left out", KeyRecord { epoch: Epoch(5), ..next.clone() }, RecordFault::Order),
        ("an epoch again", KeyRecord { epoch: Epoch(3), ..next.clone() }, RecordFault::Order),
        ("before its epoch", KeyRecord { continues_at: (Size(19), root_of(19)), ..next.clone() }, RecordFault::Order),
        ("another root there", KeyRecord { continues_at: (Size(20), root_of(1)), ..next.clone() }, RecordFault::Order),
        ("void before the epoch", KeyRecord { void_after: Some(Seq(18)), ..next.clone() }, RecordFault::Order),
        ("void beyond the end", KeyRecord { void_after: Some(Seq(30)), ..next.clone() }, RecordFault::Order),
        ("a stranger", KeyRecord { city: city("110000"), ..next.clone() }, RecordFault::City),
        ("an old log key", KeyRecord { log: log_key(ZHOUSHAN, 1).public().clone(), ..next.clone() }, RecordFault::Key),
        (
            "a cosigner's key",
            KeyRecord { log: cosigner_key(ZHOUSHAN, 2).public().clone(), ..next.clone() },
            RecordFault::Key,
        ),
        (
            "the root's key",
            KeyRecord { cosigner: root_key(ZHOUSHAN).public().clone(), ..next.clone() },
            RecordFault::Key,
        ),
    ];
    for (name, record, fault) in cases {
        assert_eq!(roster.add(sign(record).bytes()), Err(fault), "{name}");
    }
    let by_another = SignedRecord::sign(next.clone(), &federation(), &root_key(HEZHOU));
    assert_eq!(roster.add(by_another.bytes()), Err(RecordFault::Signature));
    assert_eq!(roster.add(b"no record"), Err(RecordFault::Shape));
    assert_eq!(zhoushan(&roster), &before, "nothing was taken up");
    for void_after in [19, 29] {
        let mut roster = roster.clone();
        assert!(roster.add(sign(KeyRecord { void_after: Some(Seq(void_after)), ..next.clone() }).bytes()).is_ok());
        let voided = (0..40).filter(|seq| zhoushan(&roster).is_voided(Seq(*seq)) && *seq >= 10).count();
        assert_eq!(voided, 29 - void_after as usize);
    }
}

#[test]
fn an_epoch_may_be_closed_where_it_began() {
    let mut roster = Roster::new(&genesis());
    let second = sign(record(2, federation(), 0));
    roster.add(second.bytes()).unwrap();
    let city = zhoushan(&roster);
    assert_eq!(city.epoch_at(Seq(0)), Epoch(2));
    assert_eq!(city.closed_at(Epoch(1)), Some(Size(0)));
    let elsewhere = KeyRecord { continues_at: (Size(0), root_of(5)), ..record(3, second.digest(), 0) };
    assert_eq!(roster.add(sign(elsewhere).bytes()), Err(RecordFault::Order), "the empty log has one root");
}

#[test]
fn a_second_record_on_one_predecessor_freezes() {
    let (mut roster, second, third) = chain();
    let rival = sign(KeyRecord { log: log_key(ZHOUSHAN, 9).public().clone(), ..record(3, second, 15) });
    let records = (third.min(rival.digest()), third.max(rival.digest()));
    assert_eq!(roster.add(rival.bytes()), Ok(Added::Frozen { city: city(ZHOUSHAN), records }));
    let frozen = zhoushan(&roster).clone();
    assert_eq!(frozen.frozen, Some(records));
    assert_eq!(frozen.frozen_at, Some(Size(15)));
    assert_eq!(frozen.last_record(), third, "freezing deletes nothing");
    assert_eq!(roster.add(rival.bytes()), Ok(Added::Known));

    let further = sign(record(2, federation(), 3));
    assert_eq!(roster.add(further.bytes()), Err(RecordFault::Fork));
    assert_eq!(zhoushan(&roster), &frozen, "the first freeze stays");
    let fourth = sign(record(4, third, 30));
    assert!(matches!(roster.add(fourth.bytes()), Ok(Added::Epoch { .. })), "the branch in hand can still be read");
    assert_eq!(zhoushan(&roster).frozen, Some(records));
    let on_the_rival = sign(record(4, rival.digest(), 30));
    assert_eq!(roster.add(on_the_rival.bytes()), Err(RecordFault::Order));
}

#[test]
fn either_order_of_two_rivals_freezes_with_the_same_pair() {
    let one = sign(record(2, federation(), 5));
    let other = sign(KeyRecord { tail: Tail::Endings, ..record(2, federation(), 8) });
    let frozen = |first: &SignedRecord, second: &SignedRecord| {
        let mut roster = Roster::new(&genesis());
        roster.add(first.bytes()).unwrap();
        roster.add(second.bytes()).unwrap();
        (zhoushan(&roster).frozen, zhoushan(&roster).frozen_at)
    };
    assert_eq!(frozen(&one, &other), frozen(&other, &one));
    assert_eq!(frozen(&one, &other).1, Some(Size(5)));
}
