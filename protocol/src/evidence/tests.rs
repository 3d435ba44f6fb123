//! Evidence: four contradictions, and what is none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::checkpoint::Checkpoint;
use crate::genesis::founding::{HEZHOU, ZHOUSHAN, city, federation, log_key, named_genesis, root_key};
use crate::header::Header;
use crate::key_record::{KeyRecord, Tail};
use crate::segment::rehearsal::{TestLog, cosign, item};
use proptest::prelude::*;
use std::sync::OnceLock;

#[test]
fn forms_have_stable_names_and_numbers() {
    let forms = [Form::TwoRoots, Form::TwoHistories, Form::TwoStatements, Form::TwoRecords];
    assert_eq!(forms.map(Form::name), ["two_roots", "two_histories", "two_statements", "two_records"]);
    assert_eq!(forms.map(Form::number), [1, 2, 3, 4]);
}

/// The same city with two histories from leaf 3 on.
fn two_logs() -> (TestLog, TestLog) {
    let one = TestLog::of(ZHOUSHAN, 8);
    let mut other = TestLog::of(ZHOUSHAN, 3);
    for seq in 3..8 {
        other.append_item(item(ZHOUSHAN, 1, seq, "another history"));
    }
    (one, other)
}

fn statement(seq: u64, mark: &str) -> Statement {
    Statement::read(item(ZHOUSHAN, 1, seq, mark).statement, &federation()).unwrap()
}

fn record(size: u64) -> SignedRecord {
    let mut log = TestLog::of(ZHOUSHAN, size);
    log.rotate();
    log.records[0].clone()
}

fn all_forms() -> Vec<Evidence> {
    static MADE: OnceLock<Vec<Evidence>> = OnceLock::new();
    MADE.get_or_init(make_forms).clone()
}

fn make_forms() -> Vec<Evidence> {
    let (one, other) = two_logs();
    vec![
        Evidence::two_roots(&one.checkpoint(8), &other.checkpoint(8)).unwrap(),
        Evidence::two_histories(&one.checkpoint(5), &other.checkpoint(8), other.root(5), &other.consistency(5, 8))
            .unwrap(),
        Evidence::two_statements(&statement(4, "a"), &statement(4, "b")).unwrap(),
        Evidence::two_records(&record(2), &record(3)).unwrap(),
    ]
}

#[test]
fn each_form_holds_and_round_trips() {
    let roster = TestLog::new(ZHOUSHAN).roster();
    for (n, evidence) in all_forms().into_iter().enumerate() {
        assert_eq!(usize::from(evidence.form().number()), n + 1);
        assert_eq!(Evidence::decode(&evidence.encode()), Ok(evidence.clone()));
        let verified = evidence.clone().check(&roster).unwrap();
        assert_eq!(verified.city(), city(ZHOUSHAN));
        assert_eq!(verified.epoch(), Epoch(if n == 3 { 2 } else { 1 }));
        assert_eq!(verified.form(), evidence.form());
        assert_eq!(verified.evidence(), &evidence);
        assert!(verified.is_against_city(&roster));
    }
}

#[test]
fn the_finder_on_either_side_makes_the_same_bytes() {
    let (one, other) = two_logs();
    let swapped = [
        Evidence::two_roots(&other.checkpoint(8), &one.checkpoint(8)),
        Evidence::two_statements(&statement(4, "b"), &statement(4, "a")),
        Evidence::two_records(&record(3), &record(2)),
    ];
    let forms = all_forms();
    for (swapped, evidence) in swapped.into_iter().zip([&forms[0], &forms[2], &forms[3]]) {
        assert_eq!(swapped.unwrap().digest(), evidence.digest());
    }
}

#[test]
fn what_agrees_is_no_evidence() {
    let (one, other) = two_logs();
    assert_eq!(Evidence::two_roots(&one.checkpoint(8), &one.checkpoint(8)), None);
    assert_eq!(Evidence::two_roots(&one.checkpoint(3), &other.checkpoint(3)), None, "the common prefix");
    assert_eq!(Evidence::two_roots(&one.checkpoint(7), &other.checkpoint(8)), None, "two sizes");
    let hezhou = TestLog::of(HEZHOU, 8);
    assert_eq!(Evidence::two_roots(&one.checkpoint(8), &hezhou.checkpoint(8)), None, "two cities");
    assert_eq!(Evidence::two_roots(&one.checkpoint(8), &other.checkpoint_in(2, 8)), None, "two epochs");

    let proof = other.consistency(5, 8);
    let histories = |earlier: &SignedCheckpoint, later: &SignedCheckpoint, root, proof: &[TreeHash]| {
        Evidence::two_histories(earlier, later, root, proof)
    };
    let (early, late) = (one.checkpoint(5), other.checkpoint(8));
    assert_eq!(histories(&other.checkpoint(5), &late, other.root(5), &proof), None, "one history");
    assert_eq!(histories(&early, &late, one.root(5), &proof), None);
    assert_eq!(histories(&early, &late, other.root(5), &proof[1..]), None, "no proof");
    assert_eq!(histories(&early, &one.checkpoint(8), other.root(5), &proof), None);
    assert_eq!(histories(&one.checkpoint(8), &late, other.root(8), &[]), None, "one size is the first form");

    assert_eq!(Evidence::two_statements(&statement(4, "a"), &statement(5, "b")), None, "two places");
    let a = statement(4, "a");
    assert_eq!(Evidence::two_statements(&a, &a), None);
    let later = SignedRecord::sign(
        KeyRecord { previous: record(2).digest(), tail: Tail::Endings, ..record(3).record().clone() },
        &federation(),
        &root_key(ZHOUSHAN),
    );
    assert_eq!(Evidence::two_records(&record(2), &later), None, "two predecessors");
    assert_eq!(Evidence::two_records(&record(2), &record(2)), None);
}

