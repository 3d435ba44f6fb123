//! The founding of a federation: a manifest that all founders' roots signed. Its digest is the federation id (R80).
//!
//! Genesis file: CBOR `[manifest bytes, [64-byte signature, …] sorted by city]`. Manifest map: 0 version (1), 1 name,
//! 2 members sorted by code, each map {1 code, 2 name, 3 root key, 4 log key, 5 cosigner key, 6 peer id, 7 addresses},
//! 3 approval threshold `[numerator, denominator]`, 4 clocks map {text name: working days}, 5 founded_at.

use crate::digest::Digest;
use crate::ids::CityCode;
use crate::key::{PublicKey, Sign};
use crate::time::Millis;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub code: CityCode,
    pub name: String,
    pub root: PublicKey,
    /// Keys of epoch 1.
    pub log: PublicKey,
    pub cosigner: PublicKey,
    /// libp2p peer id as multihash bytes.
    pub peer_id: Vec<u8>,
    /// Multiaddresses as text.
    pub addresses: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub name: String,
    /// Sorted by code, without repeats, at least one.
    pub members: Vec<Member>,
    /// Approvals above this share of the members change the federation (default 2/3).
    pub threshold: (u16, u16),
    /// Default clocks in working days (DOMAIN rule 5).
    pub clocks: BTreeMap<String, u16>,
    pub founded_at: Millis,
}

/// A genesis whose every root signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    id: Digest,
    manifest: Manifest,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisFault {
    #[error("the genesis file is not deterministic CBOR: {0}")]
    Cbor(#[from] crate::cbor::CborFault),
    #[error("the genesis file does not have the fields of version 1")]
    Shape,
    #[error("a key in the manifest is not usable: {0}")]
    Key(#[from] crate::key::KeyFault),
    #[error("two members share a code, a key or a peer id")]
    Repeated,
    #[error("the signature of {0}'s root is missing or does not hold")]
    Signature(CityCode),
}

impl Manifest {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        todo!()
    }
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisFault> {
        let _ = bytes;
        todo!()
    }
    /// The federation id that this manifest founds.
    #[must_use]
    pub fn federation(&self) -> Digest {
        todo!()
    }
    /// One founder's signature over the manifest.
    #[must_use]
    pub fn sign(&self, root: &dyn Sign) -> [u8; 64] {
        let _ = root;
        todo!()
    }
}

impl Genesis {
    /// Puts the founders' signatures together.
    pub fn found(manifest: &Manifest, signatures: &BTreeMap<CityCode, [u8; 64]>) -> Result<Self, GenesisFault> {
        let _ = (manifest, signatures);
        todo!()
    }
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisFault> {
        let _ = bytes;
        todo!()
    }
    #[must_use]
    pub const fn id(&self) -> Digest {
        self.id
    }
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
