//! CSV, strictly. The reader below is lenient by design: a quote that is never closed swallows the rest of the file into one
//! cell, and nobody notices that half a list is missing. So the text's quotes are walked through first ([`check_quotes`]), and
//! every row has to have as many cells as the header.
//!
//! Rows whose cells are all blank are no rows; spreadsheets leave them behind.

use crate::cell::Cell;
use crate::file::File;
use crate::table::{Row, Table, header, no_header};
use crate::table_fault::{Places, TableFault, Wrong};

/// Separators that files have, as they are called in a refusal and as they are written in a profile.
const SEPARATORS: [(char, &str, &str); 7] = [
    (',', "commas", "\",\""),
    (';', "semicolons", "\";\""),
    ('\t', "tabs", "\"\\t\""),
    ('|', "vertical bars", "\"|\""),
    ('，', "full-width commas (，), which are none", "\",\" after replacing them by commas"),
    ('；', "full-width semicolons (；), which are none", "\";\" after replacing them by semicolons"),
    ('、', "enumeration commas (、), which are none", "\",\" after replacing them by commas"),
];

/// The separator that stands most often in the first line, of those that a file can have; a comma where none does.
#[must_use]
pub fn sniffed(text: &str) -> char {
    let line = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [0_usize; 4];
    for letter in line.chars() {
        quoted ^= letter == '"';
        if let Some(at) = SEPARATORS[..4].iter().position(|(mark, ..)| *mark == letter).filter(|_| !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(',', |at| SEPARATORS[at].0)
}

/// Line ends (CR, LF or both together) in a text.
fn line_ends(text: &str) -> u64 {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
        .count() as u64
}

fn first_line(text: &str) -> &str {
    text.split(['\n', '\r']).next().unwrap_or_default()
}

/// What stands behind so many line ends.
fn without_lines(text: &str, lines: u64) -> &str {
    let bytes = text.as_bytes();
    let mut ends =
        memchr::memchr2_iter(b'\n', b'\r', bytes).filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    match lines.checked_sub(1).and_then(|last| ends.nth(usize::try_from(last).unwrap_or(usize::MAX))) {
        Some(at) => &text[at + 1..],
        None if lines == 0 => text,
        None => "",
    }
}

/// Reads a whole text.
///
/// # Errors
/// See [`Wrong`].
pub fn read(text: &str, file: &File) -> Result<Table, TableFault> {
    let separator = file.separator.unwrap_or(',');
    let mark = u8::try_from(separator)
        .ok()
        .filter(|mark| (mark.is_ascii_punctuation() || matches!(mark, b'\t' | b' ')) && *mark != b'"')
        .ok_or(TableFault::Separator(separator))?;
    let mut above = file.header_row.unwrap_or(1).saturating_sub(1);
    let mut text = without_lines(text, above);
    if let Some(said) = said_separator(text) {
        if said != separator.to_string() {
            return Err(Places::one(above + 1, None, Wrong::SaysSeparator(said.to_owned())));
        }
        above += 1;
        text = without_lines(text, 1);
    }
    if text.trim().is_empty() {
        return Err(TableFault::Empty);
    }
    if file.header_row.is_some() && first_line(text).trim().is_empty() {
        return Err(no_header(above + 1, ""));
    }
    // One in a cell is the fault of its row, which is rejected with all others kept; so many, or among the names of the
    // columns, are the fault of the file.
    let nul = memchr::memchr(0, text.as_bytes());
    let many = memchr::memchr_iter(0, text.as_bytes()).count() * 10 > text.len();
    if let Some(at) = nul.filter(|at| many || *at < first_line(text).len()) {
        let before = &text[..at];
        let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let cells = before[start..].matches(separator).count() + 1;
        return Err(Places::one(above + line_ends(before) + 1, Some(cells.to_string()), Wrong::Nul));
    }
    check_quotes(text, mark, above + 1)?;
    rows(text, mark, above, file.header_row.is_none())
}

/// The `sep=;` that spreadsheets take for a separator when it stands alone in the first line.
fn said_separator(text: &str) -> Option<&str> {
    let line = first_line(text).trim_matches('"');
    line.strip_prefix("sep=").filter(|said| said.chars().count() == 1)
}

fn rows(text: &str, mark: u8, above: u64, guessed: bool) -> Result<Table, TableFault> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(mark).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut table = Table::default();
    let mut places = Places::default();
    let (mut number, mut line, mut counted) = (0, above + 1, 0_usize);
    let (mut named, mut line_of_header) = (false, 0);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(cause) => return Err(TableFault::Workbook(cause.to_string())),
        }
        let begin = record.position().map_or(counted, |at| usize::try_from(at.byte()).unwrap_or(counted));
        // Empty lines before a record belong to it for the reader below.
        let begin = begin + text[begin..].bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        line += line_ends(&text[counted..begin]);
        counted = begin;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if !named {
            (named, line_of_header) = (true, line);
            check_separator(&record, line)?;
            let cells = (1..).zip(&record).map(|(at, cell): (u32, _)| (at.to_string(), Cell::from(cell)));
            table.columns = header(line, guessed, cells)?;
            continue;
        }
        if record.len() != table.columns.len() {
            let at = record.len().min(table.columns.len());
            let name = table.columns.get(at).map(|name| format!(" ({name})")).unwrap_or_default();
            let wrong = Wrong::Ragged { cells: record.len(), columns: table.columns.len() };
            places.add(line, Some(format!("{}{name}", at + 1)), wrong);
            continue;
        }
        number += 1;
        let filled = table.columns.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let cells = filled.map(|(name, cell)| (name.clone(), Cell::written(cell))).collect();
        table.rows.push(Row { number, line, cells });
    }
    if let (true, [name], true) = (guessed, &table.columns[..], table.rows.is_empty() && places.all > 0) {
        return Err(no_header(line_of_header, name));
    }
    places.none()?;
    if named { Ok(table) } else { Err(TableFault::Empty) }
}

