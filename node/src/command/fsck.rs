//! `huxin fsck`: a stopped node's store from end to end. What it looks at stands in the engine; this opens, shows and
//! mends.

use super::Context;
use crate::fault::{Exit, Fault};
use crate::runtime::STORE_FOLDER;
use crate::say;
use crate::settings;
use huxin_config::Language;
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
    let look = || {
        let report = check(&store, Roster::new(&genesis), settings.node.city, !args.quick, &mut |progress| {
            bar.set_message(progress.city.to_string());
            bar.set_length(progress.size);
            bar.set_position(progress.leaves);
        });
        bar.finish_and_clear();
        report
    };
    let report = look();
    let mended = args.mend && !report.mend().is_empty();
    if mended {
        store.commit(&report.mend())?;
        // Some rows are held against others that were only now made anew: a second look finds what hung on them.
        let again = look().mend();
        if !again.is_empty() {
            store.commit(&again)?;
        }
    }
    let shown = shown(&report, mended);
    context.show(&shown, |shown| say!("{}", screen(shown, context.language)))?;
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

fn screen(shown: &Shown, language: Language) -> String {
    let Shown { leaves, void_leaves, signatures, bodies, lacking, index_rows, records, cosignatures, .. } = shown;
    let is_chinese = language == Language::Chinese;
    let mut lines = vec![if is_chinese {
        format!(
            "声明 {leaves} 条（无效 {void_leaves}），签名 {signatures} 个\n正文 {bodies} 份（缺 {lacking}）\n\
             索引 {index_rows} 行，密钥记录 {records} 份，共同签名 {cosignatures} 个"
        )
    } else {
        format!(
            "{leaves} leaves ({void_leaves} void), {signatures} signatures\n{bodies} bodies ({lacking} lacking)\n\
             {index_rows} index rows, {records} key records, {cosignatures} cosignatures"
        )
    }];
    for finding in shown.findings.iter().take(PRINTED) {
        if let Some(chinese) = crate::chinese::sentence(finding.code).filter(|_| is_chinese) {
            lines.push(format!("[{}] {chinese}", finding.code));
        }
        lines.push(crate::chinese::wrapped(&finding.row, 80));
    }
    let hidden = shown.more + shown.findings.len().saturating_sub(PRINTED) as u64;
    if hidden > 0 {
        lines.push(if is_chinese {
            format!("另有 {hidden} 处；--json 列出所留的全部")
        } else {
            format!("and {hidden} more; --json shows those that were kept")
        });
    }
    if shown.clean {
        lines.push(if is_chinese { "全部成立" } else { "everything holds" }.to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// `[node] language` is honoured, and no line is wider than the screen.
    #[test]
    fn the_screen_is_in_the_language_that_is_spoken() {
        let finding = ShownFinding {
            code: "leaf_missing",
            row: format!("log 330900 17: a statement is missing {}; run it", "and so on ".repeat(12)),
            mend: "",
        };
        let mut shown = Shown {
            clean: false,
            mended: false,
            leaves: 20_000_000,
            void_leaves: 20_000_000,
            signatures: 20_000_000,
            bodies: 20_000_000,
            lacking: 20_000_000,
            index_rows: 200_000_000,
            records: 10_000,
            cosignatures: 100_000,
            more: 7,
            findings: vec![finding],
        };
        for (language, due) in [
            (Language::Chinese, ["声明", "库中缺少一条声明", "另有 7 处"]),
            (Language::English, ["leaves", "a statement is missing", "and 7 more"]),
        ] {
            let text = screen(&shown, language);
            assert!(due.iter().all(|due| text.contains(due)), "{text}");
            assert!(text.lines().all(|line| crate::chinese::columns(line) <= 80), "{text}");
        }
        (shown.clean, shown.findings) = (true, Vec::new());
        assert!(screen(&shown, Language::Chinese).contains("全部成立"));
    }
}
