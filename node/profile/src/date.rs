//! Days as people and spreadsheets write them. A form that can be read in two ways is never read by guess: it is refused, and
//! the refusal names the profile key that would read it.
//!
//! Without forms of its own a profile reads year, month, day in this order, the year with four digits, with one of `-`, `/`,
//! `.` or 年月日 between them, and a time of day behind. A time with a zone becomes its day in UTC+8.

use huxin_protocol::time::Date;
use jiff::civil;

/// Why a text is no day that can be read for certain. Each ends a sentence that begins with the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("is no date of the form {}; correct it, or name its form in the profile's key `date`", .0.join(" or "))]
    Form(Vec<String>),
    #[error("is no date; write it as 2026-01-05, or name its form in the profile's key `date`")]
    NoDate,
    #[error("names a day that does not exist between the years 1900 and 9998")]
    NoSuchDay,
    #[error("names a month but no day; write the whole date as 2026-01-05")]
    NoDay,
    #[error(
        "has a year of two digits; write four, or write date = \"{0}\" in the field's rule if every row means that"
    )]
    TwoDigitYear(&'static str),
    #[error(
        "can be read with the day or with the month first; write date = \"{0}\" or date = \"{1}\" in the field's rule"
    )]
    Ambiguous(&'static str, &'static str),
    #[error("has the year last; write date = \"{0}\" in the field's rule if every row means that")]
    YearLast(&'static str),
    #[error("is a bare number; write date = \"{0}\" in the field's rule if it is a date")]
    Digits(&'static str),
    #[error(
        "is a bare number, and seems to be a spreadsheet's count of days that stands for {0}; format the cell as a date"
    )]
    Serial(Date),
    #[error("is a bare number, which is no date; write it as 2026-01-05")]
    Number,
    #[error("means that there is no end, which only the field `until` can say")]
    Endless,
    #[error("has behind the date what is no time of day; correct it, or name its form in the profile's key `date`")]
    Tail,
}

impl DateFault {
    /// Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) | Self::NoDate => "date",
            Self::NoSuchDay => "date_no_such_day",
            Self::NoDay => "date_no_day",
            Self::TwoDigitYear(_) => "date_two_digit_year",
            Self::Ambiguous(..) => "date_ambiguous",
            Self::YearLast(_) => "date_year_last",
            Self::Digits(_) => "date_digits",
            Self::Serial(_) => "date_serial",
            Self::Number => "date_number",
            Self::Endless => "date_endless",
            Self::Tail => "date_tail",
        }
    }
}

/// What stands where an end would, when there is none.
const ENDLESS: [&str; 12] = [
    "长期",
    "长期有效",
    "永久",
    "永久有效",
    "无固定期限",
    "无期限",
    "无限期",
    "无期",
    "终身",
    "長期",
    "無固定期限",
    "无终止日期",
];

/// Days that nobody means: they are written where a program wants a date and there is none.
const fn is_endless(year: i16, month: i8, day: i8) -> bool {
    matches!((year, month, day), (9999 | 2999, 12, 31))
}

/// Whether this day stands for "no end".
#[must_use]
pub fn no_end(date: Date) -> bool {
    date.to_string() == "2999-12-31"
}

/// Reads a day by the profile's forms, or by those that leave no doubt where it names none. With `endless`, what says "for
/// ever" is none.
///
/// # Errors
/// See [`DateFault`].
pub fn read(text: &str, forms: &[String], endless: bool) -> Result<Option<Date>, DateFault> {
    let text = &narrow(text);
    if ENDLESS.contains(&text.as_str()) {
        return if endless { Ok(None) } else { Err(DateFault::Endless) };
    }
    if endless
        && let Some((year, month, day, _)) = year_first(text)
        && is_endless(year, month, day)
    {
        return Ok(None);
    }
    for form in forms {
        // A time of day behind the date is dropped where the form asks for it with `%T` or the like.
        if let Ok(found) = jiff::fmt::strtime::parse(form, text).and_then(|time| time.to_date()) {
            if endless && is_endless(found.year(), found.month(), found.day()) {
                return Ok(None);
            }
            return day(found).map(Some);
        }
    }
    if forms.is_empty() { certain(text).map(Some) } else { Err(DateFault::Form(forms.to_vec())) }
}

