//! Who and where: city codes, epochs, positions in a log and the ids that people read.

use std::fmt;
use std::str::FromStr;

/// Short code of a member city: 2 to 16 of `[a-z0-9]`, for instance the GB/T 2260 code `330900`. A name in the
/// manifest, never reused. Stored inline, so that it is `Copy` and sorts by its letters (R10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CityCode([u8; 16]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    #[error("a city code is 2 to 16 lower-case letters or digits, for instance 330900")]
    City,
    #[error("an entry id is written 330900-17, and from the second epoch on 330900.2-17")]
    Entry,
}

impl CityCode {
    pub fn new(text: &str) -> Result<Self, IdFault> {
        let bytes = text.as_bytes();
        let shape =
            (2..=16).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !shape {
            return Err(IdFault::City);
        }
        let mut out = [0; 16];
        out[..bytes.len()].copy_from_slice(bytes);
        Ok(Self(out))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(16);
        // Only ASCII letters and digits get in.
        std::str::from_utf8(&self.0[..end]).unwrap_or("")
    }

    /// The 16 bytes of a storage key: the letters, then zeroes. They sort as the text does.
    #[must_use]
    pub const fn key_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The inverse of [`CityCode::key_bytes`].
    pub fn from_key_bytes(bytes: &[u8; 16]) -> Result<Self, IdFault> {
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(16);
        if bytes[end..].iter().any(|b| *b != 0) {
            return Err(IdFault::City);
        }
        std::str::from_utf8(&bytes[..end]).map_err(|_| IdFault::City).and_then(Self::new)
    }
}

impl fmt::Display for CityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
impl fmt::Debug for CityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl FromStr for CityCode {
    type Err = IdFault;
    fn from_str(text: &str) -> Result<Self, IdFault> {
        Self::new(text)
    }
}

/// A key period of one city, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

impl Epoch {
    pub const FIRST: Self = Self(1);
    #[must_use]
    pub const fn next(self) -> Self {
        // Four thousand million rotations are out of reach; a made-up number must not overflow all the same.
        Self(self.0.saturating_add(1))
    }
}

/// Index of a leaf in its city's log, from 0 on. It never restarts, whatever the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// Number of leaves in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

/// Where a statement stands: `330900-17`, and from epoch 2 on `330900.2-17`. No `.1`, no leading zeros (R11).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementId {
    pub city: CityCode,
    pub epoch: Epoch,
    pub seq: Seq,
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch == Epoch::FIRST {
            write!(f, "{}-{}", self.city, self.seq.0)
        } else {
            write!(f, "{}.{}-{}", self.city, self.epoch.0, self.seq.0)
        }
    }
}
impl fmt::Debug for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, IdFault> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().map_err(|_| IdFault::Entry) } else { Err(IdFault::Entry) }
}

impl FromStr for StatementId {
    type Err = IdFault;
    fn from_str(text: &str) -> Result<Self, IdFault> {
        let (left, seq) = text.split_once('-').ok_or(IdFault::Entry)?;
        let (city, epoch) = match left.split_once('.') {
            Some((city, epoch)) => (city, Epoch(number(epoch)?)),
            None => (left, Epoch::FIRST),
        };
        if left.contains('.') && epoch <= Epoch::FIRST {
            return Err(IdFault::Entry);
        }
        Ok(Self { city: CityCode::new(city)?, epoch, seq: Seq(number(seq)?) })
    }
}

macro_rules! text_serde {
    ($($type:ty),*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
text_serde!(CityCode, StatementId);

macro_rules! number_serde {
    ($($type:ident),*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(s)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Ok(Self(serde::Deserialize::deserialize(d)?))
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )*};
}
number_serde!(Epoch, Seq, Size);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_have_one_spelling() {
        for text in ["330900-17", "330900-0", "330900.2-17", "hk-18446744073709551615", "a1b2c3d4e5f6a7b8.4294967295-1"]
        {
            assert_eq!(text.parse::<StatementId>().unwrap().to_string(), text);
        }
        for text in [
            "330900.1-17",
            "330900.0-17",
            "330900.02-17",
            "330900-017",
            "330900.2.3-17",
            "330900-",
            "-17",
            "330900",
            "330900-+1",
            "330900.-17",
            "3-17",
            "330900-17-18",
            "330900-18446744073709551616",
            "330900.4294967296-1",
            "舟山-1",
            "330900- 1",
            "",
        ] {
            assert!(text.parse::<StatementId>().is_err(), "{text}");
        }
    }

    #[test]
    fn city_codes_are_narrow() {
        for text in ["", "3", "33090A", "330 900", "a1b2c3d4e5f6a7b8c", "330900\0", "三三"] {
            assert_eq!(CityCode::new(text), Err(IdFault::City), "{text:?}");
        }
    }

    #[test]
    fn key_bytes_are_narrow() {
        let mut bytes = [0; 16];
        assert_eq!(CityCode::from_key_bytes(&bytes), Err(IdFault::City));
        bytes[..2].copy_from_slice(b"hk");
        assert_eq!(CityCode::from_key_bytes(&bytes), CityCode::new("hk"));
        bytes[9] = b'x';
        assert_eq!(CityCode::from_key_bytes(&bytes), Err(IdFault::City));
    }

    proptest! {
        #[test]
        fn codes_sort_as_their_texts_and_as_their_keys(a in "[a-z0-9]{2,16}", b in "[a-z0-9]{2,16}") {
            let (x, y) = (CityCode::new(&a).unwrap(), CityCode::new(&b).unwrap());
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.key_bytes().cmp(y.key_bytes()), a.cmp(&b));
            prop_assert_eq!(CityCode::from_key_bytes(x.key_bytes()), Ok(x));
            prop_assert_eq!(x.as_str(), a);
        }

        #[test]
        fn ids_read_back(city in "[a-z0-9]{2,16}", epoch in 1..=u32::MAX, seq in any::<u64>()) {
            let id = StatementId { city: CityCode::new(&city).unwrap(), epoch: Epoch(epoch), seq: Seq(seq) };
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<StatementId>(&json).unwrap(), id);
        }

        #[test]
        fn whatever_is_read_is_written_alike(text in "[a-z0-9.\\-+ ]{0,24}") {
            if let Ok(id) = text.parse::<StatementId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
