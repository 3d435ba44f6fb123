//! Bundles: a good one, every way to spoil it, and every bit of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::checkpoint::CheckpointFault;
use crate::digest::{Digest, TreeHash};
use crate::genesis::founding::{HEZHOU, LANZHOU, ZHOUSHAN, city, federation, genesis, log_key, named_genesis};
use crate::header::{About, Header};
use crate::ids::Size;
use crate::note::{Note, SignatureLine};
use crate::segment::rehearsal::{TestLog, cosign, item};
use crate::standing::Standing;
use crate::time::Millis;

mod refusals;
mod spelling;

/// A log of two epochs: leaves 0 to 5 in the first, 6 to 9 in the second; and a witness city that has rotated once.
fn logs() -> (TestLog, TestLog) {
    let mut log = TestLog::of(ZHOUSHAN, 6);
    log.rotate();
    log.append(4);
    let mut witness = TestLog::new(HEZHOU);
    witness.rotate();
    (log, witness)
}

fn standing_of(log: &TestLog, seq: u64, size: u64) -> Standing {
    let statement = Statement::read(log.items[seq as usize].statement.clone(), &federation()).unwrap();
    Standing {
        exporter: city(LANZHOU),
        exporter_epoch: Epoch(1),
        entry: About { id: statement.header.id(), digest: statement.digest },
        state: "listed".to_owned(),
        log: (Epoch(log.epoch), Size(size), log.root(size)),
        log_digest: Digest([4; 32]),
        time: Millis(1_700_000_500_000),
    }
}

/// The statement at `seq` under a checkpoint of the second epoch at 9 leaves.
fn bundle_of(seq: u64) -> Bundle {
    let (log, witness) = logs();
    let checkpoint = log.checkpoint(9);
    let says = checkpoint.checkpoint();
    let lines = [cosign(ZHOUSHAN, 2, says, 1_700_000_100), cosign(HEZHOU, 2, says, 1_700_000_200)];
    Bundle {
        genesis: genesis().bytes().to_vec(),
        records: log.record_bytes().into_iter().chain(witness.record_bytes()).collect(),
        statement: log.items[seq as usize].statement.clone(),
        body: log.items[seq as usize].body.clone(),
        proof: TlogProof { index: Seq(seq), hashes: log.inclusion(seq, 9), checkpoint: checkpoint.encode(&lines) },
        standing: Some(standing_of(&log, seq, 9).sign(&federation(), &log_key(LANZHOU, 1))),
    }
}

fn verify(bundle: &Bundle) -> Result<VerifiedBundle, BundleFault> {
    Bundle::verify(&bundle.encode().unwrap(), &federation())
}

fn fault(bundle: &Bundle) -> BundleFault {
    verify(bundle).unwrap_err()
}

/// The bundle's checkpoint note with other lines.
fn with_lines(bundle: &Bundle, change: impl FnOnce(&mut Vec<SignatureLine>)) -> Bundle {
    let mut note = Note::parse(&bundle.proof.checkpoint).unwrap();
    change(&mut note.signatures);
    let proof = TlogProof { checkpoint: note.encode(), ..bundle.proof.clone() };
    Bundle { proof, ..bundle.clone() }
}

#[test]
fn a_bundle_shows_what_it_holds() {
    for (seq, epoch) in [(8, 2), (2, 1)] {
        let bundle = bundle_of(seq);
        let file = bundle.encode().unwrap();
        assert_eq!(Bundle::decode(&file), Ok(bundle.clone()));
        assert_eq!(file.last(), Some(&b'\n'));
        let shown = Bundle::verify(&file, &federation()).unwrap();
        assert_eq!(shown.statement.header.id().seq, Seq(seq));
        assert_eq!(shown.index, Seq(seq));
        assert_eq!(shown.keys.epoch, Epoch(epoch), "an old leaf under a later epoch's checkpoint");
        assert_eq!(shown.key_state, Epoch(2));
        assert_eq!(shown.checkpoint.checkpoint().size, Size(9));
        assert!(shown.body.is_some() && !shown.voided && shown.all_lines_hold());
        assert_eq!(shown.cosignatures.len(), 2);
        assert_eq!(shown.witnesses().into_iter().collect::<Vec<_>>(), [city(HEZHOU)], "the own line is no witness");
        assert_eq!(shown.standing.unwrap().standing().state, "listed");
        assert_eq!(shown.genesis, genesis());
    }
}

#[test]
fn body_and_standing_may_be_absent() {
    let bundle = Bundle { body: None, standing: None, ..bundle_of(8) };
    let shown = verify(&bundle).unwrap();
    assert!(shown.body.is_none() && shown.standing.is_none());
}

#[test]
fn worthless_cosignatures_are_listed_and_spoil_nothing() {
    let bundle = bundle_of(8);
    let (log, _) = logs();
    let says = *log.checkpoint(9).checkpoint();
    let other = *log.checkpoint(8).checkpoint();
    let stranger = SignatureLine { name: "witness.example".into(), key_id: [1; 4], signature: vec![3; 72] };
    let lines = [stranger, cosign("110000", 1, &says, 5), cosign(LANZHOU, 2, &says, 5), cosign(LANZHOU, 1, &other, 5)];
    let names: Vec<String> = lines.iter().map(|line| line.name.clone()).collect();
    let shown = verify(&with_lines(&bundle, |all| all.extend(lines))).unwrap();
    assert_eq!(shown.invalid_lines, names);
    assert!(!shown.all_lines_hold());
    assert_eq!(shown.witnesses().len(), 1);
    // Without the witness's records its cosigner does not resolve.
    let shown = verify(&Bundle { records: bundle.records[..1].to_vec(), ..bundle }).unwrap();
    assert_eq!(shown.invalid_lines.len(), 1);
    assert!(shown.witnesses().is_empty());
}

#[test]
fn an_unreadable_body_is_refused_and_a_voided_stretch_is_said() {
    let mut log = TestLog::of(ZHOUSHAN, 3);
    let mut unreadable = item(ZHOUSHAN, 1, 3, "");
    let mut header = Statement::read(unreadable.statement.clone(), &federation()).unwrap().header;
    header.commitment =
        crate::body::commitment(&federation(), header.city, header.kind, header.body_version, b"not cbor at all");
    unreadable.statement = Statement::sign(header, &federation(), &log_key(ZHOUSHAN, 1)).bytes;
    unreadable.body = Some(b"not cbor at all".to_vec());
    log.append_item(unreadable);
    let bundle = |log: &TestLog, seq: u64| Bundle {
        genesis: genesis().bytes().to_vec(),
        records: log.record_bytes(),
        statement: log.items[seq as usize].statement.clone(),
        body: log.items[seq as usize].body.clone(),
        proof: TlogProof {
            index: Seq(seq),
            hashes: log.inclusion(seq, log.size()),
            checkpoint: log.checkpoint(log.size()).encode(&[]),
        },
        standing: None,
    };
    assert!(matches!(fault(&bundle(&log, 3)), BundleFault::Body(_)));
    assert!(verify(&Bundle { body: None, ..bundle(&log, 3) }).is_ok(), "the statement is proved without it");

    log.rotate_voiding(Seq(1));
    assert!(!verify(&bundle(&log, 1)).unwrap().voided);
    assert!(verify(&bundle(&log, 2)).unwrap().voided);
}
