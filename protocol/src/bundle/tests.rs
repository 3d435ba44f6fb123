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
        proof: TlogProof {
            index: Seq(seq),
            hashes: log.inclusion(seq, 9),
            checkpoint: checkpoint.encode(&lines),
        },
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
    let lines = [
        stranger,
        cosign("110000", 1, &says, 5),
        cosign(LANZHOU, 2, &says, 5),
        cosign(LANZHOU, 1, &other, 5),
    ];
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
fn every_wrong_part_refuses_by_its_own_name() {
    let (log, witness) = logs();
    let good = bundle_of(8);
    let proof = &good.proof;

    let elsewhere = named_genesis("another").bytes().to_vec();
    assert_eq!(fault(&Bundle { genesis: elsewhere, ..good.clone() }), BundleFault::ForeignFederation);
    assert!(matches!(fault(&Bundle { genesis: vec![0], ..good.clone() }), BundleFault::Genesis(_)));
    let other = Bundle::verify(&good.encode().unwrap(), &Digest([1; 32]));
    assert_eq!(other.unwrap_err(), BundleFault::ForeignFederation);

    let records = |records: Vec<Vec<u8>>| fault(&Bundle { records, ..good.clone() });
    let (own, theirs) = (log.record_bytes()[0].clone(), witness.record_bytes()[0].clone());
    assert_eq!(records(vec![theirs.clone(), own.clone()]), BundleFault::RecordOrder);
    assert_eq!(records(vec![own.clone(), own.clone()]), BundleFault::RecordOrder);
    assert_eq!(records(vec![theirs]), BundleFault::UnknownEpoch);
    let mut rival = TestLog::of(ZHOUSHAN, 5);
    rival.rotate();
    assert_eq!(records(vec![own.clone(), rival.record_bytes()[0].clone()]), BundleFault::RecordOrder, "a fork");
    assert_eq!(records(vec![own, b"no record".to_vec()]), BundleFault::Record(RecordFault::Shape));

    let mut forged = Statement::read(good.statement.clone(), &federation()).unwrap().header;
    forged.issued_at = Millis(5);
    let sign = |header: Header, key| Statement::sign(header, &federation(), &key).bytes;
    let by_another = sign(forged.clone(), log_key(HEZHOU, 1));
    assert_eq!(fault(&Bundle { statement: by_another, ..good.clone() }).code(), "statement_key");
    let not_logged = sign(forged.clone(), log_key(ZHOUSHAN, 2));
    assert_eq!(fault(&Bundle { statement: not_logged, ..good.clone() }), BundleFault::Inclusion(ProofFault::Root));
    forged.city = city("110000");
    forged.issuer.city = forged.city;
    let stranger = sign(forged, log_key(ZHOUSHAN, 2));
    assert_eq!(fault(&Bundle { statement: stranger, ..good.clone() }), BundleFault::ForeignCity);
    let old_key = item(ZHOUSHAN, 1, 8, "under the old key").statement;
    assert_eq!(fault(&Bundle { statement: old_key, ..good.clone() }), BundleFault::Place, "another epoch");

    let proof_of = |proof: TlogProof| fault(&Bundle { proof, ..good.clone() });
    assert_eq!(proof_of(TlogProof { index: Seq(7), ..proof.clone() }), BundleFault::Place);
    assert_eq!(proof_of(TlogProof { hashes: Vec::new(), ..proof.clone() }), BundleFault::Inclusion(ProofFault::Length));
    let mut hashes = proof.hashes.clone();
    hashes[0] = TreeHash([0; 32]);
    assert_eq!(proof_of(TlogProof { hashes, ..proof.clone() }), BundleFault::Inclusion(ProofFault::Root));
    let under = |checkpoint: SignedCheckpoint| TlogProof { checkpoint: checkpoint.encode(&[]), ..proof.clone() };
    assert_eq!(proof_of(under(log.checkpoint(8))), BundleFault::Inclusion(ProofFault::Range));
    assert_eq!(proof_of(under(TestLog::of(HEZHOU, 9).checkpoint(9))), BundleFault::OtherLog);
    assert_eq!(proof_of(under(log.checkpoint_in(1, 9))), BundleFault::Checkpoint(SegmentFault::ClosedEpoch));
    assert_eq!(proof_of(under(log.checkpoint_in(3, 9))), BundleFault::Checkpoint(SegmentFault::UnknownEpoch));
    let log_line = BundleFault::Checkpoint(SegmentFault::Checkpoint(CheckpointFault::LogLine));
    assert_eq!(fault(&with_lines(&good, |lines| lines.swap(0, 1))), log_line);
    assert_eq!(fault(&with_lines(&good, |lines| lines.push(lines[0].clone()))), log_line);

    let body = crate::segment::rehearsal::body_bytes(8, "another");
    assert_eq!(fault(&Bundle { body: Some(body), ..good.clone() }), BundleFault::BodyMismatch);

    let note = |standing: Standing| Some(standing.sign(&federation(), &log_key(LANZHOU, 1)));
    let standing = |standing: Option<Vec<u8>>| fault(&Bundle { standing, ..good.clone() });
    let right = standing_of(&log, 8, 9);
    assert_eq!(standing(note(standing_of(&log, 7, 9))), BundleFault::StandingMismatch);
    assert_eq!(standing(note(standing_of(&log, 8, 10))), BundleFault::StandingMismatch);
    let epoch = (Epoch(1), right.log.1, right.log.2);
    assert_eq!(standing(note(Standing { log: epoch, ..right.clone() })), BundleFault::StandingMismatch);
    let entry = About { digest: Digest([0; 32]), ..right.entry };
    assert_eq!(standing(note(Standing { entry, ..right.clone() })), BundleFault::StandingMismatch);
    let forged = right.sign(&federation(), &log_key(HEZHOU, 1));
    assert_eq!(standing(Some(forged)).code(), "standing_key");
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

#[test]
fn a_file_has_one_form() {
    let good = String::from_utf8(bundle_of(8).encode().unwrap()).unwrap();
    let decode = |text: String| Bundle::decode(text.as_bytes()).unwrap_err();
    assert_eq!(decode(good.trim_end().to_owned()), BundleFault::NotCanonical);
    assert_eq!(decode(format!("{good}\n")), BundleFault::NotCanonical);
    assert_eq!(decode(good.replacen("{", "{ ", 1)), BundleFault::NotCanonical);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":1.0")), BundleFault::Shape);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":2")), BundleFault::Version);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":1,\"more\":1")), BundleFault::Shape);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":1,\"version\":1")), BundleFault::Shape);
    assert_eq!(decode(good.replace("\\n\u{2014}", "\\n\\u2014")), BundleFault::NotCanonical);
    let no_standing = Bundle { standing: None, ..bundle_of(8) }.encode().unwrap();
    let absent = String::from_utf8(no_standing).unwrap().replace(",\"standing\":null", "");
    assert_eq!(decode(absent), BundleFault::NotCanonical, "null is written");
    assert_eq!(decode(good.replace("=\"", "\"")), BundleFault::Base64, "padding is written");
    assert_eq!(decode("[]\n".to_owned()), BundleFault::Shape);
    assert_eq!(decode(" ".repeat(BUNDLE_BYTES + 1)), BundleFault::TooLong);
}

/// Every bit of a bundle is bound: a changed one refuses the file, or, within a cosignature's line, has it listed invalid.
#[test]
fn every_changed_bit_is_seen() {
    let bundle = bundle_of(8);
    let file = bundle.encode().unwrap();
    // Where the cosignature lines stand: from the line break before the first one to the end of the proof's text.
    let find = |needle: &str| file.windows(needle.len()).position(|window| window == needle.as_bytes()).unwrap();
    let first = find("/cosigner ");
    let lines = file[..first].windows(2).rposition(|window| window == b"\\n").unwrap();
    let lines = lines..find("\",\"records\"");
    let (mut refused, mut listed) = (0, 0);
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            match Bundle::verify(&changed, &federation()) {
                Err(_) => refused += 1,
                Ok(shown) => {
                    assert!(lines.contains(&at), "byte {at} bit {bit} is not bound");
                    assert!(!shown.all_lines_hold(), "byte {at} bit {bit} is not bound");
                    listed += 1;
                }
            }
        }
    }
    assert_eq!(refused + listed, 8 * file.len());
    assert!(listed > 1000 && refused > 10 * listed, "{refused} refused, {listed} listed");
}