fn day(date: civil::Date) -> Result<Date, DateFault> {
    Date::new(date.year(), date.month(), date.day()).map_err(|_| DateFault::NoSuchDay)
}

/// Full-width digits and signs as the narrow ones that they stand for.
fn narrow(text: &str) -> String {
    text.trim()
        .chars()
        .map(|letter| match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
            '\u{3000}' | '\u{a0}' => ' ',
            other => other,
        })
        .collect()
}

/// The digits at the beginning, at most so many, and what follows.
fn digits(text: &str, most: usize) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=most).contains(&length).then(|| text.split_at(length))
}

/// Year, month, day and what stands behind them.
fn year_first(text: &str) -> Option<(i16, i8, i8, &str)> {
    let (year, rest) = digits(text, 4).filter(|(year, _)| year.len() == 4)?;
    let mark = rest.chars().next().filter(|mark| matches!(mark, '-' | '/' | '.' | '年'))?;
    let (month, rest) = digits(rest[mark.len_utf8()..].trim_start(), 2)?;
    let next = if mark == '年' { '月' } else { mark };
    let (day, rest) = digits(rest.strip_prefix(next)?.trim_start(), 2)?;
    let rest = if mark == '年' { rest.strip_prefix(['日', '号'])? } else { rest };
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?, rest))
}

/// Reads what leaves no doubt, and says of the rest what it seems to be.
fn certain(text: &str) -> Result<Date, DateFault> {
    let Some((year, month, day_of_month, rest)) = year_first(text) else { return Err(seems(text)) };
    let date = civil::Date::new(year, month, day_of_month).map_err(|_| DateFault::NoSuchDay)?;
    if rest.trim().is_empty() {
        return day(date);
    }
    let (time, zone) = time_of_day(rest).ok_or(DateFault::Tail)?;
    let Some(offset) = zone else { return day(date) };
    let shift = jiff::Span::new().minutes(8 * 60 - offset);
    date.to_datetime(time).checked_add(shift).map_err(|_| DateFault::NoSuchDay).and_then(|moved| day(moved.date()))
}

/// A time of day and its zone in minutes east of Greenwich, where it has one.
fn time_of_day(text: &str) -> Option<(civil::Time, Option<i64>)> {
    let text = text.strip_prefix('T').unwrap_or(text).trim();
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = match rest.strip_prefix([':', '时']) {
        Some(rest) if rest.is_empty() => ("0", rest),
        Some(rest) => digits(rest, 2)?,
        None => return None,
    };
    let rest = rest.strip_prefix('分').unwrap_or(rest);
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2)?,
        None if rest.ends_with('秒') => digits(rest, 2)?,
        None => ("0", rest),
    };
    let rest = rest.strip_prefix('秒').unwrap_or(rest);
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(rest) => digits(rest, 9)?.1,
        None => rest,
    };
    let time = civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()?;
    let zone = match rest.trim() {
        "" => return Some((time, None)),
        "Z" | "z" | "UTC" => return Some((time, Some(0))),
        zone => zone,
    };
    let (sign, zone) = match zone.split_at_checked(1)? {
        ("+", zone) => (1, zone),
        ("-", zone) => (-1, zone),
        _ => return None,
    };
    let plain = zone.replace(':', "");
    let (hours, minutes) = match plain.len() {
        2 => (plain.as_str(), "0"),
        4 => plain.split_at_checked(2)?,
        _ => return None,
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some((time, Some(sign * (hours * 60 + minutes))))
}

