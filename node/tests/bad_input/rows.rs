//! The table: road by road, what is sent, and what must come of it.

use super::federation::HEZHOU;
use super::forger::{Forger, MALFORMED, not_canonical};
use super::hostile::Hostile;
use super::target::{Reply, Target};
use huxin_engine::wire::{FRAME_BYTES, HeadSummary, Response};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{Epoch, Size};
use huxin_protocol::segment::Segment;
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Road {
    Cli,
    Http,
    Gossip,
    /// The answer to a question of the node's.
    Answer,
    /// `huxin import` of a file.
    File,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    Malformed,
    Oversized,
    NotCanonical,
    WronglySigned,
    Replayed,
    OutOfOrder,
    ForeignFederation,
}

pub const ROADS: [Road; 5] = [Road::Cli, Road::Http, Road::Gossip, Road::Answer, Road::File];
pub const WRONGS: [Wrong; 7] = [
    Wrong::Malformed,
    Wrong::Oversized,
    Wrong::NotCanonical,
    Wrong::WronglySigned,
    Wrong::Replayed,
    Wrong::OutOfOrder,
    Wrong::ForeignFederation,
];

/// What is sent to where, with all that the rows need for it.
pub struct World {
    pub target: Target,
    /// Writes with the keys of a partner.
    pub forger: Forger,
    /// The same keys, in a federation of the same cities that is another one.
    pub foreigner: Forger,
    pub foreign_genesis: std::path::PathBuf,
    pub hostile: Hostile,
    /// A bundle of an own entry.
    pub bundle: Vec<u8>,
    /// Its id, and the request that published it.
    pub published: (String, serde_json::Value),
    /// How many leaves of the partner's log the node holds.
    pub held: u64,
}

