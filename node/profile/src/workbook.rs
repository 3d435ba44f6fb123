//! Cells of an XLSX file, within bounds. A workbook is an archive of packed XML in which each cell names its own place, so a
//! few bytes can stand for gigabytes: a part that unpacks to a thousand times its length, or two cells in opposite corners
//! of a sheet, between which a table has seventeen thousand million empty ones. All bounds are in proportion to the file.
//!
//! The library under this reckons places without looking whether they fit, and gives up by a panic where arithmetic is
//! checked. It is checked for that library in every build (see the profiles in the workspace's manifest), and the panic
//! ends here as a refusal of the file.

use crate::table::TableFault;
use calamine::{Data, DataRef, Reader as _, Xlsx};
use std::collections::BTreeMap;
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

/// Cells that are not empty, by row and column from 0, as trimmed text.
pub type Cells = BTreeMap<(u32, u32), String>;

/// Reads the sheet of this name, or the first one.
///
/// # Errors
/// [`TableFault::Workbook`] where this is no workbook, where it has no such sheet, or where it is out of all proportion.
pub fn cells(bytes: &[u8], sheet: Option<&str>) -> Result<Cells, TableFault> {
    let read = || {
        check_unpacked(bytes)?;
        let cells = read_cells(bytes, sheet)?;
        check_span(&cells)?;
        Ok(cells)
    };
    let refused = || Err(TableFault::Workbook("a place in it is beyond every sheet's end".to_owned()));
    catch_unwind(read).unwrap_or_else(|_| refused())
}

fn fault(cause: &impl std::fmt::Display) -> TableFault {
    TableFault::Workbook(cause.to_string())
}

/// Unpacks every part once and throws it away: what an archive says about its own sizes may be false.
fn check_unpacked(bytes: &[u8]) -> Result<(), TableFault> {
    let mut left = UNPACKED_TIMES * bytes.len() as u64 + UNPACKED_MORE;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|cause| fault(&cause))?;
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|cause| fault(&cause))?;
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|cause| fault(&cause))?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            TableFault::Workbook(format!("it unpacks to more than {UNPACKED_TIMES} times its length"))
        })?;
    }
    Ok(())
}

fn read_cells(bytes: &[u8], sheet: Option<&str>) -> Result<Cells, TableFault> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|cause| fault(&cause))?;
    let name = match sheet {
        Some(name) => name.to_owned(),
        None => workbook.sheet_names().first().cloned().ok_or_else(|| fault(&"it has no sheet"))?,
    };
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|cause| fault(&cause))?;
    let mut cells = Cells::new();
    while let Some(cell) = reader.next_cell().map_err(|cause| fault(&cause))? {
        let (row, column) = cell.get_position();
        if row >= ROWS || column >= COLUMNS {
            return Err(fault(&"a place in it is beyond every sheet's end"));
        }
        if !matches!(cell.get_value(), DataRef::Empty) {
            let text = Data::from(cell.get_value().clone()).to_string();
            cells.insert((row, column), text.trim().to_owned());
        }
    }
    Ok(cells)
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
