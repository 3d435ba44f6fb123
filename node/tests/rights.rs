//! Rights of those who are written about, with whole nodes: an erased text leaves the disk of every city that held it, looked for in the
//! raw bytes of every file in the nodes' folders; and a restored node says of own entries that an ending may be missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
mod lone;

use federation::{Federation, HEZHOU, LANZHOU, ZHOUSHAN, until};
use huxin::client::Client;
use huxin::runtime::failpoint::{BEFORE_SHREDDING, VARIABLE};
use huxin_api::model::PublishRequest;
use huxin_protocol::ids::StatementId;
use std::fs;
use std::path::Path;

/// A text without a meaning in which nothing repeats, so that no compression hides it from the search.
fn text(seed: u32) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (state >> 10) % 0x5000).unwrap()
    };
    (0..60).map(|_| next()).collect()
}

/// Files under a folder that hold any piece of a text.
fn holders(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(holders(&path, text));
            continue;
        }
        // RocksDB may remove a file between the list and the reading.
        let bytes = fs::read(&path).unwrap_or_default();
        if text.as_bytes().chunks_exact(15).any(|piece| bytes.windows(piece.len()).any(|window| window == piece)) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn figure(client: &Client, name: &str) -> Option<f64> {
    let text = client.metrics().ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Entries about a subject of a list's own scheme, with a text of their own.
fn listed(federation: &Federation, subject: &str, number: usize, summary: &str) -> StatementId {
    let mut request: PublishRequest = lone::entry(number);
    request.entries[0].subject.id = subject.parse().unwrap();
    request.entries[0].summary = summary.to_owned();
    federation.client(ZHOUSHAN).publish(&request).unwrap().ids[0]
}

#[test]
fn a_restored_node_doubts_its_own_entries_until_its_log_is_back() {
    let mut federation = Federation::started();
    let id = listed(&federation, "wb:RB4T-synthetic-55a1", 1, "").to_string();
    federation.until_equal();
    let backup = federation.folder(ZHOUSHAN).join("backup-1").display().to_string();
    let say = |federation: &Federation, arguments: &[&str], exit: i32| {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        federation.json_with(ZHOUSHAN, &arguments, &[exit])
    };
    say(&federation, &["backup", &backup], 0);
    // Removed after the backup: what is restored has forgotten it.
    say(&federation, &["remove", &id, "--reason", "测试", "--yes"], 0);
    federation.until_equal();
    for city in [ZHOUSHAN, HEZHOU, LANZHOU] {
        federation.stop(city);
    }
    fs::remove_dir_all(federation.folder(ZHOUSHAN).join("data")).unwrap();
    say(&federation, &["restore", &backup], 0);
    federation.launch(ZHOUSHAN, |_| {});
    let entry = |federation: &Federation| {
        let status = say(federation, &["status", "wb:RB4T-synthetic-55a1"], 0);
        let entry = &status["entries"][0];
        let doubted = entry["reasons"].as_array().unwrap().iter().any(|why| why["code"] == "own_log_unconfirmed");
        (entry["state"].as_str().unwrap().to_owned(), entry["confirm_with_issuer"].as_bool().unwrap(), doubted)
    };
    let prove = |federation: &Federation, exit: i32| {
        let file = federation.folder(ZHOUSHAN).join(format!("{exit}.huxin")).display().to_string();
        say(federation, &["prove", &id, "-o", &file], exit)
    };
    assert_eq!(entry(&federation), ("listed".to_owned(), true, true));
    assert_eq!(prove(&federation, 3)["error"], "own_log_unconfirmed");
    federation.launch(HEZHOU, |_| {});
    federation.launch(LANZHOU, |_| {});
    until("its own log is back", || (entry(&federation) == ("removed".to_owned(), false, false)).then_some(()));
    until("it is proved again", || {
        let file = federation.folder(ZHOUSHAN).join("again.huxin").display().to_string();
        let told = say_any(&federation, &["prove", &id, "-o", &file, "--force"]);
        told.get("error").is_none().then_some(())
    });
}

fn say_any(federation: &Federation, arguments: &[&str]) -> serde_json::Value {
    let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
    federation.json_with(ZHOUSHAN, &arguments, &[0, 3])
}

#[test]
fn an_erased_text_leaves_every_file_of_every_city() {
    let mut federation = Federation::started();
    let (erased, kept) = (text(1), text(2));
    let (erased_code, kept_code) = ("wb:ZQ7K-synthetic-19f3", "wb:HV2M-synthetic-83d6");
    let id = listed(&federation, erased_code, 1, &erased);
    listed(&federation, kept_code, 2, &kept);
    federation.until_equal();
    // In one city it lies in the log of writes, in the others in data files, and one of these will die before it gets to work.
    federation.kill(HEZHOU);
    federation.start(HEZHOU);
    federation.kill(LANZHOU);
    federation.start_with(LANZHOU, |command| {
        command.env(VARIABLE, BEFORE_SHREDDING);
    });
    federation.until_equal();
    let held = |federation: &Federation, city: &str, text: &str| holders(&federation.folder(city), text);
    for city in [ZHOUSHAN, HEZHOU, LANZHOU] {
        for text in [&erased, &kept] {
            assert!(!held(&federation, city, text).is_empty(), "{city}: the search finds what is there");
        }
    }

    let arguments = ["erase", &id.to_string(), "--reason", "测试", "--yes"].map(str::to_owned);
    federation.json(ZHOUSHAN, &arguments);
    let gone = |federation: &Federation, city: &str| {
        let left = || figure(&federation.client(city), "huxin_erased_texts_left_total ");
        until(&format!("{city}: it has left the files"), || left().filter(|left| *left >= 1.0).map(drop));
        for text in [&erased[..], &erased_code[3..]] {
            assert_eq!(held(federation, city, text), Vec::<String>::new(), "{city}: {text}");
        }
        assert!(!held(federation, city, &kept).is_empty(), "{city}: its neighbour stays");
        until(&format!("{city}: nothing waits"), || {
            figure(&federation.client(city), "huxin_erased_texts_waiting ").filter(|waiting| *waiting == 0.0).map(drop)
        });
    };
    gone(&federation, ZHOUSHAN);
    gone(&federation, HEZHOU);
    until("the third died before it could", || (!federation.is_alive(LANZHOU)).then_some(()));
    federation.kill(LANZHOU);
    assert!(!held(&federation, LANZHOU, &erased).is_empty(), "it is still to do there");
    federation.start(LANZHOU);
    gone(&federation, LANZHOU);
    federation.end_and_check();
}
