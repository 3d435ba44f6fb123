//! The founding of a federation: a manifest that all founders' roots signed. Its digest is the federation id (R80).
//!
//! Genesis file: CBOR `[manifest bytes, [64-byte signature, …] sorted by city]`. Manifest map: 0 version (1), 1 name,
//! 2 members sorted by code, each map {1 code, 2 name, 3 root key, 4 log key, 5 cosigner key, 6 peer id, 7 addresses},
//! 3 approval threshold `[numerator, denominator]`, 4 clocks map {text name: working days}, 5 founded_at.
//!
//! A signature is Ed25519 by a founder's root over the COSE Sig_structure of type `genesis` with the manifest as its
//! payload; only the 64 bytes are kept, because everything else in the envelope follows from the manifest (R81). The
//! federation id is taken over the manifest alone, so that each founder can compute it before anyone has signed.

#[cfg(test)]
pub(crate) mod founding;
mod manifest;
#[cfg(test)]
mod tests;

use crate::cbor::{ReadFault, Reader, Writer};
use crate::cose::{SignedType, to_be_signed};
use crate::digest::{Context, Digest};
use crate::ids::CityCode;
use crate::key::{PublicKey, Sign};
use crate::time::Millis;
use std::collections::BTreeMap;

/// Longest genesis file in bytes: a page of an answer, so that it can be asked for like anything else.
pub const GENESIS_BYTES: usize = crate::limits::PAGE_BYTES;
/// Most members: three times the 337 cities at prefecture level.
pub const MEMBERS: usize = 1024;
/// Longest name of a federation or a city, in bytes.
pub const NAME_BYTES: usize = 128;
/// Longest peer id as a multihash, in bytes.
pub const PEER_ID_BYTES: usize = 64;
/// Most addresses of one member.
pub const ADDRESSES: usize = 16;
/// Longest address as text, in bytes: a multiaddress with the longest host name.
pub const ADDRESS_BYTES: usize = 320;
/// Most clocks in a manifest.
pub const CLOCKS: usize = 64;
/// Longest name of a clock, in bytes.
pub const CLOCK_NAME_BYTES: usize = 64;

/// A founding city, with the keys and the place in the network that it begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub code: CityCode,
    pub name: String,
    pub root: PublicKey,
    /// Keys of epoch 1.
    pub log: PublicKey,
    pub cosigner: PublicKey,
    /// libp2p peer id as multihash bytes, 1 to [`PEER_ID_BYTES`].
    pub peer_id: Vec<u8>,
    /// Multiaddresses as text, at most [`ADDRESSES`] of at most [`ADDRESS_BYTES`].
    pub addresses: Vec<String>,
}

/// What the founders agree on and sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub name: String,
    /// Sorted by code, without repeats, 1 to [`MEMBERS`].
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
    /// Only where a manifest is signed: see [`Manifest::check_texts`].
    #[error("{field}: {fault}")]
    Text { field: String, fault: crate::text::TextFault },
}

impl GenesisFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Cbor(_) => "genesis_not_canonical",
            Self::Shape => "genesis_shape",
            Self::Key(_) => "genesis_key",
            Self::Repeated => "genesis_repeated",
            Self::Signature(_) => "genesis_signature",
            Self::Text { fault, .. } => fault.code(),
        }
    }
}

impl From<ReadFault> for GenesisFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

/// What a founder's root signs.
fn founding_words(root: &PublicKey, manifest: &[u8], federation: &Digest) -> Vec<u8> {
    to_be_signed(&root.digest(), manifest, SignedType::Genesis, federation)
}

impl Manifest {
    /// The federation id that this manifest founds.
    #[must_use]
    pub fn federation(&self) -> Digest {
        Context::Federation.digest(&self.encode())
    }
    /// Whether every text of the manifest may be signed (R6). A node that receives a founded federation takes it as it
    /// came.
    ///
    /// # Errors
    /// The first text that may not.
    pub fn check_texts(&self) -> Result<(), GenesisFault> {
        let check = |field: String, text: &str| {
            crate::text::check_text(text).map_err(|fault| GenesisFault::Text { field, fault })
        };
        check("name of the federation".to_owned(), &self.name)?;
        for member in &self.members {
            check(format!("name of {}", member.code), &member.name)?;
            for address in &member.addresses {
                check(format!("address of {}", member.code), address)?;
            }
        }
        self.clocks.keys().try_for_each(|name| check("name of a clock".to_owned(), name))
    }
    /// One founder's signature over the manifest. Look at [`Manifest::check_texts`] first.
    #[must_use]
    pub fn sign(&self, root: &dyn Sign) -> [u8; 64] {
        let bytes = self.encode();
        root.sign(&founding_words(root.public(), &bytes, &Context::Federation.digest(&bytes)))
    }
}

impl Genesis {
    /// Puts the founders' signatures together and checks the whole as [`Genesis::decode`] does.
    ///
    /// # Errors
    /// [`GenesisFault::Signature`] with the first city whose signature is missing or wrong; [`GenesisFault::Shape`] for
    /// a signature of a city that is no member; [`GenesisFault::Text`].
    pub fn found(manifest: &Manifest, signatures: &BTreeMap<CityCode, [u8; 64]>) -> Result<Self, GenesisFault> {
        manifest.check_texts()?;
        let mut sorted = Vec::with_capacity(manifest.members.len());
        for member in &manifest.members {
            sorted.push(*signatures.get(&member.code).ok_or(GenesisFault::Signature(member.code))?);
        }
        if sorted.len() != signatures.len() {
            return Err(GenesisFault::Shape);
        }
        let mut writer = Writer::default();
        writer.array(2).bytes(&manifest.encode()).list(&sorted, |writer, signature| {
            writer.bytes(signature);
        });
        Self::decode(&writer.finish())
    }

    /// Reads a genesis file and checks every founder's signature.
    ///
    /// # Errors
    /// What is wrong with it first, from the outside in.
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisFault> {
        if bytes.len() > GENESIS_BYTES {
            return Err(GenesisFault::Shape);
        }
        let mut reader = Reader::checked(bytes)?;
        reader.array_of(2)?;
        let manifest_bytes = reader.bytes()?;
        let signatures = reader.list(1, MEMBERS, Reader::bytes_of::<64>)?;
        let manifest = Manifest::decode(manifest_bytes)?;
        if signatures.len() != manifest.members.len() {
            return Err(GenesisFault::Shape);
        }
        let id = Context::Federation.digest(manifest_bytes);
        for (member, signature) in manifest.members.iter().zip(&signatures) {
            let words = founding_words(&member.root, manifest_bytes, &id);
            member.root.verify(&words, signature).map_err(|_| GenesisFault::Signature(member.code))?;
        }
        Ok(Self { id, manifest, bytes: bytes.to_vec() })
    }

    /// The federation id (R80).
    #[must_use]
    pub const fn id(&self) -> Digest {
        self.id
    }
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }
    /// The file as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