fn check_separator(header: &csv::StringRecord, line: u64) -> Result<(), TableFault> {
    let name = header.get(0).unwrap_or_default();
    let seen = SEPARATORS.iter().find(|(mark, ..)| name.contains(*mark)).filter(|_| header.len() == 1);
    seen.map_or(Ok(()), |(_, seen, key)| {
        let name = name.chars().take(80).collect();
        Err(Places::one(line, None, Wrong::Separator { name, seen, key }))
    })
}

/// Walks through every quote. Where there is none the text is not looked at.
fn check_quotes(text: &str, mark: u8, first_line: u64) -> Result<(), TableFault> {
    let bytes = text.as_bytes();
    let Some(first) = memchr::memchr(b'"', bytes) else { return Ok(()) };
    let mut at = bytes[..first].iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
    let mut line = first_line + line_ends(&text[..at]);
    let columns = columns(bytes, mark);
    let mut cell = 1_u64;
    while at < bytes.len() {
        // At the beginning of a cell.
        if bytes[at] == b'"' {
            let end = closing(bytes, at).ok_or_else(|| Places::one(line, Some(cell.to_string()), Wrong::OpenQuote))?;
            let within = &text[at + 1..end];
            let breaks = line_ends(within);
            if breaks > 0 && holds_rows(within, &text[end + 1..], cell, mark, columns) {
                return Err(Places::one(line, Some(cell.to_string()), Wrong::Swallowed));
            }
            let opened = line;
            line += breaks;
            at = end + 1;
            if at < bytes.len() && bytes[at] != mark && !matches!(bytes[at], b'\n' | b'\r') {
                return Err(Places::one(line, Some(cell.to_string()), Wrong::AfterQuote { opened }));
            }
        } else {
            let rest = &bytes[at..];
            let length = memchr::memchr3(mark, b'\n', b'\r', rest).unwrap_or(rest.len());
            let content = &rest[..length];
            if memchr::memchr(b'"', content).is_some() && !is_formula_text(content) {
                return Err(Places::one(line, Some(cell.to_string()), Wrong::QuoteWithin));
            }
            at += length;
        }
        // At a separator, a line end or the end.
        match bytes.get(at) {
            Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => (at, line, cell) = (at + 2, line + 1, 1),
            Some(b'\r' | b'\n') => (at, line, cell) = (at + 1, line + 1, 1),
            Some(_) => (at, cell) = (at + 1, cell + 1),
            None => break,
        }
    }
    Ok(())
}

/// The quote that closes the one at this place.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr(b'"', &bytes[at..])?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// `="text"`, by which some programs keep a spreadsheet from reading digits as a number.
fn is_formula_text(content: &[u8]) -> bool {
    content.strip_prefix(b"=\"").and_then(|rest| rest.strip_suffix(b"\"")).is_some_and(|text| !text.contains(&b'"'))
}

/// Columns of the first line that is not empty.
fn columns(bytes: &[u8], mark: u8) -> usize {
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    let line = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    memchr::memchr_iter(mark, line).count() + 1
}

/// Whether a quoted cell that begins as this one of its row seems to hold rows, because a quote is missing: a whole line
/// within has as many separators as a row, or its first line ends one row and its last line, with what follows, is another.
fn holds_rows(within: &str, behind: &str, cell: u64, mark: u8, columns: usize) -> bool {
    let cells = |line: &str| memchr::memchr_iter(mark, line.as_bytes()).count() + 1;
    let lines: Vec<&str> = within.split(['\n', '\r']).collect();
    let (Some((first, rest)), Some(last)) = (lines.split_first(), lines.last()) else { return false };
    let behind = behind.split(['\n', '\r']).next().unwrap_or_default();
    let before = usize::try_from(cell - 1).unwrap_or(0);
    columns > 1
        && (rest.iter().any(|line| cells(line) >= columns)
            || (before + cells(first) == columns && cells(last) + cells(behind) - 1 == columns))
}
