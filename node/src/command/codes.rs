//! `huxin codes check`: the check characters of a whole file of codes, and the share that fails (goal: 0.01 %).

use super::Context;
use crate::fault::Fault;
use huxin_protocol::subject::{SubjectFault, SubjectId};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Check every code of a CSV file with a column `uscc` (or another by --column), or of a text file with one code a line
    #[command(
        after_help = "Example:\n  huxin codes check companies.csv\n\nA failing check character is a warning: genuine early codes exist."
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
}

#[derive(Debug, Serialize)]
struct Warning {
    row: u64,
    code: String,
    fault: String,
}

#[derive(Debug, Default, Serialize)]
struct Report {
    codes: u64,
    warnings: Vec<Warning>,
    /// Rows whose code stood in an earlier row.
    repeated: u64,
    /// Share of failing and repeated codes, in percent.
    share_percent: f64,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    let Args::Check(args) = args;
    let text = std::fs::read_to_string(&args.file).map_err(|source| Fault::file("read", &args.file, &source))?;
    let report = check(&codes(&text, args)?, &args.scheme);
    context.show(&report, |report| {
        for warning in &report.warnings {
            println!("row {}: {}: {}", warning.row, warning.code, warning.fault);
        }
        println!(
            "{} codes, {} warnings, {} repeated: {:.2} %",
            report.codes,
            report.warnings.len(),
            report.repeated,
            report.share_percent
        );
    })
}

fn codes(text: &str, args: &CheckArgs) -> Result<Vec<String>, Fault> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.lines().next().unwrap_or_default().contains(',') {
        return Ok(text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect());
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let malformed = |fault: csv::Error| Fault::usage("file_row", format_args!("the file is no CSV: {fault}"));
    let head = reader.headers().map_err(malformed)?.clone();
    let column = head.iter().position(|name| name.trim() == args.column).ok_or_else(|| {
        let columns: Vec<&str> = head.iter().collect();
        Fault::usage(
            "file_column",
            format_args!("there is no column {:?}; there are {}", args.column, columns.join(", ")),
        )
        .trying("name the column with --column")
    })?;
    reader
        .records()
        .map(|record| record.map(|record| record.get(column).unwrap_or_default().trim().to_owned()).map_err(malformed))
        .collect()
}

fn check(codes: &[String], scheme: &str) -> Report {
    let mut report = Report { codes: codes.len() as u64, ..Report::default() };
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for (row, code) in (1..).zip(codes) {
        report.repeated += u64::from(seen.insert(code, row).is_some());
        let checked = SubjectId::new(scheme, code).and_then(|subject| subject.check_code());
        if let Err(fault) = checked {
            let fault = match fault {
                SubjectFault::Uscc(fault) => fault.to_string(),
                SubjectFault::Lei(fault) => fault.to_string(),
                SubjectFault::Shape => "it is no code at all".to_owned(),
            };
            report.warnings.push(Warning { row, code: code.clone(), fault });
        }
    }
    let failing = report.warnings.len() as u64 + report.repeated;
    if report.codes > 0 {
        report.share_percent = failing as f64 * 100.0 / report.codes as f64;
    }
    report
}
