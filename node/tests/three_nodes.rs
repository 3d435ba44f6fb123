//! Three whole nodes in one process: RocksDB, libp2p and HTTP on loopback, everything but the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;

use federation::{found, until};
use huxin::client::Client;
use huxin::runtime::{self, Running};
use huxin::settings;
use huxin_api::model::{ActRequest, ActVerb, BodyView, EntryRequest, PublishRequest, SegmentQuery, StatusQuery};
use huxin_protocol::body::{Basis, Decision, List, RecognitionBody, Severity};
use huxin_protocol::bundle::Bundle;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::ruling::{Ruling, State};
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::Date;
use std::path::Path;

/// A made-up code whose check characters hold; no region has its number.
const SUBJECT: &str = "uscc:91990099MA00000156";

struct Node {
    running: Running,
    client: Client,
    city: CityCode,
}

fn start(config: &Path, runtime: &tokio::runtime::Runtime) -> Node {
    start_with(config, runtime, |_| {})
}

fn start_with(config: &Path, runtime: &tokio::runtime::Runtime, set: impl FnOnce(&mut settings::Settings)) -> Node {
    let mut settings = settings::load_plain(config).unwrap();
    settings.network.sync_seconds = 2;
    set(&mut settings);
    let running = runtime::start(&settings, runtime.handle()).unwrap();
    let token = settings::read_token(&settings).unwrap();
    Node { client: Client::new(&running.api.to_string(), &token), city: running.city, running }
}

