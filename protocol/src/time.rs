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
const FIRST_YEAR: i16 = 1900;
const LAST_YEAR: i16 = 9998;
/// More than the calendar is long; the library's spans hold twice as much.
const MOST_MONTHS: i32 = 100_000;
const MOST_DAYS: i32 = 3_000_000;
/// 1900-01-01 and 9998-12-31 in days since 1970: the calendar of [`Date`].
const FIRST_DAY: i64 = -25_567;
const LAST_DAY: i64 = 2_932_531;

impl Date {
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotDate> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return Err(NotDate);
        }
        jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| NotDate)
    }

    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
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
    /// calendar's first and last day.
    #[must_use]
    pub fn add_months(self, months: i32) -> Self {
        // Beyond what the library's span can hold, the sum lies outside the calendar anyway.
        let months = months.clamp(-MOST_MONTHS, MOST_MONTHS);
        Self::within(self.0.saturating_add(jiff::Span::new().months(months)))
    }

    /// The day `days` later (or earlier). Saturates at the calendar's first and last day.
    #[must_use]
    pub fn add_days(self, days: i32) -> Self {
        let days = days.clamp(-MOST_DAYS, MOST_DAYS);
        Self::within(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// What leaves the calendar stays on its edge, so that every date that is written reads back.
    fn within(date: jiff::civil::Date) -> Self {
        Self(date.clamp(jiff::civil::date(FIRST_YEAR, 1, 1), jiff::civil::date(LAST_YEAR, 12, 31)))
    }
}

impl Millis {
    /// The civil day in UTC+8 that contains this instant.
    #[must_use]
    pub fn date(self) -> Date {
        // Signed times reach up to `i64::MAX`; beyond the calendar they all stand on its last day.
        let days = self.0.saturating_add(CIVIL_OFFSET_MS).div_euclid(DAY_MS).clamp(FIRST_DAY, LAST_DAY);
        let days = i32::try_from(days).unwrap_or(0);
        Date(jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days)))
    }

    /// RFC 3339 text in UTC+8, to the millisecond: `2026-11-22T10:00:00.000+08:00`.
    #[must_use]
    pub fn text(self) -> String {
        let date = self.date();
        let in_day = self.0.saturating_add(CIVIL_OFFSET_MS).rem_euclid(DAY_MS);
        let (h, m, s, ms) = (in_day / 3_600_000, in_day / 60_000 % 60, in_day / 1000 % 60, in_day % 1000);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc_plus_8() {
        assert_eq!(date("1970-01-01").start(), Millis(-CIVIL_OFFSET_MS));
        assert_eq!(date("2026-11-22").start(), Millis(1_795_276_800_000));
        assert_eq!(date("2026-11-22").end(), date("2026-11-23").start());
        assert_eq!(date("2026-11-22").start().text(), "2026-11-22T00:00:00.000+08:00");
        assert_eq!(Millis(date("2026-11-22").start().0 - 1).text(), "2026-11-21T23:59:59.999+08:00");
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        assert_eq!(date("2026-01-31").add_months(1), date("2026-02-28"));
        assert_eq!(date("2028-02-29").add_months(12), date("2029-02-28"));
        assert_eq!(date("2026-11-22").add_months(-11), date("2025-12-22"));
    }

    #[test]
    fn only_one_spelling_of_a_date_is_read() {
        for text in [
            "2026-1-01",
            "2026-02-30",
            "1899-12-31",
            "9999-01-01",
            "2026/01/01",
            "+026-01-01",
            "2026-01-01 ",
            "２026-1-1",
            "",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotDate), "{text}");
        }
    }

    #[test]
    fn the_edges_of_the_calendar_hold() {
        assert_eq!(Millis(i64::MAX).date(), date("9998-12-31"));
        assert_eq!(Millis(i64::MIN).date(), date("1900-01-01"));
        assert_eq!(date("9998-12-31").start().date(), date("9998-12-31"));
        assert_eq!(date("1900-01-01").start().date(), date("1900-01-01"));
        assert_eq!(date("2026-11-22").add_days(i32::MAX), date("9998-12-31"));
        assert_eq!(date("2026-11-22").add_months(i32::MIN), date("1900-01-01"));
        let _ = (Millis(i64::MAX).text(), Millis(i64::MIN).text());
    }

    proptest! {
        #[test]
        fn dates_read_back(day in 0..3_000_000_i32) {
            let date = date("1900-01-01").add_days(day);
            prop_assert_eq!(date.to_string().parse(), Ok(date));
            prop_assert_eq!(date.start().date(), date);
            prop_assert_eq!(Millis(date.end().0 - 1).date(), date);
        }

        #[test]
        fn text_never_panics(text in "\\PC{8,12}") {
            let _ = text.parse::<Date>();
        }
    }
}