/// What must come of it.
#[derive(Clone, Copy, Debug)]
pub enum Due {
    /// Status and code of the problem document.
    Problem(u16, &'static str),
    /// Exit code, code, and words that the sentence must have.
    Exit(i32, &'static str, &'static str),
    /// It was valid, and nothing came of it.
    Accepted,
    /// The network answers nobody.
    Silence,
}

pub struct Row {
    pub road: Road,
    pub wrong: Wrong,
    pub title: &'static str,
    pub send: fn(&World) -> Reply,
    pub due: Due,
    /// The sample of `/metrics` that rises by one; none where the node never hears of it.
    pub metric: Option<&'static str>,
}

/// Combinations without a row, each with its reason.
pub const WITHOUT: [(Road, Wrong, &str); 0] = [];

fn gossip(world: &World, bytes: Vec<u8>) -> Reply {
    world.hostile.gossip(bytes);
    Reply::Silence
}

fn answer(world: &World, answer: Response) -> Reply {
    let head = HeadSummary {
        over_quota: false,
        city: world.forger.city,
        epoch: Epoch::FIRST,
        size: Size(world.held + 1),
        root: world.forger.root(world.held + 1),
        record: world.forger.federation,
        proved: Size(world.held + 1),
        witnesses: world.forger.federation,
        evidence: Digest([0; 32]),
    };
    world.hostile.tell(head, answer);
    Reply::Silence
}

fn segment(world: &World, segment: &Segment) -> Reply {
    answer(world, Response::Segment(segment.encode()))
}

fn import(world: &World, segments: &[Vec<u8>]) -> Reply {
    let framed = |bytes: &Vec<u8>| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let mut file: Vec<u8> = segments.iter().flat_map(framed).collect();
    // The mark at the end: no length, how many segments, and the digest of all before.
    let digest = blake3::hash(&file);
    file.extend([0; 4]);
    file.extend((segments.len() as u64).to_be_bytes());
    file.extend(digest.as_bytes());
    run(world, &["import"], "segments.huxin-log", &file)
}

/// Writes a file and runs a command with it as its last argument.
fn run(world: &World, args: &[&str], name: &str, bytes: &[u8]) -> Reply {
    let path = world.target.file(name, bytes);
    world.target.command(&[args, &[path.to_str().unwrap()]].concat())
}

fn verify(world: &World, genesis: &std::path::Path, bundle: &[u8]) -> Reply {
    let path = world.target.file("entry.huxin", bundle);
    world.target.command(&["verify", path.to_str().unwrap(), "--federation", genesis.to_str().unwrap()])
}

/// The bundle with the last letter but one of the statement's base64 exchanged: a bit of the signature.
fn damaged(world: &World) -> Vec<u8> {
    let mut bundle: serde_json::Value = serde_json::from_slice(&world.bundle).unwrap();
    let mut statement = bundle["statement"].as_str().unwrap().to_owned().into_bytes();
    let at = statement.iter().rposition(|letter| *letter != b'=').unwrap() - 4;
    statement[at] = if statement[at] == b'A' { b'B' } else { b'A' };
    bundle["statement"] = String::from_utf8(statement).unwrap().into();
    [serde_json::to_vec(&bundle).unwrap(), b"\n".to_vec()].concat()
}

/// A new entry with one field exchanged.
fn long_entry(world: &World, field: &str, value: serde_json::Value) -> serde_json::Value {
    let mut entry = world.published.1.clone();
    entry["basis"]["document_number"] = "测试第999号（合成）".into();
    entry["record_ref"] = "test-999".into();
    entry[field] = value;
    entry
}

fn entries(entry: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec(&json!({ "entries": [entry] })).unwrap()
}

const SEGMENTS: &str = "/v1/segments";

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    // ---- command line
    Row { road: Road::Cli, wrong: Wrong::Malformed, title: "an entry file that breaks off",
        send: |w| run(w, &["publish"], "entry.json", b"{\"subject\":"),
        due: Due::Exit(2, "entry_malformed", "is not an entry"), metric: None },
    Row { road: Road::Cli, wrong: Wrong::Oversized, title: "an entry that is longer than a body may be",
        send: |w| {
            let aliases: Vec<String> = (0..128).map(|number| format!("{}{number}", "长".repeat(150))).collect();
            let mut entry = long_entry(w, "summary", json!(""));
            entry["subject"]["aliases"] = json!(aliases);
            run(w, &["publish"], "entry.json", &serde_json::to_vec(&entry).unwrap())
        },
        due: Due::Exit(3, "body_too_long", "32768"), metric: Some("huxin_http_problems_total{code=\"body_too_long\",route=\"/v1/entries\"}") },
    Row { road: Road::Cli, wrong: Wrong::NotCanonical, title: "a bundle with white space",
        send: |w| { let text = String::from_utf8(w.bundle.clone()).unwrap().replacen(':', ": ", 1); verify(w, &w.target.genesis(), text.as_bytes()) },
        due: Due::Exit(3, "bundle_not_canonical", ""), metric: None },
    Row { road: Road::Cli, wrong: Wrong::WronglySigned, title: "a bundle with a damaged signature",
        send: |w| verify(w, &w.target.genesis(), &damaged(w)),
        due: Due::Exit(3, "statement_signature", ""), metric: None },
    Row { road: Road::Cli, wrong: Wrong::Replayed, title: "an entry that stands already",
        send: |w| run(w, &["publish"], "entry.json", &serde_json::to_vec(&w.published.1).unwrap()),
        due: Due::Exit(3, "already_listed", "stands already"), metric: Some("huxin_http_problems_total{code=\"already_listed\",route=\"/v1/entries\"}") },
    Row { road: Road::Cli, wrong: Wrong::OutOfOrder, title: "a removal of what is not there yet",
        send: |w| w.target.command(&["remove", "330900-4096", "--reason", "测试", "--yes"]),
        due: Due::Exit(3, "no_such_statement", "there is no statement"), metric: Some("huxin_http_problems_total{code=\"no_such_statement\",route=\"/v1/entries/{id}/{verb}\"}") },
    Row { road: Road::Cli, wrong: Wrong::ForeignFederation, title: "a bundle under another federation's genesis",
        send: |w| verify(w, &w.foreign_genesis, &w.bundle),
        due: Due::Exit(3, "foreign_federation", "federation"), metric: None },
    // ---- HTTP
    Row { road: Road::Http, wrong: Wrong::Malformed, title: "JSON that breaks off",
        send: |w| w.target.post("/v1/entries", b"{\"entries\":["),
        due: Due::Problem(400, "malformed_request"), metric: Some("huxin_http_problems_total{code=\"malformed_request\",route=\"/v1/entries\"}") },
    Row { road: Road::Http, wrong: Wrong::Malformed, title: "an array that is no segment",
        send: |w| w.target.post(SEGMENTS, MALFORMED),
        due: Due::Problem(422, "segment_shape"), metric: Some("huxin_refused_total{code=\"segment_shape\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::Oversized, title: "a body above the limit of the path",
        send: |w| w.target.post(SEGMENTS, &vec![0; FRAME_BYTES + 1]),
        due: Due::Problem(413, "request_too_long"), metric: Some("huxin_http_problems_total{code=\"request_too_long\",route=\"/v1/segments\"}") },
    Row { road: Road::Http, wrong: Wrong::Oversized, title: "an entry with a text above its limit",
        send: |w| w.target.post("/v1/entries", &entries(&long_entry(w, "summary", json!("长".repeat(4000))))),
        due: Due::Problem(422, "text_too_long"), metric: Some("huxin_http_problems_total{code=\"text_too_long\",route=\"/v1/entries\"}") },
    Row { road: Road::Http, wrong: Wrong::Oversized, title: "a segment with a statement above its limit",
        send: |w| w.target.post(SEGMENTS, &w.forger.with_a_long_leaf(w.held).encode()),
        due: Due::Problem(422, "segment_too_long"), metric: Some("huxin_refused_total{code=\"segment_too_long\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::NotCanonical, title: "a segment with a number in a longer form",
        send: |w| w.target.post(SEGMENTS, &not_canonical(&w.forger.segment(w.held, w.held + 1))),
        due: Due::Problem(422, "segment_not_canonical"), metric: Some("huxin_refused_total{code=\"segment_not_canonical\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::WronglySigned, title: "a request with another token",
        send: |w| w.target.post_with("0000", "/v1/entries", &entries(&w.published.1)),
        due: Due::Problem(401, "no_token"), metric: Some("huxin_http_problems_total{code=\"no_token\",route=\"/v1/entries\"}") },
    Row { road: Road::Http, wrong: Wrong::WronglySigned, title: "a segment under a checkpoint with a damaged signature",
        send: |w| w.target.post(SEGMENTS, &w.forger.under_a_damaged_signature(w.held, w.held + 1).encode()),
        due: Due::Problem(422, "checkpoint_signature"), metric: Some("huxin_refused_total{code=\"checkpoint_signature\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::WronglySigned, title: "a segment under a checkpoint of another key",
        send: |w| w.target.post(SEGMENTS, &w.forger.under_another_key(w.held, w.held + 1).encode()),
        due: Due::Problem(422, "checkpoint_log_line"), metric: Some("huxin_refused_total{code=\"checkpoint_log_line\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::Replayed, title: "an entry that stands already",
        send: |w| w.target.post("/v1/entries", &entries(&w.published.1)),
        due: Due::Problem(409, "already_listed"), metric: Some("huxin_http_problems_total{code=\"already_listed\",route=\"/v1/entries\"}") },
    Row { road: Road::Http, wrong: Wrong::Replayed, title: "a segment that is held already",
        send: |w| w.target.post(SEGMENTS, &w.forger.segment(0, w.held).encode()),
        due: Due::Accepted, metric: Some("huxin_segments_repeated_total{road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::OutOfOrder, title: "a segment before its turn",
        send: |w| w.target.post(SEGMENTS, &w.forger.segment(w.held + 1, w.held + 2).encode()),
        due: Due::Problem(422, "gap"), metric: Some("huxin_refused_total{code=\"gap\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::OutOfOrder, title: "a removal of what is not there yet",
        send: |w| w.target.post("/v1/entries/330900-4096/removal", b"{\"reason\":\"synthetic\"}"),
        due: Due::Problem(404, "no_such_statement"), metric: Some("huxin_http_problems_total{code=\"no_such_statement\",route=\"/v1/entries/{id}/{verb}\"}") },
    Row { road: Road::Http, wrong: Wrong::ForeignFederation, title: "a segment of another federation of the same cities",
        send: |w| w.target.post(SEGMENTS, &w.foreigner.segment(w.held, w.held + 1).encode()),
        due: Due::Problem(422, "foreign_federation"), metric: Some("huxin_refused_total{code=\"foreign_federation\",road=\"disk\"}") },
    Row { road: Road::Http, wrong: Wrong::ForeignFederation, title: "an act on another city's entry",
        send: |w| w.target.post(&format!("/v1/entries/{HEZHOU}-0/removal"), b"{\"reason\":\"synthetic\"}"),
        due: Due::Problem(409, "not_ours"), metric: Some("huxin_http_problems_total{code=\"not_ours\",route=\"/v1/entries/{id}/{verb}\"}") },
    // ---- gossip
    Row { road: Road::Gossip, wrong: Wrong::Malformed, title: "an array that is no segment",
        send: |w| gossip(w, MALFORMED.to_vec()),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"segment_shape\",road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::Oversized, title: "a segment with a statement above its limit",
        send: |w| gossip(w, w.forger.with_a_long_leaf(w.held).encode()),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"segment_too_long\",road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::NotCanonical, title: "a segment with a number in a longer form",
        send: |w| gossip(w, not_canonical(&w.forger.segment(w.held, w.held + 1))),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"segment_not_canonical\",road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::WronglySigned, title: "a segment under a checkpoint with a damaged signature",
        send: |w| gossip(w, w.forger.under_a_damaged_signature(w.held, w.held + 1).encode()),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"checkpoint_signature\",road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::WronglySigned, title: "a statement of another key under a checkpoint that holds",
        send: |w| gossip(w, w.forger.with_a_leaf_of_another_key(w.held).encode()),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"statement_key\",road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::Replayed, title: "statements that are held, in a new message",
        send: |w| gossip(w, w.forger.segment(w.held - 1, w.held).encode()),
        due: Due::Silence, metric: Some("huxin_segments_repeated_total{road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::OutOfOrder, title: "a segment before its turn",
        send: |w| gossip(w, w.forger.segment(w.held + 1, w.held + 2).encode()),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"gap\",road=\"gossip\"}") },
    Row { road: Road::Gossip, wrong: Wrong::ForeignFederation, title: "a segment of another federation of the same cities",
        send: |w| gossip(w, w.foreigner.segment(w.held, w.held + 1).encode()),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"foreign_federation\",road=\"gossip\"}") },
    // ---- answers to the node's questions; frames that are wrong by themselves are in node/net/tests/strange.rs
    Row { road: Road::Answer, wrong: Wrong::Malformed, title: "an array that is no segment",
        send: |w| answer(w, Response::Segment(MALFORMED.to_vec())),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"segment_shape\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::Malformed, title: "an answer to another question",
        send: |w| answer(w, Response::Bodies(Vec::new())),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"other_answer\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::Malformed, title: "a reason of the peer's own making",
        send: |w| answer(w, Response::Refused { code: "no_label_of_ours".to_owned() }),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"ask_refused\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::Oversized, title: "a segment with a statement above its limit",
        send: |w| segment(w, &w.forger.with_a_long_leaf(w.held)),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"segment_too_long\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::NotCanonical, title: "a segment with a number in a longer form",
        send: |w| answer(w, Response::Segment(not_canonical(&w.forger.segment(w.held, w.held + 1)))),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"segment_not_canonical\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::WronglySigned, title: "a segment under a checkpoint with a damaged signature",
        send: |w| segment(w, &w.forger.under_a_damaged_signature(w.held, w.held + 1)),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"checkpoint_signature\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::Replayed, title: "the checkpoint that is held, as if it were news",
        send: |w| { let mut old = w.forger.segment(w.held, w.held); old.items.clear(); segment(w, &old) },
        due: Due::Silence, metric: Some("huxin_segments_repeated_total{road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::OutOfOrder, title: "a run that begins elsewhere than asked",
        send: |w| segment(w, &w.forger.segment(w.held + 1, w.held + 2)),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"other_place\",road=\"sync\"}") },
    Row { road: Road::Answer, wrong: Wrong::ForeignFederation, title: "a segment of another federation of the same cities",
        send: |w| segment(w, &w.foreigner.segment(w.held, w.held + 1)),
        due: Due::Silence, metric: Some("huxin_refused_total{code=\"foreign_federation\",road=\"sync\"}") },
    // ---- files of `huxin export`
    Row { road: Road::File, wrong: Wrong::Malformed, title: "a file of something else",
        send: |w| run(w, &["import"], "segments.huxin-log", b"not a file of segments"),
        due: Due::Exit(3, "file_shape", "no file of segments"), metric: None },
    Row { road: Road::File, wrong: Wrong::Malformed, title: "a file that breaks off",
        send: |w| run(w, &["import"], "segments.huxin-log", &[0, 0, 1, 0, 0x87]),
        due: Due::Exit(3, "file_cut", "ends within its first segment"), metric: None },
    Row { road: Road::File, wrong: Wrong::Malformed, title: "an array that is no segment",
        send: |w| import(w, &[MALFORMED.to_vec()]),
        due: Due::Exit(3, "segments_refused", "(segment_shape)"), metric: Some("huxin_refused_total{code=\"segment_shape\",road=\"disk\"}") },
    Row { road: Road::File, wrong: Wrong::Oversized, title: "a segment with a statement above its limit",
        send: |w| import(w, &[w.forger.with_a_long_leaf(w.held).encode()]),
        due: Due::Exit(3, "segments_refused", "(segment_too_long)"), metric: Some("huxin_refused_total{code=\"segment_too_long\",road=\"disk\"}") },
    Row { road: Road::File, wrong: Wrong::NotCanonical, title: "a segment with a number in a longer form",
        send: |w| import(w, &[not_canonical(&w.forger.segment(w.held, w.held + 1))]),
        due: Due::Exit(3, "segments_refused", "(segment_not_canonical)"), metric: Some("huxin_refused_total{code=\"segment_not_canonical\",road=\"disk\"}") },
    Row { road: Road::File, wrong: Wrong::WronglySigned, title: "a segment under a checkpoint with a damaged signature",
        send: |w| import(w, &[w.forger.under_a_damaged_signature(w.held, w.held + 1).encode()]),
        due: Due::Exit(3, "segments_refused", "(checkpoint_signature)"), metric: Some("huxin_refused_total{code=\"checkpoint_signature\",road=\"disk\"}") },
    Row { road: Road::File, wrong: Wrong::Replayed, title: "a file that was imported already",
        send: |w| import(w, &[w.forger.segment(0, w.held).encode()]),
        due: Due::Accepted, metric: Some("huxin_segments_repeated_total{road=\"disk\"}") },
    Row { road: Road::File, wrong: Wrong::OutOfOrder, title: "a segment before its turn",
        send: |w| import(w, &[w.forger.segment(w.held + 1, w.held + 2).encode()]),
        due: Due::Exit(3, "segments_refused", "(gap)"), metric: Some("huxin_refused_total{code=\"gap\",road=\"disk\"}") },
    Row { road: Road::File, wrong: Wrong::ForeignFederation, title: "a segment of another federation of the same cities",
        send: |w| import(w, &[w.foreigner.segment(w.held, w.held + 1).encode()]),
        due: Due::Exit(3, "segments_refused", "(foreign_federation)"), metric: Some("huxin_refused_total{code=\"foreign_federation\",road=\"disk\"}") },
];

/// A good message by each road, after all that was wrong. The node must hold one leaf more, or one entry more of its own.
pub fn good(world: &World, road: Road) -> Reply {
    let next = world.forger.segment(world.held, world.held + 1);
    match road {
        Road::Cli => {
            let mut entry = world.published.1.clone();
            entry["basis"]["document_number"] = "测试第2号（合成）".into();
            entry["record_ref"] = "test-2".into();
            run(world, &["publish"], "entry.json", &serde_json::to_vec(&entry).unwrap())
        }
        Road::Http => world.target.post(SEGMENTS, &next.encode()),
        Road::Gossip => gossip(world, next.encode()),
        Road::Answer => segment(world, &next),
        Road::File => import(world, &[next.encode()]),
    }
}
