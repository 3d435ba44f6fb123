//! Working days (R153): Monday to Friday less the edition's holidays, and the weekend days that it makes up. Of a year that the
//! calendar does not name only the week is known, and whoever shows a clock that runs through it says so.

use super::{Edition, Sure};
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// Days off, and weekend days that are worked, of the years that it names (R153).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    pub years: Vec<i16>,
    pub holidays: Vec<Date>,
    pub make_up_days: Vec<Date>,
    pub source: String,
    pub sure: Sure,
}

const DAY_MS: i64 = 86_400_000;
const CIVIL_OFFSET_MS: i64 = 8 * 3_600_000;

/// Day of the week, Monday 0. The first of January 1970 was a Thursday.
fn weekday(day: Date) -> i64 {
    ((day.start().0 + CIVIL_OFFSET_MS).div_euclid(DAY_MS) + 3).rem_euclid(7)
}

impl Edition {
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        let calendar = self.calendar();
        if calendar.is_some_and(|calendar| calendar.make_up_days.contains(&day)) {
            return true;
        }
        weekday(day) < 5 && !calendar.is_some_and(|calendar| calendar.holidays.contains(&day))
    }

    /// The last day of a term of `days` working days that begins on the day after `day`; `day` itself for 0.
    #[must_use]
    pub fn add_working_days(&self, day: Date, days: u16) -> Date {
        let mut last = day;
        let mut left = days;
        while left > 0 {
            let next = last.add_days(1);
            if next == last {
                // The calendar's last date: no later one can be named.
                return last;
            }
            last = next;
            if self.is_working_day(last) {
                left -= 1;
            }
        }
        last
    }

    /// The first year between two days, both included, whose holidays the calendar does not know.
    #[must_use]
    pub fn year_without_calendar(&self, from: Date, until: Date) -> Option<i16> {
        let knows = |year: &i16| self.calendar().is_some_and(|calendar| calendar.years.contains(year));
        (from.year()..=until.year()).find(|year| !knows(year))
    }
}
