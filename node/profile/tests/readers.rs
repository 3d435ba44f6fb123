//! What spreadsheets, registries and re-publishers do to files, kind by kind and by every road (CSV, XLSX, JSON lines), with
//! the outcome that is right. All data is made up; codes have valid check characters and the region 9900.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workbooks;

use huxin_profile::{Cell, Encoding, File, Format, Hidden, Row, Rule, Table, TableFault};
use workbooks::{edited, sheet_of, text_sheet};

const A: &str = "91990099MA00000156";
const B: &str = "919900991234560405";

fn csv(text: &str) -> Result<Table, TableFault> {
    Table::decode(text.as_bytes(), &File::of(Format::Csv))
}
fn jsonl(text: &str) -> Result<Table, TableFault> {
    Table::decode(text.as_bytes(), &File::of(Format::Jsonl))
}
fn xlsx(bytes: &[u8]) -> Result<Table, TableFault> {
    Table::decode(bytes, &File::of(Format::Xlsx))
}
fn refused(found: Result<Table, TableFault>) -> (&'static str, String) {
    let fault = found.map(|table| panic!("read as {table:?}")).unwrap_err();
    (fault.code(), fault.to_string())
}
fn rule(toml: &str) -> Rule {
    toml::from_str(&format!("column = \"v\"\n{toml}")).unwrap()
}
fn one(cell: Cell) -> Row {
    Row { number: 1, line: 2, cells: [("v".to_owned(), cell)].into() }
}
/// The value as text for the field: its words, `none`, or the stable code of its refusal.
fn as_text(row: &Row, field: &'static str) -> String {
    rule("").text(field, row).map_or_else(|fault| fault.code().to_owned(), |text| text.unwrap_or("none".to_owned()))
}
fn as_date(row: &Row, field: &'static str, keys: &str) -> String {
    let found = rule(keys).date(field, row);
    found.map_or_else(|fault| fault.code().to_owned(), |date| date.map_or("none".to_owned(), |date| date.to_string()))
}
fn as_code(row: &Row) -> String {
    row.code("uscc", "v").map_or_else(|fault| fault.code().to_owned(), |entered| entered.id.id().to_owned())
}

