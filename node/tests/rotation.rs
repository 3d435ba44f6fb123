//! `huxin keys rotate` dies after every step. Whatever was answered before and after stays, and the rotation is resumed or
//! cancelled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lone;

use huxin::client::Client;
use huxin::runtime::failpoint::{ROTATION_TAKEN, VARIABLE};
use huxin_keys::Step;
use huxin_protocol::ids::{Epoch, StatementId};
use lone::{alone, entry, fsck, lost, start};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Output};

fn rotate(config: &Path, client: &Client, arguments: &[&str], failpoint: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
    command.env("HUXIN_LISTEN_API", client.base().trim_start_matches("http://"));
    command.arg("--json").arg("--config").arg(config).args(["keys", "rotate"]).args(arguments);
    if let Some(name) = failpoint {
        command.env(VARIABLE, name);
    }
    command.output().unwrap()
}

fn restarted(config: &Path, mut child: Child) -> (Child, Client) {
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let (child, client) = start(config, |_| {});
    (child, client.unwrap())
}

fn said(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[test]
fn a_rotation_killed_at_every_step_takes_nothing_away() {
    let names: Vec<&str> = Step::ALL.iter().map(|step| step.name()).chain([ROTATION_TAKEN]).collect();
    for name in names {
        for (choice, opens) in [("--resume", true), ("--cancel", false)] {
            let folder = tempfile::tempdir().unwrap();
            let config = alone(folder.path());
            let (child, client) = start(&config, |_| {});
            let client = client.unwrap();
            let mut answered: Vec<(usize, StatementId)> = Vec::new();
            let publish = |client: &Client, answered: &mut Vec<(usize, StatementId)>| {
                let number = answered.len();
                answered.push((number, client.publish(&entry(number)).unwrap().ids[0]));
            };
            publish(&client, &mut answered);
            let killed = rotate(&config, &client, &[], Some(name));
            assert_eq!(killed.status.signal(), Some(signal_hook::consts::SIGKILL), "{name}: {killed:?}");
            // The hold is forgotten with the process that held.
            let (child, client) = restarted(&config, child);
            // What continues exactly what stands is taken up, before anything else is signed.
            publish(&client, &mut answered);
            let opened = client.info().unwrap().epoch == Epoch(2);
            assert_eq!(opened, name == Step::Listed.name() || name == ROTATION_TAKEN, "{name}");
            let (child, client) = restarted(&config, child);
            assert_eq!(lost(&client, &answered), [], "{name}: signed since");

            if !opened {
                let again = rotate(&config, &client, &[], None);
                assert_eq!(said(&again)["error"], "rotation_unfinished", "{name}");
            }
            let ended = rotate(&config, &client, &[choice], None);
            if opened && !opens {
                assert_eq!(said(&ended)["error"], "rotation_done", "{name}");
            } else {
                assert!(ended.status.success(), "{name} {choice}: {ended:?}");
            }
            let due = if opened || opens { Epoch(2) } else { Epoch::FIRST };
            assert_eq!(client.info().unwrap().epoch, due, "{name} {choice}");
            assert_eq!(said(&rotate(&config, &client, &[choice], None))["error"], "no_rotation", "{name} {choice}");
            let (mut child, client) = restarted(&config, child);
            assert_eq!(client.info().unwrap().epoch, due, "{name} {choice}");
            publish(&client, &mut answered);
            assert_eq!(lost(&client, &answered), [], "{name} {choice}");
            assert_eq!(client.heads().unwrap().heads[0].size.0, answered.len() as u64, "{name} {choice}");
            drop(child.stdin.take());
            assert!(child.wait().unwrap().success(), "{name}");
            fsck(&config);
        }
    }
}

/// A rotation that voids statements names each of them and does nothing before it is told how many.
#[test]
fn whatever_loses_its_effect_is_named_first() {
    let folder = tempfile::tempdir().unwrap();
    let config = alone(folder.path());
    let (mut child, client) = start(&config, |_| {});
    let client = client.unwrap();
    for number in 0..3 {
        client.publish(&entry(number)).unwrap();
    }
    for arguments in [&["--void-after", "0"][..], &["--void-after", "0", "--confirm", "1"]] {
        let refused = rotate(&config, &client, arguments, None);
        assert_eq!(said(&refused)["error"], "rotation_takes_away", "{arguments:?}");
        let named = String::from_utf8(refused.stderr).unwrap();
        assert!(named.contains("330900-1 ") && named.contains("330900-2 "), "{named}");
        assert!(!named.contains("330900-0 "), "{named}");
        assert_eq!(client.info().unwrap().epoch, Epoch::FIRST);
    }
    let agreed = rotate(&config, &client, &["--void-after", "0", "--confirm", "2"], None);
    assert!(agreed.status.success(), "{agreed:?}");
    assert_eq!(client.info().unwrap().epoch, Epoch(2));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
