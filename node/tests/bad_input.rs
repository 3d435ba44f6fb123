//! Bad input by every road into a node, as one table: each row sends one wrong message to a whole running node and looks
//! at what comes of it. A clear answer with a stable code where somebody waits for one, a metric with the reason, and in
//! the store not one row more, less or other than before. After each road's rows a good message by the same road arrives.
//!
//! What the door does not judge is no row here: a statement that another key signed, under a checkpoint that holds, is
//! admitted by file and by catch-up (a log cannot skip a leaf, R90), void, and found by the background check; by gossip it
//! is refused, and that is a row. Frames that are no messages at all are in `node/net/tests/strange.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
#[path = "bad_input/forger.rs"]
mod forger;
#[path = "bad_input/hostile.rs"]
mod hostile;
#[path = "bad_input/rows.rs"]
mod rows;
#[path = "bad_input/target.rs"]
mod target;

use federation::{HEZHOU, LANZHOU, ZHOUSHAN, until};
use forger::Forger;
use hostile::Hostile;
use huxin_keys::KeyFolder;
use huxin_net::PartnerNode;
use huxin_protocol::genesis::Genesis;
use rows::{Due, ROADS, ROWS, Road, Row, WITHOUT, WRONGS, World, good};
use serde_json::{Value, json};
use target::{Reply, Target, other_federation};

fn entry() -> Value {
    json!({
        "subject": { "id": "uscc:91990099MA00000156", "class": "enterprise", "name": "示例有限公司（合成）" },
        "list": "black", "list_name": "测试名单（合成）", "field": "test", "ground_text": "测试", "severity": "minor",
        "basis": { "law": "测试", "document_number": "测试第1号（合成）", "authority": "测试机关（合成）", "decided_on": "2026-01-05" },
        "measures": ["D-B-04"], "record_ref": "test-1", "summary": ""
    })
}

fn world(runtime: &tokio::runtime::Runtime, foreign: &std::path::Path) -> World {
    let target = Target::start();
    let federation = Genesis::decode(&std::fs::read(target.genesis()).unwrap()).unwrap().id();
    let keys = target.keys(HEZHOU);
    let forger = Forger::new(&keys, federation, HEZHOU.parse().unwrap(), 10);
    let (foreign_genesis, foreign_id) = other_federation(foreign);
    let foreigner = Forger::new(&keys, foreign_id, HEZHOU.parse().unwrap(), 10);
    let peer_id = KeyFolder::open(&target.keys(ZHOUSHAN), None).unwrap().transport().unwrap().peer_id();
    let node = PartnerNode { city: ZHOUSHAN.parse().unwrap(), peer_id, addresses: vec![target.p2p.clone()] };
    let hostile = Hostile::join(&target.keys(LANZHOU), federation, node, runtime.handle());
    until("the node can do its work", || (target.get_json("/readyz")["ready"] == true).then_some(()));
    until("the node listens to gossip", || hostile.is_heard().then_some(()));

    let held = 3;
    let Reply::Http(200, _, _) = target.post("/v1/segments", &forger.segment(0, held).encode()) else {
        panic!("a good segment was refused");
    };
    let request = serde_json::to_vec(&json!({ "entries": [entry()] })).unwrap();
    let Reply::Http(_, _, reply) = target.post("/v1/entries", &request) else { unreachable!("HTTP answers") };
    let id = reply["ids"][0].as_str().unwrap_or_else(|| panic!("a good entry was refused: {reply}")).to_owned();
    target.until_cosigned(HEZHOU);
    target.until_cosigned(ZHOUSHAN);
    let bundle = target.get(&format!("/v1/entries/{id}/proof")).into_bytes();
    World { target, forger, foreigner, foreign_genesis, hostile, bundle, published: (id, entry()), held }
}

