//! What cities said beside their lists, as far as it bears on an entry: what rests and by which order, what this city answered or
//! declined, and what waits for an answer and until when.

use super::{items, text};
use crate::client::Client;
use huxin_protocol::text::harmless;
use serde_json::Value;
use std::collections::BTreeMap;

/// What statements say in short, in English and Chinese, by their ids.
pub type Said = BTreeMap<String, (String, String)>;

/// Statements that are looked up beside a status: nobody reads more of them on a screen.
const LOOKED_UP: usize = 32;
const BY: [(&str, &str, &str); 3] = [
    ("/suspended_by", "依决定暂停执行", "rests by order"),
    ("/answered_by", "本市已逐项答复", "answered here measure by measure"),
    ("/declined_by", "本市不予适用", "declined here"),
];

/// Looks up what the statements say that a status names. What cannot be read is left out.
pub fn said(client: &Client, status: &Value) -> Said {
    let entries = items(status, "entries").iter();
    let ids = entries.flat_map(|entry| {
        let by = BY.iter().map(|(path, ..)| text(entry, path));
        by.chain(items(entry, "filings").iter().map(|filing| text(filing, "/id"))).collect::<Vec<_>>()
    });
    let ids = ids.filter(|id| !id.is_empty()).take(LOOKED_UP);
    let say = |id: &str| {
        let statement = client.entry(id.parse().ok()?).ok()?;
        Some((id.to_owned(), statement.body.in_short()?))
    };
    ids.filter_map(say).collect()
}

/// The lines about one entry, each in Chinese and English.
pub fn lines(entry: &Value, said: &Said) -> Vec<String> {
    let mut out = Vec::new();
    let entry_id = text(entry, "/id");
    let mut say = |id: &str, zh: String, en: String| {
        out.push(format!("{entry_id}  {zh}  {en}"));
        let Some((en, zh)) = said.get(id) else { return };
        out.push(format!("    {}", harmless(zh)));
        if en != zh {
            out.push(format!("    {}", harmless(en)));
        }
    };
    for (path, zh, en) in BY {
        let by = text(entry, path);
        if !by.is_empty() {
            say(by, format!("{zh}，{by}"), format!("{en}, {by}"));
        }
    }
    for filing in items(entry, "filings") {
        let (zh, en) = match text(filing, "/kind") {
            "objection" => ("异议", "objection"),
            _ => ("修复申请", "repair application"),
        };
        let (due_zh, due_en) = match (text(filing, "/until"), filing.get("overdue") == Some(&Value::Bool(true))) {
            ("", _) => ("待答复".to_owned(), "waits for its answer".to_owned()),
            (until, true) => (format!("应于 {until} 前答复，已逾期"), format!("was due by {until}, overdue")),
            (until, false) => (format!("应于 {until} 前答复"), format!("the answer is due by {until}")),
        };
        let id = text(filing, "/id");
        say(id, format!("{zh} {id}：{due_zh}"), format!("{en}: {due_en}"));
    }
    out
}