/// What a text seems to be that is no certain date.
fn seems(text: &str) -> DateFault {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.parse::<f64>().is_ok()
    {
        return number(text);
    }
    let day_part = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day_part.trim_end_matches(['日', '号']).split(['-', '/', '.', '年', '月']).collect();
    let lengths: Vec<usize> =
        parts.iter().map(|part| if part.bytes().all(|byte| byte.is_ascii_digit()) { part.len() } else { 0 }).collect();
    let mark = day_part.chars().find(|letter| !letter.is_ascii_digit()).unwrap_or('/');
    match lengths[..] {
        [4, 1 | 2] => DateFault::NoDay,
        [4, 1 | 2, 0] if parts[2].is_empty() => DateFault::NoDay,
        [1 | 2, 1 | 2, 1 | 2] => DateFault::TwoDigitYear(match mark {
            '-' => "%y-%m-%d",
            '.' => "%y.%m.%d",
            '年' => "%y年%m月%d日",
            _ => "%y/%m/%d",
        }),
        [1 | 2, 1 | 2, 4] => {
            let (day_first, month_first) = match mark {
                '-' => ("%d-%m-%Y", "%m-%d-%Y"),
                '.' => ("%d.%m.%Y", "%m.%d.%Y"),
                _ => ("%d/%m/%Y", "%m/%d/%Y"),
            };
            match (parts[0].parse::<u8>(), parts[1].parse::<u8>()) {
                (Ok(13..), _) => DateFault::YearLast(day_first),
                (_, Ok(13..)) => DateFault::YearLast(month_first),
                _ => DateFault::Ambiguous(day_first, month_first),
            }
        }
        _ => words(text),
    }
}

/// Forms with the month's name, and all others.
fn words(text: &str) -> DateFault {
    const FORMS: [&str; 8] =
        ["%d-%b-%y", "%d %b %y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y", "%Y-%b-%d"];
    for form in FORMS {
        if jiff::fmt::strtime::parse(form, text).and_then(|time| time.to_date()).is_ok() {
            return if form.ends_with("%y") { DateFault::TwoDigitYear(form) } else { DateFault::YearLast(form) };
        }
    }
    DateFault::NoDate
}

