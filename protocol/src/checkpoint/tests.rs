//! Checkpoints: one spelling, one log line, one key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::genesis::founding::TestKey;
use proptest::prelude::*;

fn checkpoint() -> Checkpoint {
    let origin = Origin { federation: Digest([0xab; 32]), city: CityCode::new("330900").unwrap(), epoch: Epoch(2) };
    Checkpoint { origin, size: Size(17), root: TreeHash([7; 32]) }
}

#[test]
fn the_text_has_three_lines() {
    let text = checkpoint().text();
    let origin = format!("huxin/{}/330900/2", "ab".repeat(32));
    assert_eq!(text, format!("{origin}\n17\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"));
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
    assert_eq!(checkpoint().origin.cosigner_name(), format!("{origin}/cosigner"));
}

#[test]
fn a_signed_checkpoint_round_trips_with_its_other_lines() {
    let key = TestKey::new("log");
    let signed = SignedCheckpoint::sign(checkpoint(), &key);
    let other = SignatureLine { name: "witness.example".into(), key_id: [1, 2, 3, 4], signature: vec![5; 72] };
    let bytes = signed.encode(std::slice::from_ref(&other));
    let parsed = UnverifiedCheckpoint::parse(&bytes).unwrap();
    assert_eq!(parsed.other_lines, [other]);
    assert_eq!(parsed.verify(key.public()), Ok(signed));
}

#[test]
fn texts_of_another_shape_are_refused() {
    let good = checkpoint().text();
    let lines: Vec<&str> = good.lines().collect();
    let hex = "ab".repeat(32);
    let root = lines[2];
    let bad = [
        String::new(),
        good.trim_end().to_owned(),
        format!("{}\n17\n", lines[0]),
        format!("{good}extension\n"),
        format!("{good}\n"),
        format!("{}\n017\n{root}\n", lines[0]),
        format!("{}\n+17\n{root}\n", lines[0]),
        format!("{}\n-1\n{root}\n", lines[0]),
        format!("{}\n\n{root}\n", lines[0]),
        format!("{}\n9223372036854775808\n{root}\n", lines[0]),
        format!("{}\n17\n{}\n", lines[0], &root[..root.len() - 1]),
        format!("{}\n17\nBwcH\n", lines[0]),
        format!("huxin/{hex}/330900/02\n17\n{root}\n"),
        format!("huxin/{hex}/330900/0\n17\n{root}\n"),
        format!("huxin/{hex}/330900/4294967296\n17\n{root}\n"),
        format!("huxin/{hex}/330900\n17\n{root}\n"),
        format!("huxin/{hex}/330900/2/cosigner\n17\n{root}\n"),
        format!("huxin/{hex}/33 900/2\n17\n{root}\n"),
        format!("huxin/{}/330900/2\n17\n{root}\n", hex.to_uppercase()),
        format!("huxim/{hex}/330900/2\n17\n{root}\n"),
    ];
    for text in bad {
        assert_eq!(Checkpoint::parse(&text), Err(CheckpointFault::Text), "{text}");
    }
    assert!(Checkpoint::parse(&good.replace("\n17\n", "\n0\n")).is_ok());
}

#[test]
fn exactly_one_log_line_stands_first() {
    let key = TestKey::new("log");
    let signed = SignedCheckpoint::sign(checkpoint(), &key);
    let log = signed.log_line().clone();
    let other = SignatureLine { name: "witness.example".into(), key_id: [1, 2, 3, 4], signature: vec![5; 72] };
    let with = |signatures: &[&SignatureLine]| {
        let signatures = signatures.iter().map(|line| (*line).clone()).collect();
        UnverifiedCheckpoint::parse(&Note { text: checkpoint().text(), signatures }.encode())
    };
    assert_eq!(with(&[&other, &log]), Err(CheckpointFault::LogLine), "not first");
    assert_eq!(with(&[&other]), Err(CheckpointFault::LogLine), "missing");
    assert_eq!(with(&[&log, &log]), Err(CheckpointFault::LogLine), "twice");
    let renamed = SignatureLine { key_id: [9; 4], ..log.clone() };
    assert_eq!(with(&[&log, &renamed]), Err(CheckpointFault::LogLine), "twice by name");
    let verify = |line: &SignatureLine| with(&[line]).unwrap().verify(key.public());
    assert_eq!(verify(&renamed), Err(CheckpointFault::LogLine), "another key's id");
    let mut short = log.clone();
    short.signature.pop();
    assert_eq!(verify(&short), Err(CheckpointFault::LogLine));
    let mut wrong = log.clone();
    wrong.signature[10] ^= 1;
    assert_eq!(verify(&wrong), Err(CheckpointFault::Signature));
    let foreign = TestKey::new("another");
    assert_eq!(with(&[&log]).unwrap().verify(foreign.public()), Err(CheckpointFault::LogLine));
}

proptest! {
    #[test]
    fn checkpoints_round_trip(federation: [u8; 32], city in "[a-z0-9]{2,16}", epoch in 1u32.., size in 0..=MAX_SIZE, root: [u8; 32]) {
        let origin = Origin { federation: Digest(federation), city: CityCode::new(&city).unwrap(), epoch: Epoch(epoch) };
        let checkpoint = Checkpoint { origin, size: Size(size), root: TreeHash(root) };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
    }

    #[test]
    fn a_changed_byte_is_seen(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let key = TestKey::new("log");
        let mut bytes = SignedCheckpoint::sign(checkpoint(), &key).encode(&[]);
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let verdict = UnverifiedCheckpoint::parse(&bytes).and_then(|parsed| parsed.verify(key.public()));
        prop_assert!(verdict.is_err());
    }
}

#[test]
fn codes_are_stable() {
    let faults = [CheckpointFault::Text, CheckpointFault::LogLine, CheckpointFault::Signature];
    assert_eq!(faults.map(|fault| fault.code()), ["checkpoint_text", "checkpoint_log_line", "checkpoint_signature"]);
}