/// A sentence and a next step, in the words of the command line or of a problem document.
fn says_what_to_try(document: &Value, sentence: &str) {
    for (name, least) in [(sentence, 10), ("try", 10)] {
        let text = document[name].as_str().unwrap_or_default();
        assert!(text.chars().count() >= least, "{name:?} says too little: {document}");
    }
}

fn judge(row: &Row, reply: &Reply) {
    match (row.due, reply) {
        (Due::Problem(due, code), Reply::Http(status, kind, problem)) => {
            assert_eq!((status, problem["code"].as_str()), (&due, Some(code)), "{problem}");
            assert_eq!(kind, "application/problem+json");
            assert_eq!(problem["type"], format!("urn:huxin:problem:{code}"));
            says_what_to_try(problem, "detail");
        }
        (Due::Exit(due, code, words), Reply::Exit(exit, error)) => {
            assert_eq!((exit, error["error"].as_str()), (&due, Some(code)), "{error}");
            assert!(error["detail"].as_str().unwrap().contains(words), "{error}");
            says_what_to_try(error, "detail");
        }
        (Due::Accepted, Reply::Http(200, _, outcome)) => assert_eq!(outcome["new"], 0, "{outcome}"),
        (Due::Accepted, Reply::Exit(0, outcome)) => {
            assert_eq!((&outcome["statements"], &outcome["repeated"]), (&json!(0), &json!(1)), "{outcome}");
        }
        (Due::Silence, Reply::Silence) => {}
        (due, reply) => panic!("due was {due:?}, and there came {reply:?}"),
    }
}

fn run(row: &Row, world: &mut World) {
    println!("{:?}, {:?}: {}", row.road, row.wrong, row.title);
    let before = (world.target.fingerprint(), world.target.heads());
    let counted = row.metric.map(|sample| (sample, world.target.metric(sample)));
    judge(row, &(row.send)(world));
    if let Some((sample, count)) = counted {
        until(&format!("{sample} rises"), || (world.target.metric(sample) > count).then_some(()));
    }
    let after = (world.target.fingerprint(), world.target.heads());
    assert_eq!(after, before, "something was stored");
    if let Some((sample, count)) = counted {
        assert_eq!(world.target.metric(sample), count + 1.0, "{sample} rises by one");
    }
    world.target.is_well();
}

#[test]
fn bad_input_is_refused_by_every_road() {
    let (foreign, runtime) = (tempfile::tempdir().unwrap(), tokio::runtime::Runtime::new().unwrap());
    let mut world = world(&runtime, foreign.path());
    let mut failed = Vec::new();
    for road in ROADS {
        for row in ROWS.iter().filter(|row| row.road == road) {
            // All rows are seen, also when one fails.
            let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(row, &mut world)));
            failed.extend(held.is_err().then_some(row.title));
        }
        let own = world.target.held(ZHOUSHAN);
        let reply = good(&world, road);
        assert!(!matches!(reply, Reply::Exit(1.., _) | Reply::Http(201.., ..)), "{road:?}: {reply:?}");
        if road == Road::Cli {
            assert_eq!(world.target.held(ZHOUSHAN), own + 1);
        } else {
            let due = world.held + 1;
            until(&format!("{road:?} brings the next leaf"), || (world.target.held(HEZHOU) == due).then_some(()));
            world.target.until_cosigned(HEZHOU);
            world.held = due;
        }
    }
    assert_eq!(failed, Vec::<&str>::new(), "the rows printed above");
    world.target.end_and_check();
}

#[test]
fn every_combination_has_a_row_or_a_reason() {
    for road in ROADS {
        for wrong in WRONGS {
            let rows = ROWS.iter().filter(|row| (row.road, row.wrong) == (road, wrong)).count();
            let words = WITHOUT.iter().filter(|(r, w, why)| (*r, *w) == (road, wrong) && !why.is_empty()).count();
            assert!((rows > 0) != (words > 0), "{road:?}, {wrong:?}: {rows} rows and {words} reasons");
        }
    }
}
