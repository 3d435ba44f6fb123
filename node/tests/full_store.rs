//! A file that meets a full store: it is refused with its cause, ends with the code that is tried again, and nothing is lost; once there is
//! room the same file is taken whole. The store lies on a small disk of its own (`full_store/try.sh`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lone;

use huxin::Exit;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
fn a_file_that_meets_a_full_store_is_refused_with_its_cause_and_taken_later() {
    match Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status() {
        Ok(done) if done.success() => {}
        _ if std::env::var_os("CI").is_some() => panic!("skipped: this machine does not let us make a mount namespace"),
        _ => return eprintln!("skipped: this machine does not let us make a mount namespace"),
    }
    let folder = tempfile::tempdir().unwrap();
    let config = lone::alone(&folder.path().join("city"));
    let (mut node, client) = lone::start(&config, |_| {});
    let client = client.unwrap();
    while !client.ready().unwrap().ready {
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    let answered = lone::publish(&client, 3);
    assert_eq!(answered.len(), 3);
    let file = folder.path().join("all.huxin-log");
    let exported = Command::new(env!("CARGO_BIN_EXE_huxin"))
        .arg("--config")
        .arg(&config)
        .args(["export", "-o"])
        .arg(&file)
        .env("HUXIN_LISTEN_API", client.base().strip_prefix("http://").unwrap())
        .status()
        .unwrap();
    assert!(exported.success());
    drop(node.stdin.take());
    assert!(node.wait().unwrap().success());

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/full_store/try.sh");
    let done = Command::new("unshare")
        .args(["--map-root-user", "--mount", "bash"])
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_huxin"))
        .arg(&config)
        .arg(&file)
        .arg(answered[2].1.to_string())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    // Each line: what was tried, the exit code, the answer.
    let line = |what: &str| -> (i32, Value) {
        let line = told.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_else(|| panic!("{what}: {told}"));
        let (exit, answer) = line.trim().split_once(' ').unwrap();
        (exit.parse().unwrap(), serde_json::from_str(answer).unwrap())
    };
    let (exit, refused) = line("full");
    assert_eq!((exit, refused["error"].as_str()), (Exit::NotYet as i32, Some("disk_full")), "{refused}");
    let (detail, next) = (refused["detail"].as_str().unwrap(), refused["try"].as_str().unwrap());
    assert!(detail.contains("room") && detail.contains("0 new statements"), "{detail}");
    assert!(next.contains("make room") && next.contains("import the same file again"), "{next}");
    assert_eq!(line("before").0, Exit::Refused as i32, "nothing of it was taken");
    let (exit, taken) = line("room");
    assert_eq!((exit, taken["statements"].as_u64()), (0, Some(3)), "{taken}");
    assert_eq!(line("after").0, 0, "the last statement of the file is held");
    let (exit, book) = line("fsck");
    assert_eq!((exit, book["clean"].as_bool()), (0, Some(true)), "{book}");
}