/// One text value by every road.
fn three_roads(value: &str) -> [(&'static str, Row); 3] {
    let quoted = format!("v,w\n\"{}\",x\n", value.replace('"', "\"\""));
    let json = format!("{}\n", serde_json::json!({ "v": value, "w": "x" }));
    let sheet = text_sheet(&[&["v", "w"], &[value, "x"]]);
    let only = |table: Table| table.rows.into_iter().next().unwrap();
    [
        ("csv", only(csv(&quoted).unwrap())),
        ("jsonl", only(jsonl(&json).unwrap())),
        ("xlsx", only(xlsx(&sheet).unwrap())),
    ]
}

#[test]
fn text_values_have_one_outcome_by_every_road() {
    for (value, name, code) in [
        ("示例公司", "示例公司", "code_shape"),
        ("  示例公司\u{3000}", "示例公司", "code_shape"),
        (A, A, A),
        ("'91990099MA00000156", "'91990099MA00000156", A),
        ("=\"91990099MA00000156\"", "cell_formula", A),
        ("９１９９００９９ＭＡ０００００１５６", "９１９９００９９ＭＡ０００００１５６", A),
        ("91990099MA\u{200b}00000156", "text_unsafe", A),
        ("\u{202e}示例", "text_unsafe", "code_shape"),
        ("示例\u{1b}[31m公司", "text_unsafe", "code_shape"),
        ("示例\u{7}公司", "text_unsafe", "code_shape"),
        ("示例\u{fffd}公司", "text_replaced", "code_shape"),
        ("#N/A", "cell_error", "code_error_cell"),
        ("#REF!", "cell_error", "code_error_cell"),
        ("########", "cell_error", "code_error_cell"),
        ("TRUE", "cell_bool", "code_shape"),
        ("false", "cell_bool", "code_shape"),
        ("9.19901E+17", "cell_lost_digits", "code_scientific"),
        ("919900991234560000", "cell_number", "code_rounded"),
        ("=A2&B2", "cell_formula", "code_shape"),
        ("=TRIM(名称)", "cell_formula", "code_shape"),
        ("=1", "=1", "code_shape"),
        ("12345", "cell_number", "code_shape"),
        ("   ", "none", "code_empty"),
    ] {
        for (road, row) in three_roads(value) {
            // XML cannot hold every control character; the writer spells it out.
            if road == "xlsx" && value.contains(['\u{1b}', '\u{7}']) {
                continue;
            }
            assert_eq!(as_text(&row, "name"), name, "{road}: {value:?} as a name");
            assert_eq!(as_code(&row), code, "{road}: {value:?} as a code");
        }
    }
}

#[test]
fn dates_have_one_outcome_by_every_road() {
    for (value, decided, until) in [
        ("2026-01-05", "2026-01-05", "2026-01-05"),
        ("2026/1/5", "2026-01-05", "2026-01-05"),
        ("2026.1.5", "2026-01-05", "2026-01-05"),
        ("2026年1月5日", "2026-01-05", "2026-01-05"),
        ("2026-01-05 10:20:30", "2026-01-05", "2026-01-05"),
        ("2026-01-05T20:00:00Z", "2026-01-06", "2026-01-06"),
        ("长期", "date_endless", "none"),
        ("永久", "date_endless", "none"),
        ("无固定期限", "date_endless", "none"),
        ("9999-12-31", "date_no_such_day", "none"),
        ("2999-12-31", "2999-12-31", "none"),
        ("", "none", "none"),
        ("26/1/5", "date_two_digit_year", "date_two_digit_year"),
        ("05/01/2026", "date_ambiguous", "date_ambiguous"),
        ("20260105", "date_digits", "date_digits"),
        ("46027", "date_serial", "date_serial"),
        ("2026-02-30", "date_no_such_day", "date_no_such_day"),
        ("#N/A", "cell_error", "cell_error"),
    ] {
        for (road, row) in three_roads(value) {
            assert_eq!(as_date(&row, "decided_on", ""), decided, "{road}: {value:?}");
            assert_eq!(as_date(&row, "until", ""), until, "{road}: {value:?} as an end");
        }
    }
    for (road, row) in three_roads("05/01/2026") {
        assert_eq!(as_date(&row, "until", "date = [\"%Y%m%d\", \"%d/%m/%Y\"]"), "2026-01-05", "{road}");
    }
}

#[test]
fn workbook_cells_say_what_they_are() {
    let sheet = |cell: &str| {
        let row = |n, cell: &str| {
            format!(
                "<row r=\"{n}\"><c r=\"A{n}\" t=\"inlineStr\"><is><t>{}</t></is></c>{cell}</row>",
                if n == 1 { "w" } else { "x" }
            )
        };
        let head = row(1, "<c r=\"B1\" t=\"inlineStr\"><is><t>v</t></is></c>");
        sheet_of(&format!("<sheetData>{head}{}</sheetData>", row(2, cell)))
    };
    for (cell, name, code, decided) in [
        ("<c r=\"B2\"><v>919900991234560405</v></c>", "cell_lost_digits", "*", "*"),
        ("<c r=\"B2\"><v>9.1990099123456E+17</v></c>", "cell_lost_digits", "code_rounded", "*"),
        ("<c r=\"B2\"><v>919900991234560000</v></c>", "cell_lost_digits", "code_rounded", "*"),
        ("<c r=\"B2\"><v>46027</v></c>", "cell_number", "code_shape", "date_serial"),
        ("<c r=\"B2\"><v>46027.5</v></c>", "cell_number", "code_shape", "date_serial"),
        ("<c r=\"B2\"><v>20260105</v></c>", "cell_number", "code_shape", "date_digits"),
        ("<c r=\"B2\" t=\"b\"><v>1</v></c>", "cell_bool", "cell_bool", "cell_bool"),
        ("<c r=\"B2\" t=\"e\"><v>#N/A</v></c>", "cell_error", "code_error_cell", "cell_error"),
        ("<c r=\"B2\" t=\"e\"><f>VLOOKUP(1,A:A,2)</f><v>#REF!</v></c>", "cell_error", "code_error_cell", "cell_error"),
        ("<c r=\"B2\"><f>A1&amp;A2</f></c>", "cell_no_value", "cell_no_value", "cell_no_value"),
        ("<c r=\"B2\" t=\"str\"><f>A1&amp;A2</f><v>示例公司</v></c>", "示例公司", "code_shape", "date"),
        ("<c r=\"B2\" t=\"str\"><f>A1</f><v></v></c>", "*", "code_empty", "none"),
        ("<c r=\"B2\" s=\"1\"><v>46027</v></c>", "cell_date", "cell_date", "2026-01-05"),
        ("<c r=\"B2\" s=\"1\"><v>46027.75</v></c>", "cell_date", "cell_date", "2026-01-05"),
        ("<c r=\"B2\" s=\"1\"><v>0.5</v></c>", "*", "code_shape", "date"),
        ("<c r=\"B2\" s=\"1\"><v>60</v></c>", "1900-02-29", "*", "date_no_such_day"),
        ("<c r=\"B2\" s=\"1\"><v>2958465</v></c>", "9999-12-31", "*", "date_no_such_day"),
        ("<c r=\"B2\" t=\"d\"><v>2026-01-05</v></c>", "*", "*", "2026-01-05"),
    ] {
        let table = xlsx(&sheet(cell)).unwrap();
        let row = &table.rows[0];
        assert_eq!((row.number, row.line), (1, 2));
        for (found, right) in
            [(as_text(row, "name"), name), (as_code(row), code), (as_date(row, "decided_on", ""), decided)]
        {
            assert!(right == "*" || found == right, "{cell}: {found}, and right is {right}");
        }
    }
    let row = &xlsx(&sheet("<c r=\"B2\"><v>42</v></c>")).unwrap().rows[0];
    assert_eq!((row.text("v").unwrap().unwrap(), as_text(row, "document_number")), ("42".into(), "42".to_owned()));
    assert_eq!(as_date(&xlsx(&sheet("<c r=\"B2\" s=\"1\"><v>2958465</v></c>")).unwrap().rows[0], "until", ""), "none");
    // The same number counts from 1904 where the workbook says so.
    let book = edited(&sheet("<c r=\"B2\" s=\"1\"><v>44565</v></c>"), "xl/workbook.xml", |xml| {
        xml.replace("<sheets>", "<workbookPr date1904=\"1\"/><sheets>")
    });
    assert_eq!(as_date(&xlsx(&book).unwrap().rows[0], "decided_on", ""), "2026-01-05");
}

#[test]
fn json_values_keep_their_digits_and_their_kind() {
    let row = |value: &str| jsonl(&format!("{{\"v\":{value}}}\n")).unwrap().rows[0].clone();
    for (value, name, code) in [
        ("919900991234560405", "cell_number", B),
        ("9.1990099123456E+17", "cell_number", "code_scientific"),
        ("1e18", "cell_number", "code_scientific"),
        ("true", "cell_bool", "cell_bool"),
        ("null", "none", "code_empty"),
        ("0.5", "cell_number", "*"),
    ] {
        let row = row(value);
        assert_eq!(as_text(&row, "name"), name, "{value}");
        assert!(code == "*" || as_code(&row) == code, "{value}: {}", as_code(&row));
    }
    assert_eq!(row("919900991234560405").text("v").unwrap().unwrap(), B);
    assert_eq!(row("12.0").cells["v"], Cell::Number("12".to_owned()));
    assert_eq!(as_code(&row("919900991234560405.0")), "code_rounded");
    assert_eq!(row("9.10").cells["v"], Cell::Number("9.10".to_owned()));
}

#[test]
fn damaged_csv_is_refused_with_its_place() {
    for (name, text, code, place) in [
        ("open quote, first column", "a,b,c\n\"1,2,3\n4,5,6\n", "file_open_quote", "line 2, column 1"),
        ("open quote, middle column", "a,b,c\n1,\"2,3\n4,5,6\n", "file_open_quote", "line 2, column 2"),
        ("open quote, last column", "a,b,c\n1,2,\"3\n4,5,6\n", "file_open_quote", "line 2, column 3"),
        ("open quote, last row", "a,b,c\n1,2,3\n4,5,\"6", "file_open_quote", "line 3, column 3"),
        ("open quote, header", "a,\"b,c\n1,2,3\n", "file_open_quote", "line 1, column 2"),
        ("rows within a quote", "a,b,c\n1,\"2,3\n4,5,6\n7,8\",9\n", "file_swallowed", "line 2, column 2"),
        ("two rows within a quote", "a,b\n\"1,2\n3\",4\n", "file_swallowed", "line 2, column 1"),
        ("text after a quote", "a,b\n\"1\"x,2\n", "file_after_quote", "line 2, column 1"),
        ("text after a quote, later", "a,b\n\"x\ny\"z,2\n", "file_after_quote", "line 3, column 1"),
        ("quote within", "a,b\n1\"2,3\n", "file_quote_within", "line 2, column 1"),
        ("quote after a space", "a,b\n1, \"2\"\n", "file_quote_within", "line 2, column 2"),
        ("repeated name", "a,b,a\n1,2,3\n", "file_repeated_name", "line 1, column 3"),
        ("missing name", "a,,c\n1,2,3\n", "file_no_name", "line 1, column 2"),
        ("too few", "a,b,c\n1,2,3\n4,5\n", "file_ragged", "line 3, column 3 (c)"),
        ("too many", "a,b\n1,2\n3,4,5\n", "file_ragged", "line 3, column 3"),
        ("NUL", "a,b\n\0\0,\0\n", "file_nul", "line 2, column 1"),
        ("another separator", "a;b;c\n1;2;3\n", "file_separator", "semicolons"),
        ("another separator, tab", "a\tb\n1\t2\n", "file_separator", "\\t"),
        ("full-width separator", "a，b\n1，2\n", "file_separator", "full-width"),
        ("it says its separator", "sep=;\na;b\n", "file_separator", "\";\""),
        ("a title above", "名单,,\na,b,c\n1,2,3\n", "file_no_header", "名单"),
        ("a title alone above", "名单\na,b,c\n1,2,3\n", "file_no_header", "名单"),
        ("nothing", "", "file_empty", "empty"),
        ("only lines", "\n\r\n", "file_empty", "empty"),
    ] {
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
            let (found, said) = refused(csv(&text));
            assert_eq!(found, code, "{name}: {said}");
            assert!(said.contains(place), "{name}: {said}");
        }
    }
    let (_, said) = refused(csv("a,b\n1\n2\n3,4\n5\n"));
    assert_eq!(said.lines().count(), 3, "every place at once: {said}");
}

