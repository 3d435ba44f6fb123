//! Kinds of damage that spreadsheets, registries and re-publishers do to a row, by every road, with what the row becomes.
//! The rows before and after it are good and stay so. Numbers of residents are made up (region 9900).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workbooks;

use huxin_profile::{ConfirmedCodes, Plan, Profile, Setting, Table, plan};
use huxin_protocol::edition::Edition;
use std::fmt::Write as _;
use workbooks::sheet_of;

const COLUMNS: [&str; 7] = ["no", "uscc", "name", "reason", "doc", "day", "until"];
const CODES: [&str; 3] = ["91990099MA00000156", "919900991234560405", "919900991234560592"];

/// What stands in one cell, as each kind of file holds it; `None` where that kind cannot hold it.
struct Damage {
    kind: &'static str,
    column: &'static str,
    csv: Option<String>,
    /// Attributes and content of the cell's XML.
    sheet: Option<String>,
    /// A JSON value.
    json: Option<String>,
    /// What the row becomes: `record`, `record+CLEANING`, `warned`, `over`, or the code of its rejection.
    word: &'static str,
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn text(kind: &'static str, column: &'static str, value: &str, word: &'static str) -> Damage {
    let legal = !value.chars().any(|character| character.is_control() && character != '\n' && character != '\t');
    Damage {
        kind,
        column,
        csv: Some(value.to_owned()),
        sheet: legal.then(|| format!("t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is>", xml(value))),
        json: Some(serde_json::json!(value).to_string()),
        word,
    }
}

/// A cell of a workbook alone, by its XML.
fn sheet(kind: &'static str, column: &'static str, cell: &str, word: &'static str) -> Damage {
    Damage { kind, column, csv: None, sheet: Some(cell.to_owned()), json: None, word }
}

fn json(kind: &'static str, column: &'static str, value: &str, word: &'static str) -> Damage {
    Damage { kind, column, csv: None, sheet: None, json: Some(value.to_owned()), word }
}

fn damages() -> Vec<Damage> {
    let long = "长".repeat(200);
    vec![
        text("nothing", "reason", "x", "record"),
        // Codes.
        text("apostrophe", "uscc", "'919900991234560405", "record+cleaned_apostrophe"),
        text("formula around a code", "uscc", "=\"919900991234560405\"", "record+cleaned_formula"),
        text("zero width in a code", "uscc", "9199009912\u{200b}34560405", "record+cleaned_invisible"),
        text("full width in a code", "uscc", "９１９９００９９１２３４５６０４０５", "record+cleaned_full_width"),
        text("space around a code", "uscc", " 919900991234560405\u{a0}", "record+cleaned_space"),
        text("two errors at once", "uscc", "'９19900991234560405", "code_several_errors"),
        text("scientific notation", "uscc", "9.19901E+17", "code_scientific"),
        text("rounded by a spreadsheet", "uscc", "919900991234560000", "code_rounded"),
        sheet("number cell of 18 digits", "uscc", "><v>919900991234560405</v>", "cell_lost_digits"),
        sheet("number cell in scientific notation", "uscc", "><v>9.1990099123456E+17</v>", "code_rounded"),
        json("number in JSON", "uscc", "919900991234560405", "record"),
        json("float in JSON", "uscc", "9.1990099123456e17", "code_scientific"),
        text("error cell as text", "uscc", "#N/A", "code_error_cell"),
        sheet("error cell", "uscc", "t=\"e\"><v>#REF!</v>", "code_error_cell"),
        sheet("formula without a value", "uscc", "><f>A1</f>", "cell_no_value"),
        text("old registration number", "uscc", "330900000012345", "code_old_registration"),
        text("organisation code", "uscc", "12345604-0", "code_organisation"),
        text("masked code", "uscc", "9199********0405", "code_masked"),
        text("one sign short", "uscc", "91990099123456040", "code_shape"),
        text("letter that no code has", "uscc", "91990099123456040O", "code_shape"),
        text("check character", "uscc", "919900991234560406", "warned"),
        text("no code", "uscc", "", "code_empty"),
        text("truth value as a code", "uscc", "TRUE", "code_shape"),
        // Persons.
        text("resident's number as a code", "uscc", "990099199001010019", "personal_number"),
        text("with x", "uscc", "99009919900101001x", "personal_number"),
        text("of 15 digits in a text", "reason", "身份证990099900101001", "personal_number"),
        text("masked in a name", "name", "示例某 9900**********0019", "personal_number"),
        text("full width in a text", "reason", "９９００９９１９９００１０１００１９", "personal_number"),
        text("in groups in a text", "reason", "990099 19900101 0019", "personal_number"),
        text("as a record key", "no", "990099199001010019", "personal_number"),
        // Text.
        text("escape in a name", "name", "示例\u{1b}[2J甲", "text_unsafe"),
        text("U+0000", "reason", "x\u{0}y", "text_unsafe"),
        text("override of direction", "name", "示例\u{202e}甲", "text_unsafe"),
        text("zero width in a name", "name", "示例\u{200b}甲", "text_unsafe"),
        text("zero width in a key", "no", "2\u{200b}", "text_unsafe"),
        text("too long a name", "name", &long, "text_too_long"),
        text("no name", "name", " \u{3000} ", "missing"),
        sheet("truth value as a name", "name", "t=\"b\"><v>1</v>", "cell_bool"),
        sheet("error as a name", "name", "t=\"e\"><v>#N/A</v>", "cell_error"),
        json("truth value as a name in JSON", "name", "true", "cell_bool"),
        json("null as a name in JSON", "name", "null", "missing"),
        // Dates.
        text("slashes", "day", "2026/1/5", "record"),
        text("Chinese date", "day", "2026年1月5日", "record"),
        text("with a time", "day", "2026-01-05 10:20:30", "record"),
        sheet("real date cell", "day", "s=\"1\"><v>46027</v>", "record"),
        sheet("serial number without a format", "day", "><v>46027</v>", "date_serial"),
        text("for ever", "until", "长期", "record"),
        text("the end of time", "until", "9999-12-31", "record"),
        text("two digits of a year", "day", "26/1/5", "date_two_digit_year"),
        text("day or month first", "day", "05/01/2026", "date_ambiguous"),
        text("no such day", "day", "2026-02-30", "date_no_such_day"),
        text("a day to come", "day", "2099-01-01", "decided_in_future"),
        text("an end before the decision", "until", "2020-01-01", "ends_before_start"),
        text("over already", "until", "2026-02-01", "over"),
    ]
}

fn profile(format: &str) -> Profile {
    let text = format!(
        r#"name = "t"
title = "t"
edition = "demo"
over = "report"
file = {{ format = "{format}" }}
source = {{ publisher = "样例公告网", because = "made up" }}
key = {{ prefix = "t", columns = ["no"] }}
subject = {{ scheme = "uscc", column = "uscc" }}
[fields]
name = {{ column = "name", required = true }}
ground_text = {{ column = "reason" }}
document_number = {{ column = "doc" }}
decided_on = {{ column = "day" }}
until = {{ column = "until" }}
list = {{ constant = "black", because = "made up" }}
list_name = {{ constant = "样例名单", because = "made up" }}
field = {{ constant = "样例", because = "made up" }}
authority = {{ constant = "样例局", because = "made up" }}
"#
    );
    Profile::parse(&text, "t").unwrap()
}

/// Values of a good row, in the order of the columns.
fn good(row: usize) -> [String; 7] {
    let texts = [&row.to_string(), CODES[row - 1], "示例公司", "x", &format!("样罚{row}号"), "2026-01-05", ""];
    texts.map(str::to_owned)
}

fn csv_file(damage: &Damage) -> Option<Vec<u8>> {
    let value = damage.csv.as_ref()?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).unwrap();
    for row in 1..=3 {
        let mut cells = good(row);
        if row == 2 {
            cells[COLUMNS.iter().position(|name| *name == damage.column).unwrap()] = value.clone();
        }
        writer.write_record(&cells).unwrap();
    }
    writer.into_inner().ok()
}

