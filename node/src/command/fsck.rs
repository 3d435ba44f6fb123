//! `huxin fsck`: a stopped node's store from end to end. What it looks at stands in the engine; this opens, shows and
//! mends.

use super::Context;
use crate::fault::{Exit, Fault};
use crate::runtime::STORE_FOLDER;
use crate::say;
use crate::settings;
use huxin_engine::fsck::{Report, check};
use huxin_protocol::roster::Roster;
use huxin_store::{Options, RocksStore, Store as _, Verify, bind, bound, is_older};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// Findings that are printed for people; `--json` has all that are kept.
const PRINTED: usize = 50;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin fsck --config huxin.toml\n  huxin fsck --mend")]
pub struct Args {
    /// Make anew what follows from proved rows, and take out what has to be fetched again
    #[arg(long)]
    pub mend: bool,
    /// Leave out the signatures of single statements, which take most of the time
    #[arg(long)]
    pub quick: bool,
}

#[derive(Debug, Serialize)]
struct Shown {
    clean: bool,
    mended: bool,
    leaves: u64,
    void_leaves: u64,
    signatures: u64,
    bodies: u64,
    lacking: u64,
    index_rows: u64,
    records: u64,
    cosignatures: u64,
    more: u64,
    findings: Vec<ShownFinding>,
}

#[derive(Debug, Serialize)]
struct ShownFinding {
    code: &'static str,
    row: String,
    mend: &'static str,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let settings = settings::load(&context.config)?;
    let genesis = settings::read_genesis(&settings.node.genesis)?;
    // A damaged data file must not end the command that looks for damage; its rows are met one by one below.
    let options =
        Options { create: false, read_only: !args.mend, floor_bytes: 0, verify: Verify::Files, ..Options::default() };
    let store = RocksStore::open(&settings.node.data.join(STORE_FOLDER), options)?;
    let due = (genesis.id(), settings.node.city);
    if let Some(found) = bound(&store)?.filter(|found| *found != due) {
        return Err(Fault::refused(
            "store_other",
            format_args!("the store is that of {} in federation {}", found.1, found.0),
        )
        .trying("check [node] data, city and genesis"));
    }
    if args.mend {
        // Brings a store of an older form up, as a start of the node would.
        bind(&store, genesis.id(), settings.node.city)?;
    } else if is_older(&store)? {
        return Err(Fault::refused("store_older_form", "the store was written by an older release")
            .trying("start the node once, or run `huxin fsck --mend`: either brings it up"));
    }
    let target = if context.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let report = check(&store, Roster::new(&genesis), settings.node.city, !args.quick, &mut |progress| {
        bar.set_message(progress.city.to_string());
        bar.set_length(progress.size);
        bar.set_position(progress.leaves);
    });
    bar.finish_and_clear();
    let mended = args.mend && !report.mend().is_empty();
    if mended {
        store.commit(&report.mend())?;
    }
    let shown = shown(&report, mended);
    context.show(&shown, print)?;
    match (report.is_clean(), mended) {
        (true, _) => Ok(()),
        (false, true) => {
            Err(Fault::new(Exit::Damaged, "mended", "the store was damaged; what can be mended in place was mended")
                .trying("run `huxin fsck` again to see what is left"))
        }
        (false, false) => Err(Fault::new(
            Exit::Damaged,
            "store_damaged",
            format_args!("{} findings", report.findings.len() as u64 + report.more),
        )
        .trying("see what each finding says")),
    }
}

fn shown(report: &Report, mended: bool) -> Shown {
    let counts = report.counts;
    Shown {
        clean: report.is_clean(),
        mended,
        leaves: counts.leaves,
        void_leaves: counts.void_leaves,
        signatures: counts.signatures,
        bodies: counts.bodies,
        lacking: counts.lacking,
        index_rows: counts.index_rows,
        records: counts.records,
        cosignatures: counts.cosignatures,
        more: report.more,
        findings: report
            .findings
            .iter()
            .map(|finding| ShownFinding {
                code: finding.code(),
                row: finding.to_string(),
                mend: finding.mend().sentence(),
            })
            .collect(),
    }
}

fn print(shown: &Shown) {
    say!(
        "{} leaves ({} void), {} signatures, {} bodies ({} lacking), {} index rows, {} key records, {} cosignatures",
        shown.leaves,
        shown.void_leaves,
        shown.signatures,
        shown.bodies,
        shown.lacking,
        shown.index_rows,
        shown.records,
        shown.cosignatures
    );
    for finding in shown.findings.iter().take(PRINTED) {
        say!("{}", finding.row);
    }
    let hidden = shown.more + shown.findings.len().saturating_sub(PRINTED) as u64;
    if hidden > 0 {
        say!("and {hidden} more; --json shows those that were kept");
    }
    if shown.clean {
        say!("everything holds");
    }
}