#[test]
fn what_was_not_signed_proves_nothing() {
    let (one, other) = two_logs();
    let roster = one.roster();
    let check = |evidence: Option<Evidence>| evidence.unwrap().check(&roster).unwrap_err();
    let says = Checkpoint { root: TreeHash([1; 32]), ..*one.checkpoint(8).checkpoint() };
    let forged = SignedCheckpoint::sign(says, &log_key(HEZHOU, 1));
    let fault = EvidenceFault::Checkpoint(CheckpointFault::LogLine);
    assert_eq!(check(Evidence::two_roots(&one.checkpoint(8), &forged)), fault);

    let header = Header { issued_at: crate::time::Millis(1), ..statement(4, "a").header };
    let forged = Statement::sign(header, &federation(), &log_key(HEZHOU, 1));
    let fault = check(Evidence::two_statements(&statement(4, "b"), &forged));
    assert_eq!(fault.code(), "statement_key");

    let forged = SignedRecord::sign(record(3).record().clone(), &federation(), &root_key(HEZHOU));
    let fault = EvidenceFault::Record(RecordFault::Signature);
    assert_eq!(check(Evidence::two_records(&record(2), &forged)), fault);

    assert_eq!(
        check(Evidence::two_roots(&one.checkpoint_in(2, 8), &other.checkpoint_in(2, 8))),
        EvidenceFault::UnknownEpoch
    );
    let elsewhere = Roster::new(&named_genesis("another"));
    assert_eq!(all_forms()[0].clone().check(&elsewhere), Err(EvidenceFault::ForeignFederation));
}

#[test]
fn evidence_has_one_spelling() {
    let (one, other) = two_logs();
    let roster = one.roster();
    let none = Err(EvidenceFault::NoContradiction);
    for evidence in all_forms() {
        let swapped = match evidence {
            Evidence::TwoRoots { first, second } => Evidence::TwoRoots { first: second, second: first },
            Evidence::TwoStatements { first, second } => Evidence::TwoStatements { first: second, second: first },
            Evidence::TwoRecords { first, second } => Evidence::TwoRecords { first: second, second: first },
            Evidence::TwoHistories { earlier, later, other_root, proof } => {
                Evidence::TwoHistories { earlier: later, later: earlier, other_root, proof }
            }
        };
        assert_eq!(swapped.check(&roster), none);
    }
    let line = cosign(HEZHOU, 1, one.checkpoint(8).checkpoint(), 5);
    let Some(Evidence::TwoRoots { first, second }) = Evidence::two_roots(&one.checkpoint(8), &other.checkpoint(8))
    else {
        panic!("two roots")
    };
    let with_line = NoteWith(first, line).encode();
    assert_eq!(Evidence::TwoRoots { first: with_line, second }.check(&roster), none, "a line besides the log line");
}

/// A checkpoint note with one more line.
struct NoteWith(Vec<u8>, crate::note::SignatureLine);

impl NoteWith {
    fn encode(self) -> Vec<u8> {
        let mut note = crate::note::Note::parse(&self.0).unwrap();
        note.signatures.push(self.1);
        note.encode()
    }
}

#[test]
fn in_a_closed_epoch_it_speaks_against_the_key() {
    let (mut one, other) = two_logs();
    one.rotate_at(4, one.root(4));
    let roster = one.roster();
    // Both checkpoints lie beyond the place where the epoch was closed: what was signed was signed.
    let evidence = Evidence::two_roots(&one.checkpoint_in(1, 8), &other.checkpoint(8)).unwrap();
    let verified = evidence.check(&roster).unwrap();
    assert!(!verified.is_against_city(&roster));
    let records = Evidence::two_records(&record(2), &record(3)).unwrap().check(&roster).unwrap();
    assert!(records.is_against_city(&roster));
}

#[test]
fn other_shapes_are_refused() {
    assert_eq!(Evidence::decode(&[0; EVIDENCE_BYTES + 1]), Err(EvidenceFault::TooLong));
    assert_ne!(Evidence::decode(&[0; EVIDENCE_BYTES]), Err(EvidenceFault::TooLong), "as long as may be");
    assert!(matches!(Evidence::decode(b""), Err(EvidenceFault::Cbor(_))));
    let bytes = all_forms()[0].encode();
    for (at, to) in [(1, 2), (2, 5), (2, 2), (2, 0)] {
        let mut bytes = bytes.clone();
        bytes[at] = to;
        assert_eq!(Evidence::decode(&bytes), Err(EvidenceFault::Shape));
    }
}

proptest! {
    #[test]
    fn every_changed_bit_is_seen(form in 0usize..4, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = all_forms()[form].encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let roster = TestLog::new(ZHOUSHAN).roster();
        prop_assert!(Evidence::decode(&bytes).and_then(|evidence| evidence.check(&roster)).is_err());
    }
}
