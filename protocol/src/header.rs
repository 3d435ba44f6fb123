//! The signed header of a statement: small, never erased, readable by every member.
//!
//! CBOR map with integer keys (R20): 0 version (1), 1 suite (1), 2 city, 3 epoch, 4 seq, 5 issuer `[city]` or
//! `[city, agency]`, 6 issued_at, 7 kind, 8 body version, 9 disclosure (0 public, 1 federation, or the sorted array of
//! reader cities), 10 about? `[city, epoch, seq, digest]`, 11 ground?, 12 commitment. Unknown keys in version 1 make
//! the header malformed (R21).

use crate::cbor::{ReadFault, Reader, Writer};
use crate::digest::Digest;
use crate::ids::{CityCode, Epoch, Seq, StatementId};
use crate::kind::Kind;
use crate::time::Millis;

/// Suite 1: Ed25519, SHA-256 tree, BLAKE3. The number stands in every header, so that SM2/SM3 can become suite 2.
pub const SUITE_1: u16 = 1;
pub const HEADER_VERSION: u16 = 1;
pub const BODY_VERSION: u16 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    pub city: CityCode,
    /// Agency of the city, as text of at most 64 bytes.
    pub agency: Option<String>,
}

/// Who may read the body. The reader list itself is visible to all members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disclosure {
    Public,
    Federation,
    /// Sorted, without repeats, 1 to [`crate::limits::READERS`] cities; the issuing city always may read its own.
    Named(Vec<CityCode>),
}

impl Disclosure {
    /// Whether `reader` may hold the body of a statement that `issuer` made.
    #[must_use]
    pub fn allows(&self, issuer: CityCode, reader: CityCode) -> bool {
        issuer == reader
            || match self {
                Self::Public | Self::Federation => true,
                Self::Named(cities) => cities.binary_search(&reader).is_ok(),
            }
    }
    /// Whether gossip may carry the body to everybody.
    #[must_use]
    pub const fn is_open_to_members(&self) -> bool {
        matches!(self, Self::Public | Self::Federation)
    }
}

/// The statement that this one acts on, by place and by digest (R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    pub id: StatementId,
    pub digest: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub suite: u16,
    pub city: CityCode,
    pub epoch: Epoch,
    pub seq: Seq,
    pub issuer: Issuer,
    pub issued_at: Millis,
    pub kind: Kind,
    pub body_version: u16,
    pub disclosure: Disclosure,
    pub about: Option<About>,
    /// Keyed tag of what the listing rests on (R40); two entries with one ground are one matter.
    pub ground: Option<Digest>,
    pub commitment: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    #[error("the header is not deterministic CBOR: {0}")]
    Cbor(#[from] crate::cbor::CborFault),
    #[error("the header has a key that version 1 does not know, or lacks one that it needs")]
    Keys,
    #[error("a field of the header has the wrong type, length or order")]
    Field,
    #[error("the header's version or suite needs a newer node")]
    Version,
    /// Only where a header is sealed: see [`Header::seal`].
    #[error("agency: {0}")]
    Text(#[from] crate::text::TextFault),
}

impl HeaderFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cbor(_) => "header_not_canonical",
            Self::Keys => "header_keys",
            Self::Field => "header_field",
            Self::Version => "header_version",
            Self::Text(fault) => fault.code(),
        }
    }
}

impl From<ReadFault> for HeaderFault {
    fn from(fault: ReadFault) -> Self {
        match fault {
            ReadFault::Keys => Self::Keys,
            ReadFault::Field => Self::Field,
        }
    }
}

/// Longest name of an agency in bytes: 21 Chinese characters.
pub const AGENCY_BYTES: usize = 64;

impl About {
    /// CBOR array `[city, epoch, seq, digest]`.
    pub fn write(&self, writer: &mut Writer) {
        writer.array(4).city(self.id.city).unsigned(self.id.epoch.0).unsigned(self.id.seq.0).digest(&self.digest);
    }
    /// The inverse of [`About::write`].
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.array_of(4)?;
        let id = StatementId { city: reader.city()?, epoch: reader.epoch()?, seq: reader.seq()? };
        Ok(Self { id, digest: reader.digest()? })
    }
}

