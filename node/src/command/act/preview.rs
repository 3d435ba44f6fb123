//! What an act would do, to whom, and on which words of the entry: shown before it is signed.

use crate::chinese::{columns, wrapped};
use crate::command::publish::warning_lines;
use crate::command::{Context, list_name};
use huxin_api::model::{ActVerb, BodyView, CarriedOutBy, EntryReply, JointRequest, Warning};
use huxin_protocol::text::harmless;
use serde_json::Value;
use std::collections::BTreeMap;

/// Columns of the screen.
const COLUMNS: usize = 80;

/// What is to be signed.
pub enum Act {
    Of {
        verb: ActVerb,
        reason: String,
    },
    Decline {
        reason: String,
    },
    /// The entry as it would read afterwards, where that can be said.
    Amendment(Option<Box<EntryReply>>),
    Joint(Box<JointRequest>),
}

impl Act {
    /// What it does, in Chinese and in English. `names_act` says that it is about an act and not about an entry.
    const fn words(&self, names_act: bool) -> (&'static str, &'static str) {
        match self {
            Self::Amendment(_) => ("更正（以更正后的内容为准）", "amend: what is said now takes its place"),
            Self::Decline { .. } => {
                ("不予适用（该条目在本市不作数）", "decline: the entry does not count in this city")
            }
            Self::Joint(request) => joint(request),
            Self::Of { verb: ActVerb::Annulment, .. } => ("撤销（自始无效）", "annul: void from the start"),
            Self::Of { verb: ActVerb::Removal, .. } => ("移出名单", "remove: taken off the list from now on"),
            Self::Of { verb: ActVerb::Repair, .. } => ("信用修复", "repair: publication, sharing and measures end"),
            Self::Of { verb: ActVerb::Erasure, .. } if names_act => {
                ("删除该声明的正文，其效力不变", "erase: the text of this act is gone everywhere, and its effect stays")
            }
            Self::Of { verb: ActVerb::Erasure, .. } => (
                "删除正文及本市就此条目所作各项处理的正文，任何地方都不再可读",
                "erase: its text, and those of this city's acts on it, are gone everywhere, for good",
            ),
            Self::Of { verb: ActVerb::Reinstatement, .. } => (
                "恢复（收回这一次终止；没有其他终止时，条目重新作数）",
                "reinstate: this ending is taken back; where there is no other, the entry counts again",
            ),
            Self::Of { verb: ActVerb::Suspension, .. } => {
                ("暂停执行（恢复之前，各项措施均不适用）", "suspend: its measures rest until they are resumed")
            }
            Self::Of { verb: ActVerb::Resumption, .. } => (
                "恢复执行（收回这一次暂停；没有其他暂停时，措施重新适用）",
                "resume: this suspension is taken back; where there is no other, the measures hold again",
            ),
            Self::Of { verb: ActVerb::Withdrawal, .. } => {
                ("撤回本市此前的声明", "withdraw: what this city said is taken back")
            }
        }
    }
}

/// What joint action does, in Chinese and in English.
const fn joint(request: &JointRequest) -> (&'static str, &'static str) {
    match request {
        JointRequest::Response(_) => {
            ("响应（逐项答复其措施在本市是否实施）", "respond: which of its measures are applied in this city")
        }
        JointRequest::Feedback(_) => ("执行反馈（一项措施的办理情况）", "feedback: what was done with one measure"),
        JointRequest::Application(_) => {
            ("转交修复申请，由列入城市办理", "apply for repair: the city that listed is to answer")
        }
        JointRequest::Objection(_) => (
            "转交异议，由列入城市办理；答复前条目标为有异议",
            "object: the city that listed is to answer, and the entry shows as disputed until then",
        ),
        JointRequest::Step(_) => ("告知办理进度，不作结论", "step: how far it is; it settles nothing"),
        JointRequest::Ruling(ruling) => match &ruling.carried_out_by {
            None => ("作出处理结果，终局", "rule: the answer, which is final"),
            Some(CarriedOutBy::Repair(_)) => {
                ("信用修复并作出处理结果，终局", "repair the entry and rule: the answer, which is final")
            }
            Some(CarriedOutBy::Annulment) => {
                ("撤销条目并作出处理结果，终局", "annul the entry and rule: the answer, which is final")
            }
            Some(CarriedOutBy::Removal) => {
                ("移出条目并作出处理结果，终局", "remove the entry and rule: the answer, which is final")
            }
            Some(CarriedOutBy::Amendment(_)) => {
                ("更正条目并作出处理结果，终局", "correct the entry and rule: the answer, which is final")
            }
        },
    }
}

