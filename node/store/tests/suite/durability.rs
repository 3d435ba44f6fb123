//! What was answered is there after the process is killed, and every answer had its sync.

use crate::{open, put};
use huxin_engine::ledger::{Family, LedgerRead};
use huxin_store::Store;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn every_commit_is_synced_before_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..40u8 {
        let before = store.wal_syncs();
        store.commit(&put(&[(Family::Log, &[n], &[n; 500]), (Family::Head, b"h", &[n])])).unwrap();
        assert!(store.wal_syncs() > before, "commit {n}");
    }
}

/// Names the store for the process that [`what_was_answered_survives_a_kill`] kills: the same test in a process of its own.
const STORE: &str = "HUXIN_TEST_STORE";

fn commit_until_killed(folder: &Path) -> ! {
    let store = open(folder);
    let mut n = 0u64;
    loop {
        let key = n.to_be_bytes();
        store
            .commit(&put(&[(Family::Log, &key, &[7; 3000]), (Family::Body, &key, &key), (Family::Head, b"h", &key)]))
            .unwrap();
        println!("answered {n}");
        n += 1;
    }
}

#[test]
fn what_was_answered_survives_a_kill() {
    if let Some(folder) = std::env::var_os(STORE) {
        commit_until_killed(folder.as_ref());
    }
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=3u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::what_was_answered_survives_a_kill", "--nocapture"])
            .env(STORE, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: &str| line.rsplit_once("answered ").and_then(|(_, n)| n.parse::<u64>().ok());
        let enough = lines.by_ref().find(|line| number(line.as_deref().unwrap()).is_some_and(|n| n >= 150 * round));
        assert!(enough.is_some(), "the child ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        // What the child said between the last line read and its death counts too.
        let last = lines.map_while(Result::ok).filter_map(|line| number(&line)).last().unwrap_or(150 * round);
        let store = open(folder.path());
        for n in 0..=last {
            let key = n.to_be_bytes();
            assert_eq!(
                store.get(Family::Log, &key).unwrap().as_deref(),
                Some(&[7; 3000][..]),
                "commit {n} was answered"
            );
            assert_eq!(store.get(Family::Body, &key).unwrap().as_deref(), Some(&key[..]), "in all families");
        }
    }
}
