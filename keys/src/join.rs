//! How a city joins a founding: a public file from each city, one manifest out of all, one signature from each root.
//!
//! ```text
//! each city:   huxin init            → 330900.join.json   (JoinFile)
//! one city:    found(terms, files)   → manifest           (the same bytes whoever puts it together)
//! each city:   FoundingSignature     → 330900.founding.json, after its own keys were found in the manifest
//! one city:    collect(manifest, …)  → genesis.cbor
//! ```
//!
//! A join file is signed by its own root key. That proves no identity (a stranger's file would be signed as well: the
//! cities compare root keys by another road before they sign), but a typo or a cut copy shows at once.

use crate::fault::KeysFault;
use crate::folder::KeyFolder;
use crate::peer_id::peer_id_bytes;
use huxin_protocol::digest::Digest;
use huxin_protocol::genesis::{Genesis, GenesisFault, Manifest, Member};
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::text::check_text;
use huxin_protocol::time::Millis;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Stands before the signed bytes, so that the signature can never pass for one over anything else.
const SIGNED_PREFIX: &[u8] = b"huxin/join/v1\n";

/// What a city hands to the other founders. Everything in it is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinFile {
    /// 1.
    pub version: u16,
    pub code: CityCode,
    pub name: String,
    #[serde(with = "crate::public_text")]
    pub root: PublicKey,
    /// Keys of epoch 1.
    #[serde(with = "crate::public_text")]
    pub log: PublicKey,
    #[serde(with = "crate::public_text")]
    pub cosigner: PublicKey,
    #[serde(with = "crate::public_text")]
    pub transport: PublicKey,
    /// Multiaddresses as text.
    pub addresses: Vec<String>,
    /// The root's signature over the canonical JSON (RFC 8785) of all the rest.
    #[serde(with = "crate::public_text::fixed")]
    pub signature: [u8; 64],
}

/// What the founders agree on beside their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundingTerms {
    pub name: String,
    pub founded_at: Millis,
    /// Approvals above this share of the members change the federation.
    pub threshold: (u16, u16),
    /// Clocks in working days.
    pub clocks: BTreeMap<String, u16>,
}

/// One founder's signature over the manifest, as a file of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundingSignature {
    /// 1.
    pub version: u16,
    /// The federation that the manifest founds.
    pub federation: Digest,
    pub city: CityCode,
    #[serde(with = "crate::public_text::fixed")]
    pub signature: [u8; 64],
}

