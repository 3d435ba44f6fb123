//! A federation of one city, which has nobody to ask before it signs, and its node as a process that a test may kill.
#![allow(dead_code, reason = "no test uses all of it")]

use huxin::client::Client;
use huxin::command::{federation, init};
use huxin::settings;
use huxin_api::model::{EntryRequest, PublishRequest};
use huxin_protocol::body::{Basis, Decision, List};
use huxin_protocol::ids::StatementId;
use huxin_protocol::subject::{Subject, SubjectClass};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Its settings file.
pub fn alone(folder: &Path) -> PathBuf {
    let made = init::make(&init::Args {
        p2p: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        api: Some("127.0.0.1:0".parse().unwrap()),
        passphrase: Some("none".to_owned()),
        language: Some(huxin_config::Language::English),
        editions: ["demo", "mdb"].map(huxin_config::EditionChoice::built_in).to_vec(),
        ..init::Args::in_folder("330900".parse().unwrap(), "舟山市", folder.to_owned())
    })
    .unwrap();
    let genesis = federation::found_here("test", &[made.join], &[made.keys]).unwrap();
    std::fs::write(made.config.with_file_name("genesis.cbor"), genesis.bytes()).unwrap();
    made.config
}

/// Starts the node. A process that is to die may do so before it is up; then there is no client.
pub fn start(config: &Path, arm: impl FnOnce(&mut Command)) -> (Child, Option<Client>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
    command.arg("--config").arg(config).args(["run", "--end-with-input"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    arm(&mut command);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    // A place that every group passes may strike before the node is up.
    let ready: Option<serde_json::Value> = serde_json::from_str(&line).ok();
    let token = settings::read_token(&settings::load_plain(config).unwrap()).unwrap();
    (child, ready.map(|ready| Client::new(ready["api"].as_str().unwrap(), &token)))
}

pub fn entry(number: usize) -> PublishRequest {
    let entry = EntryRequest {
        subject: Subject {
            id: "uscc:91990099MA00000156".parse().unwrap(),
            class: SubjectClass::Enterprise,
            name: "示例有限公司（合成）".to_owned(),
            aliases: Vec::new(),
        },
        list: List::Red,
        list_name: "测试名单（合成）".to_owned(),
        field: "test".to_owned(),
        ground_text: "测试".to_owned(),
        severity: None,
        basis: Basis {
            law: None,
            document_number: Some(format!("测试第{number}号")),
            authority: "测试机关（合成）".to_owned(),
            decided_on: Some("2026-01-05".parse().unwrap()),
            effective_on: None,
        },
        measures: Vec::new(),
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: None,
        record_ref: Some(number.to_string()),
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
        agency: None,
        disclosure: None,
        confirm_code: false,
    };
    PublishRequest { entries: vec![entry] }
}

/// The whole book holds.
pub fn fsck(config: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_huxin"))
        .arg("--config")
        .arg(config)
        .args(["--json", "fsck"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

/// Publishes entries until all are answered or nobody answers any more: number and id of each that was answered.
pub fn publish(client: &Client, entries: usize) -> Vec<(usize, StatementId)> {
    let mut answered = Vec::new();
    for number in 0..entries {
        match client.publish(&entry(number)) {
            Ok(reply) => answered.push((number, reply.ids[0])),
            Err(fault) => {
                assert_eq!(fault.code, "unreachable", "{fault}");
                break;
            }
        }
    }
    answered
}

/// Those of the answered entries that the node does not hold under their id.
pub fn lost(client: &Client, answered: &[(usize, StatementId)]) -> Vec<StatementId> {
    let held = |number: &usize| client.references(vec![number.to_string()]).unwrap().known;
    let is_lost = |number: &usize, id: &StatementId| held(number).iter().map(|item| item.id).ne([*id]);
    answered.iter().filter(|(number, id)| is_lost(number, id)).map(|(_, id)| *id).collect()
}
