//! `huxin status`: what counts for a subject here, and why.

mod joint;

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
    /// Only what anyone may see
    #[arg(long, conflicts_with = "explain")]
    pub public: bool,
    /// The code fails its check character, and the certificate shows it like this all the same
    #[arg(long)]
    pub confirm_code: bool,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let query =
        StatusQuery { at: args.at, explain: args.explain, public: args.public, confirm_code: args.confirm_code };
    let EnteredCode { id, cleaning } = enter_subject(&args.subject).map_err(|fault| {
        let (en, zh) = fault.text();
        Fault::new(Exit::Code, fault.code(), format_args!("{zh} / {en}"))
            .trying("write it as scheme:code, for instance uscc:91990099MA00000156")
    })?;
    if let Some(cleaning) = cleaning {
        let (en, zh) = cleaning.text();
        tell!("note[{}]: {zh} / {en}: {id}", cleaning.code());
    }
    let client = context.client()?;
    let status = client.status(&id, &query).map_err(|fault| match fault.code.as_str() {
        "code_check" => Fault { exit: Exit::Code, ..fault },
        _ => fault,
    })?;
    for note in items(&status, "code_notes") {
        tell!("warning[{}]: {} / {}", text(note, "/code"), text(note, "/text_zh"), text(note, "/text_en"));
    }
    context.show(&status, |status| say!("{}", screen(status, &joint::said(&client, status), context)))
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn screen(status: &Value, said: &joint::Said, context: &Context) -> String {
    let mut lines: Vec<String> = Vec::new();
    // A table has found its width already.
    let put = |lines: &mut Vec<String>, line: String| lines.push(crate::chinese::wrapped(&line, 80));
    let words = context.choose("/text_en", "/text_zh");
    put(&mut lines, format!("{}  截至 as of {}", text(status, "/subject"), text(status, "/at_text")));
    put(&mut lines, text(status, "/summary/text_zh").to_owned());
    put(&mut lines, text(status, "/summary/text_en").to_owned());
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
                text(entry, "/content/list_shown"),
                text(entry, "/content/basis/authority"),
                &format!(
                    "{} {}",
                    if entry.get("counts") == Some(&Value::Bool(true)) { "是 yes" } else { "否 no" },
                    text(entry, "/state")
                ),
                &reasons.join("; "),
            ]);
        }
        lines.push(table.to_string());
        for entry in entries {
            let (en, zh) = seen(status, entry).text();
            put(&mut lines, format!("{}  {en}  {zh}", text(entry, "/id")));
            joint::lines(entry, said).into_iter().for_each(|line| put(&mut lines, line));
        }
    }
    lines.extend(measures(status, context));
    for linked in items(status, "linked") {
        put(
            &mut lines,
            format!(
                "linked by {} ({}): {}",
                text(linked, "/method"),
                text(linked, "/reviewer"),
                text(linked, "/subject")
            ),
        );
        put(&mut lines, format!("  {}", text(linked, "/ruling/summary/text_en")));
        for entry in items(linked.get("ruling").unwrap_or(&Value::Null), "entries") {
            put(
                &mut lines,
                format!(
                    "  {}  {}  {}  {}",
                    text(entry, "/id"),
                    text(entry, "/content/list_shown"),
                    text(entry, "/content/basis/authority"),
                    text(entry, "/state")
                ),
            );
        }
    }
    for group in items(status, "decisions_across") {
        put(&mut lines, format!("{}: {}", text(group, "/authority"), text(group, "/text_en")));
    }
    for step in items(status, "explanation") {
        put(&mut lines, format!("{:>14}  {:<10} {}", text(step, "/id"), text(step, "/rule"), text(step, words)));
    }
    put(&mut lines, format!("日志摘要 log digest     {}", text(status, "/log_digest")));
    put(&mut lines, format!("判定摘要 ruling digest  {}", text(status, "/ruling_digest")));
    lines.join("\n")
}