#[test]
fn sound_csv_is_read_with_the_lines_of_its_rows() {
    for (name, text, lines) in [
        ("plain", "a,b\n1,2\n3,4\n", vec![2, 3]),
        ("only a header", "a,b\n", vec![]),
        ("no last line end", "a,b\n1,2", vec![2]),
        ("blank lines and tails", "\na,b\n\n1,2\n , \n3,4\n,\n,\n\n", vec![4, 6]),
        ("breaks within quotes", "a,b\n\"1\n1\n1\",2\n3,4\n", vec![2, 5]),
        ("doubled quotes", "a,b\n\"say \"\"x\"\", y\",2\n3,\"\"\n", vec![2, 3]),
        ("formula text", "a,b\n=\"0012\",2\n", vec![2]),
        ("it says its separator", "sep=,\na,b\n1,2\n", vec![3]),
    ] {
        for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
            let table = csv(&text).unwrap();
            assert_eq!(table.columns, ["a", "b"], "{name}");
            assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), lines, "{name}: {text:?}");
            assert_eq!(
                table.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
                (1..=lines.len() as u64).collect::<Vec<_>>()
            );
        }
    }
    let file = File { header_row: Some(3), separator: Some(';'), ..File::of(Format::Csv) };
    let table = Table::decode("名单\n一，\"二\na;b\n1;2\n".as_bytes(), &file).unwrap();
    assert_eq!((table.columns.len(), table.rows[0].line), (2, 4));
    let wrong = File { separator: Some('，'), ..File::of(Format::Csv) };
    assert_eq!(refused(Table::decode(b"a\n", &wrong)).0, "file_separator");
}

