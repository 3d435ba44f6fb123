//! Every wrong thing has its own name.

use super::*;

#[test]
fn every_wrong_thing_has_its_own_name() {
    let log = TestLog::of(ZHOUSHAN, 9);
    let roster = log.roster();
    let good = log.segment(0, 7, 9);
    let door = |segment: Segment| fault(proved(segment, &roster, &Frontier::default()));
    assert!(proved(good.clone(), &roster, &Frontier::default()).is_ok());

    let elsewhere = Roster::new(&named_genesis("another"));
    assert_eq!(fault(authentic(good.clone(), &elsewhere)), SegmentFault::ForeignFederation);
    assert_eq!(door(Segment { city: city("110000"), ..good.clone() }), SegmentFault::ForeignCity);
    assert_eq!(door(Segment { city: city(HEZHOU), ..good.clone() }), SegmentFault::OtherCity);
    assert_eq!(door(log.segment_under(0, 7, &log.checkpoint_in(2, 9))), SegmentFault::UnknownEpoch);
    assert_eq!(door(log.segment(2, 7, 9)), SegmentFault::Gap);
    assert_eq!(door(Segment { checkpoint: log.checkpoint(6).encode(&[]), ..good.clone() }), SegmentFault::Short);

    let mut no_proof = good.clone();
    no_proof.consistency.clear();
    assert_eq!(door(no_proof), SegmentFault::Proof);
    let mut wrong_proof = good.clone();
    wrong_proof.consistency[0].0[0] ^= 1;
    assert_eq!(door(wrong_proof), SegmentFault::Proof);
    let mut more_proof = good.clone();
    more_proof.consistency.push(empty_root());
    assert_eq!(door(more_proof), SegmentFault::Proof);
    let mut altered = good.clone();
    altered.items[3].statement[60] ^= 1;
    assert_eq!(door(altered), SegmentFault::Proof);
    let mut swapped = good.clone();
    swapped.items.swap(1, 2);
    assert_eq!(door(swapped), SegmentFault::Proof);
    let mut left_out = good.clone();
    left_out.items.remove(3);
    assert_eq!(door(left_out), SegmentFault::Proof);

    let mut origin = log.checkpoint(9).checkpoint().origin;
    origin.epoch = Epoch(1);
    let says = Checkpoint { origin, size: Size(9), root: log.root(9) };
    let forged = SignedCheckpoint::sign(says, &log_key(HEZHOU, 1)).encode(&[]);
    let key = CheckpointFault::LogLine;
    assert_eq!(door(Segment { checkpoint: forged, ..good.clone() }), SegmentFault::Checkpoint(key));
    let mut spoilt = log.checkpoint(9);
    let mut note = spoilt.encode(&[]);
    let at = note.len() - 10;
    note[at] = if note[at] == b'A' { b'B' } else { b'A' };
    let signature = CheckpointFault::Signature;
    assert_eq!(door(Segment { checkpoint: note, ..good.clone() }), SegmentFault::Checkpoint(signature));
    spoilt = SignedCheckpoint::sign(Checkpoint { root: empty_root(), ..says }, &log_key(ZHOUSHAN, 1));
    assert_eq!(door(Segment { checkpoint: spoilt.encode(&[]), ..good.clone() }), SegmentFault::Proof);
    assert!(matches!(
        door(Segment { checkpoint: b"no note".to_vec(), ..good }),
        SegmentFault::Checkpoint(CheckpointFault::Note(_))
    ));
}

