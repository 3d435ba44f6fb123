//! Key records: what a root can sign, and what is no record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::genesis::founding::{HEZHOU, ZHOUSHAN, city, cosigner_key, federation, log_key, root_key};
use proptest::prelude::*;

fn record() -> KeyRecord {
    KeyRecord {
        city: city(ZHOUSHAN),
        epoch: Epoch(2),
        log: log_key(ZHOUSHAN, 2).public().clone(),
        cosigner: cosigner_key(ZHOUSHAN, 2).public().clone(),
        previous: federation(),
        continues_at: (Size(7), TreeHash([3; 32])),
        void_after: Some(Seq(5)),
        tail: Tail::Endings,
    }
}

fn verify(bytes: &[u8]) -> Result<SignedRecord, RecordFault> {
    SignedRecord::verify(bytes, &federation(), root_key(ZHOUSHAN).public())
}

#[test]
fn a_record_round_trips() {
    for record in [record(), KeyRecord { void_after: None, tail: Tail::Void, ..record() }] {
        let signed = SignedRecord::sign(record.clone(), &federation(), &root_key(ZHOUSHAN));
        assert_eq!(signed.record(), &record);
        assert_eq!(KeyRecord::city_of(signed.bytes()), Ok(city(ZHOUSHAN)));
        assert!(signed.bytes().len() < RECORD_BYTES - 64);
        assert_eq!(verify(signed.bytes()), Ok(signed));
    }
}

#[test]
fn only_the_citys_root_in_this_federation_signs() {
    let by_another = SignedRecord::sign(record(), &federation(), &root_key(HEZHOU));
    assert_eq!(verify(by_another.bytes()), Err(RecordFault::Signature));
    let elsewhere = SignedRecord::sign(record(), &Digest([1; 32]), &root_key(ZHOUSHAN));
    assert_eq!(verify(elsewhere.bytes()), Err(RecordFault::Signature));
    let payload = record().encode();
    let other_type = cose::sign(&payload, SignedType::Statement, &federation(), &root_key(ZHOUSHAN));
    assert_eq!(verify(&other_type), Err(RecordFault::Signature), "a statement is no record");
}

#[test]
fn other_shapes_are_refused() {
    let sign = |record: KeyRecord| SignedRecord::sign(record, &federation(), &root_key(ZHOUSHAN));
    let first = sign(KeyRecord { epoch: Epoch(1), ..record() });
    assert_eq!(verify(first.bytes()), Err(RecordFault::Shape), "epoch 1 is opened by the genesis");
    let huge = sign(KeyRecord { continues_at: (Size(u64::MAX), TreeHash([3; 32])), ..record() });
    assert_eq!(verify(huge.bytes()), Err(RecordFault::Shape));
    let shared = sign(KeyRecord { cosigner: record().log, ..record() });
    assert_eq!(verify(shared.bytes()), Err(RecordFault::Key), "one key in two roles");
    assert_eq!(verify(b""), Err(RecordFault::Shape));
    assert_eq!(verify(&[0; RECORD_BYTES + 1]), Err(RecordFault::Shape));
    let payload = record().encode();
    for (at, to) in [(2, 2), (4, 2), (payload.len() - 1, 2)] {
        let mut payload = payload.clone();
        payload[at] = to;
        let bytes = cose::sign(&payload, SignedType::Record, &federation(), &root_key(ZHOUSHAN));
        assert_eq!(verify(&bytes), Err(RecordFault::Shape), "version, suite or tail");
    }
}

proptest! {
    #[test]
    fn every_changed_bit_is_seen(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = SignedRecord::sign(record(), &federation(), &root_key(ZHOUSHAN)).bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(verify(&bytes).is_err());
    }
}
