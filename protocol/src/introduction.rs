//! Introductions: how a node gets to read before its announcement is known (R110).
//!
//! A city's root, or the log key of its current epoch, says "this peer is mine until then". That opens the read side
//! of the roads to the peer and nothing else: whatever it sends still goes through the one door. COSE type
//! `introduction`; payload, CBOR map: 0 version (1), 1 suite (1), 2 city, 3 peer id (libp2p multihash bytes), 4 valid
//! until (ms since 1970).

use crate::body::PEER_ID_BYTES;
use crate::cbor::{CborFault, ReadFault, Reader, Writer};
use crate::cose::{self, CoseFault, Sign1, SignedType};
use crate::digest::Digest;
use crate::header::SUITE_1;
use crate::ids::CityCode;
use crate::key::Sign;
use crate::roster::Roster;
use crate::time::Millis;

/// Longest introduction in bytes; one has about 220.
pub const INTRODUCTION_BYTES: usize = 512;
const VERSION: u16 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    pub city: CityCode,
    /// libp2p peer id as multihash bytes, 1 to [`PEER_ID_BYTES`].
    pub peer_id: Vec<u8>,
    /// The first instant at which it no longer holds.
    pub valid_until: Millis,
}

/// An introduction whose signature holds under the city's root or the log key of its current epoch. The only maker is
/// [`Introduction::verify`]. Whether it still runs is asked with [`VerifiedIntroduction::at`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedIntroduction {
    introduction: Introduction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntroductionFault {
    #[error(transparent)]
    Cose(#[from] CoseFault),
    #[error("the introduction is not deterministic CBOR: {0}")]
    Cbor(#[from] CborFault),
    #[error("the introduction does not have the fields of version 1")]
    Shape,
    #[error("the introduction's version or suite needs a newer node")]
    Version,
    #[error("the introduction is of a city that is no member")]
    ForeignCity,
    #[error("the introduction has run out; ask the city for a new one")]
    Expired,
}

impl IntroductionFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cose(CoseFault::Shape) => "introduction_cose",
            Self::Cose(CoseFault::TooLong) => "introduction_too_long",
            Self::Cose(CoseFault::Signature(_)) => "introduction_signature",
            Self::Cose(CoseFault::ForeignKey) => "introduction_key",
            Self::Cbor(_) => "introduction_not_canonical",
            Self::Shape => "introduction_shape",
            Self::Version => "introduction_version",
            Self::ForeignCity => "introduction_foreign_city",
            Self::Expired => "introduction_expired",
        }
    }
}

impl From<ReadFault> for IntroductionFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

impl Introduction {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(96);
        writer.map(|map| {
            map.field(0, |w| w.unsigned(VERSION));
            map.field(1, |w| w.unsigned(SUITE_1));
            map.field(2, |w| w.city(self.city));
            map.field(3, |w| w.bytes(&self.peer_id));
            map.field(4, |w| w.millis(self.valid_until));
        });
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, IntroductionFault> {
        let mut reader = Reader::checked(bytes)?;
        if reader.clone().map_start(|map| map.version())? != (u64::from(VERSION), u64::from(SUITE_1)) {
            return Err(IntroductionFault::Version);
        }
        Ok(reader.map(|map| {
            map.version()?;
            Ok(Self {
                city: map.required(2, Reader::city)?,
                peer_id: map.required(3, |r| r.bytes_within(1, PEER_ID_BYTES))?.to_vec(),
                valid_until: map.required(4, Reader::millis)?,
            })
        })?)
    }

    /// Signs with the city's root or the log key of its current epoch.
    #[must_use]
    pub fn sign(&self, federation: &Digest, key: &dyn Sign) -> Vec<u8> {
        cose::sign(&self.encode(), SignedType::Introduction, federation, key)
    }

    /// Reads an introduction and checks it under the keys that the roster now gives the city.
    ///
    /// # Errors
    /// [`CoseFault::ForeignKey`] where the signer is neither the city's root nor the log key of its current epoch: a key
    /// that was rotated away introduces nobody any more.
    pub fn verify(bytes: &[u8], roster: &Roster) -> Result<VerifiedIntroduction, IntroductionFault> {
        if bytes.len() > INTRODUCTION_BYTES {
            return Err(CoseFault::TooLong.into());
        }
        let message = Sign1::parse(bytes)?;
        let introduction = Self::decode(message.payload)?;
        let city = roster.city(introduction.city).ok_or(IntroductionFault::ForeignCity)?;
        let log = &city.current().log;
        let key = if message.key == log.digest() { log } else { &city.root };
        message.verify(SignedType::Introduction, &roster.federation(), key)?;
        Ok(VerifiedIntroduction { introduction })
    }
}

impl VerifiedIntroduction {
    /// What it says, if it still runs at `now`.
    ///
    /// # Errors
    /// [`IntroductionFault::Expired`] from `valid_until` on.
    pub fn at(&self, now: Millis) -> Result<&Introduction, IntroductionFault> {
        if now < self.introduction.valid_until { Ok(&self.introduction) } else { Err(IntroductionFault::Expired) }
    }
    /// What it says, whether or not it has run out.
    #[must_use]
    pub const fn introduction(&self) -> &Introduction {
        &self.introduction
    }
}

#[cfg(test)]
mod tests;
