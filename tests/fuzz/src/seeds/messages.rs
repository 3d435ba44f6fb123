//! Seeds of what is signed: one leaf and one body of every kind in the prepared logs, and the vectors.

use super::Seeds;
use crate::corpus::folder;
use crate::scene::{city, reason, recognition, scene};
use huxin_engine::ledger::{Family, scan_prefix};
use huxin_protocol::body::Body;
use huxin_protocol::cose::Sign1;
use huxin_protocol::header::About;
use huxin_protocol::ids::{Epoch, Size};
use huxin_protocol::introduction::Introduction;
use huxin_protocol::kind::Kind;
use huxin_protocol::standing::Standing;
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_tests::world::at;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

pub fn add(seeds: &mut Seeds) {
    vectors(seeds);
    items(seeds);
    leaves(seeds);
    bodies(seeds);
    signed(seeds);
}

/// `(form, name) → bytes` of all vectors of single messages and of bundles.
fn vectors(seeds: &mut Seeds) {
    let vectors = folder().join("../vectors");
    for (form, target, front) in [
        ("header", "header", &[][..]),
        ("listing", "body", &[1, 1]),
        ("act", "body", &[4, 1]),
        ("suspension", "body", &[8, 1]),
        ("resumption", "body", &[9, 1]),
        ("response", "body", &[16, 1]),
        ("feedback", "body", &[17, 1]),
        ("application", "body", &[24, 1]),
        ("objection", "body", &[25, 1]),
        ("ruling", "body", &[26, 1]),
        ("step", "body", &[27, 1]),
        ("withdrawal", "body", &[28, 1]),
        ("record", "record", &[]),
        ("genesis", "genesis", &[]),
        ("segment", "segment", &[]),
        ("bundle", "bundle", &[]),
    ] {
        let mut files: Vec<_> = fs::read_dir(vectors.join(form)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for (number, path) in files.iter().enumerate() {
            // A bundle has some kilobytes; a few of them have all the parts.
            if form == "bundle" && number % 12 != 0 {
                continue;
            }
            let case: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            let bytes = match (&case["bytes"], &case["text"]) {
                (Value::String(digits), _) => hex::decode(digits).unwrap(),
                (_, Value::String(text)) => text.clone().into_bytes(),
                _ => panic!("{} has neither bytes nor text", path.display()),
            };
            let name = format!("vector-{form}-{}", path.file_stem().unwrap().to_str().unwrap());
            seeds.add(target, &name, [front, &bytes].concat());
        }
    }
}

/// CBOR that has nothing to do with our formats.
fn items(seeds: &mut Seeds) {
    let deep = [vec![0x81; 16], vec![0x00]].concat();
    for (name, bytes) in [
        ("numbers", b"\x88\x00\x17\x18\x18\x18\xff\x19\x01\x00\x1a\x00\x01\x00\x00\x20\x38\x18".as_slice()),
        ("long-numbers", b"\x82\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x3b\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("simple-values", b"\x83\xf4\xf5\xf6"),
        ("texts", "\u{83}\u{60}".as_bytes()),
        ("empty", b""),
        ("a-map-of-maps", b"\xa2\x00\xa1\x61a\x40\x61z\xa1\x01\x02"),
        ("deep", deep.as_slice()),
        ("a-false-length", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
    ] {
        seeds.add("cbor", name, bytes);
    }
    seeds.add("cbor", "composed-text", "\u{63}é\u{61}".as_bytes());
}

/// One leaf of every kind in any prepared log.
fn leaves(seeds: &mut Seeds) {
    let mut seen: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
    scan_prefix(scene().newest(city(1)), Family::Log, &[], &mut |_, leaf| {
        if let Ok(header) = Statement::read_header(leaf) {
            seen.entry(header.kind.number()).or_insert_with(|| leaf.to_vec());
        }
        true
    })
    .unwrap();
    for (number, leaf) in seen {
        let payload = Sign1::parse(&leaf).unwrap().payload;
        let name = Kind::from_number(number).name();
        seeds.add("header", name, payload);
        seeds.add("statement", &format!("{name}-payload"), payload);
        if number == 1 {
            seeds.add("cbor", "a-header", payload);
        }
        seeds.add("statement", name, leaf.clone());
    }
}

/// One body of every kind, as the second and third city wrote it.
fn bodies(seeds: &mut Seeds) {
    let mut seen = BTreeMap::new();
    for number in [1, 2, 3] {
        scan_prefix(scene().newest(city(number)), Family::Body, &[], &mut |_, body| {
            for kind in [Kind::Entry, Kind::Repair, Kind::Recognition, Kind::Decline, Kind::NodeAnnouncement] {
                if Body::decode(kind, 1, body).is_ok() {
                    seen.entry(kind.number()).or_insert_with(|| body.to_vec());
                }
            }
            true
        })
        .unwrap();
    }
    for (number, body) in seen {
        let kind = Kind::from_number(number);
        if number == 1 {
            seeds.add("cbor", "a-body", body.clone());
        }
        seeds.add("body", kind.name(), [&[number as u8, 1][..], &body].concat());
    }
    let narrow = huxin_protocol::body::RecognitionBody {
        fields: Some(vec!["test".to_owned()]),
        measures: Some(vec!["D-B-01".to_owned()]),
        minimum_severity: Some(huxin_protocol::body::Severity::General),
        decided_within_months: Some(36),
        decided_since: Some("2020-01-01".parse().unwrap()),
        valid_until: Some("2030-12-31".parse().unwrap()),
        ..recognition(city(2))
    };
    let narrow = Body::Recognition(narrow).encode(&[3; 16]);
    seeds.add("body", "Recognition-narrow", [&[Kind::Recognition.number() as u8, 1][..], &narrow].concat());
    let unknown = reason(Kind::Removal).encode(&[4; 16]);
    seeds.add("body", "of-a-later-version", [&[4, 2][..], &unknown].concat());
}

/// Records, genesis, introductions and standing notes, with their payloads.
fn signed(seeds: &mut Seeds) {
    let scene = scene();
    for (number, record) in scene.records.iter().enumerate() {
        seeds.add("record", &format!("signed-{number}"), record.clone());
        seeds.add("record", &format!("payload-{number}"), Sign1::parse(record).unwrap().payload);
    }
    seeds.add("manifest", "of-three-cities", scene.genesis.manifest().encode());
    let mut named = scene.genesis.manifest().clone();
    named.clocks = [("response".to_owned(), 5), ("objection_ruling".to_owned(), 15)].into();
    named.members[0].addresses = vec!["/dns4/c01.example/tcp/4001".to_owned()];
    seeds.add("manifest", "with-clocks-and-addresses", named.encode());
    named.members.truncate(1);
    seeds.add("manifest", "of-one-city", named.encode());
    seeds.add("genesis", "of-three-cities", scene.genesis.bytes());

    let key = |number, epoch| &scene.secrets[&city(number)].epochs[&Epoch(epoch)].0;
    let introduction =
        Introduction { city: city(3), peer_id: b"a peer of c03".to_vec(), valid_until: Millis(1_798_761_600_000) };
    for (name, bytes) in [
        ("by-the-root", introduction.sign(&scene.federation, &scene.secrets[&city(3)].root)),
        ("by-the-log-key-in-force", introduction.sign(&scene.federation, key(3, 2))),
        ("by-a-closed-log-key", introduction.sign(&scene.federation, key(3, 1))),
    ] {
        seeds.add("introduction", name, bytes.clone());
        if name == "by-the-root" {
            seeds.add("introduction", "payload", Sign1::parse(&bytes).unwrap().payload);
        }
    }
    let standing = Standing {
        exporter: city(1),
        exporter_epoch: Epoch::FIRST,
        entry: About { id: at(city(2), 3), digest: scene.federation },
        state: "listed".to_owned(),
        log: (Epoch::FIRST, Size(9), huxin_protocol::digest::TreeHash([9; 32])),
        log_digest: scene.federation,
        time: Millis(1_767_229_200_000),
    };
    let note = standing.sign(&scene.federation, key(1, 1));
    seeds.add("standing", "payload", Sign1::parse(&note).unwrap().payload);
    seeds.add("standing", "by-the-exporter", note);
    seeds.add("standing", "by-another-city", standing.sign(&scene.federation, key(2, 1)));
}
