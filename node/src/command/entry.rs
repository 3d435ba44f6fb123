//! `huxin entry`: one statement as it was signed, and what was said about it.

use super::Context;
use super::publish::import::editions;
use crate::chinese::wrapped;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::{ActItem, BodyView, EntryReply, LeftOut, MatterView};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Edition, shown_name};
use huxin_protocol::ids::StatementId;
use huxin_protocol::text::harmless;
use std::collections::BTreeMap;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin entry 330900-17")]
pub struct Args {
    /// For instance 330900-17, and from the second epoch on 330900.2-17
    pub id: StatementId,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    context.show(&context.client()?.entry(args.id)?, |entry| say!("{}", screen(entry, &editions(context))))
}

fn screen(entry: &EntryReply, editions: &BTreeMap<Digest, Edition>) -> String {
    let mut table = super::table(&["项 field", "内容 value"]);
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    row("声明 statement", format!("{} {}", entry.kind, entry.id));
    row("签发城市 issuer", format!("{} {}", entry.city, entry.city_name));
    row("签发时间 issued at", entry.issued_at_text.clone());
    row("摘要值 digest", entry.digest.to_string());
    if let Some(about) = entry.about {
        row("针对 about", about.to_string());
    }
    match &entry.matter {
        Some(MatterView::Standing { suspended_by: Some(by), .. }) => {
            row("现状 matter", format!("暂停执行 rests by order, {by}"));
        }
        Some(MatterView::Standing { current, .. }) if *current == entry.id => {
            row("现状 matter", "有效 stands".to_owned())
        }
        Some(MatterView::Standing { current, .. }) => {
            row("现状 matter", format!("已由 {current} 更正，以其为准 corrected: {current} speaks now"));
        }
        Some(MatterView::Ended { by }) => row("现状 matter", format!("已由 {by} 终止 ended by {by}")),
        Some(MatterView::Void) => row("现状 matter", "不发生效力 without effect".to_owned()),
        None => {}
    }
    match &entry.body {
        BodyView::Listing { listing } => {
            row("主体 subject", format!("{} {}", listing.subject.id, listing.subject.name));
            row("名单 list", {
                let name = shown_name(&listing.list_name, editions.get(&listing.edition));
                format!("{} {name}", super::list_name(listing.list))
            });
            row("事由 ground", listing.ground_text.clone());
            row("认定机关 authority", listing.basis.authority.clone());
            row("依据 law", listing.basis.law.clone().unwrap_or_default());
            row("措施 measures", listing.measures.join(", "));
            row("止日 until", listing.until.map(|until| until.to_string()).unwrap_or_default());
            row("摘要 summary", listing.summary.clone());
        }
        BodyView::Act { act } => row("理由 reason", act.reason.clone()),
        BodyView::Decline { decline } => row("理由 reason", decline.reason.clone()),
        BodyView::Lacking => row("正文 text", "尚未到达 has not come yet".to_owned()),
        BodyView::NotReader => row("正文 text", "本市不是读者 this city is not among its readers".to_owned()),
        BodyView::Erased => row("正文 text", "已删除 erased".to_owned()),
        other => match other.in_short() {
            Some((en, zh)) => row("内容 says", format!("{zh}\n{en}")),
            None => row("正文 text", serde_json::to_string(other).unwrap_or_default()),
        },
    }
    let mut lines = vec![table.to_string()];
    lines.extend(entry.acts.iter().flat_map(act_lines));
    lines.extend(entry.acts_left_out.iter().map(|left| {
        let LeftOut { city, kind, count } = left;
        format!("{city}  另有 {count} 条 {kind}  and {count} more of this kind")
    }));
    lines.join("\n")
}

/// Who said what about the statement, and when; under it what it says.
fn act_lines(act: &ActItem) -> Vec<String> {
    let ActItem { id, city_name, kind, kind_zh, issued_at_text, .. } = act;
    let head = format!("{issued_at_text}  {kind_zh} {kind}  {id}  {}", harmless(city_name));
    let says = [&act.says_zh, &act.says_en];
    let says = if says[0] == says[1] { &says[..1] } else { &says[..] };
    let below = says.iter().flat_map(|says| says.as_deref()).map(|says| format!("    {}", harmless(says)));
    let lines = std::iter::once(head).chain(below);
    lines.flat_map(|line| wrapped(&line, 80).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The list bears its own name, with a word where that is not its to bear; and no line is wider than the screen.
    #[test]
    fn an_entry_shows_its_list_by_its_own_name_within_the_screen() {
        let editions = huxin_protocol::edition::builtin();
        let demo = Edition::named("demo").unwrap().digest();
        let long = "示例某某市某某区建设工程与市政设施维护管理有限责任公司（合成）".repeat(4);
        for (name, due) in [
            ("安全生产严重失信主体名单", None),
            ("失信被执行人名单", None),
            ("严重失信主体名单", Some("未登记为此类名单")),
        ] {
            let reply: EntryReply = serde_json::from_value(serde_json::json!({
                "id": "330900-17", "kind": "Entry", "city": "330900", "city_name": "舟山市", "digest": "a".repeat(64),
                "commitment": "b".repeat(64), "disclosure": "public", "ground": "c".repeat(64), "issued_at": 0,
                "issued_at_text": "2026-11-27 22:00:00.000", "voided": false,
                "acts": [{
                    "id": "330900-18", "kind": "Removal", "kind_zh": "移出", "city": "330900", "city_name": "舟山市", "issued_at": 0,
                    "issued_at_text": "2026-11-27 22:00:00.000", "says_zh": long, "says_en": "a word and another ".repeat(9),
                }],
                "acts_left_out": [{ "city": "451100", "kind": "Feedback", "count": 7 }],
                "matter": { "state": "standing", "current": "330900-17" },
                "body": { "state": "listing", "listing": {
                    "subject": { "id": "uscc:91990099MA00000156", "class": "enterprise", "name": long },
                    "list": "black", "list_name": name, "field": "样例", "ground_text": long, "basis": { "authority": long, "law": long },
                    "measures": ["D-B-01"], "edition": demo, "summary": long,
                } },
            }))
            .unwrap();
            let text = screen(&reply, &editions);
            // The table breaks lines; what is Chinese is read across them.
            let chinese: String = text.chars().filter(|c| ('\u{2e80}'..='\u{ffef}').contains(c)).collect();
            assert!(chinese.contains(name) && due.is_none_or(|due| chinese.contains(due)), "{text}");
            assert!(due.is_some() || !chinese.contains("未登记"), "{text}");
            assert!(text.lines().all(|line| crate::chinese::columns(line) <= 80), "{text}");
        }
    }
}