fn json_file(damage: &Damage) -> Option<Vec<u8>> {
    let value = damage.json.as_ref()?;
    let mut lines = String::new();
    for row in 1..=3 {
        let cell = |(name, cell): (&&str, String)| {
            let cell =
                if row == 2 && *name == damage.column { value.clone() } else { serde_json::json!(cell).to_string() };
            format!("\"{name}\":{cell}")
        };
        let members: Vec<String> = COLUMNS.iter().zip(good(row)).map(cell).collect();
        writeln!(lines, "{{{}}}", members.join(",")).unwrap();
    }
    Some(lines.into_bytes())
}

fn workbook(damage: &Damage) -> Option<Vec<u8>> {
    let value = damage.sheet.as_ref()?;
    let plain = |text: &str| format!("t=\"inlineStr\"><is><t>{}</t></is>", xml(text));
    let mut rows = String::new();
    for row in 0..=3_usize {
        let texts = if row == 0 { COLUMNS.map(str::to_owned) } else { good(row) };
        write!(rows, "<row r=\"{}\">", row + 1).unwrap();
        for ((letter, name), cell) in ('A'..).zip(COLUMNS).zip(texts) {
            let damaged = row == 2 && name == damage.column;
            if damaged || !cell.is_empty() {
                let cell = if damaged { value.clone() } else { plain(&cell) };
                write!(rows, "<c r=\"{letter}{}\" {cell}</c>", row + 1).unwrap();
            }
        }
        rows.push_str("</row>");
    }
    Some(sheet_of(&format!("<sheetData>{rows}</sheetData>")))
}

