//! Segments: what the door lets in, and by which name it refuses the rest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::rehearsal::{TestLog, cosign, item};
use super::*;
use crate::checkpoint::{Checkpoint, Origin};
use crate::digest::Digest;
use crate::genesis::founding::{HEZHOU, LANZHOU, ZHOUSHAN, city, federation, genesis, log_key, named_genesis};
use crate::ids::Epoch;
use crate::limits::{PAGE_BYTES, STATEMENT_BYTES};
use crate::note::SignatureLine;
use crate::roster::Roster;
use crate::tree::empty_root;
use proptest::prelude::*;

fn authentic(segment: Segment, roster: &Roster) -> Result<AuthenticSegment, SegmentFault> {
    let bytes = segment.encode();
    assert_eq!(Segment::decode(&bytes, PAGE_BYTES).unwrap(), segment);
    segment.read(&federation())?.authenticate(roster)
}

fn proved(segment: Segment, roster: &Roster, frontier: &Frontier) -> Result<ProvedSegment, SegmentFault> {
    authentic(segment, roster)?.prove(frontier)
}

fn fault<T: std::fmt::Debug>(verdict: Result<T, SegmentFault>) -> SegmentFault {
    verdict.unwrap_err()
}

#[test]
fn a_whole_log_goes_through_the_door() {
    let log = TestLog::of(ZHOUSHAN, 13);
    let segment = proved(log.segment(0, 13, 13), &log.roster(), &Frontier::default()).unwrap();
    assert_eq!(segment.frontier, log.frontier);
    assert_eq!(segment.segment.leaves.len(), 13);
    for (leaf, item) in segment.segment.leaves.iter().zip(&log.items) {
        assert_eq!((&leaf.bytes, &leaf.body), (&item.statement, &item.body));
        assert_eq!(leaf.reading.as_ref().unwrap().bytes, item.statement);
    }
    // 13 leaves complete 6 + 3 + 1 pairs.
    assert_eq!(segment.completed.len(), 10);
}

#[test]
fn a_heartbeat_has_no_leaves_and_stands_at_its_checkpoint() {
    let log = TestLog::of(ZHOUSHAN, 5);
    let checkpoint = log.checkpoint(5);
    let says = checkpoint.checkpoint();
    let lines = [
        cosign(ZHOUSHAN, 1, says, 100),
        cosign(HEZHOU, 1, says, 101),
        cosign(HEZHOU, 1, says, 101),
        cosign(HEZHOU, 2, says, 102),
        cosign("110000", 1, says, 103),
        cosign(LANZHOU, 1, log.checkpoint(4).checkpoint(), 104),
        SignatureLine { name: "witness.example".into(), key_id: [0; 4], signature: vec![0; 72] },
    ];
    let heartbeat = Segment { checkpoint: checkpoint.encode(&lines), ..log.segment(5, 5, 5) };
    let read = authentic(heartbeat.clone(), &log.roster()).unwrap();
    let cosigners: Vec<_> = read.cosignatures.iter().map(|c| (c.cosigner.city.as_str().to_owned(), c.time_s)).collect();
    assert_eq!(cosigners, [(ZHOUSHAN.to_owned(), 100), (HEZHOU.to_owned(), 101)]);
    assert_eq!(read.refused_lines, 4, "unknown epoch, stranger, other checkpoint, no cosigner");
    let held = read.clone().prove(&log.frontier).unwrap();
    assert!(held.segment.leaves.is_empty() && held.completed.is_empty());
    assert_eq!(fault(read.prove(&TestLog::of(ZHOUSHAN, 4).frontier)), SegmentFault::Gap);

    let elsewhere = Segment { from: Seq(4), ..heartbeat.clone() };
    assert_eq!(fault(elsewhere.read(&federation())), SegmentFault::Shape);
    let proof = Segment { consistency: vec![empty_root()], ..heartbeat };
    assert_eq!(fault(proof.read(&federation())), SegmentFault::Shape);
}

