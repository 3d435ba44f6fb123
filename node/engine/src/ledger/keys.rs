//! Key layouts. Numbers are big-endian, so that keys sort as numbers do; cities are 16 zero-padded bytes, so that they
//! sort as text does.

use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::tree::NodePlace;

fn join(parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

/// Log, Lacking, Chain: city ‖ seq.
#[must_use]
pub fn place_key(city: CityCode, seq: Seq) -> Vec<u8> {
    join(&[city.key_bytes(), &seq.0.to_be_bytes()])
}
/// Body, Abandoned: city ‖ epoch ‖ seq.
#[must_use]
pub fn body_key(city: CityCode, epoch: Epoch, seq: Seq) -> Vec<u8> {
    join(&[city.key_bytes(), &epoch.0.to_be_bytes(), &seq.0.to_be_bytes()])
}
/// Tree: city ‖ level ‖ index.
#[must_use]
pub fn tree_key(city: CityCode, place: NodePlace) -> Vec<u8> {
    join(&[city.key_bytes(), &[place.level], &place.index.to_be_bytes()])
}
/// Head: city.
#[must_use]
pub fn city_key(city: CityCode) -> Vec<u8> {
    city.key_bytes().to_vec()
}
/// Record: city ‖ epoch ‖ digest.
#[must_use]
pub fn record_key(city: CityCode, epoch: Epoch, digest: &Digest) -> Vec<u8> {
    join(&[city.key_bytes(), &epoch.0.to_be_bytes(), &digest.0])
}
/// Cosignature: log's city ‖ cosigner's city.
#[must_use]
pub fn cosignature_key(log: CityCode, cosigner: CityCode) -> Vec<u8> {
    join(&[log.key_bytes(), cosigner.key_bytes()])
}
/// About: target city ‖ target seq ‖ kind of the act ‖ actor city ‖ actor seq. Acts of one kind and city stand together, so that
/// whoever hears some of them passes over the rest in one step (R146).
#[must_use]
pub fn about_key(target: (CityCode, Seq), kind: Kind, actor: (CityCode, Seq)) -> Vec<u8> {
    join(&[&about_prefix(target, kind, actor.0), &actor.1.0.to_be_bytes()])
}
/// About: the part that all acts of one kind by one city on one statement share.
#[must_use]
pub fn about_prefix(target: (CityCode, Seq), kind: Kind, actor: CityCode) -> Vec<u8> {
    let (city, seq) = target;
    join(&[city.key_bytes(), &seq.0.to_be_bytes(), &kind.number().to_be_bytes(), actor.key_bytes()])
}
/// Reads kind and actor from the key of an act.
#[must_use]
pub fn read_about_key(key: &[u8]) -> Option<(Kind, CityCode, Seq)> {
    let kind: [u8; 2] = key.get(24..26)?.try_into().ok()?;
    let (city, seq) = last_place(key).filter(|_| key.len() == 50)?;
    Some((Kind::from_number(u16::from_be_bytes(kind)), city, seq))
}
/// Ground: city ‖ tag ‖ seq.
#[must_use]
pub fn ground_key(city: CityCode, tag: &Digest, seq: Seq) -> Vec<u8> {
    join(&[city.key_bytes(), &tag.0, &seq.0.to_be_bytes()])
}
/// Subject: the part that all rows of one subject share: a digest, because RocksDB writes keys of an index into more files than
/// those that an erasure can rewrite.
#[must_use]
pub fn subject_prefix(subject: &SubjectId) -> Vec<u8> {
    prefix_of_named(&join(&[subject.scheme().as_bytes(), b":", subject.id().as_bytes()]))
}
/// What a subject written `scheme:id` is found by. Two that share it by somebody's art are told apart by the fold (R143).
pub(crate) fn prefix_of_named(subject: &[u8]) -> Vec<u8> {
    Context::Gossip.digest(subject).0[..16].to_vec()
}
/// Subject: first 16 bytes of the digest of `scheme:id` ‖ city ‖ seq.
#[must_use]
pub fn subject_key(subject: &SubjectId, city: CityCode, seq: Seq) -> Vec<u8> {
    join(&[&subject_prefix(subject), city.key_bytes(), &seq.0.to_be_bytes()])
}
/// Trust: city ‖ kind ‖ seq.
#[must_use]
pub fn trust_key(city: CityCode, kind: Kind, seq: Seq) -> Vec<u8> {
    join(&[city.key_bytes(), &kind.number().to_be_bytes(), &seq.0.to_be_bytes()])
}
/// What stays of the reference of an erased record: enough to know it again, and nothing to read.
#[must_use]
pub fn reference_digest(reference: &str) -> Digest {
    Context::Gossip.digest(reference.as_bytes())
}
/// Reference: the part that all rows of one record reference share.
#[must_use]
pub fn reference_prefix(reference: &str) -> Vec<u8> {
    reference_digest(reference).0[..16].to_vec()
}
/// Reference: first 16 bytes of the reference's digest ‖ seq.
#[must_use]
pub fn reference_key(reference: &str, seq: Seq) -> Vec<u8> {
    join(&[&reference_prefix(reference), &seq.0.to_be_bytes()])
}
/// Evidence: city ‖ epoch.
#[must_use]
pub fn evidence_key(city: CityCode, epoch: Epoch) -> Vec<u8> {
    join(&[city.key_bytes(), &epoch.0.to_be_bytes()])
}
/// Audit: number.
#[must_use]
pub fn audit_key(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// Erased: city ‖ seq of the chain's first link ‖ seq of the erasure.
#[must_use]
pub fn erased_key(city: CityCode, first: Seq, erasure: Seq) -> Vec<u8> {
    join(&[city.key_bytes(), &first.0.to_be_bytes(), &erasure.0.to_be_bytes()])
}

/// Reads a big-endian number from the last 8 bytes of a key.
#[must_use]
pub fn last_seq(key: &[u8]) -> Option<Seq> {
    let tail: [u8; 8] = key.get(key.len().checked_sub(8)?..)?.try_into().ok()?;
    Some(Seq(u64::from_be_bytes(tail)))
}
/// Reads a place (city ‖ seq) from the last 24 bytes of a key.
#[must_use]
pub fn last_place(key: &[u8]) -> Option<(CityCode, Seq)> {
    let start = key.len().checked_sub(24)?;
    let city: &[u8; 16] = key.get(start..start + 16)?.try_into().ok()?;
    Some((CityCode::from_key_bytes(city).ok()?, last_seq(key)?))
}

/// Names of the rows of [`super::Family::Meta`].
pub mod meta {
    /// Version of the stored form, one big-endian u32.
    pub const FORM: &[u8] = b"form";
    /// The stored form that this program writes.
    pub const FORM_VERSION: u32 = 4;
    /// Raw federation id.
    pub const FEDERATION: &[u8] = b"federation";
    /// Text of the own city's code.
    pub const CITY: &[u8] = b"city";
    /// 16 random bytes, new at each start; the marker outside the data folder must hold the same (never contradict yourself).
    pub const INCARNATION: &[u8] = b"incarnation";
    /// Newest `issued_at` this node signed, big-endian i64.
    pub const LAST_ISSUED: &[u8] = b"last-issued";
    /// Prefix: a body that an erasure took away and whose bytes may still lie in the store's files (prefix ‖ key of the body).
    pub const LEAVING: &[u8] = b"leaving/";
    /// Prefix: position up to which a city's statement signatures were checked in the background (prefix ‖ city).
    pub const CHECKED: &[u8] = b"checked/";
}
