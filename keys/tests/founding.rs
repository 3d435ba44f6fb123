//! Founding: join files, one manifest, a signature of each root.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_keys::{FoundingSignature, FoundingTerms, JoinFault, JoinFile, KeyFolder, collect, found, peer_id_bytes};
use huxin_protocol::genesis::{Genesis, Manifest};
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

struct City {
    _place: tempfile::TempDir,
    folder: KeyFolder,
    join: JoinFile,
}
fn a_city(code: &str) -> City {
    let place = tempfile::tempdir().unwrap();
    let folder = KeyFolder::create(&place.path().join("keys"), CityCode::new(code).unwrap(), None).unwrap();
    let join = JoinFile::make(&folder, &format!("样例市{code}"), &["/ip4/192.0.2.7/tcp/7651".to_owned()]).unwrap();
    City { _place: place, folder, join }
}
fn terms() -> FoundingTerms {
    FoundingTerms {
        name: "试验联盟".into(),
        founded_at: Millis(1_795_000_000_000),
        threshold: (2, 3),
        clocks: [("feedback".to_owned(), 10)].into(),
    }
}
fn manifest_of(cities: &[&City]) -> Manifest {
    let files: Vec<JoinFile> = cities.iter().map(|city| city.join.clone()).collect();
    found(&terms(), &files).unwrap()
}
fn sign(manifest: &Manifest, cities: &[&City]) -> Vec<FoundingSignature> {
    cities.iter().map(|city| FoundingSignature::make(manifest, &city.folder).unwrap()).collect()
}

#[test]
fn three_cities_found_a_federation() {
    let (a, b, c) = (a_city("330900"), a_city("451100"), a_city("370100"));
    let files: Vec<JoinFile> =
        [&a, &b, &c].iter().map(|city| JoinFile::read(&city.join.encode().unwrap()).unwrap()).collect();
    let manifest = found(&terms(), &files).unwrap();
    let codes: Vec<&str> = manifest.members.iter().map(|member| member.code.as_str()).collect();
    assert_eq!(codes, ["330900", "370100", "451100"]);
    // Whoever puts the files together in whatever order makes the same federation.
    let turned: Vec<JoinFile> = files.iter().rev().cloned().collect();
    assert_eq!(found(&terms(), &turned).unwrap().federation(), manifest.federation());

    let signatures: Vec<FoundingSignature> = sign(&manifest, &[&c, &a, &b])
        .iter()
        .map(|signature| FoundingSignature::read(&signature.encode().unwrap()).unwrap())
        .collect();
    let genesis = collect(&manifest, &signatures).unwrap();
    assert_eq!(genesis.id(), manifest.federation());
    let read = Genesis::decode(genesis.bytes()).unwrap();
    assert_eq!(read.manifest(), &manifest);
    let member = &read.manifest().members[0];
    assert_eq!(member.root, a.folder.show().root);
    assert_eq!(member.peer_id, peer_id_bytes(a.folder.show().transport.bytes()));
    assert_eq!(member.addresses, ["/ip4/192.0.2.7/tcp/7651"]);
}

/// Any change to any character either breaks the shape or the signature, or is one of layout alone.
#[test]
fn a_changed_join_file_never_passes_for_the_signed_one() {
    let city = a_city("330900");
    let good = city.join.encode().unwrap();
    let mut told = BTreeMap::<&str, u32>::new();
    for at in 0..good.len() {
        let mut bent = good.clone();
        bent[at] ^= 1;
        match JoinFile::read(&bent) {
            Ok(file) => assert_eq!(file, city.join, "at {at}: {:?}", String::from_utf8_lossy(&bent)),
            Err(fault) => *told.entry(fault.code()).or_default() += 1,
        }
    }
    assert!(told["join_signature"] > 100, "{told:?}");
    assert!(told["join_shape"] > 100, "{told:?}");
    assert!(JoinFile::read(&good[..good.len() / 2]).is_err());
}