#[test]
fn encodings_are_believed_only_where_the_bytes_agree() {
    const TEXT: &str = "name,uscc\n示例建筑工程有限公司,91990099MA00000156\n";
    let gb = encoding_rs::GB18030.encode(TEXT).0.into_owned();
    let big5 = encoding_rs::BIG5
        .encode(
            &"name\n台灣積體電路製造股份有限公司與臺北市政府環境保護局公告\n中華民國九十九年三月決定書及處分理由\n"
                .repeat(4),
        )
        .0
        .into_owned();
    let utf16 = |mark: bool, little: bool| {
        let mark = if mark { "\u{feff}" } else { "" };
        let units: Vec<u16> = format!("{mark}{TEXT}").encode_utf16().collect();
        units
            .into_iter()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect::<Vec<u8>>()
    };
    let marked = format!("\u{feff}{TEXT}").into_bytes();
    for (name, bytes, encoding, outcome) in [
        ("UTF-8", TEXT.as_bytes().to_vec(), Encoding::Utf8, ""),
        ("UTF-8, auto", TEXT.as_bytes().to_vec(), Encoding::Auto, ""),
        ("UTF-8 as GB18030", TEXT.as_bytes().to_vec(), Encoding::Gb18030, "seems to be UTF-8"),
        ("marked", marked.clone(), Encoding::Utf8, ""),
        ("marked, auto", marked.clone(), Encoding::Auto, ""),
        ("marked as GB18030", marked, Encoding::Gb18030, ""),
        ("GB18030", gb.clone(), Encoding::Gb18030, ""),
        ("GB18030, auto", gb.clone(), Encoding::Auto, ""),
        ("GB18030 as UTF-8", gb.clone(), Encoding::Utf8, "seems to be GB18030"),
        ("ASCII as GB18030", b"a,b\n1,2\n".to_vec(), Encoding::Gb18030, ""),
        ("ASCII, auto", b"a,b\n1,2\n".to_vec(), Encoding::Auto, ""),
        ("Latin names", "name,city\nSociété,Genève\n".as_bytes().to_vec(), Encoding::Auto, ""),
        ("UTF-16", utf16(true, true), Encoding::Utf8, "UTF-16"),
        ("UTF-16 BE", utf16(true, false), Encoding::Gb18030, "UTF-16"),
        ("UTF-16 without a mark", utf16(false, true), Encoding::Utf8, "UTF-16"),
        ("UTF-16 BE without a mark, auto", utf16(false, false), Encoding::Auto, "UTF-16"),
        ("Big5 as UTF-8", big5.clone(), Encoding::Utf8, "Big5"),
        ("Big5, auto", big5, Encoding::Auto, "Big5"),
        (
            "Cyrillic, auto",
            encoding_rs::WINDOWS_1251.encode("имя\nстроительная компания север\n").0.into_owned(),
            Encoding::Auto,
            "cannot be told",
        ),
        (
            "Korean, auto",
            encoding_rs::EUC_KR.encode("이름\n주식회사 한국건설산업개발\n").0.into_owned(),
            Encoding::Auto,
            "cannot be told",
        ),
        ("cut", gb[..gb.len() - 20].to_vec(), Encoding::Utf8, "seems to be GB18030"),
        ("broken UTF-8", [TEXT.as_bytes(), b"\xe7\xa4,1\n"].concat(), Encoding::Utf8, "byte 61"),
        ("broken GB18030", b"name\n\x81".to_vec(), Encoding::Gb18030, "byte 6"),
        ("a workbook", b"PK\x03\x04xxxx".to_vec(), Encoding::Utf8, "workbook (.xlsx)"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), Encoding::Auto, ".xls"),
        ("a web page", b"<html><table><tr><td>1".to_vec(), Encoding::Utf8, "web page"),
        ("PDF", b"%PDF-1.7\n".to_vec(), Encoding::Utf8, "PDF"),
    ] {
        let file = File { encoding, ..File::of(Format::Csv) };
        match Table::decode(&bytes, &file) {
            Ok(table) => assert!(outcome.is_empty(), "{name}: {table:?}"),
            Err(fault) => {
                assert!(!outcome.is_empty() && fault.to_string().contains(outcome), "{name}: {fault}");
                assert!(["file_encoding", "file_kind"].contains(&fault.code()), "{name}: {}", fault.code());
            }
        }
    }
}

