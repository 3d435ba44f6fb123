//! Every wrong part refuses by its own name.

use super::*;

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