#[test]
fn the_empty_log_has_a_heartbeat_too() {
    let log = TestLog::new(ZHOUSHAN);
    let held = proved(log.segment(0, 0, 0), &log.roster(), &Frontier::default()).unwrap();
    assert_eq!(held.frontier, Frontier::default());
    let origin = log.checkpoint(0).checkpoint().origin;
    let wrong = Checkpoint { origin, size: Size(0), root: TreeHash([1; 32]) };
    let signed = SignedCheckpoint::sign(wrong, &log_key(ZHOUSHAN, 1));
    assert_eq!(fault(authenticate_checkpoint(
        UnverifiedCheckpoint::parse(&signed.encode(&[])).unwrap(), &log.roster())), SegmentFault::Border);
}

#[test]
fn a_leaf_that_says_nothing_is_a_leaf_all_the_same() {
    let mut log = TestLog::of(ZHOUSHAN, 2);
    log.append_item(Item { statement: b"nothing readable".to_vec(), body: Some(b"of nothing".to_vec()) });
    log.append_item(item(ZHOUSHAN, 1, 77, "claims another place"));
    log.append_item(item(HEZHOU, 1, 4, "claims another city"));
    let mut false_body = item(ZHOUSHAN, 1, 5, "");
    false_body.body = Some(b"another body".to_vec());
    log.append_item(false_body);
    let leaves = proved(log.segment(0, 6, 6), &log.roster(), &Frontier::default()).unwrap().segment.leaves;
    assert!(leaves[2].reading.is_err());
    assert_eq!(leaves[2].body, None, "nobody commits to it");
    assert_eq!(leaves[3].reading.as_ref().unwrap().header.seq, Seq(77));
    assert!(leaves[4].body.is_some());
    assert_eq!(leaves[5].body, None, "the header commits to another");
}

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
    assert!(matches!(door(Segment { checkpoint: b"no note".to_vec(), ..good }), SegmentFault::Checkpoint(CheckpointFault::Note(_))));
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
fn what_we_hold_already_is_dropped() {
    let log = TestLog::of(ZHOUSHAN, 12);
    let held = TestLog::of(ZHOUSHAN, 8).frontier;
    let roster = log.roster();
    for (from, to, size, new) in [(8, 12, 12, 4), (3, 12, 12, 4), (0, 10, 12, 2), (2, 8, 8, 0), (2, 8, 12, 0), (2, 5, 8, 0), (8, 8, 8, 0)] {
        let proved = proved(log.segment(from, to, size), &roster, &held).unwrap();
        assert_eq!(proved.segment.leaves.len(), new, "{from} to {to} under {size}");
        assert_eq!(proved.segment.from, Seq(if new == 0 { to } else { 8 }));
        assert_eq!(proved.frontier.size(), Size(8 + new as u64));
    }
    for (from, to, size) in [(0, 5, 5), (0, 7, 7), (5, 5, 5), (0, 5, 12)] {
        let segment = authentic(log.segment(from, to, size), &roster).unwrap();
        assert!(segment.is_stale(&held));
        assert_eq!(fault(segment.prove(&held)), SegmentFault::Stale, "{from} to {to} under {size}");
    }
    assert_eq!(fault(proved(log.segment(9, 12, 12), &roster, &held)), SegmentFault::Gap);
}

#[test]
fn another_history_is_not_taken_up() {
    let log = TestLog::of(ZHOUSHAN, 8);
    let mut other = TestLog::of(ZHOUSHAN, 3);
    for seq in 3..12 {
        other.append_item(item(ZHOUSHAN, 1, seq, "another history"));
    }
    for (from, to, size) in [(0, 12, 12), (8, 12, 12), (5, 10, 12), (2, 6, 8), (8, 8, 8)] {
        let verdict = proved(other.segment(from, to, size), &log.roster(), &log.frontier);
        assert_eq!(fault(verdict), SegmentFault::Proof, "{from} to {to} under {size}");
    }
}

