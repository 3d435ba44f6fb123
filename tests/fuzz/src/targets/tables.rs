//! Official lists in files, and the profiles that say how they are read.

use crate::judge::{stable, told};
use huxin_api::model::EntryRequest;
use huxin_profile::{Plan, Profile, Table, TableFault, plan};
use huxin_protocol::body::REFERENCE_BYTES;
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
fn profiles() -> &'static [Profile; 4] {
    static PROFILES: OnceLock<[Profile; 4]> = OnceLock::new();
    PROFILES.get_or_init(|| {
        ["format = \"csv\"", "format = \"csv\"\nencoding = \"gb18030\"", "format = \"jsonl\"", "format = \"xlsx\""]
            .map(profile)
    })
}

/// Every row is accounted for, and what became of it can be sent.
fn planned(profile: &Profile, table: &Table) {
    let made = match plan(profile, table) {
        Err(fault) => {
            stable(fault.code());
            told(&fault);
            assert!(matches!(fault, TableFault::Column(..)));
            return;
        }
        Ok(made) => made,
    };
    let Plan { records, duplicates, rejects, code_warnings } = &made;
    assert_eq!(records.len() + duplicates.len() + rejects.len(), table.rows.len(), "rows went missing");
    assert!(code_warnings.len() <= records.len());
    for record in records {
        assert!(record.record_ref.len() <= REFERENCE_BYTES + profile.key.prefix.len(), "{}", record.record_ref.len());
        let sent = serde_json::to_vec(&record.request).unwrap_or_default();
        match serde_json::from_slice::<EntryRequest>(&sent) {
            Ok(request) => assert_eq!(request, record.request),
            Err(fault) => panic!("a planned request does not read back: {fault}"),
        }
    }
    for reject in rejects {
        assert!(!reject.code.is_empty() && !reject.sentence.is_empty());
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
            assert!(table.rows.windows(2).all(|pair| pair[0].number < pair[1].number), "rows are numbered in order");
            planned(profile, &table);
        }
    }
}

/// CSV in UTF-8 and in GB18030.
pub fn csv(bytes: &[u8]) {
    let [utf8, gb18030, ..] = profiles();
    read(bytes, utf8);
    read(bytes, gb18030);
}

/// JSON lines.
pub fn json_lines(bytes: &[u8]) {
    read(bytes, &profiles()[2]);
}

/// A workbook file as it is.
pub fn workbook(bytes: &[u8]) {
    read(bytes, &profiles()[3]);
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
