//! Cells of an XLSX file, within bounds. A workbook is an archive of packed XML in which each cell names its own place, so a
//! few bytes can stand for gigabytes: a part that unpacks to a thousand times its length, or two cells in opposite corners
//! of a sheet, between which a table has seventeen thousand million empty ones. All bounds are in proportion to the file.
//!
//! The library under this reckons places without looking whether they fit, and gives up by a panic where arithmetic is
//! checked. It is checked for that library in every build (see the profiles in the workspace's manifest), and the panic
//! ends here as a refusal of the file.

use crate::cell::{Cell, EXACT_DIGITS};
use crate::date;
use crate::encoding::{Seen, kind};
use crate::file::{File, Hidden};
use crate::table::{Row, Table, header, no_header};
use crate::table_fault::{Places, TableFault, Wrong};
use crate::workbook_unseen::{self, Unseen, Watch};
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx};
use huxin_protocol::time::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};
use std::panic::catch_unwind;

/// Rows and columns of the largest sheet that spreadsheet programs write.
const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;
/// What an archive may unpack to: so many times its length, which no honest list reaches, and a few megabytes more.
const UNPACKED_TIMES: u64 = 100;
const UNPACKED_MORE: u64 = 4 * 1024 * 1024;
/// Cells that the table may have for each that is filled, and how many it may have in any case.
const SPAN_TIMES: u64 = 64;
const SPAN_MORE: u64 = 16 * 1024;

/// Cells that are not blank, by row and column from 0.
type Cells = BTreeMap<(u32, u32), Cell>;

/// Reads the sheet that the profile names, or the first one.
///
/// # Errors
/// This is no workbook, it has no such sheet, it is out of all proportion, or what a person sees in the sheet is not what a
/// reader finds there; see [`Wrong`].
pub fn read(bytes: &[u8], file: &File) -> Result<Table, TableFault> {
    check_kind(bytes)?;
    let read = || {
        let marked = check_unpacked(bytes)?;
        let (sheet, cells) = read_cells(bytes, file)?;
        check_span(&cells)?;
        let unseen = workbook_unseen::look(bytes, &sheet, &marked)?;
        table(&cells, &unseen, file)
    };
    let refused = || Err(TableFault::Workbook("a place in it is beyond every sheet's end".to_owned()));
    catch_unwind(read).unwrap_or_else(|_| refused())
}

fn fault(cause: &impl std::fmt::Display) -> TableFault {
    TableFault::Workbook(cause.to_string())
}

/// What goes by the name of a workbook and is none.
fn check_kind(bytes: &[u8]) -> Result<(), TableFault> {
    match kind(bytes) {
        Some(Seen::Archive) => {}
        Some(Seen::OldOffice) => {
            let seen =
                "a workbook of the old kind (.xls), or one with a password; save it again as .xlsx, without a password";
            return Err(TableFault::NoWorkbook(seen.to_owned()));
        }
        Some(seen) => return Err(seen.into()),
        None if bytes.is_empty() => return Err(TableFault::Empty),
        None => {
            let text = bytes.iter().all(|byte| !matches!(byte, 0..=8 | 14..=31)) || bytes.starts_with(&[0xff, 0xfe]);
            let seen = if text {
                "text, perhaps CSV; write format = \"csv\" in the profile's [file] section"
            } else {
                "something else; save it again as .xlsx"
            };
            return Err(TableFault::NoWorkbook(seen.to_owned()));
        }
    }
    let Ok(archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let has = |part: &str| archive.index_for_name(part).is_some();
    let seen = if has("xl/workbook.bin") {
        "a binary workbook (.xlsb); save it again as .xlsx"
    } else if has("content.xml") && has("mimetype") {
        "an OpenDocument file (.ods); save it again as .xlsx"
    } else if has("word/document.xml") {
        "a text document (.docx); ask its publisher for the list as a table"
    } else {
        return Ok(());
    };
    Err(TableFault::NoWorkbook(seen.to_owned()))
}

/// Unpacks every part once and throws it away: what an archive says about its own sizes may be false. Gives the names of the
/// parts that may be sheets with something unseen in them.
fn check_unpacked(bytes: &[u8]) -> Result<BTreeSet<String>, TableFault> {
    let mut left = UNPACKED_TIMES * bytes.len() as u64 + UNPACKED_MORE;
    let mut marked = BTreeSet::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|cause| fault(&cause))?;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|cause| fault(&cause))?;
        let name = part.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let mut watch = Watch::default();
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut watch).map_err(|cause| fault(&cause))?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            TableFault::Workbook(format!("it unpacks to more than {UNPACKED_TIMES} times its length"))
        })?;
        if watch.marked && name.to_ascii_lowercase().contains("sheet") {
            marked.insert(name);
        }
    }
    Ok(marked)
}

