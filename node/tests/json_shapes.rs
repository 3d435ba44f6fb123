//! What commands print with `--json` is a contract: docs/json.md says every member with its type, and this test holds it against
//! what they print. `HUXIN_WRITE_JSON_SHAPES=1` writes the shapes anew; the words around them are a person's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lone;

use huxin::runtime::failpoint::VARIABLE;
use huxin_api::model::EntryRequest;
use huxin_protocol::body::{Decision, List, Severity, Source};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Path of a member to the types that were seen there.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn describe(value: &Value, path: &str, out: &mut Shape) {
    let mut say = |kind| {
        out.entry(if path.is_empty() { ".".to_owned() } else { path.to_owned() }).or_default().insert(kind);
    };
    match value {
        Value::Null => say("null"),
        Value::Bool(_) => say("true or false"),
        Value::Number(_) => say("number"),
        Value::String(_) => say("text"),
        Value::Array(items) => {
            say("list");
            items.iter().for_each(|item| describe(item, &format!("{path}[]"), out));
        }
        Value::Object(members) => {
            for (name, member) in members {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                describe(member, &below, out);
            }
        }
    }
}

fn written(shape: &Shape) -> String {
    let line = |(path, kinds): (&String, &BTreeSet<&str>)| {
        format!("{path}: {}\n", kinds.iter().copied().collect::<Vec<_>>().join(" or "))
    };
    shape.iter().map(line).collect()
}

struct Seen {
    config: PathBuf,
    api: Option<String>,
    shapes: BTreeMap<String, Shape>,
}

impl Seen {
    /// Runs a command and keeps the shape of what it prints under `name`.
    fn run(&mut self, name: &str, args: &[&str]) -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        command.arg("--json").arg("--config").arg(&self.config).args(args);
        command.env("HUXIN_PASSPHRASE", "none of these is encrypted");
        if let Some(api) = &self.api {
            command.env("HUXIN_LISTEN_API", api);
        }
        let done = command.stdin(Stdio::null()).output().unwrap();
        // A node that runs prints several documents, a line each.
        let values: Vec<Value> = serde_json::Deserializer::from_slice(&done.stdout)
            .into_iter()
            .map(|value| {
                value.unwrap_or_else(|fault| panic!("{args:?}: {fault}\n{}", String::from_utf8_lossy(&done.stderr)))
            })
            .collect();
        for value in &values {
            // What a node that starts still lacks is a matter of milliseconds.
            let mut value = value.clone();
            if let Some(missing) = value.get_mut("missing").filter(|_| name == "huxin run") {
                *missing = serde_json::json!(["not_signing"]);
            }
            let value = &value;
            assert!(
                name == "a fault" || value.get("error").is_none() || value.get("rows").is_some(),
                "{args:?}: {value}"
            );
            describe(value, "", self.shapes.entry(name.to_owned()).or_default());
        }
        values.into_iter().next().unwrap_or_else(|| panic!("{args:?}: {}", String::from_utf8_lossy(&done.stderr)))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An entry with everything that an entry may have.
fn full() -> EntryRequest {
    let mut entry = lone::entry(2).entries.remove(0);
    entry.subject.aliases = vec!["示例（合成）".to_owned()];
    (entry.list, entry.severity) = (List::Black, Some(Severity::General));
    entry.basis.law = Some("测试法（合成）".to_owned());
    entry.basis.effective_on = Some("2026-01-06".parse().unwrap());
    entry.measures = vec!["D-B-01".to_owned()];
    entry.from = Some("2026-01-06".parse().unwrap());
    entry.until = Some("2026-12-01".parse().unwrap());
    entry.source = Some(Source {
        publisher: "测试发布者（合成）".to_owned(),
        retrieved_on: Some("2026-01-07".parse().unwrap()),
        row: Some(1),
    });
    entry.observed_on = Some("2026-01-07".parse().unwrap());
    entry.evidence = vec![Digest([7; 32])];
    entry.list_name = "失信被执行人名单".to_owned();
    entry.decision = Decision {
        authority_uscc: Some("91990099MA00000156".to_owned()),
        data_source_uscc: Some("91990099MA00000156".to_owned()),
        penalty_type: Some("罚款".to_owned()),
        amount_fen: Some(100),
        published_until: Some("2026-12-01".parse().unwrap()),
        notice_on: Some("2026-01-04".parse().unwrap()),
        remedy: Some("六十日内申请行政复议".to_owned()),
        repair_notice_served_on: Some("2026-01-06".parse().unwrap()),
    };
    entry.disclosure_reason = Some("测试".to_owned());
    entry.agency = Some("测试科".to_owned());
    entry.summary = "测试".to_owned();
    entry
}

/// A layer that confirms nothing and shortens one clock.
const LAYER: &str = r#"{"format": "huxin-edition/2", "name": "layer", "title": {"zh": "样例", "en": "sample"},
"notice": {"zh": "合成", "en": "synthetic"}, "binds_from": "2026-01-01", "base": "BASE", "cities": ["330900"],
"clocks": {"answer": {"days": 5, "source": "合成", "sure": "chosen"}}}"#;

