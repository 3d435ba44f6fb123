//! One Chinese word for each thing, in every text of the repository: code, screens, documents, SPEC.md, alerts and dashboard.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// A word that is not written any more, and the one that is. 目录 alone is a folder or the data catalogue, so only what means an
/// edition is forbidden.
const OLD: [(&str, &str); 12] = [
    ("不予认可", "不予适用: a partner's entry that was declined"),
    ("拒绝认可", "不予适用: a partner's entry that was declined"),
    ("裁定", "判定 for the node's ruling, 处理结果 for kind 26"),
    ("裁决", "判定 for the node's ruling, 处理结果 for kind 26"),
    ("措施目录", "措施清单版本: an edition"),
    ("目录版本", "措施清单版本: an edition"),
    ("目录规则", "措施清单版本: an edition"),
    ("demo 目录", "措施清单版本: an edition"),
    ("的清单版本", "措施清单版本: an edition"),
    ("本城市", "本市"),
    ("擦除", "删除: erasure"),
    ("抹除", "删除: erasure"),
];
const PLACES: [&str; 9] =
    ["protocol", "keys", "config", "node", "deploy", "docs", "tests", "scripts", "README.zh-CN.md"];
const ENDINGS: [&str; 10] = ["rs", "md", "json", "toml", "yml", "cddl", "py", "service", "sh", "txt"];

fn files(at: &Path, out: &mut Vec<PathBuf>) {
    let name = at.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if at.is_file() {
        let ending = at.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if ENDINGS.contains(&ending) && name != "one_word.rs" {
            out.push(at.to_owned());
        }
        return;
    }
    if matches!(name, "target" | "corpus") {
        return;
    }
    let Ok(items) = std::fs::read_dir(at) else { return };
    items.for_each(|item| files(&item.unwrap().path(), out));
}

#[test]
fn nobody_writes_an_old_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = Vec::new();
    PLACES.iter().for_each(|place| files(&root.join(place), &mut all));
    assert!(all.len() > 300, "only {} files were found", all.len());
    let mut found = Vec::new();
    for path in all {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            for (old, new) in OLD.iter().filter(|(old, _)| line.contains(old)) {
                found.push(format!("{}:{}: {old}; write {new}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The words that are due do stand where they are due.
#[test]
fn the_words_that_are_due_are_written() {
    use huxin_protocol::ruling::ReasonCode;
    let spec = include_str!("../SPEC.md");
    for due in ["不予适用", "判定", "处理结果", "删除", "互认", "严重失信主体"] {
        assert!(spec.contains(due), "SPEC.md lacks {due}");
    }
    assert!(ReasonCode::Declined.text_zh().contains("不予适用"));
    for code in [ReasonCode::EditionUnknown, ReasonCode::EditionNotBinding, ReasonCode::EditionNotRecognised] {
        assert!(code.text_zh().contains("措施清单版本"), "{}", code.code());
    }
}
