//! `huxin codes check`: the codes of a whole file, read as imports read them, and the share that fails (goal: 0.01 %).
//!
//! Whatever holds the codes is read: CSV with any separator, a workbook, JSON lines, or a text with one code a line; in UTF-8
//! or GB18030. A row counts once, however much is wrong with its code, so the share is never above 100 %.

use super::Context;
use crate::fault::Fault;
use crate::say;
use huxin_profile::{Cell, Encoding, File, Format, Hidden, Row, RuleFault, Seen, Table, TableFault};
use huxin_profile::{file_text, kind_of_file, sniffed};
use huxin_protocol::subject::{CodeFault, EnteredCode, SubjectId};
use huxin_protocol::text::harmless;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Check every code of a CSV, XLSX or JSON-lines file with a column `uscc` (or another by --column), or of a text file with
    /// one code a line
    #[command(
        after_help = "Example:\n  huxin codes check companies.csv\n  huxin codes check companies.xlsx --column 统一社会信用代码 --fail-above 0.01%\n\nA failing check character is a warning: genuine early codes exist."
    )]
    Check(CheckArgs),
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    pub file: PathBuf,
    /// Column with the codes
    #[arg(long, default_value = "uscc")]
    pub column: String,
    /// Scheme of the codes: uscc or lei
    #[arg(long, default_value = "uscc")]
    pub scheme: String,
    /// Sheet of a workbook; without it the first
    #[arg(long)]
    pub sheet: Option<String>,
    /// End with exit code 3 where more than this share of rows has a wrong or repeated code
    #[arg(long, value_name = "PERCENT")]
    pub fail_above: Option<Percent>,
}

/// `0.01%`: between 0 and 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(f64);

impl FromStr for Percent {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().strip_suffix(['%', '％']).map(str::trim).and_then(|number| number.parse::<f64>().ok());
        let within = number.filter(|number| (0.0..=100.0).contains(number));
        within.map(Self).ok_or_else(|| "a share is written with its sign, for instance 0.01%".to_owned())
    }
}

#[derive(Debug, Serialize)]
struct Warning {
    /// Row of data from 1.
    row: u64,
    /// Line of a text file or row of a sheet, from 1.
    line: u64,
    /// As it was entered, with what cannot be seen spelt out; nothing where it could be a person's.
    code: String,
    /// Stable.
    kind: String,
    fault: String,
    fault_zh: String,
}

#[derive(Debug, Serialize)]
struct Repeated {
    row: u64,
    line: u64,
    code: SubjectId,
    /// The row in which it stands first.
    first: u64,
}

#[derive(Debug, Default, Serialize)]
struct Report {
    /// Rows.
    codes: u64,
    /// Codes that no code can be read from, and those whose check characters fail.
    warnings: Vec<Warning>,
    /// Rows whose code stood in an earlier row.
    repeated: u64,
    repeats: Vec<Repeated>,
    /// Rows by what was taken away around their code.
    cleaned: BTreeMap<&'static str, u64>,
    /// Rows with a warning or a repeated code; each counts once.
    failing: u64,
    /// Their share, in percent.
    share_percent: f64,
}

/// # Errors
/// The file cannot be read, or more codes fail than `--fail-above` allows.
pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    let Args::Check(args) = args;
    let bytes = std::fs::read(&args.file).map_err(|source| Fault::file("read", &args.file, &source))?;
    let report = check(&rows(&bytes, args)?, args);
    context.show(&report, show)?;
    match args.fail_above {
        Some(Percent(most)) if report.share_percent > most => Err(Fault::refused(
            "codes_above",
            format_args!(
                "{} of {} rows have a wrong or repeated code: {} %, more than {most} %",
                report.failing,
                report.codes,
                percent(report.share_percent)
            ),
        )
        .trying("correct the rows above at their source, and check the file again")),
        _ => Ok(()),
    }
}

/// The rows of the file, whatever it is.
fn rows(bytes: &[u8], args: &CheckArgs) -> Result<Vec<Row>, Fault> {
    let told = |fault: TableFault| Fault::usage(fault.code(), &fault);
    // Nothing is signed here, so that what is hidden is looked at too.
    let table = |format: Format, separator: Option<char>| {
        let sheet = args.sheet.clone();
        let file = File { encoding: Encoding::Auto, sheet, separator, hidden: Hidden::Read, ..File::of(format) };
        let table = Table::decode(bytes, &file).map_err(told)?;
        table.require(&args.column, true).map_err(|fault| told(fault).trying("name the column with --column"))?;
        Ok(table.rows)
    };
    if kind_of_file(bytes).is_some_and(|seen| matches!(seen, Seen::Archive | Seen::OldOffice)) {
        return table(Format::Xlsx, None);
    }
    let text = file_text(bytes, Encoding::Auto).map_err(|fault| told(fault.into()))?;
    if text.trim_start().starts_with(['{', '[']) {
        return table(Format::Jsonl, None);
    }
    let first = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.contains([',', ';', '\t', '|']) {
        return table(Format::Csv, Some(sniffed(&text)));
    }
    Ok(lines(&text, &args.column))
}

