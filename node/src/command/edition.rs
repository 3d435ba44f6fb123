//! `huxin edition`: read a catalogue edition as the node would, show it, compare two, and accept one in the settings. What binds
//! is each node's own choice, by digest (R159), so accepting writes the digest.

mod accept;
mod shown;

pub use shown::{Member, members};

use super::Context;
use super::publish::import::editions;
use crate::fault::Fault;
use crate::say;
use crate::settings::read_editions;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Edition, Sure, builtin};
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Read an edition file as the node would, and print its digest
    #[command(after_help = "Example:\n  huxin edition check zj-2026.json --on cn-2026.json")]
    Check(CheckArgs),
    /// Show an edition: its lists, terms, measures and clocks, row by row
    #[command(after_help = "Example:\n  huxin edition show demo --part lists")]
    Show(ShowArgs),
    /// Compare two editions row by row
    #[command(after_help = "Example:\n  huxin edition diff cn-2026 zj-2026.json")]
    Diff(DiffArgs),
    /// Let an edition bind here: writes its digest into the settings
    #[command(after_help = "Example:\n  huxin edition accept zj-2026.json\n\nIt binds from the node's next start.")]
    Accept(AcceptArgs),
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    pub file: PathBuf,
    /// Files of the editions on which it lies, where they are not built in
    #[arg(long, value_name = "FILE")]
    pub on: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Name or digest of an edition that is built in or accepted here, or a file
    pub edition: String,
    /// Only rows that begin so: lists, measures, kinds, clocks, grounds, fields, calendar, thresholds
    #[arg(long)]
    pub part: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    pub old: String,
    pub new: String,
}

#[derive(Debug, clap::Args)]
pub struct AcceptArgs {
    /// Name of a built-in edition, or a file
    pub edition: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// # Errors
/// The edition is out of order or nowhere; of `accept` also whatever the settings would refuse.
pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    match args {
        Args::Check(args) => check(&args, context),
        Args::Show(args) => shown::show(&args, context),
        Args::Diff(args) => shown::diff(&args, context),
        Args::Accept(args) => accept::accept(&args, context),
    }
}

/// What a reader needs to know of an edition before anything else.
#[derive(Debug, Serialize)]
struct Summary {
    name: String,
    digest: Digest,
    title_zh: String,
    title_en: String,
    notice_zh: String,
    notice_en: String,
    line: String,
    binds_from: Date,
    binds_until: Option<Date>,
    /// The edition on which it lies.
    base: Option<Digest>,
    /// Whose layer it is; empty: every city's.
    cities: Vec<CityCode>,
    lists: usize,
    measures: usize,
    /// Ids and codes that are only reported, so nobody can list under them yet.
    unconfirmed: Vec<String>,
    /// Years of which the holidays are known.
    years: Vec<i16>,
}

impl Summary {
    fn of(edition: &Edition) -> Self {
        let lists = edition.registry().iter().filter(|list| list.sure == Sure::Reported).map(|list| list.id.clone());
        let measures = edition.measures().iter().filter(|row| row.sure == Sure::Reported).map(|row| row.code.clone());
        Self {
            name: edition.name().to_owned(),
            digest: edition.digest(),
            title_zh: edition.title().zh.clone(),
            title_en: edition.title().en.clone(),
            notice_zh: edition.notice().zh.clone(),
            notice_en: edition.notice().en.clone(),
            line: edition.line().to_owned(),
            binds_from: edition.binds_from(),
            binds_until: edition.binds_until(),
            base: edition.base(),
            cities: edition.cities().to_vec(),
            lists: edition.registry().len(),
            measures: edition.measures().len(),
            unconfirmed: lists.chain(measures).collect(),
            years: edition.calendar().map(|calendar| calendar.years.clone()).unwrap_or_default(),
        }
    }

    fn print(&self) {
        say!("措施清单版本 edition {}\n  {}\n  {}", self.name, self.title_zh, self.title_en);
        say!("  摘要 digest\n    {}", self.digest);
        let until = self.binds_until.map_or_else(|| "—".to_owned(), |day| day.to_string());
        say!("  适用 binds      {} 至 to {until}，系列 line {}", self.binds_from, self.line);
        if let Some(base) = self.base {
            let cities: Vec<&str> = self.cities.iter().map(CityCode::as_str).collect();
            say!("  依据版本 on\n    {base}\n  城市 cities    {}", cities.join(" "));
        }
        say!("  名单 lists      {}，措施 measures {}", self.lists, self.measures);
        let years: Vec<String> = self.years.iter().map(ToString::to_string).collect();
        let years = if years.is_empty() { "无 none".to_owned() } else { years.join(" ") };
        say!("  日历 calendar   {years}（其他年份只计周一至周五 other years: weekdays only）");
        if !self.unconfirmed.is_empty() {
            say!("  仅有报道，尚不能用 only reported, not to be used yet:");
            self.unconfirmed.iter().for_each(|code| say!("    {code}"));
        }
        say!("  注意 note\n    {}\n    {}", self.notice_zh, self.notice_en);
    }
}

fn check(args: &CheckArgs, context: &Context) -> Result<(), Fault> {
    let files: Vec<&Path> = args.on.iter().map(PathBuf::as_path).chain([args.file.as_path()]).collect();
    let read = read_editions(&files)?;
    let edition = read.get(args.file.as_path()).ok_or_else(|| Fault::unexpected("the file was not read"))?;
    context.show(&Summary::of(edition), Summary::print)
}

/// Built-in editions, and those that the settings name.
fn at_hand(context: &Context) -> BTreeMap<Digest, Edition> {
    let mut all = builtin();
    all.extend(editions(context));
    all
}

/// An edition by its name, its digest or its file.
fn find(named: &str, context: &Context) -> Result<Edition, Fault> {
    if named.contains('/') || named.ends_with(".json") {
        let path = Path::new(named);
        let mut read = read_editions(&[path])?;
        return read.remove(path).ok_or_else(|| Fault::unexpected("the file was not read"));
    }
    let all = at_hand(context);
    let by_digest = named.parse::<Digest>().ok().and_then(|digest| all.get(&digest));
    by_digest.or_else(|| all.values().find(|edition| edition.name() == named)).cloned().ok_or_else(|| {
        let names: Vec<&str> = all.values().map(Edition::name).collect();
        Fault::usage("unknown_edition", format_args!("there is no edition {named:?} here"))
            .trying(format!("known here are {}; a file is written with its ending .json", names.join(", ")))
    })
}