/// The name of the sheet that is to be read.
fn chosen(workbook: &Xlsx<Cursor<&[u8]>>, file: &File) -> Result<String, TableFault> {
    let sheets: Vec<_> = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).collect();
    let names = |hidden: bool| {
        let among = sheets.iter().filter(|sheet| !hidden || sheet.visible != SheetVisible::Visible);
        among.map(|sheet| format!("{:?}", sheet.name)).collect::<Vec<_>>().join(", ")
    };
    let sheet = match &file.sheet {
        Some(name) => {
            let found = sheets.iter().find(|sheet| sheet.name == *name);
            found.ok_or_else(|| TableFault::Sheet(name.clone(), names(false)))?
        }
        None => sheets.first().ok_or_else(|| fault(&"it has no sheet"))?,
    };
    let hidden = match &file.sheet {
        Some(_) => sheet.visible != SheetVisible::Visible,
        // Without a name from the profile nobody has said that the others are not meant.
        None => sheets.iter().any(|sheet| sheet.visible != SheetVisible::Visible),
    };
    if hidden && file.hidden == Hidden::Refuse {
        let hidden = if file.sheet.is_some() { format!("{:?}", sheet.name) } else { names(true) };
        return Err(Places::one(0, None, Wrong::HiddenSheets(hidden)));
    }
    Ok(sheet.name.clone())
}

fn read_cells(bytes: &[u8], file: &File) -> Result<(String, Cells), TableFault> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|cause| fault(&cause))?;
    let name = chosen(&workbook, file)?;
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|cause| fault(&cause))?;
    let mut cells = Cells::new();
    // With what is known of formulas, and without writing shared ones out.
    while let Some(found) = reader.next_cell_with_formula_metadata().map_err(|cause| fault(&cause))? {
        let (row, column) = found.pos;
        if row >= ROWS || column >= COLUMNS {
            return Err(fault(&"a place in it is beyond every sheet's end"));
        }
        let cell = match found.value {
            DataRef::Empty if found.formula.is_some() => Cell::NoValue,
            value => cell(value),
        };
        if !cell.is_blank() {
            cells.insert((row, column), cell);
        }
    }
    Ok((name, cells))
}

fn cell(value: DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::written(&text),
        DataRef::SharedString(text) => Cell::written(text),
        DataRef::Bool(value) => Cell::Bool(value),
        DataRef::Int(number) => number_cell(number as f64),
        DataRef::Float(number) => number_cell(number),
        DataRef::DateTime(time) => date_cell(&time),
        DataRef::DateTimeIso(text) => date::read(&text, &[], false).ok().flatten().map_or(Cell::Text(text), Cell::Date),
        DataRef::DurationIso(text) => Cell::Text(text),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// A spreadsheet keeps fifteen digits of a number, whatever was entered.
fn number_cell(number: f64) -> Cell {
    // The shortest decimal that is this number, never with an exponent.
    let text = if number == 0.0 { "0".to_owned() } else { number.to_string() };
    let significant = text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    if significant > EXACT_DIGITS { Cell::LostDigits(text) } else { Cell::Number(text) }
}

/// Days count from 1900 or from 1904, as the workbook says. Spans of time, times without a day and days that no calendar has
/// stay text, which nobody takes for a date.
fn date_cell(time: &ExcelDateTime) -> Cell {
    const END: f64 = 2_958_466.0;
    let serial = time.as_f64();
    if time.is_duration() || !(1.0..END).contains(&serial) {
        return Cell::Text(format!("{serial} (a time without a day)"));
    }
    let (year, month, day, ..) = time.to_ymd_hms_milli();
    let date = i16::try_from(year).ok().zip(i8::try_from(month).ok()).zip(i8::try_from(day).ok());
    let date = date.and_then(|((year, month), day)| Date::new(year, month, day).ok());
    date.map_or_else(|| Cell::Text(format!("{year:04}-{month:02}-{day:02}")), Cell::Date)
}

/// The letters of a column from 0.
fn letters(column: u32) -> String {
    let mut left = column + 1;
    let mut letters = Vec::new();
    while left > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((left - 1) % 26).unwrap_or(0)));
        left = (left - 1) / 26;
    }
    letters.into_iter().collect()
}

