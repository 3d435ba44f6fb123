//! Key records: root-signed, outside the log; the one mechanism for rotation, revocation, restore and override
//! (R82 to R89). Payload, CBOR map: 0 version (1), 1 suite, 2 city, 3 new epoch, 4 log key, 5 cosigner key, 6 digest of
//! the previous record (the federation id for epoch 2, whose previous is the genesis), 7 continues_at `[size, root]`,
//! 8 void_after? (seq), 9 tail (0 void, 1 endings).

use crate::digest::{Digest, TreeHash};
use crate::ids::{CityCode, Epoch, Seq, Size};
use crate::key::{PublicKey, Sign};

/// What happens to endings among the abandoned leaves of the closed epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tail {
    Void,
    Endings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    pub city: CityCode,
    pub epoch: Epoch,
    pub log: PublicKey,
    pub cosigner: PublicKey,
    pub previous: Digest,
    pub continues_at: (Size, TreeHash),
    pub void_after: Option<Seq>,
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

impl SignedRecord {
    #[must_use]
    pub fn sign(record: KeyRecord, federation: &Digest, root: &dyn Sign) -> Self {
        let _ = (record, federation, root);
        todo!()
    }
    /// `root` is the root key of the city that the payload names; see [`KeyRecord::city_of`].
    pub fn verify(bytes: &[u8], federation: &Digest, root: &PublicKey) -> Result<Self, RecordFault> {
        let _ = (bytes, federation, root);
        todo!()
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
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl KeyRecord {
    /// The city that record bytes name, before anything is verified.
    pub fn city_of(bytes: &[u8]) -> Result<CityCode, RecordFault> {
        let _ = bytes;
        todo!()
    }
}
