//! What an officer and an operator are told, with whole nodes: after a restore one next step, the same from the command that restored, in the
//! log, in `huxin peers` and in every refusal, also where keys were rotated since the backup; and a city that declines, or withdraws its
//! recognition, is asked first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
mod lone;

use federation::{Federation, HEZHOU, LANZHOU, ZHOUSHAN, until};
use huxin_engine::AFTER_A_RESTORE;
use serde_json::Value;
use std::fs;

fn say(federation: &Federation, city: &str, words: &[&str], exit: i32) -> Value {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    federation.json_with(city, &words, &[exit])
}

#[test]
fn after_a_restore_there_is_one_next_step() {
    for rotates in [false, true] {
        let mut federation = Federation::started();
        let id = federation.client(ZHOUSHAN).publish(&lone::entry(1)).unwrap().ids[0].to_string();
        federation.until_equal();
        let backup = federation.folder(ZHOUSHAN).join("backup-1").display().to_string();
        say(&federation, ZHOUSHAN, &["backup", &backup], 0);
        if rotates {
            say(&federation, ZHOUSHAN, &["keys", "rotate"], 0);
            // Each city knows of the new epoch.
            let epoch = |city: &str| {
                let heads = federation.client(city).heads().unwrap().heads;
                heads.iter().find(|head| head.city.as_str() == ZHOUSHAN).unwrap().epoch.0
            };
            until("the record is everywhere", || [HEZHOU, LANZHOU].iter().all(|city| epoch(city) == 2).then_some(()));
        }
        for city in [ZHOUSHAN, HEZHOU, LANZHOU] {
            federation.stop(city);
        }
        fs::remove_dir_all(federation.folder(ZHOUSHAN).join("data")).unwrap();
        let before = federation.log_text(ZHOUSHAN).len();
        say(&federation, ZHOUSHAN, &["restore", &backup], 0);
        federation.launch(ZHOUSHAN, |_| {});
        let signing = |federation: &Federation| say(federation, ZHOUSHAN, &["peers"], 0)["signing"].clone();
        assert_eq!(signing(&federation)["state"], "store_not_continued");
        assert_eq!(signing(&federation)["own_log_known"], false);
        assert_eq!(signing(&federation)["try"], AFTER_A_RESTORE);
        let refused = say(&federation, ZHOUSHAN, &["annul", &id, "--reason", "测试", "--yes"], 3);
        assert_eq!((&refused["error"], &refused["try"]), (&"not_signing".into(), &AFTER_A_RESTORE.into()));
        // It is refused before anybody is asked.
        let unasked = say(&federation, ZHOUSHAN, &["annul", &id, "--reason", "测试"], 3);
        assert_eq!(unasked["error"], "not_signing");
        federation.launch(HEZHOU, |_| {});
        federation.launch(LANZHOU, |_| {});
        until("its own log is back", || (signing(&federation)["own_log_known"] == true).then_some(()));
        let log = federation.log_text(ZHOUSHAN)[before..].to_owned();
        assert!(log.contains(AFTER_A_RESTORE), "{log}");
        assert!(!log.contains("--resume"), "there is nothing to resume: {log}");
        // The step leads out of it.
        say(&federation, ZHOUSHAN, &["keys", "rotate"], 0);
        until("it signs again", || (signing(&federation)["state"] == "ready").then_some(()));
        assert_eq!(signing(&federation).get("try"), None);
        federation.until_logs_equal();
        federation.end_and_check();
    }
}

#[test]
fn a_city_is_asked_before_it_declines_or_withdraws() {
    let federation = Federation::started();
    let id = federation.client(ZHOUSHAN).publish(&lone::entry(1)).unwrap().ids[0].to_string();
    federation.until_equal();
    let size = |federation: &Federation| {
        let heads = federation.client(HEZHOU).heads().unwrap().heads;
        heads.iter().find(|head| head.own).unwrap().size
    };
    let rows: [&[&str]; 2] =
        [&["decline", &id, "--reason", "依据不足"], &["recognise", ZHOUSHAN, "--nothing", "--from", "2026-01-01"]];
    for words in rows {
        let before = size(&federation);
        assert_eq!(say(&federation, HEZHOU, words, 2)["error"], "confirmation_needed", "{words:?}");
        assert_eq!(size(&federation), before, "{words:?}: nothing is signed unasked");
        say(&federation, HEZHOU, &[words, &["--yes"]].concat(), 0);
        assert_eq!(size(&federation).0, before.0 + 1, "{words:?}");
    }
    // What would be refused is refused, and not asked about.
    for (words, code) in [
        (vec!["decline", &id, "--reason", "依据不足"], "already_declined"),
        (vec!["decline", "330900-999", "--reason", "依据不足"], "no_such_statement"),
        (vec!["annul", &id, "--reason", "误列"], "not_ours"),
    ] {
        assert_eq!(say(&federation, HEZHOU, &words, 3)["error"], code, "{words:?}");
    }
    // A field that no entry of the partner names is told, and signed all the same.
    let narrow = ["recognise", ZHOUSHAN, "--from", "2026-01-01", "--fields"];
    for (field, due) in [("test", false), ("tset", true)] {
        let told = say(&federation, HEZHOU, &[&narrow[..], &[field]].concat(), 0);
        let warned =
            told["warnings"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "field_unknown"));
        assert_eq!(warned, due, "{told}");
    }
    federation.end_and_check();
}
