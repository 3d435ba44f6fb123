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

mod cuts;
mod refusals;

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
    // The same lines without their segment.
    assert_eq!(check_cosignatures(&lines, says, &log.roster()), (read.cosignatures.clone(), 4));
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
    assert_eq!(
        fault(authenticate_checkpoint(UnverifiedCheckpoint::parse(&signed.encode(&[])).unwrap(), &log.roster())),
        SegmentFault::Border
    );
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
fn what_we_hold_already_is_dropped() {
    let log = TestLog::of(ZHOUSHAN, 12);
    let held = TestLog::of(ZHOUSHAN, 8).frontier;
    let roster = log.roster();
    for (from, to, size, new) in
        [(8, 12, 12, 4), (3, 12, 12, 4), (0, 10, 12, 2), (2, 8, 8, 0), (2, 8, 12, 0), (2, 5, 8, 0), (8, 8, 8, 0)]
    {
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
