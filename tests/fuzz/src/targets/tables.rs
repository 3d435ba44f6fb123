//! Official lists in files, and the profiles that say how they are read.

use crate::judge::{stable, told};
use huxin_api::model::EntryRequest;
use huxin_profile::{Cell, ConfirmedCodes, Plan, Profile, Row, Rule, RuleFault, Setting, Table, TableFault, plan};
use huxin_protocol::body::REFERENCE_BYTES;
use huxin_protocol::edition::Edition;
use huxin_protocol::text::check_text;
use huxin_protocol::time::Date;
use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::sync::OnceLock;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A profile that uses every rule; `{file}` is the section that says how the file is read.
const PROFILE: &str = include_str!("every-rule.toml");

fn profile(file: &str) -> Profile {
    match Profile::parse(&PROFILE.replace("{file}", file), "every-rule") {
        Ok(profile) => profile,
        Err(fault) => panic!("the target's own profile: {fault}"),
    }
}

/// One profile for each form of file, made once.
fn profiles() -> &'static [Profile; 7] {
    static PROFILES: OnceLock<[Profile; 7]> = OnceLock::new();
    PROFILES.get_or_init(|| {
        [
            "format = \"csv\"",
            "format = \"csv\"\nencoding = \"gb18030\"",
            "format = \"jsonl\"",
            "format = \"xlsx\"",
            "format = \"csv\"\nencoding = \"auto\"\nseparator = \";\"\nheader_row = 2",
            "format = \"jsonl\"\nencoding = \"auto\"",
            "format = \"xlsx\"\nhidden = \"read\"\nheader_row = 2",
        ]
        .map(profile)
    })
}

fn edition() -> Option<&'static Edition> {
    static EDITION: OnceLock<Option<Edition>> = OnceLock::new();
    EDITION.get_or_init(|| Edition::named("demo")).as_ref()
}

/// Every row is accounted for, and what became of it can be sent.
fn planned(profile: &Profile, table: &Table) {
    let confirmed = ConfirmedCodes::default();
    let Some(day) = Date::new(2026, 11, 27).ok() else { panic!("no such day") };
    let none = std::collections::BTreeMap::new();
    let setting = Setting {
        day,
        city: None,
        edition: edition(),
        editions: &none,
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &confirmed,
    };
    let made = match plan(profile, table, &setting) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
            assert!(matches!(fault, TableFault::Column(..)));
            return;
        }
        Ok(made) => made,
    };
    let Plan { records, duplicates, rejects, code_warnings, cleanings, .. } = &made;
    assert_eq!(records.len() + duplicates.len() + rejects.len(), table.rows.len(), "rows went missing");
    assert!(code_warnings.len() <= records.len() && cleanings.len() <= table.rows.len());
    for record in records {
        // Nothing is to be signed whose code has not the shape of one.
        assert!(record.subject.as_ref().is_none_or(|subject| subject.scheme() != "uscc" || subject.id().len() == 18));
        assert!(record.record_ref.len() <= REFERENCE_BYTES + profile.key.prefix.len(), "{}", record.record_ref.len());
        let sent = serde_json::to_vec(&record.request).unwrap_or_default();
        match serde_json::from_slice::<Option<EntryRequest>>(&sent) {
            Ok(request) => assert_eq!(request, record.request),
            Err(fault) => panic!("a planned request does not read back: {fault}"),
        }
    }
    for reject in rejects {
        assert!(!reject.code().is_empty() && !reject.sentence().is_empty());
    }
}

fn read(bytes: &[u8], profile: &Profile) {
    match Table::decode(bytes, &profile.file) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
        }
        Ok(table) => {
            assert!(table.rows.iter().all(|row| row.cells.len() <= table.columns.len()));
            assert!(
                table.rows.windows(2).all(|pair| pair[0].number + 1 == pair[1].number),
                "rows are numbered in order"
            );
            assert!(table.rows.windows(2).all(|pair| pair[0].line < pair[1].line), "lines ascend");
            let names: BTreeSet<&String> = table.columns.iter().collect();
            assert_eq!(names.len(), table.columns.len(), "no name stands twice");
            for row in &table.rows {
                assert!(row.cells.iter().all(|(name, cell)| names.contains(name) && *cell != Cell::Empty));
                table.columns.iter().for_each(|column| values(row, column));
            }
            planned(profile, &table);
        }
    }
}