/// `A5:B7` as rows and columns from 0: first row, first column, last row, last column.
fn region(text: &str) -> Option<(u32, u32, u32, u32)> {
    let place = |text: &str| {
        let text = text.replace('$', "");
        let at = text.find(|letter: char| letter.is_ascii_digit())?;
        let (letters, row) = text.split_at_checked(at)?;
        let column = letters.bytes().try_fold(0_u32, |sum, letter| {
            let letter = letter.is_ascii_alphabetic().then(|| u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
            sum.checked_mul(26)?.checked_add(letter)
        })?;
        Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
    };
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (place(first)?, place(last)?);
    Some((top, left, bottom, right))
}

/// The header's row from 0.
fn header_row(cells: &Cells, file: &File) -> Result<u32, TableFault> {
    let first = cells.keys().next().map(|(row, _)| *row).ok_or(TableFault::Empty)?;
    let Some(named) = file.header_row else { return Ok(first) };
    let row = u32::try_from(named.saturating_sub(1)).ok().filter(|row| *row < ROWS);
    let filled = row.filter(|row| cells.range((*row, 0)..=(*row, COLUMNS)).next().is_some());
    filled.ok_or_else(|| no_header(named, ""))
}

fn table(cells: &Cells, unseen: &Unseen, file: &File) -> Result<Table, TableFault> {
    let head = header_row(cells, file)?;
    let guessed = file.header_row.is_none();
    let below: Vec<(u32, u32)> = cells.range((head, 0)..).map(|(place, _)| *place).collect();
    check_unseen(head, &below, cells, unseen, file)?;
    let columns: BTreeSet<u32> = below.iter().map(|(_, column)| *column).collect();
    let named =
        columns.iter().map(|column| (letters(*column), cells.get(&(head, *column)).cloned().unwrap_or_default()));
    let names = header(u64::from(head) + 1, guessed, named)?;
    let by_place: BTreeMap<u32, &String> = columns.iter().copied().zip(&names).collect();
    let mut rows: Vec<Row> = Vec::new();
    for ((row, column), cell) in cells.range((head + 1, 0)..) {
        let line = u64::from(*row) + 1;
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(Row { number: rows.len() as u64 + 1, line, cells: BTreeMap::new() });
        }
        if let (Some(last), Some(name)) = (rows.last_mut(), by_place.get(column)) {
            last.cells.insert((*name).clone(), cell.clone());
        }
    }
    Ok(Table { columns: names, rows, open: false })
}

/// Refuses what a person sees otherwise: merged cells in the header or below, and what is hidden there.
fn check_unseen(
    head: u32,
    below: &[(u32, u32)],
    cells: &Cells,
    unseen: &Unseen,
    file: &File,
) -> Result<(), TableFault> {
    let last = below.last().map_or(head, |(row, _)| *row);
    let filled: BTreeSet<u32> = below.iter().map(|(row, _)| *row).collect();
    let mut places = Places::default();
    for text in &unseen.merged {
        let Some((top, left, bottom, _)) = region(text) else {
            places.add(0, None, Wrong::Merged(text.clone()));
            continue;
        };
        if bottom < head || top > last {
            continue;
        }
        if top == head && file.header_row.is_none() {
            let shown = cells.get(&(top, left)).map(Cell::shown).unwrap_or_default();
            return Err(no_header(u64::from(head) + 1, &shown));
        }
        places.add(u64::from(top) + 1, Some(letters(left)), Wrong::Merged(text.clone()));
    }
    if file.hidden == Hidden::Refuse {
        let rows: Vec<u32> = unseen.rows.iter().filter(|row| filled.contains(row)).map(|row| row + 1).collect();
        if let Some(first) = rows.first() {
            places.add(u64::from(*first), None, Wrong::HiddenRows(runs(&rows)));
        }
        let used: BTreeSet<u32> = below.iter().map(|(_, column)| *column).collect();
        let hidden = |column: &u32| unseen.columns.iter().any(|(first, last)| (first..=last).contains(&column));
        let columns: Vec<String> = used.iter().filter(|column| hidden(column)).map(|column| letters(*column)).collect();
        if !columns.is_empty() {
            places.add(0, None, Wrong::HiddenColumns(columns.join(", ")));
        }
    }
    places.none()
}

/// `3, 5-7, 9`; at most twenty runs are named.
fn runs(rows: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => runs.push((*row, *row)),
        }
    }
    let words = runs
        .iter()
        .take(20)
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    let more = if runs.len() > 20 { ", …" } else { "" };
    format!("{}{more}", words.collect::<Vec<_>>().join(", "))
}

/// A table has a value for every cell between the outermost ones.
fn check_span(cells: &Cells) -> Result<(), TableFault> {
    let extent = |of: fn(&(u32, u32)) -> u32| {
        let (least, most) = (cells.keys().map(of).min().unwrap_or(0), cells.keys().map(of).max().unwrap_or(0));
        u64::from(most - least) + 1
    };
    let span = extent(|(row, _)| *row) * extent(|(_, column)| *column);
    if span <= SPAN_TIMES * cells.len() as u64 + SPAN_MORE {
        return Ok(());
    }
    let filled = cells.len();
    Err(TableFault::Workbook(format!(
        "its {filled} filled cells lie too far apart for a table: {span} cells between them"
    )))
}
