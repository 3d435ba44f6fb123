#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::genesis::founding::{
    HEZHOU, ZHOUSHAN, city, cosigner_key, federation, genesis, log_key, named_genesis, root_key,
};
use crate::header::tests::{any_about, any_city, any_digest};
use crate::ids::{Seq, StatementId};
use crate::key::BadSignature;
use crate::key_record::{KeyRecord, SignedRecord, Tail};
use proptest::prelude::*;

fn standing() -> Standing {
    let id = StatementId { city: city(ZHOUSHAN), epoch: Epoch::FIRST, seq: Seq(17) };
    Standing {
        exporter: city(HEZHOU),
        exporter_epoch: Epoch::FIRST,
        entry: About { id, digest: Digest([1; 32]) },
        state: "listed".to_owned(),
        log: (Epoch::FIRST, Size(40), TreeHash([2; 32])),
        log_digest: Digest([3; 32]),
        time: Millis(1_795_276_800_000),
    }
}

fn verify(bytes: &[u8]) -> Result<Standing, StandingFault> {
    Standing::verify(bytes, &Roster::new(&genesis())).map(|verified| verified.standing().clone())
}

#[test]
fn only_the_log_key_of_the_exporters_epoch_signs() {
    assert_eq!(verify(&standing().sign(&federation(), &log_key(HEZHOU, 1))), Ok(standing()));
    for key in [root_key(HEZHOU), cosigner_key(HEZHOU, 1), log_key(HEZHOU, 2), log_key(ZHOUSHAN, 1)] {
        let fault = StandingFault::Cose(CoseFault::ForeignKey);
        assert_eq!(verify(&standing().sign(&federation(), &key)), Err(fault));
    }
}

#[test]
fn a_note_of_a_closed_epoch_says_so() {
    let note = standing().sign(&federation(), &log_key(HEZHOU, 1));
    let mut roster = Roster::new(&genesis());
    assert!(!Standing::verify(&note, &roster).unwrap().signed_in_closed_epoch());
    let record = KeyRecord {
        city: city(HEZHOU),
        epoch: Epoch(2),
        log: log_key(HEZHOU, 2).public().clone(),
        cosigner: cosigner_key(HEZHOU, 2).public().clone(),
        previous: federation(),
        continues_at: (Size(1), TreeHash([1; 32])),
        void_after: None,
        tail: Tail::Void,
    };
    let newer = Standing { exporter_epoch: Epoch(2), ..standing() }.sign(&federation(), &log_key(HEZHOU, 2));
    assert_eq!(Standing::verify(&newer, &roster), Err(StandingFault::UnknownEpoch));
    roster.add(SignedRecord::sign(record, &federation(), &root_key(HEZHOU)).bytes()).unwrap();
    assert!(Standing::verify(&note, &roster).unwrap().signed_in_closed_epoch());
    assert!(!Standing::verify(&newer, &roster).unwrap().signed_in_closed_epoch());
}

#[test]
fn another_federation_another_type_and_another_city_are_refused() {
    let key = log_key(HEZHOU, 1);
    let elsewhere = standing().sign(&named_genesis("另一样例联盟").id(), &key);
    assert_eq!(verify(&elsewhere), Err(StandingFault::Cose(BadSignature.into())));
    let other_type = cose::sign(&standing().encode(), SignedType::Introduction, &federation(), &key);
    assert_eq!(verify(&other_type), Err(StandingFault::Cose(BadSignature.into())));
    let stranger = Standing { exporter: city("999999"), ..standing() };
    assert_eq!(verify(&stranger.sign(&federation(), &key)), Err(StandingFault::ForeignCity));
}

#[test]
fn other_fields_are_refused() {
    let signed =
        |payload: &[u8]| verify(&cose::sign(payload, SignedType::Standing, &federation(), &log_key(HEZHOU, 1)));
    for state in ["", "Listed", "in force", "列入", "x1", &"x".repeat(STATE_BYTES + 1)] {
        let wrong = Standing { state: state.to_owned(), ..standing() };
        assert_eq!(signed(&wrong.encode()), Err(StandingFault::Shape), "{state}");
    }
    let epoch = Standing { log: (Epoch(0), Size(40), TreeHash([2; 32])), ..standing() };
    assert_eq!(signed(&epoch.encode()), Err(StandingFault::Shape));
    let mut newer = standing().encode();
    newer[4] = 2;
    assert_eq!(signed(&newer), Err(StandingFault::Version));
    let mut longer = standing().encode();
    longer[0] += 1;
    longer.extend([9, 0]);
    assert_eq!(signed(&longer), Err(StandingFault::Shape));
    assert_eq!(verify(&[0; STANDING_BYTES + 1]), Err(StandingFault::Cose(CoseFault::TooLong)));
}

#[test]
fn every_single_bit_is_bound() {
    let bytes = standing().sign(&federation(), &log_key(HEZHOU, 1));
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
    fn notes_read_back(
        exporter in any_city(),
        (exporter_epoch, log_epoch) in (1..=u32::MAX, 1..=u32::MAX),
        entry in any_about(),
        state in "[a-z_]{1,32}",
        (size, root, log_digest) in (any::<u64>(), any::<[u8; 32]>(), any_digest()),
        time in 0..=i64::MAX,
    ) {
        let standing = Standing {
            exporter,
            exporter_epoch: Epoch(exporter_epoch),
            entry,
            state,
            log: (Epoch(log_epoch), Size(size), TreeHash(root)),
            log_digest,
            time: Millis(time),
        };
        prop_assert_eq!(Standing::decode(&standing.encode()), Ok(standing));
    }
}