#[test]
fn bytes_outside_their_limits_or_form_are_refused() {
    let log = TestLog::of(ZHOUSHAN, 3);
    let good = log.segment(0, 3, 3);
    let bytes = good.encode();
    assert_eq!(fault(Segment::decode(&bytes, bytes.len() - 1)), SegmentFault::TooLong);
    let decode = |segment: &Segment| Segment::decode(&segment.encode(), PAGE_BYTES);
    let with_item = |statement: usize, body: usize| {
        let item = Item { statement: vec![0; statement], body: Some(vec![0; body]) };
        Segment { items: vec![item], ..good.clone() }
    };
    assert!(decode(&with_item(STATEMENT_BYTES, BODY_BYTES)).is_ok());
    assert_eq!(fault(decode(&with_item(STATEMENT_BYTES + 1, 0))), SegmentFault::TooLong);
    assert_eq!(fault(decode(&with_item(0, BODY_BYTES + 1))), SegmentFault::TooLong);
    let crowd = vec![Item { statement: Vec::new(), body: None }; ITEMS + 1];
    assert_eq!(fault(decode(&Segment { items: crowd, ..good.clone() })), SegmentFault::Shape);
    assert_eq!(fault(decode(&Segment { from: Seq(i64::MAX as u64), ..good.clone() })), SegmentFault::Shape);
    assert_eq!(fault(decode(&Segment { from: Seq(u64::MAX), ..good.clone() })), SegmentFault::Shape);
    assert_eq!(fault(decode(&Segment { consistency: vec![empty_root(); 65], ..good.clone() })), SegmentFault::Shape);
    assert_eq!(fault(decode(&Segment { records: vec![vec![]; RECORDS + 1], ..good.clone() })), SegmentFault::Shape);
    let mut newer = bytes.clone();
    assert_eq!(newer[..2], [0x87, 1]);
    newer[1] = 2;
    assert_eq!(fault(Segment::decode(&newer, PAGE_BYTES)), SegmentFault::Shape);
    newer[1] = 0x18;
    assert!(matches!(fault(Segment::decode(&newer, PAGE_BYTES)), SegmentFault::Cbor(_)));
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(fault(Segment::decode(&longer, PAGE_BYTES)), SegmentFault::Cbor(_)));
    let over: usize = good.items.iter().map(Item::encoded_bytes).sum();
    let bare = Segment { items: Vec::new(), ..good.clone() }.encode().len();
    assert!(bare + over >= good.encode().len(), "the estimate is never too small");
}

#[test]
fn a_foreign_federations_origin_is_seen_before_its_signature() {
    let log = TestLog::of(ZHOUSHAN, 2);
    let origin = Origin { federation: Digest([9; 32]), city: city(ZHOUSHAN), epoch: Epoch(1) };
    let says = Checkpoint { origin, size: Size(2), root: log.root(2) };
    let checkpoint = SignedCheckpoint::sign(says, &log_key(ZHOUSHAN, 1));
    let verdict = authentic(log.segment_under(0, 2, &checkpoint), &log.roster());
    assert_eq!(fault(verdict), SegmentFault::ForeignFederation);
}

#[test]
fn blame_is_told_apart() {
    assert_eq!(SegmentFault::ForeignCity.blame(), Blame::Sender);
    assert_eq!(SegmentFault::Gap.blame(), Blame::Difference);
    assert_eq!(SegmentFault::Proof.blame(), Blame::Unclear);
}

#[test]
fn a_segment_may_be_as_long_as_the_limit() {
    let bytes = TestLog::of(ZHOUSHAN, 3).segment(0, 3, 3).encode();
    assert!(Segment::decode(&bytes, bytes.len()).is_ok());
    assert_eq!(Segment::decode(&bytes, bytes.len() - 1), Err(SegmentFault::TooLong));
}

/// Pages are filled by this count: never too few bytes, and only a few too many.
#[test]
fn an_item_is_counted_a_few_bytes_too_long() {
    for length in [0, 23, 24, 255, 256, 65_535, 65_536] {
        for body in [None, Some(vec![1; length])] {
            let item = Item { statement: vec![2; length], body };
            let bare = TestLog::of(ZHOUSHAN, 1).segment(0, 1, 1);
            let with = Segment { items: vec![item.clone()], ..bare.clone() }.encode().len();
            let without = Segment { items: Vec::new(), ..bare }.encode().len();
            let (real, counted) = (with - without, item.encoded_bytes());
            assert!(real <= counted && counted <= real + 10, "{length}: {real} bytes counted as {counted}");
        }
    }
}
