//! What a person does not see in a sheet, or sees otherwise than a reader: hidden rows and columns, merged cells. The library
//! that reads cells does not tell of them, so the sheet's own XML is asked; and only where a mark of one stands in it, for it
//! is long.

use crate::table_fault::TableFault;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeSet;
use std::io::{BufReader, Cursor, Write};
use zip::ZipArchive;

/// Without one of these a sheet has nothing unseen.
const MARKS: [&[u8]; 5] = [b"hidden", b"mergeCell", b"ht=\"0", b"width=\"0", b"ht='0"];

/// Takes the bytes of a part, keeps none, and notices marks.
#[derive(Default)]
pub struct Watch {
    /// The last bytes of what came before, for a mark that was cut in two.
    tail: Vec<u8>,
    pub marked: bool,
}

impl Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        const OVERLAP: usize = 16;
        if !self.marked {
            self.tail.extend_from_slice(&bytes[..bytes.len().min(OVERLAP)]);
            let within = |bytes: &[u8]| MARKS.iter().any(|mark| memchr::memmem::find(bytes, mark).is_some());
            self.marked = within(&self.tail) || within(bytes);
            if bytes.len() >= OVERLAP {
                self.tail.clear();
                self.tail.extend_from_slice(&bytes[bytes.len() - OVERLAP..]);
            } else {
                let surplus = self.tail.len().saturating_sub(OVERLAP);
                self.tail.drain(..surplus);
            }
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Rows and columns from 0.
#[derive(Debug, Default)]
pub struct Unseen {
    pub rows: BTreeSet<u32>,
    /// First and last of each run.
    pub columns: Vec<(u32, u32)>,
    /// As they are written: `A1:C1`.
    pub merged: Vec<String>,
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

fn fault(cause: &impl std::fmt::Display) -> TableFault {
    TableFault::Workbook(cause.to_string())
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name)?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned),
    )
}

/// Calls `see` with each element of a part, until it says that this is enough.
fn elements(
    archive: &mut Archive<'_>,
    part: &str,
    mut see: impl FnMut(&BytesStart<'_>) -> bool,
) -> Result<(), TableFault> {
    let named = |index: &usize| matches!(archive.name_for_index(*index), Some(Ok(name)) if same_part(&name, part));
    let Some(index) = (0..archive.len()).find(named) else { return Ok(()) };
    let part = archive.by_index(index).map_err(|cause| fault(&cause))?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|cause| fault(&cause))? {
            Event::Start(element) | Event::Empty(element) if !see(&element) => return Ok(()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn same_part(one: &str, other: &str) -> bool {
    one.replace('\\', "/").eq_ignore_ascii_case(other)
}

/// `target` as it is written in a relation of the part in this folder.
fn resolved(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}

/// The part that holds this sheet, where the workbook names it.
fn part_of(archive: &mut Archive<'_>, sheet: &str) -> Result<Option<String>, TableFault> {
    let mut book = "xl/workbook.xml".to_owned();
    elements(archive, "_rels/.rels", |element| {
        if attribute(element, "Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            && let Some(target) = attribute(element, "Target")
        {
            book = resolved("", &target);
        }
        true
    })?;
    let (folder, name) = book.rsplit_once('/').unwrap_or(("", &book));
    let mut id = None;
    elements(archive, &book, |element| {
        if element.local_name().as_ref() == "sheet" && attribute(element, "name").as_deref() == Some(sheet) {
            id = attribute(element, "id");
        }
        id.is_none()
    })?;
    let Some(id) = id else { return Ok(None) };
    let mut part = None;
    elements(archive, &resolved(folder, &format!("_rels/{name}.rels")), |element| {
        if attribute(element, "Id").as_ref() == Some(&id) {
            part = attribute(element, "Target").map(|target| resolved(folder, &target));
        }
        part.is_none()
    })?;
    Ok(part)
}

/// Looks through the sheet, if one of the marked parts can be it.
///
/// # Errors
/// The XML is damaged.
pub fn look(bytes: &[u8], sheet: &str, marked: &BTreeSet<String>) -> Result<Unseen, TableFault> {
    let mut unseen = Unseen::default();
    if marked.is_empty() {
        return Ok(unseen);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|cause| fault(&cause))?;
    let parts: Vec<String> = match part_of(&mut archive, sheet)? {
        Some(part) => marked.iter().filter(|name| same_part(name, &part)).cloned().collect(),
        // Nothing says which it is: rather one refusal too many.
        None => marked.iter().cloned().collect(),
    };
    for part in parts {
        let mut next_row = 0;
        elements(&mut archive, &part.replace('\\', "/"), |element| {
            note(element, &mut next_row, &mut unseen);
            true
        })?;
    }
    Ok(unseen)
}

fn note(element: &BytesStart<'_>, next_row: &mut u32, unseen: &mut Unseen) {
    let number = |name| attribute(element, name).and_then(|text| text.trim().parse::<u32>().ok());
    let hidden = |size: &str| {
        attribute(element, "hidden").is_some_and(|value| matches!(value.trim(), "1" | "true"))
            || attribute(element, size).and_then(|size| size.trim().parse::<f64>().ok()) == Some(0.0)
    };
    match element.local_name().as_ref() {
        "row" => {
            let row = number("r").and_then(|row| row.checked_sub(1)).unwrap_or(*next_row);
            *next_row = row.saturating_add(1);
            if hidden("ht") {
                unseen.rows.insert(row);
            }
        }
        "col" if hidden("width") => {
            if let (Some(first), Some(last)) = (number("min"), number("max")) {
                unseen.columns.push((first.saturating_sub(1), last.saturating_sub(1)));
            }
        }
        "mergeCell" => unseen.merged.extend(attribute(element, "ref")),
        _ => {}
    }
}
