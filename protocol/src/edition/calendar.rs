//! Working days (R153): Monday to Friday less the edition's holidays, and the weekend days that it makes up.

use super::Edition;
use crate::time::Date;

const DAY_MS: i64 = 86_400_000;
const CIVIL_OFFSET_MS: i64 = 8 * 3_600_000;

/// Day of the week, Monday 0. The first of January 1970 was a Thursday.
fn weekday(day: Date) -> i64 {
    ((day.start().0 + CIVIL_OFFSET_MS).div_euclid(DAY_MS) + 3).rem_euclid(7)
}

impl Edition {
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        let calendar = self.file.calendar.as_ref();
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
}