#[test]
fn a_run_stays_within_its_epoch_and_meets_its_borders() {
    let mut log = TestLog::of(ZHOUSHAN, 6);
    let before = log.clone();
    log.rotate();
    log.append(4);
    let roster = log.roster();
    let first = proved(log.segment(0, 6, 10), &roster, &Frontier::default()).unwrap();
    assert_eq!(first.segment.borders.len(), 2, "the empty log and the record's place");
    let second = proved(log.segment(6, 10, 10), &roster, &first.frontier).unwrap();
    assert_eq!(second.frontier, log.frontier);
    assert_eq!(fault(proved(log.segment(4, 8, 10), &roster, &Frontier::default())), SegmentFault::CrossesEpoch);

    // The closed epoch may speak up to its end and no further; the new one not before its beginning.
    assert!(authentic(before.segment(0, 6, 6), &roster).is_ok());
    let beyond = log.segment_under(0, 5, &log.checkpoint_in(1, 7));
    assert_eq!(fault(authentic(beyond, &roster)), SegmentFault::ClosedEpoch);
    assert_eq!(fault(authentic(log.segment(0, 5, 5), &roster)), SegmentFault::BeforeEpoch);
    let unknown = Roster::new(&genesis());
    assert_eq!(fault(authentic(log.segment(0, 6, 10), &unknown)), SegmentFault::UnknownEpoch);
}

#[test]
fn a_checkpoint_cannot_move_a_border() {
    // The record continues another history than the one that the leaves make.
    let mut log = TestLog::of(ZHOUSHAN, 6);
    log.rotate_at(6, TreeHash([5; 32]));
    log.append(4);
    let roster = log.roster();
    assert_eq!(fault(proved(log.segment(0, 6, 10), &roster, &Frontier::default())), SegmentFault::Border);
    let held = TestLog::of(ZHOUSHAN, 6).frontier;
    assert_eq!(fault(proved(log.segment(6, 10, 10), &roster, &held)), SegmentFault::Border);
    let old = log.segment_under(0, 6, &log.checkpoint_in(1, 6));
    assert_eq!(fault(authentic(old, &roster)), SegmentFault::Border);
    assert!(proved(log.segment(0, 3, 10), &roster, &Frontier::default()).is_ok(), "no border is met yet");
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a log is cut into segments, and however often a part of it comes again, the frontier is the same.
    #[test]
    fn any_cut_gives_the_same_frontier(size in 1u64..60, cuts in prop::collection::vec((0u64..60, 0u64..60, 0u64..60), 0..20)) {
        let log = TestLog::of(ZHOUSHAN, size);
        let roster = log.roster();
        let mut frontier = Frontier::default();
        let mut completed = Vec::new();
        let take = |frontier: &mut Frontier, completed: &mut Vec<_>, from: u64, to: u64, head: u64| {
            match proved(log.segment(from, to, head), &roster, frontier) {
                Ok(proved) => {
                    assert_eq!(proved.frontier, log.frontier(proved.frontier.size().0));
                    *frontier = proved.frontier;
                    completed.extend(proved.completed);
                }
                Err(fault) => assert_eq!(fault.blame(), Blame::Difference),
            }
        };
        for (a, b, c) in cuts {
            let head = 1 + a % size;
            let to = 1 + b % head;
            take(&mut frontier, &mut completed, c % to, to, head);
        }
        let held = frontier.size().0;
        if held < size {
            take(&mut frontier, &mut completed, held, size, size);
        }
        prop_assert_eq!(&frontier, &log.frontier);
        let mut once = completed.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), completed.len(), "each subtree is handed out once");
        let mut all = Vec::new();
        let mut grown = Frontier::default();
        for item in &log.items {
            grown.push(leaf_hash(&item.statement), &mut |place, hash| all.push((place, hash)));
        }
        prop_assert_eq!(completed, all);
    }

    #[test]
    fn hostile_bytes_never_break_the_door(mut bytes in Just(TestLog::of(ZHOUSHAN, 3).segment(0, 2, 3).encode()), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        for (at, to) in flips {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        let roster = Roster::new(&genesis());
        if let Ok(segment) = Segment::decode(&bytes, PAGE_BYTES) {
            prop_assert_eq!(segment.encode(), bytes, "one segment, one encoding");
            if let Ok(proved) = segment.read(&federation()).and_then(|s| s.authenticate(&roster)).and_then(|s| s.prove(&Frontier::default())) {
                prop_assert_eq!(proved.frontier.root(), TestLog::of(ZHOUSHAN, 2).frontier.root());
            }
        }
    }
}
