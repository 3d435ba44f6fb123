//! `huxin profile`: a profile held against a file, or read out key by key. Neither needs a node.

use super::Context;
use super::publish::import::{editions, today};
use crate::fault::{Exit, Fault};
use crate::say;
use huxin_profile::{
    Checked, ConfirmedCodes, Counted, Explained, Profile, Setting, Written, checked, explain, is_clean,
    missing_columns, plan, rejects,
};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Hold a profile against a file: columns, keys, values that do not parse, rows that would be rejected
    Check(CheckArgs),
    /// Read out every key of a profile in effect, in Chinese and English
    Explain(ExplainArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin profile check deploy/profiles/worldbank.toml list.csv")]
pub struct CheckArgs {
    /// The import profile
    pub profile: PathBuf,
    /// The list
    pub file: PathBuf,
    /// Codes that an officer confirmed: code,confirmed_by,confirmed_on
    #[arg(long, value_name = "CSV")]
    pub confirmed: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin profile explain deploy/profiles/worldbank.toml")]
pub struct ExplainArgs {
    /// The import profile
    pub profile: PathBuf,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    match args {
        Args::Check(args) => check(&args, context),
        Args::Explain(args) => explained(&args, context),
    }
}

fn load(path: &std::path::Path) -> Result<Profile, Fault> {
    Profile::load(path).map_err(|fault| Fault::usage(fault.code(), &fault))
}

fn check(args: &CheckArgs, context: &Context) -> Result<(), Fault> {
    let profile = load(&args.profile)?;
    let day = today();
    let confirmed = match &args.confirmed {
        Some(path) => ConfirmedCodes::load(path, day).map_err(|fault| Fault::usage(fault.code(), &fault))?,
        None => ConfirmedCodes::default(),
    };
    let table = rejects::read(&args.file, &profile).map_err(|fault| Fault::usage(fault.code(), &fault))?;
    let editions = editions(context);
    let edition = editions.values().find(|edition| edition.name() == profile.edition);
    let setting = Setting {
        day,
        city: crate::settings::load(&context.config).ok().map(|settings| settings.node.city),
        edition,
        editions: &editions,
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &confirmed,
    };
    let (plan, lacking) = match plan(&profile, &table, &setting) {
        Ok(plan) => (Some(plan), None),
        Err(fault) => (None, Some(Fault::usage(fault.code(), &fault))),
    };
    let found = checked(&profile, &table, plan.as_ref());
    context.show(&found, show_checked)?;
    if let Some(fault) = lacking {
        return Err(fault.told());
    }
    if is_clean(&found) {
        return Ok(());
    }
    let missing = missing_columns(&profile, &table).len();
    let sentence =
        format!("{} of {} rows would be rejected, {missing} columns are missing", found.rejected_rows, found.rows);
    Err(Fault::new(Exit::Rejects, "would_reject", sentence).trying("look at the reasons above").told())
}

fn show_checked(found: &Checked) {
    say!("行数 rows {}; 可成为条目 records {}; 重复 duplicates {}", found.rows, found.records, found.duplicates);
    say!(
        "未通过 rejected {}, 其中记录键重复 same key twice {}; 已期满 over {}",
        found.rejected_rows,
        found.same_key_twice,
        found.over
    );
    for (zh, en, names) in [
        ("文件缺少的列", "columns that the file lacks", &found.missing_columns),
        ("没有用到的列", "columns that the profile does not use", &found.unused_columns),
        ("没有任何值的列", "columns without any value", &found.empty_columns),
    ] {
        if !names.is_empty() {
            say!("{zh}  {en}: {}", names.join(", "));
        }
    }
    for (zh, en, counted) in [
        ("未通过的原因", "reasons of rejects", &found.rejects),
        ("清理", "cleanings", &found.cleanings),
        ("代码警告", "warnings about codes", &found.code_warnings),
    ] {
        if !counted.is_empty() {
            say!("{zh}  {en}:");
        }
        for Counted { code, count, samples } in counted {
            say!("  {count} × {code}");
            for (row, line, sentence) in samples {
                say!("    文件第{line}行（数据第{row}行） line {line}, row {row}: {sentence}");
            }
        }
    }
    for (zh, en) in &found.notes {
        say!("注意 note: {zh}  {en}");
    }
}

fn explained(args: &ExplainArgs, context: &Context) -> Result<(), Fault> {
    let profile = load(&args.profile)?;
    let text = std::fs::read_to_string(&args.profile).map_err(|source| Fault::file("read", &args.profile, &source))?;
    let written = Written::toml(&text).map_err(|fault| Fault::usage("profile_malformed", fault))?;
    context.show(&explain(&profile, &written), |keys| {
        for Explained { key, value, stated, zh, en } in keys {
            let default = if *stated { "" } else { "（默认 by default）" };
            say!("{key} = {value}{default}\n    {zh}\n    {en}");
        }
    })
}
