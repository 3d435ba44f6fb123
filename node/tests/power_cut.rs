//! A node that dies at every named place between "submitted" and "announced", as by a power cut, and is started again:
//! what was answered is there, the log goes on under its old epoch, and the whole book holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin::client::Client;
use huxin::command::{federation, init};
use huxin::runtime::failpoint::{NAMES, VARIABLE};
use huxin::settings;
use huxin_api::model::{DisclosureChoice, EntryRequest, PublishRequest};
use huxin_protocol::body::{Basis, List};
use huxin_protocol::ids::{Epoch, StatementId};
use huxin_protocol::subject::{Subject, SubjectClass};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// More entries than groups until any failpoint strikes.
const ENTRIES: usize = 64;
/// The passing at which the process dies.
const PASSING: u32 = 5;

/// A federation of one city, which has nobody to ask before it signs.
fn alone(folder: &Path) -> PathBuf {
    let made = init::make(&init::Args {
        city: "330900".parse().unwrap(),
        name: "舟山市".to_owned(),
        p2p: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        announce: Vec::new(),
        api: Some("127.0.0.1:0".parse().unwrap()),
        passphrase: "none".to_owned(),
        folder: folder.to_owned(),
    })
    .unwrap();
    let genesis = federation::found_here("test", &[made.join], &[made.keys]).unwrap();
    std::fs::write(made.config.with_file_name("genesis.cbor"), genesis.bytes()).unwrap();
    made.config
}

fn start(config: &Path, failpoint: Option<&str>) -> (Child, Option<Client>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
    command.arg("--config").arg(config).args(["run", "--end-with-input"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(failpoint) = failpoint {
        command.env(VARIABLE, failpoint);
    }
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    // A place that every group passes may strike before the node is up.
    let ready: Option<serde_json::Value> = serde_json::from_str(&line).ok();
    let token = settings::read_token(&settings::load_plain(config).unwrap()).unwrap();
    (child, ready.map(|ready| Client::new(ready["api"].as_str().unwrap(), &token)))
}

fn entry(number: usize) -> PublishRequest {
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
        edition: None,
        record_ref: Some(number.to_string()),
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
        agency: None,
        disclosure: DisclosureChoice::Public,
        confirm_code: false,
    };
    PublishRequest { entries: vec![entry] }
}

fn fsck(config: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_huxin"))
        .arg("--config")
        .arg(config)
        .args(["--json", "fsck"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

#[test]
fn what_was_answered_survives_a_power_cut_at_every_place() {
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let config = alone(folder.path());
        let (mut child, client) = start(&config, Some(&format!("{name}:{PASSING}")));
        let mut answered: Vec<(usize, StatementId)> = Vec::new();
        if let Some(client) = client {
            for number in 0..ENTRIES {
                match client.publish(&entry(number)) {
                    Ok(reply) => answered.push((number, reply.ids[0])),
                    Err(fault) => {
                        assert_eq!(fault.code, "unreachable", "{name}: {fault}");
                        break;
                    }
                }
            }
        }
        // Killed, and by nothing else; a place that only speaking nodes pass is never reached alone.
        if answered.len() == ENTRIES {
            assert_eq!(name, "before_announce", "the failpoint was never passed");
            child.kill().unwrap();
        }
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal_hook::consts::SIGKILL), "{name}");

        let (mut child, client) = start(&config, None);
        let client = client.unwrap();
        for (number, id) in &answered {
            let known = client.references(vec![number.to_string()]).unwrap().known;
            assert_eq!(known.iter().map(|item| item.id).collect::<Vec<_>>(), [*id], "{name}: {id} was answered");
        }
        // Whatever was not answered is there whole or not at all, and can be sent again.
        let size = client.heads().unwrap().heads[0].size.0;
        assert!(size >= answered.len() as u64 && size <= answered.len() as u64 + 1, "{name}: {size}");
        let next = client.publish(&entry(ENTRIES)).unwrap().ids[0];
        assert_eq!((next.epoch, next.seq.0), (Epoch::FIRST, size), "{name}");
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "{name}");
        fsck(&config);
    }
}