#[derive(Debug, thiserror::Error)]
pub enum JoinFault {
    #[error("this is not a join file or founding signature of version 1: {0}")]
    Shape(#[source] serde_json::Error),
    #[error("a version other than 1 needs a newer program")]
    Version,
    #[error("the join file of {0} was changed or cut after it was signed")]
    Signature(CityCode),
    #[error("the name of {0} is empty or longer than 100 characters")]
    Name(CityCode),
    #[error("there is no join file to found a federation from")]
    Nobody,
    #[error("two join files name the city {0}")]
    RepeatedCity(CityCode),
    #[error("a key of {0} stands twice among the join files")]
    RepeatedKey(CityCode),
    #[error("the share {0}/{1} is not between one half and one")]
    Threshold(u16, u16),
    #[error("the manifest has no member {0}")]
    NoMember(CityCode),
    #[error("the manifest names another {part} for {city} than the key folder has")]
    NotOurs { city: CityCode, part: &'static str },
    #[error("the signature of {0} is for another manifest")]
    OtherManifest(CityCode),
    #[error("the key folder has no keys of epoch 1")]
    NoFirstEpoch,
    #[error(transparent)]
    Keys(#[from] KeysFault),
    #[error(transparent)]
    Genesis(#[from] GenesisFault),
}

impl JoinFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape(_) => "join_shape",
            Self::Version => "join_version",
            Self::Signature(_) => "join_signature",
            Self::Name(_) => "join_name",
            Self::Nobody => "join_nobody",
            Self::RepeatedCity(_) => "join_repeated_city",
            Self::RepeatedKey(_) => "join_repeated_key",
            Self::Threshold(..) => "join_threshold",
            Self::NoMember(_) => "founding_no_member",
            Self::NotOurs { .. } => "founding_not_our_keys",
            Self::OtherManifest(_) => "founding_other_manifest",
            Self::NoFirstEpoch => "join_no_first_epoch",
            Self::Keys(fault) => fault.code(),
            Self::Genesis(fault @ GenesisFault::Text { .. }) => fault.code(),
            Self::Genesis(_) => "founding_genesis",
        }
    }

    /// What to try.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Shape(_) | Self::Signature(_) => "ask the city to send the file again, as it was written",
            Self::Version => "use the newest huxin",
            Self::Name(_) => "ask the city to write the file again with its name",
            Self::Nobody => "name at least one join file",
            Self::RepeatedCity(_) | Self::RepeatedKey(_) => "take each city's file once; two cities never share a key",
            Self::Threshold(..) => "choose a share such as 2/3",
            Self::NoMember(_) => "ask for a manifest made with this city's join file",
            Self::NotOurs { .. } => "do not sign; ask for a manifest made from this folder's own join file",
            Self::OtherManifest(_) => "have every city sign the same manifest",
            Self::NoFirstEpoch => "put back the folder with the keys of epoch 1",
            Self::Keys(fault) => fault.next_step(),
            Self::Genesis(_) => "collect the signature of every founding city over the same manifest",
        }
    }
}

impl JoinFile {
    /// Makes and signs the join file of a key folder; needs the root key.
    pub fn make(folder: &KeyFolder, name: &str, addresses: &[String]) -> Result<Self, JoinFault> {
        let public = folder.show();
        let first = public.epochs.iter().find(|keys| keys.epoch == Epoch::FIRST).ok_or(JoinFault::NoFirstEpoch)?;
        let mut file = Self {
            version: 1,
            code: public.city,
            name: name.to_owned(),
            root: public.root.clone(),
            log: first.log.clone(),
            cosigner: first.cosigner.clone(),
            transport: public.transport.clone(),
            addresses: addresses.to_vec(),
            signature: [0; 64],
        };
        file.check_name()?;
        file.signature = folder.root()?.sign(&file.signed_bytes()?);
        Ok(file)
    }

    /// Reads a join file and checks it.
    pub fn read(bytes: &[u8]) -> Result<Self, JoinFault> {
        let file: Self = serde_json::from_slice(bytes).map_err(JoinFault::Shape)?;
        file.check()?;
        Ok(file)
    }

    /// The file as it is written: readable JSON and a final newline.
    pub fn encode(&self) -> Result<Vec<u8>, JoinFault> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(JoinFault::Shape)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// libp2p peer id of the transport key.
    #[must_use]
    pub fn peer_id(&self) -> Vec<u8> {
        peer_id_bytes(self.transport.bytes())
    }

    fn check(&self) -> Result<(), JoinFault> {
        if self.version != 1 {
            return Err(JoinFault::Version);
        }
        self.root.verify(&self.signed_bytes()?, &self.signature).map_err(|_| JoinFault::Signature(self.code))?;
        self.check_name()
    }

    fn check_name(&self) -> Result<(), JoinFault> {
        let long = self.name.chars().count() > 100;
        if self.name.trim().is_empty() || long {
            return Err(JoinFault::Name(self.code));
        }
        let mut texts = self.addresses.iter().map(|text| ("address", text)).chain([("name", &self.name)]);
        texts.try_for_each(|(what, text)| {
            let field = || format!("{what} of {}", self.code);
            check_text(text).map_err(|fault| GenesisFault::Text { field: field(), fault }.into())
        })
    }