/// What is in force, each with who applies it and on which entries it rests; none where nothing is.
fn measures(status: &Value, context: &Context) -> Option<String> {
    let all: Vec<&Value> = items(status, "measures").iter().chain(items(status, "incentives")).collect();
    if all.is_empty() {
        return None;
    }
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let (content, why) = (say("/content/en", "/content/zh"), say("/suspended/text_en", "/suspended/text_zh"));
    let mut table = super::table(&["措施 measure", "内容和状态 content, state", "实施机关 agency", "依据条目 entries"]);
    for measure in all {
        let entries: Vec<&str> = items(measure, "entries").iter().filter_map(Value::as_str).collect();
        let state = match text(measure, why) {
            "" if measure.get("confirm_with_issuer") == Some(&Value::Bool(true)) => {
                say("confirm with the issuer before acting", "办理前须与签发城市核实")
            }
            "" => say("in force", "有效"),
            suspended => suspended,
        };
        table.add_row([
            text(measure, "/code"),
            &format!("{}\n{state}", text(measure, content)),
            text(measure, "/agency"),
            &entries.join("\n"),
        ]);
    }
    Some(table.to_string())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_config::Language;

    /// Long names, long reasons and whole digests: no line is wider than the screen, whichever language is spoken.
    #[test]
    fn no_line_of_a_status_is_wider_than_the_screen() {
        let long = "示例某某市某某区建设工程与市政设施维护管理有限责任公司（合成）".repeat(3);
        let reason = serde_json::json!({ "code": "stale", "text_zh": "超过规定时间未收到签发城市的消息", "text_en": "nothing was heard from the issuing city for longer than the rule admits" });
        let entry = serde_json::json!({
            "id": "330900-1234567", "issuer": "330900", "issuer_name": "舟山市", "counts": true, "state": "listed",
            "content": { "list_shown": "安全生产严重失信主体名单", "basis": { "authority": long } },
            "reasons": [reason, reason], "links": [{ "id": "330900-1234567" }], "suspended_by": "330900-1234569",
            "answered_by": "451100-1234567", "declined_by": null,
            "filings": [
                { "id": "370100-1234567", "kind": "objection", "until": "2026-12-18", "overdue": true },
                { "id": "370100-1234568", "kind": "repair_application", "until": null, "overdue": false },
            ],
        });
        let step = serde_json::json!({ "id": "330900-1234567", "rule": "R133", "text_zh": long, "text_en": "a word and another ".repeat(9) });
        let measure = |confirm: bool, suspended: Value| {
            serde_json::json!({
                "code": "D-B-01", "content": { "zh": long, "en": "a measure and another ".repeat(9) }, "agency": long, "suspended": suspended,
                "entries": ["330900-1234567", "330900-1234568"], "confirm_with_issuer": confirm,
            })
        };
        let linked = serde_json::json!({
            "method": "name and address", "reviewer": "reviewer", "subject": "lei:549300MLUDYVRQOOXS22",
            "ruling": { "summary": { "text_en": "two black entries count, and one of them is to be confirmed with the issuer before acting" }, "entries": [entry] },
        });
        let status = serde_json::json!({
            "subject": "uscc:91990099MA00000156", "at_text": "2026-11-27 22:00:00.000",
            "summary": { "text_zh": "黑名单一条，须与签发城市核实".repeat(5), "text_en": "one black entry ".repeat(9) },
            "entries": [entry], "linked": [linked], "explanation": [step],
            "measures": [measure(false, Value::Null), measure(true, Value::Null)], "incentives": [measure(false, reason.clone())],
            "decisions_across": [{ "authority": long, "text_en": "one decision on two lists counts once ".repeat(3) }],
            "log_digest": "a".repeat(64), "ruling_digest": "b".repeat(64),
        });
        for language in [Language::Chinese, Language::English] {
            let context = Context { config: "huxin.toml".into(), json: false, language };
            let said = joint::Said::from([("330900-1234569".to_owned(), ("until then ".repeat(9), long.clone()))]);
            let text = screen(&status, &said, &context);
            let wide: Vec<&str> = text.lines().filter(|line| crate::chinese::columns(line) > 80).collect();
            assert!(wide.is_empty(), "{wide:#?}");
            assert!(text.contains("安全生产"), "{text}");
            for due in [
                "暂停执行",
                "rests by order, 330900-1234569",
                "until then",
                "451100-1234567",
                "已逾期",
                "overdue",
                "修复申请 370100-1234568",
            ] {
                assert!(text.replace('\n', " ").contains(due), "{due}: {text}");
            }
            assert!(!text.contains("不予适用"), "{text}");
            // A table breaks lines; its words are looked for one by one.
            let words = match language {
                Language::Chinese => ["D-B-01", "330900-1234568", "有效", "办理前", "超过规定"],
                Language::English => ["D-B-01", "330900-1234568", "force", "confirm", "heard"],
            };
            let measures = measures(&status, &context).unwrap();
            assert!(words.iter().all(|word| measures.contains(word)), "{measures}");
        }
    }
}
