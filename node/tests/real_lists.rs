//! Real public lists through the whole chain: three processes with RocksDB, libp2p and HTTP on loopback, the shipped import
//! profiles, recognition, and what strangers can check. The cities are stand-ins; the data stands beside the clone or where
//! `HUXIN_DATA` says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;

use federation::{Federation, HEZHOU, LANZHOU, ZHOUSHAN, data, until};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn import(federation: &Federation, city: &str, data: &Path, profile: &str, file: &str) -> Value {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/profiles").join(profile);
    let args = [
        "publish",
        "--file",
        data.join(file).to_str().unwrap(),
        "--profile",
        profile.to_str().unwrap(),
        "--keep-going",
    ]
    .map(str::to_owned);
    federation.json(city, &args)
}

fn counts(report: &Value) -> [u64; 4] {
    ["published", "unchanged", "duplicates", "rejected"].map(|name| report[name].as_u64().unwrap())
}

/// Lists by which a subject stands, as one city sees it.
fn lists(status: &Value) -> BTreeSet<String> {
    let entries = status["entries"].as_array().unwrap();
    entries
        .iter()
        .filter(|entry| entry["counts"] == true)
        .map(|entry| entry["content"]["list"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn two_banks_and_a_credit_portal_are_recognised_by_a_third_city() {
    let Some(data) = data("two_banks_and_a_credit_portal_are_recognised_by_a_third_city") else { return };
    let federation = Federation::started();
    for partner in [ZHOUSHAN, HEZHOU] {
        federation.json(LANZHOU, &["recognise", partner, "--from", "2010-04-09"].map(str::to_owned));
    }
    let world_bank = import(&federation, ZHOUSHAN, &data, "worldbank.toml", "mdb/worldbank_firms.csv");
    assert_eq!(counts(&world_bank), [887, 0, 29, 2]);
    assert_eq!(world_bank["reject_reasons"]["scope_limit"], 2);
    let idb = import(&federation, HEZHOU, &data, "idb.toml", "mdb/idb_firms.csv");
    assert_eq!(counts(&idb), [848, 0, 0, 0]);
    // Running it again adds nothing.
    let again = import(&federation, ZHOUSHAN, &data, "worldbank.toml", "mdb/worldbank_firms.csv");
    assert_eq!(counts(&again), [0, 887, 29, 2]);
    let china = import(&federation, ZHOUSHAN, &data, "creditchina.toml", "cn/creditchina_records.csv");
    assert_eq!(counts(&china), [38, 0, 1, 0]);
    let orders = import(&federation, ZHOUSHAN, &data, "xiangao.toml", "cn/xiangao_enterprises.csv");
    assert_eq!(counts(&orders), [0, 0, 0, 12]);
    federation.until_equal();

    // Companies on a red and a black list at once show both.
    let mut reader = csv::Reader::from_path(data.join("cn/creditchina_entities.csv")).unwrap();
    let codes: Vec<String> = reader.records().map(|row| row.unwrap()[1].to_owned()).collect();
    let both = codes.iter().filter(|code| {
        let status = federation.json(LANZHOU, &["status".to_owned(), format!("uscc:{code}")]);
        let lists = lists(&status);
        lists.contains("red") && lists.contains("black")
    });
    assert_eq!((codes.len(), both.count()), (11, 3));

    let codes = data.join("cn/uscc_realworld.csv");
    let checked = federation.json(LANZHOU, &["codes".into(), "check".into(), codes.to_str().unwrap().to_owned()]);
    assert_eq!((checked["codes"].as_u64(), checked["warnings"].as_array().map(Vec::len)), (Some(239), Some(6)));
    federation.end_and_check();
}

#[test]
fn a_real_sanctions_list_lives_its_life() {
    let Some(data) = data("a_real_sanctions_list_lives_its_life") else { return };
    let mut federation = Federation::started();
    // One partner joins only at the end, one is killed ten times on the way.
    federation.kill(LANZHOU);
    let first = import(&federation, ZHOUSHAN, &data, "ofac-first.toml", "ofac/entities_first.csv");
    assert_eq!(counts(&first), [3711, 0, 0, 0]);
    let events = std::fs::read_to_string(data.join("ofac/entity_events.jsonl")).unwrap();
    let lines: Vec<&str> = events.lines().collect();
    let (mut published, mut amended, mut removed) = (3711, 0, 0);
    let pieces = tempfile::tempdir().unwrap();
    for (round, part) in lines.chunks(lines.len().div_ceil(10)).enumerate() {
        let piece = pieces.path().join(format!("{round}.jsonl"));
        std::fs::write(&piece, part.join("\n")).unwrap();
        federation.kill(HEZHOU);
        federation.start(HEZHOU);
        let report = import(&federation, ZHOUSHAN, pieces.path(), "ofac-events.toml", piece.to_str().unwrap());
        published += report["published"].as_u64().unwrap();
        amended += report["amended"].as_u64().unwrap();
        removed += report["removed"].as_u64().unwrap();
    }
    assert_eq!((published, amended, removed), (3711 + 1873, 396, 233));
    assert_eq!(published - removed, 5351, "live at the end");
    federation.start(LANZHOU);
    federation.until_equal();

    // What strangers see of one entry: online at the late joiner, and offline from a bundle.
    let status = federation.json(LANZHOU, &["status".into(), "ofac:36".into()]);
    let id = status["entries"][0]["id"].as_str().unwrap().to_owned();
    let bundle = pieces.path().join("entry.huxin");
    let bundle = bundle.to_str().unwrap();
    let genesis = federation.genesis();
    let args =
        ["verify".to_owned(), bundle.to_owned(), "--federation".to_owned(), genesis.to_str().unwrap().to_owned()];
    // The late joiner holds the log a moment before its witnesses have spoken of the newest checkpoint.
    let verified = until("a witness stands beside the proof", || {
        federation.json(LANZHOU, &["prove".into(), id.clone(), "-o".into(), bundle.into()]);
        let verified = federation.json(LANZHOU, &args);
        verified["witnesses"].as_array().is_some_and(|lines| !lines.is_empty()).then_some(verified)
    });
    assert_eq!(verified["body_held"], true);

    // The whole state once more, through a file to nobody: export carries every log.
    let file = pieces.path().join("all.huxin-log");
    let carried = federation.json(LANZHOU, &["export".into(), "-o".into(), file.to_str().unwrap().to_owned()]);
    assert!(carried["statements"].as_u64().unwrap() >= published + amended + removed);
    let back = federation.json(HEZHOU, &["import".into(), file.to_str().unwrap().to_owned()]);
    assert_eq!(back["statements"], 0, "everything was known");

    let live = until("all logs are proved", || {
        let heads = federation.client(LANZHOU).heads().unwrap();
        heads.heads.iter().all(|head| head.proved == head.size).then_some(heads.heads.len())
    });
    assert_eq!(live, 3);
    federation.end_and_check();
}