/// `named` is the statement that the command names, `listing` the link in force of the chain that it is about.
pub fn lines(
    act: &Act,
    named: &EntryReply,
    listing: Option<&EntryReply>,
    warnings: &[Warning],
    context: &Context,
) -> Vec<String> {
    let (zh, en) = act.words(named.matter.is_none());
    let mut out = Vec::new();
    put(&mut out, "", &format!("将对 {} 执行：{zh}", named.id));
    put(&mut out, "", &format!("would act on {}: {en}", named.id));
    if listing.is_none_or(|listing| listing.id != named.id) {
        put(&mut out, "所指声明 names     ", &format!("{} {}", named.kind, named.id));
    }
    match listing {
        Some(entry) => whom(entry, &mut out),
        None => {
            put(&mut out, "主体 subject       ", "所针对的条目不在此处  the entry that it is about is not held here")
        }
    }
    let acts: Vec<String> = named.acts.iter().map(|act| format!("{} {}", act.kind, act.id)).collect();
    let state = if acts.is_empty() { "无  none".to_owned() } else { acts.join(", ") };
    put(&mut out, "此前的处理 so far  ", &state);
    match act {
        Act::Of { reason, .. } | Act::Decline { reason } => put(&mut out, "理由 reason        ", &harmless(reason)),
        Act::Joint(request) => {
            let said = BodyView::from((**request).clone().into_body().0).in_short();
            if let Some((en, zh)) = said {
                put(&mut out, "内容 says          ", &harmless(&zh));
                if en != zh {
                    put(&mut out, "                   ", &harmless(&en));
                }
            }
        }
        Act::Amendment(after) => {
            if let (Some(before), Some(after)) = (listing, after) {
                changes(before, after, &mut out);
            }
        }
    }
    out.extend(warning_lines(warnings, context.language));
    out
}

/// A line with what it is in front; what goes on in further lines stands under it.
fn put(out: &mut Vec<String>, head: &str, text: &str) {
    if head.is_empty() {
        out.extend(wrapped(text, COLUMNS).lines().map(str::to_owned));
        return;
    }
    let indent = columns(head) + 2;
    let lines = wrapped(text, COLUMNS - indent);
    // A digest has no place at which it could be broken.
    let lines = lines.lines().flat_map(|line| cut(line, COLUMNS - indent));
    for (number, line) in lines.enumerate() {
        let head = if number == 0 { format!("  {head}") } else { " ".repeat(indent) };
        out.push(format!("{head}{line}"));
    }
}

/// A line in pieces of at most so many columns.
fn cut(line: &str, most: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    for character in line.chars() {
        let piece = out.last().map_or(0, |piece| columns(piece)) + columns(character.encode_utf8(&mut [0; 4]));
        if piece > most {
            out.push(String::new());
        }
        if let Some(last) = out.last_mut() {
            last.push(character);
        }
    }
    out
}

fn whom(entry: &EntryReply, out: &mut Vec<String>) {
    put(out, "签发城市 issuer    ", &format!("{} {}", entry.city, harmless(&entry.city_name)));
    match &entry.body {
        BodyView::Listing { listing } => {
            put(out, "主体 subject       ", &format!("{} {}", listing.subject.id, harmless(&listing.subject.name)));
            put(out, "名单 list          ", &format!("{} {}", list_name(listing.list), harmless(&listing.list_name)));
            put(out, "认定机关 authority ", &harmless(&listing.basis.authority));
        }
        BodyView::Erased => {
            put(out, "主体 subject       ", "正文已删除，不知道是谁  its text was erased: nobody can say who")
        }
        _ => put(out, "主体 subject       ", "正文在此不可读  its text cannot be read here"),
    }
}

/// Each member that a correction changes, as it is and as it would be.
fn changes(before: &EntryReply, after: &EntryReply, out: &mut Vec<String>) {
    let members = |entry: &EntryReply| -> BTreeMap<String, String> {
        let BodyView::Listing { listing } = &entry.body else { return BTreeMap::new() };
        let mut members = BTreeMap::new();
        let of_header = serde_json::json!({ "agency": entry.agency, "disclosure": entry.disclosure });
        for value in [serde_json::to_value(listing).unwrap_or_default(), of_header] {
            spread(&value, "", &mut members);
        }
        members
    };
    let (before, after) = (members(before), members(after));
    let none = "（无）none";
    for name in before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (old, new) = (before.get(name), after.get(name));
        if old != new {
            let (old, new) = (old.map_or(none, String::as_str), new.map_or(none, String::as_str));
            put(out, "改动 change        ", &format!("{name}: {} → {}", harmless(old), harmless(new)));
        }
    }
}

