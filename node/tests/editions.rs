//! `huxin edition` and `huxin catalogue` as an operator runs them: a layer is read on its base, what widens is refused by name, and
//! accepting changes one line of the settings, or nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_protocol::edition::Edition;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit code and what was printed.
fn run(config: &Path, args: &[&str]) -> (Option<i32>, Value) {
    let done = Command::new(env!("CARGO_BIN_EXE_huxin")).arg("--json").arg("--config").arg(config).args(args).output();
    let done = done.unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    (done.status.code(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("{args:?}: {text}")))
}

fn layer(base: &Edition, days: u16) -> Value {
    json!({ "format": "huxin-edition/2", "name": "layer", "title": { "zh": "样例", "en": "sample" },
        "notice": { "zh": "合成", "en": "synthetic" }, "binds_from": "2026-01-01", "base": base.digest(), "cities": ["330900"],
        "clocks": { "answer": { "days": days, "source": "合成", "sure": "chosen" } } })
}

#[test]
fn an_edition_is_checked_compared_and_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let config = at("city").join("huxin.toml");
    let city = text(&at("city"));
    let init = ["init", "--city", "330900", "--name", "样例市", "--announce", "none", "--passphrase", "none", &city];
    assert_eq!(run(&config, &init).0, Some(0));
    let demo = Edition::named("demo").unwrap();
    let (good, wide, other) = (text(&at("layer.json")), text(&at("wide.json")), text(&at("other.json")));
    fs::write(&good, layer(&demo, 5).to_string()).unwrap();
    fs::write(&wide, layer(&demo, 11).to_string()).unwrap();
    let mut rival: Value = serde_json::from_slice(demo.canonical()).unwrap();
    rival["name"] = "rival".into();
    fs::write(&other, rival.to_string()).unwrap();

    let (code, checked) = run(&config, &["edition", "check", &good]);
    assert_eq!((code, &checked["base"], &checked["line"]), (Some(0), &json!(demo.digest()), &json!("demo")));
    let (code, refused) = run(&config, &["edition", "check", &wide]);
    assert_eq!((code, &refused["error"]), (Some(2), &json!("edition_layer_widens")));
    assert!(refused["detail"].as_str().unwrap().contains("clocks.answer"), "{refused}");
    let (_, differences) = run(&config, &["edition", "diff", "demo", &good]);
    let changed: Vec<&str> =
        differences["changed"].as_array().unwrap().iter().filter_map(|row| row["path"].as_str()).collect();
    assert!(changed.contains(&"clocks.answer.days"), "{differences}");
    assert!(!changed.iter().any(|path| path.starts_with("measures")), "{differences}");

    // Accepting changes one line, or nothing.
    let before = fs::read_to_string(&config).unwrap();
    let (code, refused) = run(&config, &["edition", "accept", "demo"]);
    assert_eq!((code, &refused["error"]), (Some(2), &json!("confirmation_needed")));
    assert_eq!(fs::read_to_string(&config).unwrap(), before);
    let (code, accepted) = run(&config, &["edition", "accept", "demo", "--yes"]);
    assert_eq!((code, &accepted["already"]), (Some(0), &json!(false)));
    let after = fs::read_to_string(&config).unwrap();
    let differing: Vec<(&str, &str)> = before.lines().zip(after.lines()).filter(|(one, other)| one != other).collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(differing.len(), 1, "{differing:?}");
    assert!(differing[0].1.contains(&format!("demo#{}", demo.digest())), "{differing:?}");
    assert_eq!(run(&config, &["edition", "accept", "demo", "--yes"]).1["already"], true);
    // One that contradicts another, or has no base, would keep the node from starting.
    let (code, refused) = run(&config, &["edition", "accept", &other, "--yes"]);
    assert_eq!((code, &refused["error"]), (Some(2), &json!("edition_contradiction")));
    assert_eq!(fs::read_to_string(&config).unwrap(), after);
    let (code, _) = run(&config, &["edition", "accept", &good, "--yes"]);
    assert_eq!(code, Some(0));

    let (code, found) = run(&config, &["catalogue", "search", "安全生产", "--edition", "demo"]);
    assert_eq!(code, Some(0));
    assert!(found.as_array().unwrap().iter().any(|hit| hit["code"] == "work-safety"), "{found}");
    let (code, none) = run(&config, &["catalogue", "search", "没有这样的词"]);
    assert_eq!((code, &none["error"]), (Some(3), &json!("nothing_found")));
}