/// One code a line, with or without the column's name above.
fn lines(text: &str, column: &str) -> Vec<Row> {
    let plain = |line: &str| line.trim().strip_prefix('"').and_then(|line| line.strip_suffix('"')).map(str::to_owned);
    let mut rows: Vec<Row> = Vec::new();
    let ends = if text.contains('\n') { '\n' } else { '\r' };
    for (line, content) in (1..).zip(text.split(ends)) {
        let content = content.trim_end_matches('\r');
        let content = plain(content).unwrap_or_else(|| content.to_owned());
        let named = rows.is_empty() && content.trim().eq_ignore_ascii_case(column);
        if content.trim().is_empty() || named {
            continue;
        }
        let cells = [(column.to_owned(), Cell::written(&content))].into();
        rows.push(Row { number: rows.len() as u64 + 1, line, cells });
    }
    rows
}

fn check(rows: &[Row], args: &CheckArgs) -> Report {
    let mut report = Report { codes: rows.len() as u64, ..Report::default() };
    let mut seen: BTreeMap<SubjectId, u64> = BTreeMap::new();
    for row in rows {
        let entered = match row.code(&args.scheme, &args.column) {
            Ok(entered) => entered,
            Err(fault) => {
                report.failing += 1;
                report.warnings.push(unreadable(row, &args.column, &fault));
                continue;
            }
        };
        let EnteredCode { id, cleaning } = entered;
        if let Some(cleaning) = cleaning {
            *report.cleaned.entry(cleaning.code()).or_default() += 1;
        }
        let checked = id.check_code();
        let first = seen.get(&id).copied();
        report.failing += u64::from(checked.is_err() || first.is_some());
        if let Err(fault) = checked {
            let (fault, fault_zh) = (fault.to_string(), "校验码不符；请按证照核对，早期代码可能确实如此".to_owned());
            let code = id.id().to_owned();
            report.warnings.push(Warning {
                row: row.number,
                line: row.line,
                code,
                kind: "code_check".to_owned(),
                fault,
                fault_zh,
            });
        }
        match first {
            Some(first) => {
                report.repeated += 1;
                report.repeats.push(Repeated { row: row.number, line: row.line, code: id, first });
            }
            None => {
                seen.insert(id, row.number);
            }
        }
    }
    if report.codes > 0 {
        report.share_percent = report.failing as f64 * 100.0 / report.codes as f64;
    }
    report
}

fn unreadable(row: &Row, column: &str, fault: &RuleFault) -> Warning {
    let (said, said_zh) = match fault {
        RuleFault::Code { fault, .. } => fault.text(),
        other => (other.to_string(), "单元格中不是文本代码；请将该列设为文本后重新录入".to_owned()),
    };
    // What could be a person's number is not repeated on a screen or in a file of warnings.
    let code = match fault {
        RuleFault::Code { fault: CodeFault::PersonalNumber, .. } => String::new(),
        _ => harmless(&row.cell(column).shown()).chars().take(40).collect(),
    };
    Warning { row: row.number, line: row.line, code, kind: fault.code().to_owned(), fault: said, fault_zh: said_zh }
}

