//! Rejected rows as a file that a person corrects and hands in again.
//!
//! In front of the original columns stand the row, its line, the reason's code, the reason and a digest of the original row.
//! The last one, `huxin_row_digest`, marks the file: when it is read again, by the same profile, these five columns are left
//! out and one apostrophe is taken off every value that begins with one, so that the same records come out as from the
//! corrected original. Where the original has a column `row` or `reason` of its own, ours is called `huxin_row` and
//! `huxin_reason`: no name stands twice.

use crate::cell::Cell;
use crate::file::{File, Format};
use crate::outcome::RowAnswer;
use crate::plan::row_digest;
use crate::profile::Profile;
use crate::sheet::{Sheet, armed};
use crate::table::Table;
use crate::table_fault::TableFault;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// Marks a file of rejects.
pub const DIGEST: &str = "huxin_row_digest";
/// The other columns in front.
const FRONT: [&str; 4] = ["row", "line", "code", "reason"];
/// What files of rejects began with before the digest was added.
const OLD_HEAD: &str = "row,code,reason,";
/// The sheet's name in a workbook of rejects.
const TITLE: &str = "huxin rejects";

/// The rejected rows of a table, with their reasons.
#[must_use]
pub fn sheet(table: &Table, answers: &[RowAnswer]) -> Sheet {
    let front = FRONT.map(|name| own_name(name, &table.columns));
    let mut head: Vec<&str> = front.iter().map(AsRef::as_ref).collect();
    head.push(DIGEST);
    head.extend(table.columns.iter().map(String::as_str));
    let mut sheet = Sheet::new(TITLE, &head);
    let by_row: BTreeMap<u64, &RowAnswer> = answers.iter().map(|answer| (answer.row, answer)).collect();
    for row in &table.rows {
        let Some(answer) = by_row.get(&row.number).filter(|answer| answer.outcome.needs_somebody()) else { continue };
        let mut line = vec![
            row.number.to_string(),
            row.line.to_string(),
            answer.code.clone().unwrap_or_else(|| answer.outcome.word().to_owned()),
            answer.sentence.clone().unwrap_or_default(),
            row_digest(row),
        ];
        line.extend(table.columns.iter().map(|name| row.cell(name).shown().into_owned()));
        sheet.push(line);
    }
    sheet
}

fn own_name(name: &'static str, columns: &[String]) -> Cow<'static, str> {
    if columns.iter().any(|column| column == name) { Cow::Owned(format!("huxin_{name}")) } else { Cow::Borrowed(name) }
}

/// Reads a list, or a file of rejects of that list.
///
/// # Errors
/// As [`Table::decode`].
pub fn read(path: &Path, profile: &Profile) -> Result<Table, TableFault> {
    let bytes = std::fs::read(path).map_err(|cause| TableFault::Read { path: path.display().to_string(), cause })?;
    decode(&bytes, profile)
}

/// As [`read`], with the file's bytes handed in.
///
/// # Errors
/// As [`Table::decode`].
pub fn decode(bytes: &[u8], profile: &Profile) -> Result<Table, TableFault> {
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = plain.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let head = std::str::from_utf8(head).unwrap_or_default().trim_end_matches('\r');
    if head.contains(DIGEST)
        && let Some(separator) =
            [',', ';', '\t'].into_iter().find(|mark| head.split(*mark).any(|name| name.trim_matches('"') == DIGEST))
    {
        let file = File { separator: Some(separator), ..File::of(Format::Csv) };
        return Ok(original(Table::decode(plain, &file)?));
    }
    if plain.starts_with(b"PK") {
        let file = File { sheet: Some(TITLE.to_owned()), ..File::of(Format::Xlsx) };
        if let Ok(table) = Table::decode(plain, &file)
            && table.columns.iter().any(|column| column == DIGEST)
        {
            return Ok(original(table));
        }
    }
    if let Some(rest) = old_rejects(head, profile) {
        let mut renamed = format!("huxin_row,huxin_code,huxin_reason,{rest}").into_bytes();
        renamed.extend_from_slice(plain.get(head.len()..).unwrap_or_default());
        return Ok(original(Table::decode(&renamed, &File::of(Format::Csv))?));
    }
    Table::decode(bytes, &profile.file)
}

/// The original columns' names in a file of rejects without digests: all that the profile needs stand behind the front ones.
fn old_rejects<'a>(head: &'a str, profile: &Profile) -> Option<&'a str> {
    let rest = head.strip_prefix(OLD_HEAD)?;
    let names: Vec<&str> = rest.split(',').map(|name| name.trim().trim_matches('"')).collect();
    let all_named = profile.columns().iter().all(|column| names.contains(column));
    (profile.file.format == Format::Csv && all_named).then_some(rest)
}

/// The table without what [`sheet`] put in front, each value as it was.
fn original(table: Table) -> Table {
    let is_ours = |name: &String| {
        let own = name.strip_prefix("huxin_").unwrap_or(name);
        name == DIGEST || (FRONT.contains(&own) && (name != own || !table.columns.contains(&format!("huxin_{own}"))))
    };
    let ours: Vec<String> = table.columns.iter().filter(|name| is_ours(name)).cloned().collect();
    let mut table = table;
    table.columns.retain(|name| !ours.contains(name));
    for row in &mut table.rows {
        row.cells.retain(|name, _| !ours.contains(name));
        for cell in row.cells.values_mut() {
            if let Cell::Text(text) = cell {
                *cell = Cell::from(armed(text));
            }
        }
    }
    // Names of columns may have been disarmed too.
    let renamed: Vec<(String, String)> = table
        .columns
        .iter()
        .filter(|name| name.starts_with('\''))
        .map(|name| (name.clone(), armed(name).to_owned()))
        .collect();
    for (written, name) in renamed {
        for column in table.columns.iter_mut().filter(|column| **column == written) {
            column.clone_from(&name);
        }
        for row in &mut table.rows {
            if let Some(cell) = row.cells.remove(&written) {
                row.cells.insert(name.clone(), cell);
            }
        }
    }
    table
}