#[test]
fn json_lines_are_refused_or_read() {
    for (name, text, code, place) in [
        ("repeated key", "{\"a\":1}\n{\"a\":1,\"b\":2,\"a\":3}\n", "file_repeated_key", "line 2"),
        ("repeated by an escape", "{\"a\":1,\"\\u0061\":2}\n", "file_repeated_key", "line 1"),
        ("a list", "{\"a\":[1]}\n", "file_nested", "\"a\""),
        ("an object", "{\"a\":{\"b\":1}}\n", "file_nested", "\"a\""),
        ("an array file", "[\n{\"a\":1}\n]\n", "file_json_array", "array"),
        ("over several lines", "{\n\"a\":1\n}\n", "file_json", "one line"),
        ("cut", "{\"a\":1}\n{\"a\":", "file_json", "line 2"),
        ("two on a line", "{\"a\":1}{\"a\":2}\n", "file_json", "line 1"),
        ("a text", "\"a\"\n", "file_no_object", "line 1"),
        ("CSV", "a,b\n1,2\n", "file_no_object", "line 1"),
    ] {
        let (found, said) = refused(jsonl(text));
        assert_eq!(found, code, "{name}: {said}");
        assert!(said.contains(place), "{name}: {said}");
    }
    for text in ["", "\n", "\u{feff}", "\r\n\r\n"] {
        assert!(jsonl(text).unwrap().rows.is_empty());
    }
    for text in ["\u{feff}{\"a\":1}\n\n{\"b\":2}\n", "{\"a\":1}\r\n\r\n{\"b\":2}", "{\"a\":1}\r\r{\"b\":2}\r"] {
        let table = jsonl(text).unwrap();
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!((table.rows[1].number, table.rows[1].line, table.rows[1].cell("a")), (2, 3, &Cell::Empty));
        assert!(table.require("c", false).is_ok() && table.require("c", true).is_err());
    }
}