fn entry(number: u32, today: Date) -> EntryRequest {
    EntryRequest {
        subject: Subject {
            id: SUBJECT.parse().unwrap(),
            class: SubjectClass::Enterprise,
            name: "示例有限公司（合成）".to_owned(),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "测试名单（合成）".to_owned(),
        field: "test".to_owned(),
        ground_text: "测试".to_owned(),
        severity: Some(Severity::Minor),
        basis: Basis {
            law: Some("测试".to_owned()),
            document_number: Some(format!("测试第{number}号")),
            authority: "测试机关（合成）".to_owned(),
            decided_on: Some(today.add_days(-3)),
            effective_on: None,
        },
        measures: vec!["D-B-04".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: None,
        record_ref: Some(format!("test-{number}")),
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
        agency: None,
        disclosure: None,
        confirm_code: false,
    }
}

fn recognition(partner: CityCode) -> RecognitionBody {
    RecognitionBody::without_limits(partner, vec![List::Black], "2020-01-01".parse().unwrap())
}

fn ruling(client: &Client) -> Ruling {
    let subject: SubjectId = SUBJECT.parse().unwrap();
    serde_json::from_value(client.status(&subject, &StatusQuery::default()).unwrap()).unwrap()
}

fn state_everywhere(nodes: &[Node], due: State) {
    for node in nodes {
        until(&format!("{} shows {due:?}", node.city), || {
            ruling(&node.client).entries.iter().any(|entry| entry.state == due).then_some(())
        });
    }
}

#[test]
fn three_cities_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let configs = found(folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut nodes: Vec<Node> = configs.iter().map(|config| start(config, &runtime)).collect();
    for node in &nodes {
        until(&format!("{} is ready", node.city), || node.client.ready().unwrap().ready.then_some(()));
    }
    let today = nodes[0].client.info().unwrap().now.date();

    // Recognition: the second recognises the first, the third does not.
    nodes[1].client.recognise(&recognition(nodes[0].city)).unwrap();
    // A rule that begins later is shown beside the one in force, and one that names no measure of any edition is none.
    let later = RecognitionBody { valid_from: "2099-01-01".parse().unwrap(), ..recognition(nodes[0].city) };
    nodes[1].client.recognise(&later).unwrap();
    let shown = nodes[1].client.recognitions().unwrap().recognitions;
    let begins: Vec<_> =
        shown.iter().filter(|item| item.city == nodes[1].city).map(|item| item.rule.valid_from).collect();
    assert_eq!(begins, [recognition(nodes[0].city).valid_from, later.valid_from]);
    let typo = RecognitionBody { measures: Some(vec!["D-B-99".to_owned()]), ..recognition(nodes[0].city) };
    assert_eq!(nodes[1].client.recognise(&typo).unwrap_err().code, "measure_unknown");

    // An entry arrives everywhere, and counts only where it is recognised.
    let published = nodes[0].client.publish(&PublishRequest { entries: vec![entry(1, today)] }).unwrap();
    let id = published.ids[0];
    assert_eq!(id.city, nodes[0].city);
    state_everywhere(&nodes, State::Listed);
    let counts = |node: &Node| ruling(&node.client).entries[0].counts;
    until("the recognising city counts it", || counts(&nodes[1]).then_some(()));
    assert!(counts(&nodes[0]), "its own city counts it");
    assert!(!counts(&nodes[2]), "a city without recognition does not");
    let shown = nodes[2].client.entry(id).unwrap();
    assert!(matches!(shown.body, BodyView::Listing { listing } if listing.record_ref.as_deref() == Some("test-1")));

    // Refusals: the same ground again, an unknown field, no token, somebody else's entry.
    let again = nodes[0].client.publish(&PublishRequest { entries: vec![entry(1, today)] }).unwrap_err();
    assert_eq!(again.code, "already_listed");
    let odd = nodes[0].client.post::<serde_json::Value>("/v1/entries", &serde_json::json!({"entry": 1})).unwrap_err();
    assert_eq!(odd.code, "malformed_request");
    let stranger = Client::new(&nodes[0].running.api.to_string(), "wrong").info().unwrap_err();
    assert_eq!(stranger.code, "no_token");
    let repair = ActRequest { reason: "履行完毕".to_owned(), ..ActRequest::default() };
    assert_eq!(nodes[1].client.act(id, ActVerb::Repair, &repair).unwrap_err().code, "not_ours");

    // The reference is known where it was signed.
    let known = nodes[0].client.references(vec!["test-1".to_owned(), "test-2".to_owned()]).unwrap().known;
    assert_eq!(known.iter().map(|item| item.id).collect::<Vec<_>>(), [id]);

    // A repair arrives everywhere, and nothing brings the entry back.
    nodes[0].client.act(id, ActVerb::Repair, &repair).unwrap();
    state_everywhere(&nodes, State::Repaired);
    let back = nodes[0].client.publish(&PublishRequest { entries: vec![entry(1, today)] }).unwrap_err();
    assert_eq!(back.code, "ground_ended");

    // All hold all logs at equal heads.
    until("all heads agree", || {
        let heads: Vec<Vec<_>> = nodes
            .iter()
            .map(|node| {
                node.client.heads().unwrap().heads.iter().map(|head| (head.city, head.size, head.root)).collect()
            })
            .collect();
        heads.windows(2).all(|pair| pair[0] == pair[1]).then_some(())
    });

    // A partner proves the entry to a stranger, with what it knows of its end.
    let bundle = nodes[2].client.prove(id, false).unwrap();
    let federation = nodes[2].client.info().unwrap().federation;
    let verified = Bundle::verify(&bundle, &federation).unwrap();
    assert_eq!(verified.statement.header.id(), id);
    assert!(verified.all_lines_hold());
    assert_eq!(verified.standing.unwrap().standing().state, "repaired");

    // A log is carried out by file and is known here already.
    let page = nodes[1]
        .client
        .segment(&SegmentQuery { city: nodes[0].city, from: Seq(0), epoch: Epoch::FIRST, reader: None })
        .unwrap();
    assert_eq!((page.from, page.count), (Seq(0), 2));
    assert_eq!(nodes[2].client.import(&page.bytes).unwrap().new, 0);

    // Metrics are there, and name no entry.
    // Everything may have come by way of the third city before the first one's own line stands.
    let metrics = until("the first city's line stands", || {
        Some(metrics(&nodes[1])).filter(|text| text.contains("huxin_partner_up{city=\"330900\"} 1"))
    });
    assert!(metrics.contains("huxin_statements_admitted_total"), "{metrics}");
    assert!(!metrics.contains("91990099MA00000156"));

    // A node that was stopped in order goes on signing.
    let first = nodes.remove(0);
    first.running.stop().unwrap();
    let first = start(&configs[0], &runtime);
    until("the restarted node signs", || first.client.ready().unwrap().ready.then_some(()));
    let next = first.client.publish(&PublishRequest { entries: vec![entry(2, today)] }).unwrap();
    assert_eq!(next.ids[0].seq, Seq(2));
    assert_eq!(next.ids[0].epoch, Epoch::FIRST);
    nodes.push(first);
    for node in &nodes {
        until("the next entry arrives", || {
            ruling(&node.client).entries.iter().any(|e| e.state == State::Listed).then_some(())
        });
    }
    for node in nodes {
        node.running.stop().unwrap();
    }
}

fn metrics(node: &Node) -> String {
    node.client.metrics().unwrap()
}

/// A log that is over its quota is refused nothing: its entries show "confirm", and both sides are told.
#[test]
fn a_log_over_its_quota_shows_confirm_and_both_sides_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let configs = found(folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let of_two = |settings: &mut settings::Settings| {
        (settings.limits.member_statements, settings.limits.member_statements_per_day) = (2, 0);
    };
    let nodes = [start(&configs[0], &runtime), start_with(&configs[1], &runtime, of_two), start(&configs[2], &runtime)];
    let [flood, slow, other] = &nodes;
    for node in &nodes {
        until(&format!("{} is ready", node.city), || node.client.ready().unwrap().ready.then_some(()));
    }
    let today = flood.client.info().unwrap().now.date();
    for node in [slow, other] {
        node.client.recognise(&recognition(flood.city)).unwrap();
    }
    for number in 1..=2 {
        flood.client.publish(&PublishRequest { entries: vec![entry(number, today)] }).unwrap();
    }
    let confirms = |node: &Node| ruling(&node.client).entries.first().map(|entry| entry.confirm_with_issuer);
    until("with room an entry is fresh and needs no word", || (confirms(other) == Some(false)).then_some(()));
    until("the log that is at its quota shows confirm", || (confirms(slow) == Some(true)).then_some(()));
    let peer =
        |node: &Node, city| node.client.peers().unwrap().peers.into_iter().find(|peer| peer.city == city).unwrap();
    assert!(peer(slow, flood.city).over_quota && !peer(slow, other.city).over_quota);
    assert!(!peer(other, flood.city).over_quota);
    // A small window comes at once. What is signed after it waits there, and the city that signed it hears why.
    flood.client.publish(&PublishRequest { entries: vec![entry(3, today)] }).unwrap();
    until("the first window comes", || {
        let heads = slow.client.heads().unwrap().heads;
        heads.iter().any(|head| head.city == flood.city && head.size.0 == 3).then_some(())
    });
    flood.client.publish(&PublishRequest { entries: vec![entry(4, today)] }).unwrap();
    until("the flooding city is told", || peer(flood, slow.city).slows_us.then_some(()));
    assert!(!peer(flood, other.city).slows_us);
    let metrics = slow.client.metrics().unwrap();
    let line = format!("huxin_over_quota{{city=\"{}\"}} 1", flood.city);
    assert!(metrics.lines().any(|metric| metric == line), "{line}");
    let line = format!("huxin_slowed_by{{city=\"{}\"}} 1", slow.city);
    assert!(flood.client.metrics().unwrap().lines().any(|metric| metric == line), "{line}");
    for node in nodes {
        node.running.stop().unwrap();
    }
}
