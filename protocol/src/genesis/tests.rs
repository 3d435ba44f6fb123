//! What founds a federation, and what does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::founding::{HEZHOU, LANZHOU, TestKey, ZHOUSHAN, city, genesis, manifest, root_key, signatures};
use super::*;
use proptest::prelude::*;

fn found(manifest: &Manifest) -> Result<Genesis, GenesisFault> {
    Genesis::found(manifest, &signatures(manifest))
}

fn three() -> Manifest {
    manifest("样例联盟", &[ZHOUSHAN, HEZHOU, LANZHOU])
}

#[test]
fn a_genesis_round_trips_and_its_id_is_the_manifests_digest() {
    let made = found(&three()).unwrap();
    assert_eq!(made.id(), three().federation());
    assert_eq!(made.manifest(), &three());
    assert_eq!(Genesis::decode(made.bytes()), Ok(made));
    assert_eq!(found(&manifest("one", &[ZHOUSHAN])).unwrap().manifest().members.len(), 1);
}

#[test]
fn every_founder_signs() {
    let manifest = three();
    let mut some = signatures(&manifest);
    some.remove(&city(HEZHOU));
    assert_eq!(Genesis::found(&manifest, &some), Err(GenesisFault::Signature(city(HEZHOU))));
    some.insert(city(HEZHOU), manifest.sign(&root_key(LANZHOU)));
    assert_eq!(Genesis::found(&manifest, &some), Err(GenesisFault::Signature(city(HEZHOU))));
    let mut more = signatures(&manifest);
    more.insert(city("110000"), [1; 64]);
    assert_eq!(Genesis::found(&manifest, &more), Err(GenesisFault::Shape));
    let other = Manifest { founded_at: Millis(1), ..three() };
    assert_eq!(Genesis::found(&other, &signatures(&manifest)), Err(GenesisFault::Signature(city(ZHOUSHAN))));
}

#[test]
fn nothing_stands_twice() {
    let shared: [fn(&mut Manifest); 6] = [
        |m| m.members[1].root = m.members[0].root.clone(),
        |m| m.members[1].log = m.members[0].cosigner.clone(),
        |m| m.members[1].cosigner = m.members[2].root.clone(),
        |m| m.members[1].log = m.members[1].root.clone(),
        |m| m.members[1].peer_id = m.members[0].peer_id.clone(),
        |m| m.members[1].code = m.members[0].code,
    ];
    for share in shared {
        let mut manifest = three();
        share(&mut manifest);
        assert_eq!(Manifest::decode(&manifest.encode()), Err(GenesisFault::Repeated));
    }
}

#[test]
fn fields_out_of_their_limits_are_refused() {
    let wrong: [fn(&mut Manifest); 14] = [
        |m| m.members.clear(),
        |m| m.members.reverse(),
        |m| m.threshold = (0, 3),
        |m| m.threshold = (4, 3),
        |m| m.threshold = (0, 0),
        |m| m.name.clear(),
        |m| m.name = "x".repeat(NAME_BYTES + 1),
        |m| m.members[0].name.clear(),
        |m| m.members[0].peer_id.clear(),
        |m| m.members[0].peer_id = vec![1; PEER_ID_BYTES + 1],
        |m| m.members[0].addresses = vec!["/ip4/192.0.2.1/tcp/1".into(); ADDRESSES + 1],
        |m| m.members[0].addresses = vec!["x".repeat(ADDRESS_BYTES + 1)],
        |m| m.clocks = (0..=CLOCKS).map(|n| (format!("clock {n}"), 1)).collect(),
        |m| m.clocks = BTreeMap::from([("x".repeat(CLOCK_NAME_BYTES + 1), 1)]),
    ];
    for (n, spoil) in wrong.iter().enumerate() {
        let mut manifest = three();
        spoil(&mut manifest);
        assert_eq!(Manifest::decode(&manifest.encode()), Err(GenesisFault::Shape), "case {n}");
    }
}

#[test]
fn weak_keys_and_other_versions_are_refused() {
    let bytes = three().encode();
    let key = *three().members[0].log.bytes();
    let at = bytes.windows(32).position(|window| window == key).unwrap();
    let mut weak = bytes.clone();
    // The point of order one.
    weak[at..at + 32].fill(0);
    weak[at] = 1;
    assert_eq!(Manifest::decode(&weak), Err(GenesisFault::Key(crate::key::KeyFault::Weak)));
    // Map of six, key 0, version 1.
    assert_eq!(bytes[..3], [0xa6, 0x00, 0x01]);
    let mut newer = bytes.clone();
    newer[2] = 2;
    assert_eq!(Manifest::decode(&newer), Err(GenesisFault::Shape));
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(Manifest::decode(&longer), Err(GenesisFault::Cbor(_))));
}

#[test]
fn clocks_of_any_name_come_out_in_canonical_order() {
    let clocks =
        BTreeMap::from([("bb".into(), 1), ("a".into(), 2), ("ab".into(), 3), ("c".into(), 4), ("市".into(), 5)]);
    let manifest = Manifest { clocks, ..three() };
    assert_eq!(Manifest::decode(&manifest.encode()), Ok(manifest));
}

#[test]
fn a_test_key_is_the_same_every_time() {
    assert_eq!(TestKey::new("a").public(), TestKey::new("a").public());
}

proptest! {
    #[test]
    fn every_changed_bit_is_seen(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let genesis = genesis();
        let mut bytes = genesis.bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Genesis::decode(&bytes).is_err());
    }
}

#[test]
fn codes_are_stable() {
    let faults = [
        (GenesisFault::Cbor(crate::cbor::CborFault::Truncated), "genesis_not_canonical"),
        (GenesisFault::Shape, "genesis_shape"),
        (GenesisFault::Key(crate::key::KeyFault::Weak), "genesis_key"),
        (GenesisFault::Repeated, "genesis_repeated"),
        (GenesisFault::Signature(city(ZHOUSHAN)), "genesis_signature"),
    ];
    for (fault, code) in faults {
        assert_eq!(fault.code(), code);
    }
}

/// R6: names and addresses that nobody can see are not founded on; a founded federation is taken as it came.
#[test]
fn unsafe_text_founds_nothing() {
    let edits: [fn(&mut Manifest); 4] = [
        |manifest| manifest.name.push('\u{202E}'),
        |manifest| manifest.members[1].name.push('\n'),
        |manifest| manifest.members[2].addresses[0].push('\u{200B}'),
        |manifest| {
            manifest.clocks.insert("a\u{FEFF}".to_owned(), 1);
        },
    ];
    for edit in edits {
        let mut manifest = three();
        edit(&mut manifest);
        assert_eq!(found(&manifest).unwrap_err().code(), "text_unsafe");
        assert_eq!(Manifest::decode(&manifest.encode()), Ok(manifest));
    }
}