/// What a bare number seems to be.
fn number(text: &str) -> DateFault {
    match text.len() {
        8 if !text.contains('.') => DateFault::Digits("%Y%m%d"),
        14 if !text.contains('.') => DateFault::Digits("%Y%m%d%H%M%S"),
        6 if !text.contains('.') => DateFault::TwoDigitYear("%y%m%d"),
        _ => match text.split('.').next().and_then(|days| days.parse::<i32>().ok()) {
            // 1954 to 2119 in the count from 1900: no shorter number is taken for a day.
            Some(days @ 20_000..=80_000) => {
                let first = civil::date(1899, 12, 30);
                let date = first.checked_add(jiff::Span::new().days(days)).ok().and_then(|date| day(date).ok());
                date.map_or(DateFault::Number, DateFault::Serial)
            }
            _ => DateFault::Number,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn outcome(text: &str, forms: &[&str], endless: bool) -> String {
        let forms: Vec<String> = forms.iter().map(|&form| form.to_owned()).collect();
        match read(text, &forms, endless) {
            Ok(Some(date)) => date.to_string(),
            Ok(None) => "none".to_owned(),
            Err(fault) => fault.code().to_owned(),
        }
    }

    #[test]
    fn forms_that_leave_no_doubt_are_read() {
        for text in [
            "2026-01-05",
            "2026-1-5",
            "2026/1/5",
            "2026/01/05",
            "2026.1.5",
            "2026年1月5日",
            "2026年01月05日",
            "2026 年 1 月 5 日".replace(' ', "").as_str(),
            "2026年1月5号",
            "２０２６－０１－０５",
            "2026-01-05 23:59:59",
            "2026-01-05T00:00:00",
            "2026-01-05T10:30",
            "2026/1/5 9:30",
            "2026-01-05 10:30:00.000",
            "2026年1月5日10时30分",
            "2026年1月5日 10时30分20秒",
            "2026年1月5日 10时",
            "2026-01-05T15:59:59Z",
            "2026-01-04T16:00:00Z",
            "2026-01-05T00:00:00+08:00",
            "2026-01-05T01:00:00+0900",
            "2026-01-04T11:00:00-05:00",
            " 2026-01-05\u{3000}",
        ] {
            assert_eq!(outcome(text, &[], false), "2026-01-05", "{text}");
        }
        assert_eq!(outcome("2026-01-05T16:00:00Z", &[], false), "2026-01-06");
    }

    #[test]
    fn no_end_is_said_of_until_only() {
        for text in [
            "长期",
            "永久",
            "无固定期限",
            "9999-12-31",
            "2999-12-31",
            "9999/12/31",
            "9999年12月31日",
            "9999-12-31 00:00:00",
        ] {
            assert_eq!(outcome(text, &[], true), "none", "{text}");
            assert_eq!(outcome(text, &["%d/%m/%Y"], true), "none", "{text}");
            assert_ne!(outcome(text, &[], false), "none", "{text}");
        }
        assert_eq!(outcome("31/12/9999", &["%d/%m/%Y"], true), "none");
        assert_eq!(outcome("长期", &[], false), "date_endless");
        assert_eq!(outcome("9999-12-31", &[], false), "date_no_such_day");
    }

    #[test]
    fn every_other_form_is_refused_with_what_would_read_it() {
        for (text, code, key) in [
            ("26-1-5", "date_two_digit_year", "%y-%m-%d"),
            ("26/01/05", "date_two_digit_year", "%y/%m/%d"),
            ("26年1月5日", "date_two_digit_year", "%y年%m月%d日"),
            ("5-Jan-26", "date_two_digit_year", "%d-%b-%y"),
            ("05/01/2026", "date_ambiguous", "%d/%m/%Y"),
            ("05/01/2026", "date_ambiguous", "%m/%d/%Y"),
            ("5.1.2026", "date_ambiguous", "%d.%m.%Y"),
            ("05-01-2026", "date_ambiguous", "%d-%m-%Y"),
            ("25/01/2026", "date_year_last", "%d/%m/%Y"),
            ("01/25/2026", "date_year_last", "%m/%d/%Y"),
            ("05/01/2026 10:00", "date_ambiguous", "%d/%m/%Y"),
            ("5 January 2026", "date_year_last", "%d %B %Y"),
            ("20260105", "date_digits", "%Y%m%d"),
            ("20260105103000", "date_digits", "%Y%m%d%H%M%S"),
            ("46027", "date_serial", "2026-01-05"),
            ("46027.5", "date_serial", "2026-01-05"),
            ("1767571200", "date_number", "number"),
            ("2026", "date_number", "number"),
            ("2026-01", "date_no_day", "no day"),
            ("2026年1月", "date_no_day", "no day"),
            ("2026-02-30", "date_no_such_day", "does not exist"),
            ("2026-13-01", "date_no_such_day", "does not exist"),
            ("1026-01-01", "date_no_such_day", "1900"),
            ("2026-01-05 夜", "date_tail", "time of day"),
            ("2026-01-05 25:00", "date_tail", "time of day"),
            ("2026-01-05至2027-01-05", "date_tail", "time of day"),
            ("去年", "date", "2026-01-05"),
        ] {
            assert_eq!(outcome(text, &[], true), code, "{text}");
            let said = read(text, &[], true).unwrap_err().to_string();
            assert!(said.contains(key), "{text}: {said}");
        }
    }

    #[test]
    fn the_profiles_own_forms_are_read_and_no_other() {
        assert_eq!(outcome("05/01/2026", &["%d/%m/%Y"], false), "2026-01-05");
        assert_eq!(outcome("20260105", &["%Y%m%d"], false), "2026-01-05");
        assert_eq!(outcome("2026-01-05", &["%d/%m/%Y", "%Y-%m-%d"], false), "2026-01-05");
        assert_eq!(outcome("2026-01-13", &["%Y-%d-%m"], false), "date");
    }
}
