#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::digest::TreeHash;
use crate::genesis::founding::{
    HEZHOU, TestKey, ZHOUSHAN, city, cosigner_key, federation, genesis, log_key, named_genesis, root_key,
};
use crate::ids::{Epoch, Size};
use crate::key::BadSignature;
use crate::key_record::{KeyRecord, SignedRecord, Tail};
use proptest::prelude::*;

const UNTIL: Millis = Millis(1_800_000_000_000);

fn introduction() -> Introduction {
    Introduction { city: city(ZHOUSHAN), peer_id: b"a new peer".to_vec(), valid_until: UNTIL }
}

fn verify(bytes: &[u8]) -> Result<Introduction, IntroductionFault> {
    Introduction::verify(bytes, &Roster::new(&genesis())).map(|verified| verified.introduction().clone())
}

#[test]
fn root_and_log_key_introduce_and_nobody_else() {
    for key in [root_key(ZHOUSHAN), log_key(ZHOUSHAN, 1)] {
        assert_eq!(verify(&introduction().sign(&federation(), &key)), Ok(introduction()));
    }
    for key in [cosigner_key(ZHOUSHAN, 1), root_key(HEZHOU), log_key(HEZHOU, 1), TestKey::new("a stranger")] {
        let fault = IntroductionFault::Cose(CoseFault::ForeignKey);
        assert_eq!(verify(&introduction().sign(&federation(), &key)), Err(fault));
    }
}

#[test]
fn it_runs_until_its_time() {
    let bytes = introduction().sign(&federation(), &root_key(ZHOUSHAN));
    let verified = Introduction::verify(&bytes, &Roster::new(&genesis())).unwrap();
    assert_eq!(verified.at(Millis(UNTIL.0 - 1)), Ok(&introduction()));
    assert_eq!(verified.at(UNTIL), Err(IntroductionFault::Expired));
}

#[test]
fn a_key_that_was_rotated_away_introduces_nobody() {
    let bytes = introduction().sign(&federation(), &log_key(ZHOUSHAN, 1));
    let mut roster = Roster::new(&genesis());
    let record = KeyRecord {
        city: city(ZHOUSHAN),
        epoch: Epoch(2),
        log: log_key(ZHOUSHAN, 2).public().clone(),
        cosigner: cosigner_key(ZHOUSHAN, 2).public().clone(),
        previous: federation(),
        continues_at: (Size(1), TreeHash([1; 32])),
        void_after: None,
        tail: Tail::Void,
    };
    roster.add(SignedRecord::sign(record, &federation(), &root_key(ZHOUSHAN)).bytes()).unwrap();
    assert_eq!(Introduction::verify(&bytes, &roster), Err(IntroductionFault::Cose(CoseFault::ForeignKey)));
    let renewed = introduction().sign(&federation(), &log_key(ZHOUSHAN, 2));
    assert!(Introduction::verify(&renewed, &roster).is_ok());
}

#[test]
fn another_federation_another_type_and_another_city_are_refused() {
    let key = root_key(ZHOUSHAN);
    let elsewhere = introduction().sign(&named_genesis("另一样例联盟").id(), &key);
    assert_eq!(verify(&elsewhere), Err(IntroductionFault::Cose(BadSignature.into())));
    let other_type = cose::sign(&introduction().encode(), SignedType::Standing, &federation(), &key);
    assert_eq!(verify(&other_type), Err(IntroductionFault::Cose(BadSignature.into())));
    let stranger = Introduction { city: city("999999"), ..introduction() };
    assert_eq!(verify(&stranger.sign(&federation(), &key)), Err(IntroductionFault::ForeignCity));
}

#[test]
fn other_fields_are_refused() {
    let signed =
        |payload: &[u8]| verify(&cose::sign(payload, SignedType::Introduction, &federation(), &root_key(ZHOUSHAN)));
    let no_peer = Introduction { peer_id: vec![], ..introduction() };
    assert_eq!(signed(&no_peer.encode()), Err(IntroductionFault::Shape));
    let long_peer = Introduction { peer_id: vec![0; PEER_ID_BYTES + 1], ..introduction() };
    assert_eq!(signed(&long_peer.encode()), Err(IntroductionFault::Shape));
    let mut newer = introduction().encode();
    newer[2] = 2;
    assert_eq!(signed(&newer), Err(IntroductionFault::Version));
    let mut longer = introduction().encode();
    longer[0] += 1;
    longer.extend([5, 0]);
    assert_eq!(signed(&longer), Err(IntroductionFault::Shape));
    longer.push(0);
    assert_eq!(signed(&longer), Err(IntroductionFault::Cbor(CborFault::Trailing)));
    assert_eq!(verify(&[0; INTRODUCTION_BYTES + 1]), Err(IntroductionFault::Cose(CoseFault::TooLong)));
}

#[test]
fn every_single_bit_is_bound() {
    let bytes = introduction().sign(&federation(), &root_key(ZHOUSHAN));
    for bit in 0..bytes.len() * 8 {
        let mut wrong = bytes.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(&wrong).is_err(), "bit {bit}");
    }
    for end in 0..bytes.len() {
        assert!(verify(&bytes[..end]).is_err(), "{end}");
    }
}

proptest! {
    #[test]
    fn introductions_read_back(peer_id in prop::collection::vec(any::<u8>(), 1..=PEER_ID_BYTES), until in 0..=i64::MAX) {
        let introduction = Introduction { city: city(HEZHOU), peer_id, valid_until: Millis(until) };
        prop_assert_eq!(Introduction::decode(&introduction.encode()), Ok(introduction));
    }
}
