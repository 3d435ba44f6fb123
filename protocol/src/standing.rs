//! Standing notes: what an exporting city says about an entry when it gives it to a stranger (R111).
//!
//! A log proves what is there and cannot prove what is absent, so a proof of an entry says nothing about a later ending.
//! The note is the exporter's signed word for that: "with this much of the issuer's log and of all logs before me, the
//! entry stood like this at this time". COSE type `standing`, signed by the exporter's log key; payload, CBOR map:
//! 0 version (1), 1 suite (1), 2 exporter, 3 exporter's epoch, 4 entry `[city, epoch, seq, digest]`, 5 state, 6 issuer's
//! log `[epoch, size, root]`, 7 log digest, 8 time (ms since 1970).

use crate::cbor::{CborFault, ReadFault, Reader, Writer};
use crate::cose::{self, CoseFault, Sign1, SignedType};
use crate::digest::{Digest, TreeHash};
use crate::header::{About, SUITE_1};
use crate::ids::{CityCode, Epoch, Size};
use crate::key::Sign;
use crate::roster::Roster;
use crate::time::Millis;

/// Longest standing note in bytes; one has about 340.
pub const STANDING_BYTES: usize = 1024;
/// Longest state code in bytes.
pub const STATE_BYTES: usize = 32;
const VERSION: u16 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub exporter: CityCode,
    /// The exporter's epoch whose log key signs.
    pub exporter_epoch: Epoch,
    pub entry: About,
    /// State code of the ruling, for instance `listed` or `repaired`: 1 to [`STATE_BYTES`] of `[a-z_]`.
    pub state: String,
    /// How much of the issuer's log the exporter saw: epoch, size and root. In a bundle size and root are those of its
    /// checkpoint.
    pub log: (Epoch, Size, TreeHash),
    /// `huxin view v1`: the log digest of everything that the exporter saw.
    pub log_digest: Digest,
    pub time: Millis,
}

/// A note whose signature holds under the log key of the exporter's epoch. The only maker is [`Standing::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedStanding {
    standing: Standing,
    closed_epoch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StandingFault {
    #[error(transparent)]
    Cose(#[from] CoseFault),
    #[error("the standing note is not deterministic CBOR: {0}")]
    Cbor(#[from] CborFault),
    #[error("the standing note does not have the fields of version 1")]
    Shape,
    #[error("the standing note's version or suite needs a newer node")]
    Version,
    #[error("the standing note is of a city that is no member")]
    ForeignCity,
    #[error("the exporter's epoch is not known here; its key record is missing")]
    UnknownEpoch,
}

impl StandingFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cose(CoseFault::Shape) => "standing_cose",
            Self::Cose(CoseFault::TooLong) => "standing_too_long",
            Self::Cose(CoseFault::Signature(_)) => "standing_signature",
            Self::Cose(CoseFault::ForeignKey) => "standing_key",
            Self::Cbor(_) => "standing_not_canonical",
            Self::Shape => "standing_shape",
            Self::Version => "standing_version",
            Self::ForeignCity => "standing_foreign_city",
            Self::UnknownEpoch => "standing_unknown_epoch",
        }
    }
}

impl From<ReadFault> for StandingFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

fn read_state(reader: &mut Reader<'_>) -> Result<String, ReadFault> {
    let state = reader.owned_text(STATE_BYTES)?;
    let shape = state.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if shape { Ok(state) } else { Err(ReadFault::Field) }
}

impl Standing {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(256);
        writer.map(|map| {
            map.field(0, |w| w.unsigned(VERSION));
            map.field(1, |w| w.unsigned(SUITE_1));
            map.field(2, |w| w.city(self.exporter));
            map.field(3, |w| w.unsigned(self.exporter_epoch.0));
            map.field(4, |w| self.entry.write(w));
            map.field(5, |w| w.text(&self.state));
            map.field(6, |w| w.array(3).unsigned(self.log.0.0).unsigned(self.log.1.0).bytes(&self.log.2.0));
            map.field(7, |w| w.digest(&self.log_digest));
            map.field(8, |w| w.millis(self.time));
        });
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StandingFault> {
        let mut reader = Reader::checked(bytes)?;
        if reader.clone().map_start(|map| map.version())? != (u64::from(VERSION), u64::from(SUITE_1)) {
            return Err(StandingFault::Version);
        }
        Ok(reader.map(|map| {
            map.version()?;
            Ok(Self {
                exporter: map.required(2, Reader::city)?,
                exporter_epoch: map.required(3, Reader::epoch)?,
                entry: map.required(4, About::read)?,
                state: map.required(5, read_state)?,
                log: map.required(6, |r| {
                    r.array_of(3)?;
                    Ok((r.epoch()?, r.size()?, r.tree_hash()?))
                })?,
                log_digest: map.required(7, Reader::digest)?,
                time: map.required(8, Reader::millis)?,
            })
        })?)
    }

    /// Signs with the log key of the exporter's epoch.
    #[must_use]
    pub fn sign(&self, federation: &Digest, log_key: &dyn Sign) -> Vec<u8> {
        cose::sign(&self.encode(), SignedType::Standing, federation, log_key)
    }

    /// Reads a note and checks it under the log key of the epoch that it names. That the note fits a bundle (its entry
    /// and its checkpoint) is the bundle's to compare.
    ///
    /// # Errors
    /// Size, envelope, form and fields, then member and epoch, then the signature.
    pub fn verify(bytes: &[u8], roster: &Roster) -> Result<VerifiedStanding, StandingFault> {
        if bytes.len() > STANDING_BYTES {
            return Err(CoseFault::TooLong.into());
        }
        let message = Sign1::parse(bytes)?;
        let standing = Self::decode(message.payload)?;
        let city = roster.city(standing.exporter).ok_or(StandingFault::ForeignCity)?;
        let keys = city.epoch(standing.exporter_epoch).ok_or(StandingFault::UnknownEpoch)?;
        message.verify(SignedType::Standing, &roster.federation(), &keys.log)?;
        Ok(VerifiedStanding { closed_epoch: keys.epoch != city.current().epoch, standing })
    }
}

impl VerifiedStanding {
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }
    /// Whether the exporter has closed the epoch that signed since. A note has no place in a log, so whoever got hold of
    /// an old key can date one back; `verify` says so to its reader.
    #[must_use]
    pub const fn signed_in_closed_epoch(&self) -> bool {
        self.closed_epoch
    }
}

#[cfg(test)]
mod tests;