#[test]
fn workbooks_are_refused_where_a_person_sees_something_else() {
    let plain = text_sheet(&[&["a", "b"], &["1x", "2x"], &["3x", "4x"]]);
    let sheet = |change: &dyn Fn(String) -> String| edited(&plain, "xl/worksheets/sheet1.xml", change);
    let book = |change: &dyn Fn(String) -> String| edited(&plain, "xl/workbook.xml", change);
    let merged = |cells: &str| {
        let tail = format!("</sheetData><mergeCells count=\"1\"><mergeCell ref=\"{cells}\"/></mergeCells>");
        sheet(&|xml| xml.replace("</sheetData>", &tail))
    };
    let title = text_sheet(&[&["2025年名单", ""], &["a", "b"], &["1x", "2x"]]);
    for (name, bytes, code, place) in [
        ("hidden row", sheet(&|xml| xml.replace("<row r=\"3\"", "<row r=\"3\" hidden=\"1\"")), "file_hidden_rows", "3"),
        (
            "row without height",
            sheet(&|xml| xml.replace("<row r=\"3\"", "<row r=\"3\" ht=\"0\" customHeight=\"1\"")),
            "file_hidden_rows",
            "3",
        ),
        (
            "hidden column",
            sheet(&|xml| {
                xml.replace(
                    "<sheetData>",
                    "<cols><col min=\"2\" max=\"2\" width=\"9\" hidden=\"1\"/></cols><sheetData>",
                )
            }),
            "file_hidden_columns",
            "B",
        ),
        (
            "hidden sheet",
            book(&|xml| xml.replace("<sheet ", "<sheet state=\"hidden\" ")),
            "file_hidden_sheets",
            "Sheet1",
        ),
        (
            "very hidden sheet",
            book(&|xml| xml.replace("<sheet ", "<sheet state=\"veryHidden\" ")),
            "file_hidden_sheets",
            "Sheet1",
        ),
        ("merged header", merged("A1:B1"), "file_no_header", "\"a\""),
        ("merged data", merged("A2:A3"), "file_merged", "A2:A3"),
        ("title above", title.clone(), "file_no_header", "2025年名单"),
        ("repeated name", text_sheet(&[&["a", "a"], &["1", "2"]]), "file_repeated_name", "column B"),
        ("missing name", text_sheet(&[&["a", "", "c"], &["1", "2", "3"]]), "file_no_name", "column B"),
        ("nothing", text_sheet(&[]), "file_empty", "empty"),
        ("CSV", b"a,b\n1,2\n".to_vec(), "file_kind", "csv"),
        ("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "file_kind", ".xls"),
        ("web page", b"<html><table>".to_vec(), "file_kind", "web page"),
        ("no bytes", Vec::new(), "file_empty", "empty"),
    ] {
        let (found, said) = refused(xlsx(&bytes));
        assert_eq!(found, code, "{name}: {said}");
        assert!(said.contains(place), "{name}: {said}");
    }
    let read = File { hidden: Hidden::Read, ..File::of(Format::Xlsx) };
    let hidden = sheet(&|xml| xml.replace("<row r=\"3\"", "<row r=\"3\" hidden=\"1\""));
    assert_eq!(Table::decode(&hidden, &read).unwrap().rows.len(), 2);
    let under = File { header_row: Some(2), ..File::of(Format::Xlsx) };
    let titled = edited(&title, "xl/worksheets/sheet1.xml", |xml| {
        xml.replace("</sheetData>", "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:B1\"/></mergeCells>")
    });
    let table = Table::decode(&titled, &under).unwrap();
    assert_eq!(
        (table.columns.clone(), table.rows[0].number, table.rows[0].line),
        (vec!["a".to_owned(), "b".to_owned()], 1, 3)
    );
    let other = File { sheet: Some("名单".to_owned()), ..File::of(Format::Xlsx) };
    let (code, said) = refused(Table::decode(&plain, &other));
    assert!(code == "file_sheet" && said.contains("\"Sheet1\""), "{said}");
}

#[test]
fn blank_rows_of_a_sheet_do_not_count() {
    let rows: &[&[&str]] = &[&["a", "b"], &["1x", ""], &["", ""], &[" ", "\u{3000}"], &["", "2x"], &[" ", ""]];
    let table = xlsx(&text_sheet(rows)).unwrap();
    let found: Vec<_> = table.rows.iter().map(|row| (row.number, row.line)).collect();
    assert_eq!(found, [(1, 2), (2, 5)]);
    assert!(xlsx(&text_sheet(&[&["a", "b"]])).unwrap().rows.is_empty());
}

#[test]
fn what_a_map_or_an_absent_value_names_is_read() {
    let mapped = rule("map_only = true\n[map]\ntrue = \"red\"\n1 = \"black\"");
    assert_eq!(mapped.text("list", &one(Cell::Bool(true))).unwrap().unwrap(), "red");
    assert_eq!(mapped.text("list", &one(Cell::Number("1".to_owned()))).unwrap().unwrap(), "black");
    assert_eq!(mapped.text("list", &one(Cell::Bool(false))).unwrap_err().code(), "cell_bool");
    let absent = rule("absent = [\"#N/A\", \"2099-12-31\"]");
    assert_eq!(absent.text("name", &one(Cell::Error("#N/A".to_owned()))), Ok(None));
    assert_eq!(absent.date("until", &one(Cell::Date("2099-12-31".parse().unwrap()))), Ok(None));
    let lines = rule("split = \"\\n\"");
    assert_eq!(lines.list("aliases", &one(Cell::from("甲\n乙\n"))).unwrap(), ["甲", "乙"]);
    assert_eq!(rule("").text("summary", &one(Cell::from("甲\n乙"))).unwrap_err().code(), "text_unsafe");
}