#[test]
fn join_files_of_another_version_or_without_a_name_are_refused() {
    let city = a_city("330900");
    let text = String::from_utf8(city.join.encode().unwrap()).unwrap();
    let code = |text: String| JoinFile::read(text.as_bytes()).unwrap_err().code();
    assert_eq!(code(text.replace("\"version\": 1", "\"version\": 2")), "join_version");
    assert_eq!(code(text.replace("\"name\"", "\"title\"")), "join_shape");
    assert_eq!(code(text.replace("样例", "例样")), "join_signature");
    for name in ["", "  ", &"城".repeat(101)] {
        assert_eq!(JoinFile::make(&city.folder, name, &[]).unwrap_err().code(), "join_name");
    }
}

#[test]
fn the_same_city_or_key_twice_and_nobody_are_refused() {
    let (a, b) = (a_city("330900"), a_city("330900"));
    let code = |files: &[JoinFile]| found(&terms(), files).unwrap_err().code();
    assert_eq!(code(&[]), "join_nobody");
    assert_eq!(code(&[a.join.clone(), b.join.clone()]), "join_repeated_city");
    assert_eq!(code(&[a.join.clone(), a.join.clone()]), "join_repeated_city");
    for threshold in [(0, 0), (4, 3), (1, 3)] {
        let terms = FoundingTerms { threshold, ..terms() };
        assert_eq!(found(&terms, std::slice::from_ref(&a.join)).unwrap_err().code(), "join_threshold");
    }
    // A file that was changed in memory is checked again.
    let mut bent = a.join.clone();
    bent.name.push('x');
    assert_eq!(code(&[bent]), "join_signature");
}

#[test]
fn a_key_folder_signs_only_a_manifest_with_its_own_keys() {
    let (a, b, twin) = (a_city("330900"), a_city("451100"), a_city("330900"));
    let manifest = manifest_of(&[&a, &b]);
    let fault = FoundingSignature::make(&manifest, &twin.folder).unwrap_err();
    assert!(matches!(fault, JoinFault::NotOurs { part: "root key", .. }), "{fault}");
    let stranger = a_city("370100");
    assert_eq!(FoundingSignature::make(&manifest, &stranger.folder).unwrap_err().code(), "founding_no_member");
    for (part, change) in [
        ("log key", (|m, t| m.log = t.log.clone()) as fn(&mut huxin_protocol::genesis::Member, &JoinFile)),
        ("cosigner key", |m, t| m.cosigner = t.cosigner.clone()),
        ("peer id", |m, t| m.peer_id = t.peer_id()),
    ] {
        let mut changed = manifest.clone();
        change(&mut changed.members[0], &twin.join);
        let fault = FoundingSignature::make(&changed, &a.folder).unwrap_err();
        assert_eq!(fault.code(), "founding_not_our_keys");
        assert!(fault.to_string().contains(part), "{fault}");
    }
}

#[test]
fn missing_foreign_and_repeated_signatures_are_told_apart() {
    let (a, b, c) = (a_city("330900"), a_city("451100"), a_city("370100"));
    let manifest = manifest_of(&[&a, &b]);
    let signatures = sign(&manifest, &[&a, &b]);
    let code = |signatures: &[FoundingSignature]| collect(&manifest, signatures).unwrap_err().code();
    assert_eq!(code(&signatures[..1]), "founding_genesis");
    assert_eq!(code(&[]), "founding_genesis");
    let swapped = FoundingSignature { signature: signatures[0].signature, ..signatures[1].clone() };
    assert_eq!(code(&[signatures[0].clone(), swapped]), "founding_genesis");
    assert_eq!(code(&[signatures[0].clone(), signatures[0].clone()]), "join_repeated_city");
    let elsewhere = sign(&manifest_of(&[&a, &b, &c]), &[&c]);
    assert_eq!(code(&elsewhere), "founding_other_manifest");
    let outsider = FoundingSignature { city: c.folder.city(), ..signatures[0].clone() };
    assert_eq!(code(&[outsider]), "founding_no_member");
}

#[test]
fn founding_needs_the_root_key() {
    let a = a_city("330900");
    let manifest = manifest_of(&[&a]);
    std::fs::remove_file(a.folder.path().join("root.pem")).unwrap();
    assert_eq!(FoundingSignature::make(&manifest, &a.folder).unwrap_err().code(), "root_key_away");
    assert_eq!(JoinFile::make(&a.folder, "样例市", &[]).unwrap_err().code(), "root_key_away");
}