/// A list of which one row has no code.
const LIST: &str =
    "no,uscc,name\n1,91990099MA00000156,示例甲（合成）\n2,91990099MA00000156,示例甲（合成）\n3,#N/A,示例乙（合成）\n";
const PROFILE: &str = r#"
name = "t"
title = "测试名单（合成）"
edition = "demo"
complete = true
file = { format = "csv" }
source = { publisher = "测试发布者（合成）", because = "made up" }
key = { prefix = "t", columns = ["no"] }
subject = { scheme = "uscc", column = "uscc" }
[fields]
name = { column = "name" }
ground_text = { constant = "测试", because = "made up" }
list = { constant = "red", because = "made up" }
list_name = { constant = "测试名单（合成）", because = "made up" }
field = { constant = "test", because = "made up" }
authority = { constant = "测试机关（合成）", because = "made up" }
document_number = { column = "no" }
"#;

#[test]
fn what_commands_print_is_what_the_document_says() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let config = lone::alone(&at("city"));
    let mut seen = Seen { config: config.clone(), api: None, shapes: BTreeMap::new() };
    let (other, keys) = (at("other"), at("keys"));
    let init = ["init", "--city", "451100", "--name", "贺州市", "--announce", "none", "--passphrase", "none"];
    seen.run("huxin init", &[&init[..], &[text(&other)]].concat());
    seen.run("huxin keys new", &["keys", "new", "--city", "330900", "--passphrase", "none", text(&keys)]);
    seen.run("huxin keys show", &["keys", "show"]);
    seen.run("huxin federation show", &["federation", "show"]);
    let joins = [text(&at("city")).to_owned() + "/join-330900.json", text(&other).to_owned() + "/join-451100.json"];
    let (made, keys) = (at("found.cbor"), [text(&at("city")).to_owned() + "/keys", text(&other).to_owned() + "/keys"]);
    let found =
        ["federation", "found", "--name", "测试联盟", "--passphrase", "none", "--sign", &keys[0], "--out", text(&made)];
    seen.run("huxin federation found", &[&found[..], &[&joins[0], &joins[1]]].concat());
    let (manifest, signature) = (format!("{}.manifest", text(&made)), at("founding-451100.json"));
    let sign = ["federation", "sign", &manifest, "--keys", &keys[1], "--passphrase", "none", "--out", text(&signature)];
    seen.run("huxin federation sign", &sign);
    let (collected, own) = (at("collected.cbor"), at("founding-330900.json"));
    let collect = ["federation", "collect", &manifest, text(&own), text(&signature), "--out", text(&collected)];
    seen.run("huxin federation collect", &collect);
    let (profile, list) = (at("profile.toml"), at("list.csv"));
    fs::write(&profile, PROFILE).unwrap();
    fs::write(&list, LIST).unwrap();
    seen.run("huxin profile check", &["profile", "check", text(&profile), text(&list)]);
    seen.run("huxin profile explain", &["profile", "explain", text(&profile)]);
    fs::write(at("codes.csv"), "uscc\n91990099MA00000156\n91990099MA0000015X\n91990099MA00000156\n").unwrap();
    let (demo, layer) = (at("demo.json"), at("layer.json"));
    let edition = Edition::named("demo").unwrap();
    fs::write(&demo, edition.canonical()).unwrap();
    fs::write(&layer, LAYER.replace("BASE", &edition.digest().to_string())).unwrap();
    seen.run("huxin edition check", &["edition", "check", text(&demo)]);
    seen.run("huxin edition check", &["edition", "check", text(&layer), "--on", text(&demo)]);
    seen.run("huxin edition show", &["edition", "show", "demo", "--part", "measures"]);
    seen.run("huxin edition diff", &["edition", "diff", "mdb", "demo"]);
    seen.run("huxin edition accept", &["edition", "accept", "demo", "--yes"]);
    seen.run("huxin catalogue search", &["catalogue", "search", "安全生产"]);
    seen.run("huxin codes check", &["codes", "check", text(&at("codes.csv"))]);

    let (mut node, client) = lone::start(&config, |_| {});
    let client = client.unwrap();
    seen.api = Some(client.base().strip_prefix("http://").unwrap().to_owned());
    while !client.ready().unwrap().ready {
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    let entry = lone::entry(1).entries.remove(0);
    fs::write(at("entry.json"), serde_json::to_vec(&entry).unwrap()).unwrap();
    let published = seen.run("huxin publish ENTRY", &["publish", text(&at("entry.json"))]);
    let id = published["ids"][0].as_str().unwrap().to_owned();
    fs::write(at("full.json"), serde_json::to_vec(&full()).unwrap()).unwrap();
    let full = seen.run("huxin publish ENTRY", &["publish", text(&at("full.json"))]);
    seen.run("huxin entry", &["entry", full["ids"][0].as_str().unwrap()]);
    seen.run("huxin status", &["status", "uscc:91990099MA00000156", "--explain"]);
    seen.run("huxin status", &["status", "uscc:91990099MA00000156"]);
    seen.run("huxin entry", &["entry", &id]);
    seen.run("huxin status", &["status", "uscc:91990099MA00000156", "--public"]);
    seen.run("huxin filings", &["filings", "--all"]);
    seen.run("huxin binding", &["binding", "330900"]);
    seen.run("huxin recognise", &["recognise"]);
    seen.run("huxin peers", &["peers"]);
    seen.run("huxin prove", &["prove", &id, "-o", text(&at("one.huxin"))]);
    let genesis = config.with_file_name("genesis.cbor");
    seen.run("huxin verify", &["verify", text(&at("one.huxin")), "--federation", text(&genesis)]);
    seen.run("huxin export", &["export", "-o", text(&at("all.huxin-log"))]);
    seen.run("huxin import", &["import", text(&at("all.huxin-log"))]);
    seen.run("huxin announce", &["announce", "/ip4/192.0.2.1/tcp/7651"]);
    let act = ["--reason", "测试", "--yes"];
    seen.run("huxin annul", &[&["annul", id.as_str()][..], &act].concat());
    seen.run("huxin entry", &["entry", &id]);
    seen.run("huxin status", &["status", "uscc:91990099MA00000156"]);
    seen.run("huxin backup", &["backup", text(&at("copy"))]);
    seen.run("huxin backup verify", &["backup", "verify", text(&at("copy"))]);
    seen.run("a fault", &["entry", "330900-999"]);
    let import = ["publish", "--profile", text(&profile), "--file", text(&list)];
    // Nothing signed, signed in part, and a record that is gone from a list that is whole.
    seen.run("huxin publish --file", &import);
    seen.run("huxin publish --file", &[&import[..], &["--keep-going"]].concat());
    fs::write(&list, LIST.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
    seen.run("huxin publish --file", &[&import[..], &["--dry-run"]].concat());
    // A rotation that dies once its record is signed, so that there is something to cancel.
    let mut dies = Command::new(env!("CARGO_BIN_EXE_huxin"));
    dies.arg("--config").arg(&config).args(["keys", "rotate"]).stdin(Stdio::null());
    dies.env("HUXIN_LISTEN_API", seen.api.clone().unwrap()).env(VARIABLE, huxin_keys::Step::ALL[0].name());
    assert!(!dies.output().unwrap().status.success());
    seen.run("huxin keys rotate --cancel", &["keys", "rotate", "--cancel"]);
    seen.run("huxin keys rotate", &["keys", "rotate"]);
    drop(node.stdin.take());
    assert!(node.wait().unwrap().success());
    seen.run("huxin run", &["run", "--end-with-input"]);
    seen.run("huxin fsck", &["fsck"]);
    fs::rename(at("city").join("data"), at("lost")).unwrap();
    seen.run("huxin restore", &["restore", text(&at("copy"))]);

    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/json.md");
    let said = fs::read_to_string(&document).unwrap();
    let mut blocks = blocks(&said);
    if std::env::var_os("HUXIN_WRITE_JSON_SHAPES").is_some() {
        let mut out = said;
        for (name, shape) in &seen.shapes {
            let new = format!("```shape {name}\n{}```", written(shape));
            match blocks.get(name) {
                Some(old) => out = out.replace(&format!("```shape {name}\n{old}```"), &new),
                None => out.push_str(&format!("\n## {name}\n\n{new}\n")),
            }
        }
        fs::write(&document, out).unwrap();
        return;
    }
    for (name, shape) in &seen.shapes {
        let said = blocks.remove(name).unwrap_or_else(|| panic!("docs/json.md says nothing of {name}"));
        assert_eq!(written(shape), said, "{name}: docs/json.md says otherwise");
    }
    assert!(blocks.is_empty(), "docs/json.md says what no command here prints: {:?}", blocks.keys());
}

/// The shapes that a document says, by the words after `shape`.
fn blocks(document: &str) -> BTreeMap<String, String> {
    let part = |part: &str| {
        let (name, rest) = part.split_once('\n')?;
        Some((name.to_owned(), rest.split("```").next()?.to_owned()))
    };
    document.split("```shape ").skip(1).filter_map(part).collect()
}
