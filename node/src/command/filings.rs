//! `huxin filings`: what is filed about this city's entries and waits for its answer, and what this city filed.

use super::Context;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::{FilingItem, FilingsQuery, FilingsReply};
use huxin_protocol::ids::StatementId;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin filings            what waits\n  huxin filings --all      also what was answered or taken back"
)]
pub struct Args {
    /// Also what was answered or taken back
    #[arg(long)]
    pub all: bool,
    /// Go on after this one, the last of the answer before
    #[arg(long, value_name = "ID")]
    pub after: Option<StatementId>,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let page = |after| client.filings(&FilingsQuery { open: !args.all, after });
    let mut reply = page(args.after)?;
    // A page on which nothing is ours, or nothing waits, is not the last one.
    while reply.to_answer.is_empty() && reply.filed_here.is_empty() && reply.next.is_some() {
        reply = page(reply.next)?;
    }
    context.show(&reply, |reply| say!("{}", screen(reply, context)))
}

fn screen(reply: &FilingsReply, context: &Context) -> String {
    let mut parts = Vec::new();
    let titles = [
        ("to be answered by this city", "待本市答复", &reply.to_answer),
        ("filed by this city", "由本市提出", &reply.filed_here),
    ];
    for (english, chinese, items) in titles {
        parts.push(format!("{}：{}", context.choose(english, chinese), items.len()));
        if !items.is_empty() {
            parts.push(table(items, context));
        }
    }
    if let Some(next) = reply.next {
        parts.push(format!("{} huxin filings --after {next}", context.choose("more:", "其余：")));
    }
    parts.join("\n")
}

fn table(items: &[FilingItem], context: &Context) -> String {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let mut table = super::table(&[
        say("id", "编号"),
        say("kind", "种类"),
        say("entry", "条目"),
        say("subject", "主体"),
        say("says", "内容"),
        say("state", "状态"),
    ]);
    for item in items {
        let says = if context.is_chinese() { &item.says_zh } else { &item.says_en };
        let (en, zh) = item.state.text();
        let mut state = say(en, zh).to_owned();
        if let Some(by) = item.closed_by {
            state.push_str(&format!(" {by}"));
        }
        if let Some(until) = item.until {
            let due = if item.overdue { say("overdue since", "已逾期，期限") } else { say("by", "期限") };
            state.push_str(&format!("\n{due} {until}"));
        }
        table.add_row([
            item.id.to_string(),
            context.choose(&item.kind, &item.kind_zh).to_owned(),
            item.entry.to_string(),
            item.subject_name.clone().unwrap_or_default(),
            says.clone().unwrap_or_else(|| say("cannot be read here", "正文在此不可读").to_owned()),
            state,
        ]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_config::Language;

    /// Each state with what belongs to it, in both languages, and no line is wider than the screen.
    #[test]
    fn filings_say_what_waits_and_until_when_within_the_screen() {
        let long = "示例某某市某某区建设工程与市政设施维护管理有限责任公司（合成）".repeat(2);
        let item = |state: &str, until: Option<&str>, closed_by: Option<&str>| {
            serde_json::json!({
                "id": "370100-1234567", "city_name": "济南市", "kind": "RepairApplication", "kind_zh": "修复申请",
                "entry": "330900-1234567", "filed_at": 0, "filed_at_text": "2026-11-27 22:00:00.000", "state": state,
                "closed_by": closed_by, "until": until, "overdue": until.is_some(), "subject": "uscc:91990099MA00000156",
                "subject_name": long, "says_en": "a word and another ".repeat(9), "says_zh": long,
            })
        };
        let reply: FilingsReply = serde_json::from_value(serde_json::json!({
            "to_answer": [item("open", Some("2026-12-18"), None)],
            "filed_here": [item("answered", None, Some("330900-1234568")), item("without_effect", None, None)],
            "next": "370100-1234567",
        }))
        .unwrap();
        for language in [Language::Chinese, Language::English] {
            let context = Context { config: "huxin.toml".into(), json: false, language };
            let text = screen(&reply, &context);
            assert!(text.lines().all(|line| crate::chinese::columns(line) <= 80), "{text}");
            let words = match language {
                Language::Chinese => ["待本市答复", "由本市提出", "已逾期", "2026-12-18", "已答复"],
                Language::English => ["answered by this city", "filed by", "overdue", "2026-12-18", "answered"],
            };
            // A table breaks lines; what stands in one cell is read down its column.
            let joined: String = text.split_whitespace().collect();
            for word in words {
                let word: String = word.split_whitespace().collect();
                assert!(joined.contains(&word), "{word}: {text}");
            }
        }
    }
}
