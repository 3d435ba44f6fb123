//! Key records: root-signed, outside the log; the one mechanism for rotation, revocation, restore and override
//! (R82 to R89). Payload, CBOR map: 0 version (1), 1 suite, 2 city, 3 new epoch, 4 log key, 5 cosigner key, 6 digest of
//! the previous record (the federation id for epoch 2, whose previous is the genesis), 7 continues_at `[size, root]`,
//! 8 void_after? (seq), 9 tail (0 void, 1 endings).
//!
//! A record opens an epoch and closes the one before it. `continues_at` is where: leaves below it stay in the tree, and
//! what the closed epoch signed at or beyond it never was. `void_after` is the last position of the closed epoch that
//! still counts: leaves with a greater seq and below `continues_at` stay in the tree and are void. Reading a record
//! shows that the city's root signed it; whether it follows the last one is for the roster to say.

use crate::cbor::{ReadFault, Reader, Writer};
use crate::cose::{self, CoseFault, Sign1, SignedType};
use crate::digest::{Context, Digest, TreeHash};
use crate::header::SUITE_1;
use crate::ids::{CityCode, Epoch, Seq, Size};
use crate::key::{PublicKey, Sign};
use crate::tree::MAX_SIZE;

/// Longest record in bytes: its fields and envelope take less than 400.
pub const RECORD_BYTES: usize = 512;
const RECORD_VERSION: u64 = 1;

/// What happens to endings among the abandoned leaves of the closed epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tail {
    Void,
    Endings,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    pub city: CityCode,
    /// The epoch that it opens, from 2 on.
    pub epoch: Epoch,
    pub log: PublicKey,
    pub cosigner: PublicKey,
    /// Digest of the record that opened the epoch which this one closes; the federation id for epoch 2.
    pub previous: Digest,
    /// The prefix that the new epoch continues.
    pub continues_at: (Size, TreeHash),
    /// Last position of the closed epoch that counts, where some below `continues_at` do not.
    pub void_after: Option<Seq>,
    /// For the abandoned leaves of the closed epoch.
    pub tail: Tail,
}

/// A record whose root signature holds, with its bytes as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRecord {
    record: KeyRecord,
    digest: Digest,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    #[error("the key record is not in the one shape of version 1")]
    Shape,
    #[error("a key of the record is not usable")]
    Key,
    #[error("the root's signature does not hold")]
    Signature,
    #[error("the record names a city that is no member")]
    City,
    #[error("the record does not follow the last one known")]
    Order,
    #[error("another root-signed record stands on the same predecessor")]
    Fork,
}

impl RecordFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "record_shape",
            Self::Key => "record_key",
            Self::Signature => "record_signature",
            Self::City => "record_city",
            Self::Order => "record_order",
            Self::Fork => "record_fork",
        }
    }
}

impl From<ReadFault> for RecordFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

/// The fields as they were read, with keys that have not been looked at.
struct RawRecord {
    city: CityCode,
    epoch: Epoch,
    log: [u8; 32],
    cosigner: [u8; 32],
    previous: Digest,
    continues_at: (Size, TreeHash),
    void_after: Option<Seq>,
    tail: Tail,
}

impl RawRecord {
    fn read(payload: &[u8]) -> Result<Self, RecordFault> {
        let mut reader = Reader::checked(payload).map_err(|_| RecordFault::Shape)?;
        let raw = reader.map(|map| {
            let version: u64 = map.required(0, Reader::unsigned)?;
            let suite: u16 = map.required(1, Reader::unsigned)?;
            if version != RECORD_VERSION || suite != SUITE_1 {
                return Err(ReadFault::Field);
            }
            Ok(Self {
                city: map.required(2, Reader::city)?,
                epoch: map.required(3, Reader::epoch)?,
                log: map.required(4, Reader::bytes_of)?,
                cosigner: map.required(5, Reader::bytes_of)?,
                previous: map.required(6, Reader::digest)?,
                continues_at: map.required(7, |r| {
                    r.array_of(2)?;
                    Ok((r.size()?, r.tree_hash()?))
                })?,
                void_after: map.optional(8, Reader::seq)?,
                tail: map.required(9, |r| match r.unsigned::<u8>()? {
                    0 => Ok(Tail::Void),
                    1 => Ok(Tail::Endings),
                    _ => Err(ReadFault::Field),
                })?,
            })
        })?;
        if raw.epoch == Epoch::FIRST || raw.continues_at.0.0 > MAX_SIZE {
            return Err(RecordFault::Shape);
        }
        Ok(raw)
    }

