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
    // 7: done, with rows that need somebody.
    let report = federation.json_with(city, &args, &[0, 7]);
    let sum: u64 = report["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(report["rows"], sum, "every row is answered");
    report
}

fn count(report: &Value, outcome: &str) -> u64 {
    report["counts"][outcome].as_u64().unwrap_or(0)
}

fn counts(report: &Value) -> [u64; 5] {
    ["listed", "unchanged", "duplicate", "rejected", "same_key_twice"].map(|outcome| count(report, outcome))
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
    assert_eq!(counts(&world_bank), [883, 0, 29, 2, 4]);
    assert_eq!(world_bank["reject_reasons"]["scope_limit"], 2);
    let idb = import(&federation, HEZHOU, &data, "idb.toml", "mdb/idb_firms.csv");
    assert_eq!(counts(&idb), [848, 0, 0, 0, 0]);
    // Running it again adds nothing.
    let again = import(&federation, ZHOUSHAN, &data, "worldbank.toml", "mdb/worldbank_firms.csv");
    assert_eq!(counts(&again), [0, 883, 29, 2, 4]);
    let china = import(&federation, ZHOUSHAN, &data, "creditchina.toml", "cn/creditchina_records.csv");
    assert_eq!(counts(&china), [38, 0, 1, 0, 0]);
    let orders = import(&federation, ZHOUSHAN, &data, "xiangao.toml", "cn/xiangao_enterprises.csv");
    assert_eq!(counts(&orders), [0, 0, 0, 12, 0]);
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

/// A copy of a list without its last row and with `column` of its first row changed.
fn changed_and_shortened(data: &Path, file: &str, column: &str, folder: &Path) -> std::path::PathBuf {
    let mut reader = csv::Reader::from_path(data.join(file)).unwrap();
    let head = reader.headers().unwrap().clone();
    let at = head.iter().position(|name| name == column).unwrap();
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    rows.pop();
    rows[0][at].push_str("（合成的改动）");
    let copy = folder.join(Path::new(file).file_name().unwrap());
    let mut writer = csv::Writer::from_path(&copy).unwrap();
    writer.write_record(&head).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    copy
}

#[test]
fn one_changed_and_one_vanished_row_of_each_list_are_told() {
    let Some(data) = data("one_changed_and_one_vanished_row_of_each_list_are_told") else { return };
    let federation = Federation::started();
    let folder = tempfile::tempdir().unwrap();
    for (profile, file, column, gone) in [
        ("worldbank.toml", "mdb/worldbank_firms.csv", "note", 1),
        ("idb.toml", "mdb/idb_firms.csv", "other_name", 1),
        // Rows of single reports are never the whole list.
        ("creditchina.toml", "cn/creditchina_records.csv", "reason", 0),
        // A stream of events follows it, so it is not the whole list for long.
        ("ofac-first.toml", "ofac/entities_first.csv", "remarks", 0),
    ] {
        let first = import(&federation, ZHOUSHAN, &data, profile, file);
        let again = import(&federation, ZHOUSHAN, &data, profile, file);
        assert_eq!(count(&again, "unchanged"), count(&first, "listed"), "{file}");
        assert_eq!(count(&again, "listed") + count(&again, "changed"), 0, "{file}");
        let copy = changed_and_shortened(&data, file, column, folder.path());
        let told = import(&federation, ZHOUSHAN, &data, profile, copy.to_str().unwrap());
        let seen = ["listed", "amended", "removed", "changed"].map(|outcome| count(&told, outcome));
        assert_eq!(seen, [0, 0, 0, 1], "{file}: {}", told["counts"]);
        assert_eq!(told["gone"].as_array().map_or(0, Vec::len), gone, "{file}");
    }
    federation.end_and_check();
}

#[test]
fn a_real_sanctions_list_lives_its_life() {
    let Some(data) = data("a_real_sanctions_list_lives_its_life") else { return };
    let mut federation = Federation::started();
    // One partner joins only at the end, one is killed ten times on the way.
    federation.kill(LANZHOU);
    let first = import(&federation, ZHOUSHAN, &data, "ofac-first.toml", "ofac/entities_first.csv");
    assert_eq!(counts(&first), [3711, 0, 0, 0, 0]);
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
        published += count(&report, "listed");
        amended += count(&report, "amended");
        removed += count(&report, "removed");
        assert_eq!(count(&report, "rejected") + count(&report, "already_ended"), 0, "{}", report["counts"]);
    }
    // Events of one record within one piece are one step: its last state.
    assert_eq!((published, removed), (3711 + 1873, 233));
    assert!((300..396).contains(&amended), "{amended}");
    assert_eq!(published - removed, 5351, "live at the end");
    // The whole file once more, and again after a kill: nothing is signed, and every record has its last state.
    let size = federation
        .client(ZHOUSHAN)
        .heads()
        .unwrap()
        .heads
        .iter()
        .find(|head| head.city.as_str() == ZHOUSHAN)
        .unwrap()
        .size;
    for _ in 0..2 {
        let again = import(&federation, ZHOUSHAN, &data, "ofac-events.toml", "ofac/entity_events.jsonl");
        assert_eq!(["listed", "amended", "removed", "changed"].map(|outcome| count(&again, outcome)), [0; 4]);
        federation.kill(ZHOUSHAN);
        federation.start(ZHOUSHAN);
    }
    let heads = federation.client(ZHOUSHAN).heads().unwrap();
    assert_eq!(heads.heads.iter().find(|head| head.city.as_str() == ZHOUSHAN).unwrap().size, size);
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
