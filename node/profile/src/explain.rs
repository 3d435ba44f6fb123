//! A profile read out: every key in effect with its value and what it means, in Chinese and in English.

use crate::form::{Holds, Key};
use crate::profile::{Over, Profile};
use crate::profile_keys::PROFILE;
use crate::written::{Shape, Written};
use serde::Serialize;

/// One key of a profile, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// For instance `fields.until.column`.
    pub key: String,
    pub value: String,
    /// Whether the profile says it; else it is what holds when nobody says anything.
    pub stated: bool,
    pub zh: String,
    pub en: String,
}

/// Every key in effect, in the order of the form. `written` is the text that `profile` was read from.
#[must_use]
pub fn explain(profile: &Profile, written: &Written) -> Vec<Explained> {
    let mut out = Vec::new();
    group(PROFILE, written, "", &mut out);
    let mut say = |key: &str, value: &str, zh: &str, en: &str| {
        if !out.iter().any(|item: &Explained| item.key == key || item.key.starts_with(&format!("{key}."))) {
            let (zh, en) = (zh.to_owned(), en.to_owned());
            out.push(Explained { key: key.to_owned(), value: value.to_owned(), stated: false, zh, en });
        }
    };
    say(
        "source",
        "—",
        "没有写来源：这是本市自己的名单",
        "no source: this is a list of the city's own, under the strict rules",
    );
    match profile.over() {
        Over::Report => {
            say("over", "report", "已期满的行只提示，不签发", "rows whose time is over are told and not signed");
        }
        Over::List => say("over", "list", "已期满的行照样签发", "rows whose time is over are signed all the same"),
    }
    if profile.operation.is_none() {
        let (zh, en) = if profile.complete {
            ("文件是整份名单", "the file is the whole list")
        } else {
            (
                "文件不一定是整份名单：不在其中的记录不作处理",
                "the file may be a part: records that are not in it are left alone",
            )
        };
        say("complete", if profile.complete { "true" } else { "false" }, zh, en);
    }
    say("file.encoding", "utf-8", "文字编码为 UTF-8", "the text is UTF-8");
    if profile.key.columns.is_empty() {
        say(
            "key.columns",
            "—",
            "没有键列：凭文号和认定日期认出个案，缺其一的行不予通过，且无法跟踪变化",
            "no key columns: document number and day of decision name the case, a row without one of them is rejected, and \
             changes cannot be followed",
        );
    }
    out
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn group(keys: &'static [Key], written: &Written, path: &str, out: &mut Vec<Explained>) {
    for key in keys {
        let Some(value) = written.get(key.name) else { continue };
        let full = join(path, key.name);
        match (key.holds, &value.shape) {
            (Holds::Group(inner), _) => {
                // Under a field the meaning of the field itself comes first.
                let before = out.len();
                group(inner, value, &full, out);
                if path == "fields"
                    && let Some(first) = out.get_mut(before)
                {
                    first.zh = format!("{}：{}", key.zh, first.zh);
                    first.en = format!("{}: {}", key.en, first.en);
                }
            }
            (Holds::Groups(inner), Shape::List(items)) => {
                for (number, item) in (1..).zip(items) {
                    group(inner, item, &format!("{full}[{number}]"), out);
                }
            }
            _ => out.push(Explained {
                key: full,
                value: shown(value),
                stated: true,
                zh: key.zh.to_owned(),
                en: key.en.to_owned(),
            }),
        }
    }
}

fn shown(value: &Written) -> String {
    match &value.shape {
        Shape::Text(text) => text.clone(),
        Shape::Number(text) | Shape::Day(text) => text.clone(),
        Shape::Bool(value) => value.to_string(),
        Shape::Null => "—".to_owned(),
        Shape::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Shape::Table(entries) => {
            entries.iter().map(|(name, value)| format!("{name} → {}", shown(value))).collect::<Vec<_>>().join("; ")
        }
    }
}