    fn signed_bytes(&self) -> Result<Vec<u8>, JoinFault> {
        let mut value = serde_json::to_value(self).map_err(JoinFault::Shape)?;
        if let Some(members) = value.as_object_mut() {
            members.remove("signature");
        }
        let canonical = serde_json_canonicalizer::to_vec(&value).map_err(JoinFault::Shape)?;
        Ok([SIGNED_PREFIX, &canonical].concat())
    }

    fn member(&self) -> Member {
        Member {
            code: self.code,
            name: self.name.clone(),
            root: self.root.clone(),
            log: self.log.clone(),
            cosigner: self.cosigner.clone(),
            peer_id: self.peer_id(),
            addresses: self.addresses.clone(),
        }
    }
}

/// Puts a manifest together. The order of the files does not matter; every file is checked again.
pub fn found(terms: &FoundingTerms, files: &[JoinFile]) -> Result<Manifest, JoinFault> {
    let (over, under) = terms.threshold;
    if under == 0 || over > under || u32::from(over) * 2 < u32::from(under) {
        return Err(JoinFault::Threshold(over, under));
    }
    let mut members = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for file in files {
        file.check()?;
        for key in [&file.root, &file.log, &file.cosigner, &file.transport] {
            // A key with two jobs could be made to do one while it believes to do the other.
            if members.contains_key(&file.code) {
                return Err(JoinFault::RepeatedCity(file.code));
            }
            if !keys.insert(*key.bytes()) {
                return Err(JoinFault::RepeatedKey(file.code));
            }
        }
        members.insert(file.code, file.member());
    }
    if members.is_empty() {
        return Err(JoinFault::Nobody);
    }
    let manifest = Manifest {
        name: terms.name.clone(),
        members: members.into_values().collect(),
        threshold: terms.threshold,
        clocks: terms.clocks.clone(),
        founded_at: terms.founded_at,
    };
    manifest.check_texts()?;
    Ok(manifest)
}

impl FoundingSignature {
    /// Signs a manifest with the root of `folder`, after every key that it names for this city was found to be the
    /// folder's own.
    pub fn make(manifest: &Manifest, folder: &KeyFolder) -> Result<Self, JoinFault> {
        manifest.check_texts()?;
        let city = folder.city();
        let member = manifest.members.iter().find(|member| member.code == city).ok_or(JoinFault::NoMember(city))?;
        let public = folder.show();
        let first = public.epochs.iter().find(|keys| keys.epoch == Epoch::FIRST).ok_or(JoinFault::NoFirstEpoch)?;
        for (part, ours) in [
            ("root key", member.root == public.root),
            ("log key", member.log == first.log),
            ("cosigner key", member.cosigner == first.cosigner),
            ("peer id", member.peer_id == public.peer_id_bytes()),
        ] {
            if !ours {
                return Err(JoinFault::NotOurs { city, part });
            }
        }
        let signature = manifest.sign(&folder.root()?);
        Ok(Self { version: 1, federation: manifest.federation(), city, signature })
    }

    pub fn read(bytes: &[u8]) -> Result<Self, JoinFault> {
        let file: Self = serde_json::from_slice(bytes).map_err(JoinFault::Shape)?;
        if file.version == 1 { Ok(file) } else { Err(JoinFault::Version) }
    }

    pub fn encode(&self) -> Result<Vec<u8>, JoinFault> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(JoinFault::Shape)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Puts the founders' signatures together. Which are still missing, and whether each holds, is the genesis's own
/// check.
pub fn collect(manifest: &Manifest, signatures: &[FoundingSignature]) -> Result<Genesis, JoinFault> {
    let federation = manifest.federation();
    let mut by_city = BTreeMap::new();
    for signature in signatures {
        if signature.federation != federation {
            return Err(JoinFault::OtherManifest(signature.city));
        }
        if manifest.members.iter().all(|member| member.code != signature.city) {
            return Err(JoinFault::NoMember(signature.city));
        }
        if by_city.insert(signature.city, signature.signature).is_some() {
            return Err(JoinFault::RepeatedCity(signature.city));
        }
    }
    Ok(Genesis::found(manifest, &by_city)?)
}
