//! A small synthetic federation for tests, with keys that follow from names. No real office takes part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Genesis, Manifest, Member};
use crate::digest::Digest;
use crate::ids::CityCode;
use crate::key::{PublicKey, Sign};
use crate::time::Millis;
use ed25519_dalek::Signer as _;
use std::collections::BTreeMap;

/// A key whose seed is the SHA-256 of its name.
pub(crate) struct TestKey {
    signing: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl TestKey {
    pub(crate) fn new(name: &str) -> Self {
        use sha2::Digest as _;
        let seed: [u8; 32] = sha2::Sha256::digest(name.as_bytes()).into();
        let signing = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = PublicKey::new(signing.verifying_key().as_bytes()).unwrap();
        Self { signing, public }
    }
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl Sign for TestKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

pub(crate) const ZHOUSHAN: &str = "330900";
pub(crate) const HEZHOU: &str = "451100";
pub(crate) const LANZHOU: &str = "620100";

pub(crate) fn city(code: &str) -> CityCode {
    CityCode::new(code).unwrap()
}

/// The root key of a city in every test federation.
pub(crate) fn root_key(city: &str) -> TestKey {
    TestKey::new(&format!("{city} root"))
}
/// The log key of a city's epoch.
pub(crate) fn log_key(city: &str, epoch: u32) -> TestKey {
    TestKey::new(&format!("{city} log {epoch}"))
}
/// The cosigner key of a city's epoch.
pub(crate) fn cosigner_key(city: &str, epoch: u32) -> TestKey {
    TestKey::new(&format!("{city} cosigner {epoch}"))
}

pub(crate) fn manifest(name: &str, cities: &[&str]) -> Manifest {
    let members = cities.iter().map(|code| Member {
        code: city(code),
        name: format!("样例市 {code}"),
        root: root_key(code).public().clone(),
        log: log_key(code, 1).public().clone(),
        cosigner: cosigner_key(code, 1).public().clone(),
        peer_id: format!("peer {code}").into_bytes(),
        addresses: vec![format!("/dns4/{code}.example/tcp/4001")],
    });
    Manifest {
        name: name.to_owned(),
        members: members.collect(),
        threshold: (2, 3),
        clocks: BTreeMap::from([("objection_ruling".into(), 15), ("response".into(), 5)]),
        founded_at: Millis(1_700_000_000_000),
    }
}

pub(crate) fn signatures(manifest: &Manifest) -> BTreeMap<CityCode, [u8; 64]> {
    manifest.members.iter().map(|m| (m.code, manifest.sign(&root_key(m.code.as_str())))).collect()
}

/// Three stand-in cities.
pub(crate) fn genesis() -> Genesis {
    named_genesis("样例联盟")
}

/// The same cities and keys under another name: another federation.
pub(crate) fn named_genesis(name: &str) -> Genesis {
    let manifest = manifest(name, &[ZHOUSHAN, HEZHOU, LANZHOU]);
    Genesis::found(&manifest, &signatures(&manifest)).unwrap()
}

pub(crate) fn federation() -> Digest {
    genesis().id()
}
