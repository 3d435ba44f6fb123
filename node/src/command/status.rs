//! `huxin status`: what counts for a subject here, and why.

use super::Context;
use crate::fault::{Exit, Fault};
use crate::{say, tell};
use huxin_api::model::StatusQuery;
use huxin_protocol::ids::{Seq, StatementId};
use huxin_protocol::ruling::{Seen, Witness};
use huxin_protocol::subject::{EnteredCode, enter_subject};
use serde_json::Value;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin status uscc:91990099MA00000156\n  huxin status uscc:91990099MA00000156 --at 2026-01-31 --explain"
)]
pub struct Args {
    /// Scheme and code, for instance uscc:91990099MA00000156; 18 characters alone are read as a uscc
    pub subject: String,
    /// For an earlier instant: a date or milliseconds since 1970
    #[arg(long)]
    pub at: Option<String>,
    /// Print the chain of reasons
    #[arg(long)]
    pub explain: bool,
    /// The code fails its check character, and the certificate shows it like this all the same
    #[arg(long)]
    pub confirm_code: bool,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let query = StatusQuery { at: args.at, explain: args.explain, confirm_code: args.confirm_code };
    let EnteredCode { id, cleaning } = enter_subject(&args.subject).map_err(|fault| {
        let (en, zh) = fault.text();
        Fault::new(Exit::Code, fault.code(), format_args!("{zh} / {en}"))
            .trying("write it as scheme:code, for instance uscc:91990099MA00000156")
    })?;
    if let Some(cleaning) = cleaning {
        let (en, zh) = cleaning.text();
        tell!("note[{}]: {zh} / {en}: {id}", cleaning.code());
    }
    let status = context.client()?.status(&id, &query).map_err(|fault| match fault.code.as_str() {
        "code_check" => Fault { exit: Exit::Code, ..fault },
        _ => fault,
    })?;
    for note in items(&status, "code_notes") {
        tell!("warning[{}]: {} / {}", text(note, "/code"), text(note, "/text_zh"), text(note, "/text_en"));
    }
    context.show(&status, |status| show(status, context))
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn show(status: &Value, context: &Context) {
    let words = context.choose("/text_en", "/text_zh");
    say!("{}  截至 as of {}", text(status, "/subject"), text(status, "/at_text"));
    say!("{}", text(status, "/summary/text_zh"));
    say!("{}", text(status, "/summary/text_en"));
    let entries = items(status, "entries");
    if !entries.is_empty() {
        let mut table =
            super::table(&["条目 entry", "城市 issuer", "名单 list", "认定机关 authority", "有效 counts", "原因 why"]);
        for entry in entries {
            let reasons: Vec<&str> = entry
                .get("reasons")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(|reason| text(reason, words))
                .collect();
            table.add_row([
                text(entry, "/id"),
                text(entry, "/issuer_name"),
                text(entry, "/content/list_name"),
                text(entry, "/content/basis/authority"),
                &format!(
                    "{} {}",
                    if entry.get("counts") == Some(&Value::Bool(true)) { "是 yes" } else { "否 no" },
                    text(entry, "/state")
                ),
                &reasons.join("; "),
            ]);
        }
        say!("{table}");
        for entry in entries {
            let (en, zh) = seen(status, entry).text();
            say!("{}  {en}  {zh}", text(entry, "/id"));
        }
    }
    for linked in items(status, "linked") {
        say!("linked by {} ({}): {}", text(linked, "/method"), text(linked, "/reviewer"), text(linked, "/subject"));
        say!("  {}", text(linked, "/ruling/summary/text_en"));
        for entry in items(linked.get("ruling").unwrap_or(&Value::Null), "entries") {
            say!(
                "  {}  {}  {}  {}",
                text(entry, "/id"),
                text(entry, "/content/list_name"),
                text(entry, "/content/basis/authority"),
                text(entry, "/state")
            );
        }
    }
    for group in items(status, "decisions_across") {
        say!("{}: {}", text(group, "/authority"), text(group, "/text_en"));
    }
    for step in items(status, "explanation") {
        say!("{:>14}  {:<10} {}", text(step, "/id"), text(step, "/rule"), text(step, words));
    }
    say!("日志摘要 log digest     {}", text(status, "/log_digest"));
    say!("判定摘要 ruling digest  {}", text(status, "/ruling_digest"));
}

/// How many other cities have seen an entry with all its links (R78).
fn seen(status: &Value, entry: &Value) -> Seen {
    let own = |source: &&Value| text(source, "/city") == text(entry, "/issuer");
    let witnesses =
        items(status, "sources").iter().find(own).map(|source| items(source, "witnesses")).unwrap_or_default();
    let witnesses: Vec<Witness> = witnesses.iter().filter_map(|w| serde_json::from_value(w.clone()).ok()).collect();
    let ids = items(entry, "links").iter().map(|link| text(link, "/id")).chain([text(entry, "/id")]);
    let last = ids.filter_map(|id| id.parse::<StatementId>().ok()).map(|id| id.seq).max();
    Seen::of(&witnesses, last.unwrap_or(Seq(0)))
}