fn words(plan: &Plan) -> [String; 3] {
    [1, 2, 3].map(|row| {
        if let Some(reject) = plan.rejects.iter().find(|reject| reject.row.number == row) {
            return reject.code().to_owned();
        }
        let record = plan.records.iter().find(|record| record.row == row);
        let Some(record) = record else { return "lost".to_owned() };
        let warned = plan.code_warnings.iter().any(|remark| remark.row == row);
        let cleaning = plan.cleanings.iter().find(|remark| remark.row == row);
        match cleaning {
            _ if record.is_over => "over".to_owned(),
            _ if warned => "warned".to_owned(),
            Some(cleaning) => format!("record+{}", cleaning.code),
            None => "record".to_owned(),
        }
    })
}

#[test]
fn every_kind_of_damage_has_its_outcome_by_every_road() {
    let confirmed = ConfirmedCodes::default();
    let edition = Edition::named("demo");
    let (mut kinds, mut wrong) = (0, Vec::new());
    for damage in damages() {
        kinds += 1;
        for (format, file) in [("csv", csv_file(&damage)), ("xlsx", workbook(&damage)), ("jsonl", json_file(&damage))] {
            let Some(file) = file else { continue };
            let profile = profile(format);
            let setting = Setting {
                day: "2026-11-27".parse().unwrap(),
                city: None,
                edition: edition.as_ref(),
                editions: &std::collections::BTreeMap::new(),
                allow_natural_persons: false,
                own_names: &[],
                confirmed: &confirmed,
            };
            let read = Table::decode(&file, &profile.file).and_then(|table| plan(&profile, &table, &setting));
            let seen =
                read.map_or_else(|fault| ["record", fault.code(), "record"].map(str::to_owned), |plan| words(&plan));
            if seen != ["record", damage.word, "record"] {
                wrong.push(format!("{} in {format}: {seen:?}, due {}", damage.kind, damage.word));
            }
            // Whatever is to be signed has the shape of a code.
            let table = Table::decode(&file, &profile.file).unwrap();
            for record in plan(&profile, &table, &setting).unwrap().records {
                let code = record.subject.unwrap();
                assert_eq!((code.scheme(), code.id().len()), ("uscc", 18), "{}", damage.kind);
            }
        }
    }
    assert!(kinds >= 25, "{kinds} kinds");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