/// As many places as a share of one in a million needs, without idle zeros.
fn percent(share: f64) -> String {
    let text = format!("{share:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn show(report: &Report) {
    if !report.warnings.is_empty() || !report.repeats.is_empty() {
        let mut table = super::table(&["行 row", "文件行 line", "填写 entered", "说明 what is wrong"]);
        let mut told: Vec<(u64, [String; 4])> = Vec::new();
        for warning in &report.warnings {
            let said = format!("{}\n{}", warning.fault_zh, warning.fault);
            let cells = [warning.row.to_string(), warning.line.to_string(), warning.code.clone(), said];
            told.push((warning.row, cells));
        }
        for repeated in &report.repeats {
            let first = repeated.first;
            let said = format!("与第{first}行重复\nthe code stands in row {first} already");
            let cells = [repeated.row.to_string(), repeated.line.to_string(), repeated.code.id().to_owned(), said];
            told.push((repeated.row, cells));
        }
        told.sort_by_key(|(row, _)| *row);
        for (_, cells) in told {
            table.add_row(cells);
        }
        say!("{table}");
    }
    let cleaned: u64 = report.cleaned.values().sum();
    let (codes, failing, repeated) = (report.codes, report.failing, report.repeated);
    let (warnings, share) = (report.warnings.len(), percent(report.share_percent));
    say!("共{codes}行：{warnings}行代码有误，{repeated}行重复，{cleaned}行已清理；有问题的占{share} %（{failing}行）");
    say!(
        "{codes} rows: {warnings} with a wrong code, {repeated} repeated, {cleaned} cleaned; {share} % fail ({failing} rows)"
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Made-up codes with valid check characters.
    const A: &str = "91990099MA00000156";
    const B: &str = "919900991234560405";

    fn args(column: &str) -> CheckArgs {
        CheckArgs {
            file: PathBuf::new(),
            column: column.to_owned(),
            scheme: "uscc".to_owned(),
            sheet: None,
            fail_above: None,
        }
    }
    fn checked(bytes: &[u8], column: &str) -> Report {
        let args = args(column);
        check(&rows(bytes, &args).unwrap(), &args)
    }

    #[test]
    fn every_kind_of_file_is_read() {
        let bad = "91990099MA00000157";
        let gb = encoding_rs::GB18030
            .encode(&format!("企业名称,统一社会信用代码\n示例一公司,{A}\n示例二公司,{bad}\n"))
            .0
            .into_owned();
        for (name, bytes, column) in [
            ("commas", format!("name,uscc\nx,{A}\ny,{bad}\n").into_bytes(), "uscc"),
            (
                "semicolons, quoted",
                format!("\"name\";\"uscc\"\n\"x;y\";\"{A}\"\n\"z\";\"{bad}\"\n").into_bytes(),
                "uscc",
            ),
            ("tabs", format!("uscc\tname\n{A}\tx, y\n{bad}\tz\n").into_bytes(), "uscc"),
            ("bars", format!("uscc|name\n{A}|x\n{bad}|z\n").into_bytes(), "uscc"),
            ("one a line", format!("{A}\r\n\r\n{bad}\r\n").into_bytes(), "uscc"),
            ("one a line, named", format!("\u{feff}USCC\n{A}\n{bad}\n").into_bytes(), "uscc"),
            ("JSON lines", format!("{{\"uscc\":\"{A}\"}}\n{{\"uscc\":\"{bad}\"}}\n").into_bytes(), "uscc"),
            ("GB18030", gb, "统一社会信用代码"),
        ] {
            let report = checked(&bytes, column);
            assert_eq!((report.codes, report.failing, report.repeated), (2, 1, 0), "{name}");
            assert_eq!((report.warnings[0].row, report.warnings[0].kind.as_str()), (2, "code_check"), "{name}");
            assert_eq!(report.share_percent, 50.0, "{name}");
        }
    }

    #[test]
    fn a_row_counts_once_and_the_share_stays_below_a_hundred() {
        let bad = "91990099MA00000157";
        let report = checked(format!("{bad}\n{bad}\n{bad}\n").as_bytes(), "uscc");
        assert_eq!((report.codes, report.failing, report.warnings.len(), report.repeated), (3, 3, 3, 2));
        assert_eq!(report.share_percent, 100.0);
        let report = checked(format!("{A}\n{}\n'{B}\n", A.to_lowercase()).as_bytes(), "uscc");
        assert_eq!((report.failing, report.repeats[0].row, report.repeats[0].first), (1, 2, 1));
        assert_eq!(report.cleaned, BTreeMap::from([("cleaned_apostrophe", 1)]));
        assert_eq!(checked(b"", "uscc").share_percent, 0.0);
    }

    #[test]
    fn lines_are_those_of_the_file_and_a_personal_number_is_not_repeated() {
        // A made-up number of the region 9900xx.
        let report =
            checked(format!("name,uscc\n\n\"a\nb\",{A}\nc,990099199001010019\nd,9.2E+17\n").as_bytes(), "uscc");
        let told: Vec<_> =
            report.warnings.iter().map(|told| (told.row, told.line, told.kind.as_str(), told.code.as_str())).collect();
        assert_eq!(told, [(2, 5, "personal_number", ""), (3, 6, "code_scientific", "9.2E+17")]);
    }

    #[test]
    fn a_column_that_is_not_there_names_those_that_are() {
        let fault = rows(b"name,code\nx,y\n", &args("uscc")).unwrap_err();
        assert_eq!(fault.code, "file_column");
        assert!(fault.sentence.contains("\"code\"") && fault.next_step.unwrap().contains("--column"));
    }

    #[test]
    fn shares_are_written_with_their_sign() {
        assert_eq!("0.01%".parse(), Ok(Percent(0.01)));
        assert_eq!(" 1 % ".parse(), Ok(Percent(1.0)));
        for wrong in ["0.01", "101%", "-1%", "NaN%", "%", ""] {
            assert!(wrong.parse::<Percent>().is_err(), "{wrong}");
        }
    }
}