/// What any cell becomes as a text, a day, a list and a code: never a text that may not be signed.
fn values(row: &Row, column: &str) {
    let rule = Rule { column: Some(column.to_owned()), split: Some(";".to_owned()), ..Rule::default() };
    let mut texts = Vec::new();
    for field in ["name", "summary"] {
        match rule.text(field, row) {
            Ok(text) => texts.extend(text),
            Err(fault) => refused(&fault),
        }
    }
    match rule.list("aliases", row) {
        Ok(list) => texts.extend(list),
        Err(fault) => refused(&fault),
    }
    for text in &texts {
        assert!(!text.is_empty() && text.trim() == text, "{text:?} is not trimmed");
        assert!(check_text(text).is_ok(), "{text:?} may not be signed");
    }
    for field in ["decided_on", "until"] {
        if let Err(fault) = rule.date(field, row) {
            refused(&fault);
        }
    }
    match row.code("uscc", column) {
        Ok(entered) => assert_eq!(entered.id.id().len(), 18),
        Err(fault) => refused(&fault),
    }
}

fn refused(fault: &RuleFault) {
    stable(fault.code());
    told(fault);
}

/// CSV in UTF-8, in GB18030, and as its bytes say.
pub fn csv(bytes: &[u8]) {
    let [utf8, gb18030, _, _, auto, ..] = profiles();
    read(bytes, utf8);
    read(bytes, gb18030);
    read(bytes, auto);
}

/// JSON lines.
pub fn json_lines(bytes: &[u8]) {
    let [_, _, utf8, _, _, auto, _] = profiles();
    read(bytes, utf8);
    read(bytes, auto);
}

/// A workbook file as it is, with what is hidden refused and read.
pub fn workbook(bytes: &[u8]) {
    let [_, _, _, seen, _, _, hidden] = profiles();
    read(bytes, seen);
    read(bytes, hidden);
}

/// A text as a day, by the forms that leave no doubt and by some of a profile. What is read is read again from its own
/// writing.
pub fn dates(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let row = Row { number: 1, line: 1, cells: [("at".to_owned(), Cell::written(text))].into() };
    let forms = [Vec::new(), vec!["%d/%m/%Y".to_owned(), "%Y%m%d".to_owned()]];
    for date in forms {
        let rule = Rule { column: Some("at".to_owned()), date, ..Rule::default() };
        for field in ["decided_on", "until"] {
            match rule.date(field, &row) {
                Ok(None) => {}
                Ok(Some(day)) => {
                    let written = Row { number: 1, line: 1, cells: [("at".to_owned(), Cell::Date(day))].into() };
                    assert_eq!(rule.date("decided_on", &written).ok().flatten(), Some(day));
                }
                Err(fault) => refused(&fault),
            }
        }
    }
}

/// A workbook whose sheet is the input: chance never writes the checksums of the archive around it.
pub fn sheet(bytes: &[u8]) {
    if let Some(file) = workbook_around(bytes) {
        workbook(&file);
    }
}

/// The smallest workbook that is read, with this sheet in it.
#[must_use]
pub fn workbook_around(sheet: &[u8]) -> Option<Vec<u8>> {
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    const TOP: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="list" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const PARTS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(sheet.len() + 4096)));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", TOP.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", PARTS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        archive.start_file(name, stored).ok()?;
        archive.write_all(content).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}

/// A profile, and behind a line `---` the file that it is for.
pub fn import_profile(bytes: &[u8]) {
    let border = bytes.windows(5).position(|window| window == b"\n---\n");
    let (text, file) = border.map_or((bytes, &b"name\n"[..]), |at| (&bytes[..at], &bytes[at + 5..]));
    let Ok(text) = std::str::from_utf8(text) else { return };
    match Profile::parse(text, "profile") {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
        }
        Ok(profile) => read(file, &profile),
    }
}