    fn check_keys(self) -> Result<KeyRecord, RecordFault> {
        let Self { city, epoch, log, cosigner, previous, continues_at, void_after, tail } = self;
        let log = PublicKey::new(&log).map_err(|_| RecordFault::Key)?;
        let cosigner = PublicKey::new(&cosigner).map_err(|_| RecordFault::Key)?;
        if log == cosigner {
            return Err(RecordFault::Key);
        }
        Ok(KeyRecord { city, epoch, log, cosigner, previous, continues_at, void_after, tail })
    }
}

/// Takes the envelope apart, of a size that a record can have.
fn envelope(bytes: &[u8]) -> Result<Sign1<'_>, RecordFault> {
    if bytes.len() > RECORD_BYTES {
        return Err(RecordFault::Shape);
    }
    Sign1::parse(bytes).map_err(|_| RecordFault::Shape)
}

impl KeyRecord {
    /// Deterministic CBOR of this record: the COSE payload.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.map(|map| {
            map.field(0, |w| w.unsigned(RECORD_VERSION));
            map.field(1, |w| w.unsigned(SUITE_1));
            map.field(2, |w| w.city(self.city));
            map.field(3, |w| w.unsigned(self.epoch.0));
            map.field(4, |w| w.bytes(self.log.bytes()));
            map.field(5, |w| w.bytes(self.cosigner.bytes()));
            map.field(6, |w| w.digest(&self.previous));
            map.field(7, |w| w.array(2).unsigned(self.continues_at.0.0).bytes(&self.continues_at.1.0));
            map.optional(8, self.void_after.as_ref(), |w, seq| {
                w.unsigned(seq.0);
            });
            map.field(9, |w| w.unsigned(u8::from(self.tail == Tail::Endings)));
        });
        writer.finish()
    }

    /// The city that record bytes name, before anything is verified.
    ///
    /// # Errors
    /// [`RecordFault::Shape`] if this is no record.
    pub fn city_of(bytes: &[u8]) -> Result<CityCode, RecordFault> {
        RawRecord::read(envelope(bytes)?.payload).map(|raw| raw.city)
    }
}

impl SignedRecord {
    /// Signs a record with the city's root.
    #[must_use]
    pub fn sign(record: KeyRecord, federation: &Digest, root: &dyn Sign) -> Self {
        let payload = record.encode();
        let bytes = cose::sign(&payload, SignedType::Record, federation, root);
        let name = root.public().digest();
        let digest = cose::digest(Context::Record, &name, &payload, SignedType::Record, federation);
        Self { record, digest, bytes }
    }

    /// `root` is the root key of the city that the payload names; see [`KeyRecord::city_of`].
    ///
    /// # Errors
    /// [`RecordFault::Shape`], [`RecordFault::Signature`] (also where the record names another key than `root`) or
    /// [`RecordFault::Key`].
    pub fn verify(bytes: &[u8], federation: &Digest, root: &PublicKey) -> Result<Self, RecordFault> {
        let message = envelope(bytes)?;
        let raw = RawRecord::read(message.payload)?;
        message.verify(SignedType::Record, federation, root).map_err(|fault| match fault {
            CoseFault::Shape | CoseFault::TooLong => RecordFault::Shape,
            CoseFault::Signature(_) | CoseFault::ForeignKey => RecordFault::Signature,
        })?;
        let digest = message.digest(Context::Record, SignedType::Record, federation);
        Ok(Self { record: raw.check_keys()?, digest, bytes: bytes.to_vec() })
    }

    #[must_use]
    pub const fn record(&self) -> &KeyRecord {
        &self.record
    }
    /// `huxin record v1` over the Sig_structure.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
    /// The record as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