impl Disclosure {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Public => writer.unsigned(0_u8),
            Self::Federation => writer.unsigned(1_u8),
            Self::Named(cities) => writer.list(cities, |writer, city| {
                writer.city(*city);
            }),
        };
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        if reader.at_array()? {
            return reader.sorted(1, crate::limits::READERS, Reader::city).map(Self::Named);
        }
        match reader.unsigned::<u8>()? {
            0 => Ok(Self::Public),
            1 => Ok(Self::Federation),
            _ => Err(ReadFault::Field),
        }
    }
}

impl Issuer {
    fn write(&self, writer: &mut Writer) {
        writer.array(1 + usize::from(self.agency.is_some())).city(self.city);
        if let Some(agency) = &self.agency {
            writer.text(agency);
        }
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        let length = reader.array()?;
        let city = reader.city()?;
        let agency = match length {
            1 => None,
            2 => Some(reader.text(AGENCY_BYTES)?.to_owned()),
            _ => return Err(ReadFault::Field),
        };
        Ok(Self { city, agency })
    }
}

impl Header {
    #[must_use]
    pub const fn id(&self) -> StatementId {
        StatementId { city: self.city, epoch: self.epoch, seq: self.seq }
    }

    /// Deterministic CBOR of this header. Text is put into NFC; nothing else is checked or mended, so whoever is about
    /// to sign reads the bytes back with [`Header::decode`] first.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.map(|map| {
            map.field(0, |w| w.unsigned(HEADER_VERSION));
            map.field(1, |w| w.unsigned(self.suite));
            map.field(2, |w| w.city(self.city));
            map.field(3, |w| w.unsigned(self.epoch.0));
            map.field(4, |w| w.unsigned(self.seq.0));
            map.field(5, |w| self.issuer.write(w));
            // Before 1970 there is no federation; such a time is written as the first instant.
            map.field(6, |w| w.millis(self.issued_at));
            map.field(7, |w| w.unsigned(self.kind.number()));
            map.field(8, |w| w.unsigned(self.body_version));
            map.field(9, |w| self.disclosure.write(w));
            map.optional(10, self.about.as_ref(), |w, about| about.write(w));
            map.optional(11, self.ground.as_ref(), |w, ground| {
                w.digest(ground);
            });
            map.field(12, |w| w.digest(&self.commitment));
        });
        writer.finish()
    }

    /// As [`Header::encode`], for a header that is about to be signed: what every receiver would refuse is refused here,
    /// and so is unsafe text (R6), which receivers take as it came.
    ///
    /// # Errors
    /// [`HeaderFault::Text`], then those of [`Header::decode`].
    pub fn seal(&self) -> Result<Vec<u8>, HeaderFault> {
        if let Some(agency) = &self.issuer.agency {
            crate::text::check_text(agency)?;
        }
        let bytes = self.encode();
        Self::decode(&bytes)?;
        Ok(bytes)
    }

    /// Reads a COSE payload. Refuses all but the one deterministic encoding. Whether a kind needs `about` or a ground
    /// is for the fold to judge: the header of a void statement is still readable.
    ///
    /// # Errors
    /// [`HeaderFault::Version`] where a newer node may understand it; the others where no node ever will.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let mut reader = Reader::checked(bytes)?;
        // The version is looked at first: in another version other keys may be right.
        if reader.clone().map_start(|map| map.version())? != (u64::from(HEADER_VERSION), u64::from(SUITE_1)) {
            return Err(HeaderFault::Version);
        }
        let header = reader.map(|map| {
            map.version()?;
            Ok(Self {
                suite: SUITE_1,
                city: map.required(2, Reader::city)?,
                epoch: map.required(3, Reader::epoch)?,
                seq: map.required(4, Reader::seq)?,
                issuer: map.required(5, Issuer::read)?,
                issued_at: map.required(6, Reader::millis)?,
                kind: Kind::from_number(map.required(7, Reader::unsigned)?),
                body_version: map.required(8, Reader::unsigned)?,
                disclosure: map.required(9, Disclosure::read)?,
                about: map.optional(10, About::read)?,
                ground: map.optional(11, Reader::digest)?,
                commitment: map.required(12, Reader::digest)?,
            })
        })?;
        if header.issuer.city == header.city { Ok(header) } else { Err(HeaderFault::Field) }
    }
}

#[cfg(test)]
pub(crate) mod tests;