/// The members of a JSON value by their paths; a list is one member.
fn spread(value: &Value, path: &str, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                spread(member, &below, out);
            }
        }
        Value::String(text) => {
            out.insert(path.to_owned(), text.clone());
        }
        other => {
            out.insert(path.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_config::Language;
    use huxin_protocol::edition::Edition;

    fn entry(kind: &str, id: &str, body: Value) -> EntryReply {
        let long = "示例某某市某某区建设工程与市政设施维护管理有限责任公司（合成）".repeat(4);
        let mut reply = serde_json::json!({
            "id": id, "kind": kind, "city": "330900", "city_name": long, "digest": "a".repeat(64),
            "commitment": "b".repeat(64), "disclosure": "public", "issued_at": 0, "issued_at_text": "2026-11-27 22:00:00.000",
            "voided": false, "body": body,
            "acts": (0..9).map(|number| serde_json::json!({
                "id": format!("330900-{number}"), "kind": "Reinstatement", "kind_zh": "恢复", "city": "330900", "city_name": "舟山市",
                "issued_at": 0, "issued_at_text": "",
            })).collect::<Vec<_>>(),
        });
        if kind == "Entry" {
            reply["matter"] = serde_json::json!({ "state": "standing", "current": id });
        }
        serde_json::from_value(reply).unwrap()
    }

    fn listing(summary: &str) -> EntryReply {
        let long = "示例某某市某某区建设工程与市政设施维护管理有限责任公司（合成）".repeat(4);
        let edition = Edition::named("demo").unwrap().digest();
        entry(
            "Entry",
            "330900-1234567",
            serde_json::json!({ "state": "listing", "listing": {
                "subject": { "id": "uscc:91990099MA00000156", "class": "enterprise", "name": long },
                "list": "black", "list_name": long, "field": "样例", "ground_text": "x".repeat(200),
                "basis": { "authority": long }, "measures": [], "edition": edition, "summary": summary,
            } }),
        )
    }

    /// Every act in each of its cases: whom it is about and why, and no line is wider than the screen.
    #[test]
    fn each_preview_says_whom_it_is_about_within_eighty_columns() {
        let (standing, changed) = (listing("before"), listing(&"after 之后".repeat(40)));
        let erased = entry("Entry", "330900-5", serde_json::json!({ "state": "erased" }));
        let ending =
            entry("Removal", "330900-1234568", serde_json::json!({ "state": "act", "act": { "reason": "x" } }));
        let reason = || "因主体已经履行完毕全部义务并公开作出信用承诺".repeat(5);
        let of = |verb| Act::Of { verb, reason: reason() };
        let warning = Warning {
            index: 0,
            code: "text_gone".to_owned(),
            sentence: "its text stays gone ".repeat(9).trim().to_owned(),
        };
        let others = [Act::Decline { reason: reason() }, Act::Amendment(Some(Box::new(changed))), Act::Amendment(None)];
        let all: Vec<Act> = ActVerb::ALL.map(of).into_iter().chain(others).collect();
        for language in [Language::Chinese, Language::English] {
            let context = Context { config: "huxin.toml".into(), json: false, language };
            for act in &all {
                for (named, of, due) in [
                    (&standing, Some(&standing), "91990099MA00000156"),
                    (&ending, Some(&standing), "91990099MA00000156"),
                    (&erased, Some(&erased), "正文已删除"),
                    (&ending, None, "不在此处"),
                ] {
                    let lines = lines(act, named, of, std::slice::from_ref(&warning), &context);
                    let text = lines.join("\n");
                    assert!(text.contains(due), "{due}: {text}");
                    let why = matches!(act, Act::Amendment(_)) || text.contains("履行完毕");
                    assert!(why && text.contains("text_gone"), "{text}");
                    let wide: Vec<&String> = lines.iter().filter(|line| columns(line) > COLUMNS).collect();
                    assert!(wide.is_empty(), "{wide:#?}");
                }
            }
        }
    }

    /// What a correction changes is shown, and nothing else.
    #[test]
    fn a_correction_shows_what_it_changes() {
        let mut after = listing("after");
        after.agency = Some("样例局".to_owned());
        let mut lines = Vec::new();
        changes(&listing("before"), &after, &mut lines);
        assert_eq!(
            lines,
            ["  改动 change        agency: （无）none → 样例局", "  改动 change        summary: before → after"]
        );
    }
}
