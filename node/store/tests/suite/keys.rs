//! The registry of families and the key layouts: one-to-one, sorted as what they name, and read back.

use huxin_engine::ledger::*;
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::tree::NodePlace;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn families_are_one_to_one() {
    for (number, family) in FAMILIES.iter().enumerate() {
        assert_eq!(*family as usize, number, "{} stands at its number", family.name());
    }
    let names: BTreeSet<_> = FAMILIES.iter().map(|family| family.name()).collect();
    assert_eq!(names.len(), FAMILIES.len());
    assert!(names.iter().all(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase())));
    assert!(!names.contains("default"), "RocksDB's own family");
}

#[test]
fn the_stored_names_and_numbers_never_change() {
    let list: Vec<_> = FAMILIES.iter().map(|family| format!("{}{}", *family as u8, family.name())).collect();
    assert_eq!(
        list.join(" "),
        "0meta 1log 2body 3tree 4head 5record 6cosignature 7about 8ground 9subject 10trust 11reference 12lacking \
         13abandoned 14evidence 15audit 16chain 17erased"
    );
}

fn city() -> impl Strategy<Value = CityCode> {
    "[a-c0-1]{2,16}".prop_map(|code| CityCode::new(&code).unwrap())
}
fn seq() -> impl Strategy<Value = Seq> {
    prop_oneof![0u64..4, any::<u64>(), 254u64..258].prop_map(Seq)
}
fn epoch() -> impl Strategy<Value = Epoch> {
    prop_oneof![1u32..4, 1u32.., 254u32..258].prop_map(Epoch)
}
fn digest() -> impl Strategy<Value = Digest> {
    prop_oneof![any::<[u8; 32]>(), any::<u8>().prop_map(|b| [b; 32])].prop_map(Digest)
}
fn place() -> impl Strategy<Value = NodePlace> {
    (0u8..64, any::<u64>()).prop_map(|(level, index)| NodePlace { level, index })
}

/// Keys sort as the tuples they are made of.
macro_rules! sorts {
    ($($test:ident: $tuple:expr => $key:expr;)*) => {
        proptest! {$(
            #[test]
            fn $test(a in $tuple, b in $tuple) {
                let key = $key;
                let (left, right) = (key(a), key(b));
                prop_assert_eq!(left.cmp(&right), a.cmp(&b));
            }
        )*}
    };
}

sorts! {
    places_sort: (city(), seq()) => |k: (CityCode, Seq)| place_key(k.0, k.1);
    bodies_sort: (city(), epoch(), seq()) => |k: (CityCode, Epoch, Seq)| body_key(k.0, k.1, k.2);
    nodes_sort: (city(), place()) => |k: (CityCode, NodePlace)| tree_key(k.0, k.1);
    cities_sort: (city(),) => |k: (CityCode,)| city_key(k.0);
    records_sort: (city(), epoch(), digest()) => |k: (CityCode, Epoch, Digest)| record_key(k.0, k.1, &k.2);
    cosignatures_sort: (city(), city()) => |k: (CityCode, CityCode)| cosignature_key(k.0, k.1);
    grounds_sort: (city(), digest(), seq()) => |k: (CityCode, Digest, Seq)| ground_key(k.0, &k.1, k.2);
    evidence_sorts: (city(), epoch()) => |k: (CityCode, Epoch)| evidence_key(k.0, k.1);
    erasures_sort: (city(), seq(), seq()) => |k: (CityCode, Seq, Seq)| erased_key(k.0, k.1, k.2);
    audits_sort: (any::<u64>(),) => |k: (u64,)| audit_key(k.0);
}

proptest! {
    #[test]
    fn acts_sort_by_target_kind_and_actor(
        a in ((city(), seq()), any::<u16>(), (city(), seq())), b in ((city(), seq()), any::<u16>(), (city(), seq())),
    ) {
        let key = |k: ((CityCode, Seq), u16, (CityCode, Seq))| about_key(k.0, Kind::from_number(k.1), k.2);
        prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        prop_assert_eq!(read_about_key(&key(a)), Some((Kind::from_number(a.1), a.2.0, a.2.1)));
    }

    #[test]
    fn trust_sorts_by_city_kind_number_and_place(
        a in (city(), any::<u16>(), seq()), b in (city(), any::<u16>(), seq()),
    ) {
        let key = |k: (CityCode, u16, Seq)| trust_key(k.0, Kind::from_number(k.1), k.2);
        prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
    }

    #[test]
    fn subjects_keep_together(
        a in "[a-z0-9]{2,3}:[ -~&&[^ /]]{1,4}", b in "[a-z0-9]{2,3}:[ -~&&[^ /]]{1,4}", city in city(), x in seq(), y in seq(),
    ) {
        let (a, b): (SubjectId, SubjectId) = (a.parse().unwrap(), b.parse().unwrap());
        prop_assert_eq!(subject_key(&a, city, x).cmp(&subject_key(&a, city, y)), x.cmp(&y));
        prop_assert!(subject_key(&a, city, x).starts_with(&subject_prefix(&a)));
        if a != b {
            prop_assert!(!subject_key(&b, city, x).starts_with(&subject_prefix(&a)), "{} within {}", b, a);
        }
    }

    #[test]
    fn references_keep_together(a in ".{0,20}", b in ".{0,20}", x in seq(), y in seq()) {
        prop_assert_eq!(reference_key(&a, x).cmp(&reference_key(&a, y)), x.cmp(&y));
        prop_assert!(reference_key(&a, x).starts_with(&reference_prefix(&a)));
        prop_assert_eq!(reference_prefix(&a) == reference_prefix(&b), a == b);
    }

    #[test]
    fn places_are_read_back(city in city(), actor in city(), epoch in epoch(), seq in seq(), target in seq(), tag in digest(), place in place()) {
        let subject: SubjectId = "wb:4711".parse().unwrap();
        for key in [
            place_key(city, seq),
            about_key((actor, target), Kind::Objection, (city, seq)),
            subject_key(&subject, city, seq),
        ] {
            prop_assert_eq!(last_place(&key), Some((city, seq)));
        }
        for key in [
            body_key(city, epoch, seq),
            ground_key(city, &tag, seq),
            trust_key(city, Kind::Recognition, seq),
            reference_key("r", seq),
            audit_key(seq.0),
        ] {
            prop_assert_eq!(last_seq(&key), Some(seq));
        }
        prop_assert_eq!(last_seq(&tree_key(city, place)), Some(Seq(place.index)));
    }
}

#[test]
fn short_keys_have_no_place() {
    assert_eq!(last_seq(&[0; 7]), None);
    assert_eq!(last_place(&[0; 23]), None);
    assert_eq!(last_place(&[0; 24]), None, "an empty city");
}
