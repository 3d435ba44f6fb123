//! Instants and civil dates. Civil dates are UTC+8; months clamp to the last day; an entry stops at 00:00+08:00 of
//! the day after its last (R60).

use std::fmt;
use std::str::FromStr;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

/// A civil date in UTC+8, written `2026-11-22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a date is written 2026-11-22, between the years 1900 and 9998")]
pub struct NotDate;

const DAY_MS: i64 = 86_400_000;
const CIVIL_OFFSET_MS: i64 = 8 * 3_600_000;

impl Date {
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotDate> {
        if !(1900..=9998).contains(&year) {
            return Err(NotDate);
        }
        jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| NotDate)
    }

    /// The instant at which this day begins in UTC+8.
    #[must_use]
    pub fn start(self) -> Millis {
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = self.0.since((jiff::Unit::Day, epoch)).map_or(0, |span| i64::from(span.get_days()));
        Millis(days * DAY_MS - CIVIL_OFFSET_MS)
    }

    /// The first instant after this day: where an entry whose last day it is stops.
    #[must_use]
    pub fn end(self) -> Millis {
        Millis(self.start().0 + DAY_MS)
    }

    /// The same day `months` later (or earlier), clamped to the last day of a shorter month. Saturates at the
    /// library's last date.
    #[must_use]
    pub fn add_months(self, months: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().months(months)))
    }

    #[must_use]
    pub fn add_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }
}

impl Millis {
    /// The civil day in UTC+8 that contains this instant.
    #[must_use]
    pub fn date(self) -> Date {
        let days = (self.0 + CIVIL_OFFSET_MS).div_euclid(DAY_MS);
        let days = i32::try_from(days).unwrap_or(0).clamp(-25_000, 2_900_000);
        Date(jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days)))
    }

    /// RFC 3339 text in UTC+8, to the millisecond: `2026-11-22T10:00:00.000+08:00`.
    #[must_use]
    pub fn text(self) -> String {
        let date = self.date();
        let in_day = (self.0 + CIVIL_OFFSET_MS).rem_euclid(DAY_MS);
        let (h, m, s, ms) =
            (in_day / 3_600_000, in_day / 60_000 % 60, in_day / 1000 % 60, in_day % 1000);
        format!("{date}T{h:02}:{m:02}:{s:02}.{ms:03}+08:00")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl FromStr for Date {
    type Err = NotDate;
    fn from_str(text: &str) -> Result<Self, NotDate> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return Err(NotDate);
        }
        let year = text[0..4].parse().map_err(|_| NotDate)?;
        let month = text[5..7].parse().map_err(|_| NotDate)?;
        let day = text[8..10].parse().map_err(|_| NotDate)?;
        Self::new(year, month, day)
    }
}
impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
