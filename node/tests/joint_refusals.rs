//! Joint action that may not be said, as one table against whole nodes: every kind malformed, with what an officer can still put right,
//! about the wrong thing, by the wrong city, twice, and before what it is about. Each is refused with its code and its next step, and
//! nothing is signed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
mod lone;

use federation::{Federation, HEZHOU, LANZHOU, ZHOUSHAN};
use huxin::client::Client;
use huxin_api::model::{ActRequest, ActVerb, DeclineRequest, JointRequest, PublishRequest};
use huxin_protocol::body::{List, Severity};
use huxin_protocol::ids::StatementId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// A standing black entry of Zhoushan with two measures.
    Entry,
    /// One that was removed.
    Ended,
    /// One whose measures rest.
    Resting,
    /// A suspension that was taken back.
    Resumed,
    /// A standing entry of Hezhou.
    Hezhous,
    /// Hezhou's open objection and application about the entry, and its response to it.
    Objection,
    Application,
    Response,
    /// Lanzhou's objection, which was answered, and one that it took back.
    Answered,
    Withdrawn,
    /// Nothing stands there yet.
    Absent,
}
use About::{Absent, Answered, Application, Ended, Entry, Hezhous, Objection, Response, Resting, Resumed, Withdrawn};

/// By whom, about what, which path, what is sent; the status and code that are due.
type Row = (&'static str, About, &'static str, Value, u16, &'static str);

fn response(answers: Value) -> Value {
    json!({ "answers": answers })
}

fn with(base: &Value, changes: Value) -> Value {
    let mut out = base.clone();
    for (name, value) in changes.as_object().unwrap() {
        out[name] = value.clone();
    }
    out
}

fn rows() -> Vec<Row> {
    let (z, h, l) = (ZHOUSHAN, HEZHOU, LANZHOU);
    let good = response(json!([{ "measure": "D-B-01", "answer": "applies" }]));
    let feedback = json!({ "measure": "D-B-01", "done": "applied", "department": { "name": "样例局（合成）" }, "on": "2026-03-01" });
    let application = json!({ "reason": "样例", "filed_on": "2026-03-01", "by": "subject" });
    let objection = json!({ "reason": "样例", "filed_on": "2026-03-01", "by": "subject", "to": "content" });
    let step = json!({ "stage": "accepted", "on": "2026-03-01" });
    let ruling = json!({ "decision": "rejected", "reason": "样例", "decided_on": "2026-03-01" });
    let act = json!({ "reason": "样例" });
    let far = "2999-01-01";
    let unknown = json!({ "unknown": 1 });
    let mut rows: Vec<Row> = vec![
        (h, Entry, "response", response(json!([])), 422, "answer_missing"),
        (h, Entry, "response", response(json!([{ "measure": "X-1", "answer": "applies" }])), 422, "measure_unknown"),
        (
            h,
            Entry,
            "response",
            response(json!([{ "measure": "D-B-09", "answer": "applies" }])),
            422,
            "measure_not_carried",
        ),
        (
            h,
            Entry,
            "response",
            response(
                json!([{ "measure": "D-B-01", "answer": "applies" }, { "measure": "D-B-01", "answer": "not_applicable" }]),
            ),
            422,
            "measure_repeated",
        ),
        (
            h,
            Entry,
            "response",
            response(json!([{ "measure": "D-B-01", "answer": "declined" }])),
            422,
            "answer_without_reason",
        ),
        (
            h,
            Entry,
            "response",
            response(json!([{ "measure": "D-B-01", "answer": "declined", "reason": " \u{3000} " }])),
            422,
            "answer_without_reason",
        ),
        (
            h,
            Entry,
            "response",
            response(json!([{ "measure": "D-B-01", "answer": "not_applicable", "from": "2026-03-01" }])),
            422,
            "answer_day",
        ),
        (h, Entry, "response", with(&good, json!({ "note": "联系人 11010519491231002X" })), 422, "personal_number"),
        (h, Entry, "response", with(&good, json!({ "note": "\u{202e}" })), 422, "text_unsafe"),
        (h, Entry, "response", with(&good, json!({ "agency": " " })), 422, "agency"),
        (
            h,
            Entry,
            "response",
            response(json!([{ "measure": "D-B-01", "answer": "perhaps" }])),
            400,
            "malformed_request",
        ),
        (h, Ended, "response", good.clone(), 409, "already_ended"),
        (h, Entry, "feedback", with(&feedback, json!({ "measure": "X-1" })), 422, "measure_unknown"),
        (h, Entry, "feedback", with(&feedback, json!({ "measure": "D-B-09" })), 422, "measure_not_carried"),
        (h, Entry, "feedback", with(&feedback, json!({ "on": far })), 422, "day_in_future"),
        (
            h,
            Entry,
            "feedback",
            with(&feedback, json!({ "from": "2026-03-02", "until": "2026-03-01" })),
            422,
            "ends_before_start",
        ),
        (h, Entry, "feedback", with(&feedback, json!({ "department": { "name": " " } })), 422, "department_missing"),
        (
            h,
            Entry,
            "feedback",
            with(&feedback, json!({ "department": { "name": "样例局", "uscc": "91990099MA0000015X" } })),
            422,
            "department_code",
        ),
        (
            h,
            Entry,
            "feedback",
            with(&feedback, json!({ "department": { "name": "样例局", "uscc": "12345" } })),
            422,
            "department_code",
        ),
        (h, Ended, "feedback", feedback.clone(), 409, "already_ended"),
        (h, Objection, "feedback", feedback.clone(), 409, "wrong_target"),
        (l, Entry, "application", with(&application, json!({ "reason": "\u{3000}" })), 422, "reason_missing"),
        (l, Entry, "application", with(&application, json!({ "filed_on": far })), 422, "day_in_future"),
        (l, Entry, "application", with(&application, json!({ "by": "nobody" })), 400, "malformed_request"),
        (l, Ended, "application", application.clone(), 409, "already_ended"),
        (h, Entry, "application", application.clone(), 409, "already_filed"),
        (l, Entry, "objection", with(&objection, json!({ "reason": "" })), 422, "reason_missing"),
        (l, Entry, "objection", with(&objection, json!({ "filed_on": far })), 422, "day_in_future"),
        (l, Ended, "objection", objection.clone(), 409, "already_ended"),
        (h, Entry, "objection", objection.clone(), 409, "already_filed"),
        (z, Objection, "step", json!({ "stage": "supplement_asked", "on": "2026-03-01" }), 422, "supplement_unnamed"),
        (
            z,
            Objection,
            "step",
            json!({ "stage": "supplement_asked", "on": "2026-03-01", "reason": " " }),
            422,
            "supplement_unnamed",
        ),
        (
            z,
            Objection,
            "step",
            json!({ "stage": "extended", "on": "2026-03-01", "reason": "样例" }),
            422,
            "extension_incomplete",
        ),
        (
            z,
            Objection,
            "step",
            json!({ "stage": "extended", "on": "2026-03-01", "until": "2026-04-01" }),
            422,
            "extension_incomplete",
        ),
        (z, Objection, "step", with(&step, json!({ "on": far })), 422, "day_in_future"),
        (z, Objection, "step", with(&step, json!({ "until": "2026-02-01" })), 422, "ends_before_start"),
        (z, Answered, "step", step.clone(), 409, "already_answered"),
        (z, Withdrawn, "step", step.clone(), 409, "already_answered"),
        (z, Objection, "ruling", with(&ruling, json!({ "decision": "upheld" })), 409, "not_carried_out"),
        (z, Objection, "ruling", with(&ruling, json!({ "decision": "upheld_in_part" })), 409, "not_carried_out"),
        (z, Objection, "ruling", with(&ruling, json!({ "carried_out_by": "removal" })), 422, "rejected_carried_out"),
        (z, Objection, "ruling", with(&ruling, json!({ "reason": " " })), 422, "reason_missing"),
        (z, Objection, "ruling", with(&ruling, json!({ "decided_on": far })), 422, "day_in_future"),
        (z, Objection, "ruling", with(&ruling, json!({ "carried_out_by": "erasure" })), 400, "malformed_request"),
        (
            z,
            Application,
            "ruling",
            with(&ruling, json!({ "decision": "upheld", "carried_out_by": { "repair": {} } })),
            422,
            "repair_too_early",
        ),
        (z, Answered, "ruling", ruling.clone(), 409, "already_answered"),
        (z, Withdrawn, "ruling", ruling.clone(), 409, "already_answered"),
        (z, Entry, "suspension", json!({ "reason": " " }), 422, "reason_missing"),
        (z, Entry, "suspension", with(&act, json!({ "decided_on": far })), 422, "decided_in_future"),
        (z, Ended, "suspension", act.clone(), 409, "already_ended"),
        (z, Resting, "suspension", act.clone(), 409, "already_suspended"),
        (h, Entry, "suspension", act.clone(), 409, "not_ours"),
        (z, Entry, "resumption", act.clone(), 409, "wrong_target"),
        (z, Resumed, "resumption", act.clone(), 409, "without_effect"),
        (h, Resumed, "resumption", act.clone(), 409, "not_ours"),
        (z, Objection, "withdrawal", act.clone(), 409, "not_ours"),
        (h, Response, "withdrawal", act.clone(), 409, "wrong_target"),
        (l, Withdrawn, "withdrawal", act.clone(), 409, "already_answered"),
        (l, Answered, "withdrawal", act.clone(), 409, "already_answered"),
        (h, Entry, "opinion", act.clone(), 404, "no_such_act"),
    ];
    // What holds for whole families: of kind, of actor, of place, of form.
    for (name, base) in [("response", &good), ("application", &application), ("objection", &objection)] {
        rows.push((h, Hezhous, name, base.clone(), 409, "own_entry"));
        rows.push((l, Objection, name, base.clone(), 409, "wrong_target"));
    }
    for (name, base) in [("step", &step), ("ruling", &ruling)] {
        rows.push((h, Objection, name, base.clone(), 409, "not_ours"));
        rows.push((z, Entry, name, base.clone(), 409, "wrong_target"));
        rows.push((z, Response, name, base.clone(), 409, "wrong_target"));
    }
    for (name, base) in [
        ("response", &good),
        ("feedback", &feedback),
        ("application", &application),
        ("objection", &objection),
        ("step", &step),
        ("ruling", &ruling),
        ("suspension", &act),
        ("resumption", &act),
        ("withdrawal", &act),
    ] {
        rows.push((z, Absent, name, base.clone(), 404, "no_such_statement"));
        rows.push((h, Entry, name, with(base, unknown.clone()), 400, "malformed_request"));
        rows.push((h, Entry, name, json!([]), 400, "malformed_request"));
        rows.push((h, Entry, name, json!({}), 400, "malformed_request"));
    }
    rows
}

fn listed(client: &Client, number: usize) -> StatementId {
    let mut request: PublishRequest = lone::entry(number);
    let entry = &mut request.entries[0];
    (entry.list, entry.severity) = (List::Black, Some(Severity::General));
    entry.basis.law = Some("测试法（合成）".to_owned());
    entry.basis.decided_on = Some(huxin::runtime::clock::now().date().add_days(-5));
    entry.measures = vec!["D-B-01".to_owned(), "D-B-02".to_owned()];
    client.publish(&request).unwrap().ids[0]
}

fn joint(client: &Client, id: StatementId, name: &str, request: Value) -> StatementId {
    let request = JointRequest::read(name, request.to_string().as_bytes()).unwrap().unwrap();
    client.joint(id, &request).unwrap().ids[0]
}

/// Everything that rows are about, signed by whole nodes.
fn scene(federation: &Federation) -> BTreeMap<About, StatementId> {
    let (z, h, l) = (federation.client(ZHOUSHAN), federation.client(HEZHOU), federation.client(LANZHOU));
    let act = || ActRequest { reason: "样例".to_owned(), ..ActRequest::default() };
    let (entry, ended, resting, resumed) = (listed(&z, 1), listed(&z, 2), listed(&z, 3), listed(&z, 4));
    z.act(ended, ActVerb::Removal, &act()).unwrap();
    z.act(resting, ActVerb::Suspension, &act()).unwrap();
    let suspension = z.act(resumed, ActVerb::Suspension, &act()).unwrap().ids[0];
    z.act(suspension, ActVerb::Resumption, &act()).unwrap();
    let hezhous = listed(&h, 5);
    federation.until_equal();
    let objection = json!({ "reason": "样例", "filed_on": "2026-03-01", "by": "subject", "to": "content" });
    let response = json!({ "answers": [{ "measure": "D-B-01", "answer": "applies" }] });
    let application = json!({ "reason": "样例", "filed_on": "2026-03-01", "by": "agent" });
    let (own, applied) =
        (joint(&h, entry, "objection", objection.clone()), joint(&h, entry, "application", application));
    let response = joint(&h, entry, "response", response);
    let withdrawn = joint(&l, entry, "objection", objection.clone());
    l.act(withdrawn, ActVerb::Withdrawal, &act()).unwrap();
    let answered = joint(&l, resumed, "objection", objection);
    l.decline(resumed, &DeclineRequest { reason: "样例".to_owned(), agency: None }).unwrap();
    federation.until_equal();
    joint(&z, answered, "ruling", json!({ "decision": "rejected", "reason": "样例", "decided_on": "2026-03-01" }));
    federation.until_equal();
    BTreeMap::from([
        (Entry, entry),
        (Ended, ended),
        (Resting, resting),
        (Resumed, suspension),
        (Hezhous, hezhous),
        (Objection, own),
        (Application, applied),
        (Response, response),
        (Answered, answered),
        (Withdrawn, withdrawn),
        (Absent, "330900-999".parse().unwrap()),
    ])
}

fn sizes(federation: &Federation) -> Vec<u64> {
    let size = |code: &str| {
        let heads = federation.client(code).heads().unwrap().heads;
        heads.iter().find(|head| head.own).unwrap().size.0
    };
    [ZHOUSHAN, HEZHOU, LANZHOU].map(size).to_vec()
}

#[test]
fn what_may_not_be_said_is_refused_with_its_code_and_next_step_and_nothing_is_signed() {
    let federation = Federation::started();
    let scene = scene(&federation);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let before = sizes(&federation);
    let mut wrong = Vec::new();
    for (by, about, verb, request, status, code) in rows() {
        let client = federation.client(by);
        let path = format!("{}/v1/entries/{}/{verb}", client.base(), scene[&about]);
        let sent =
            agent.post(path).header("authorization", client.authorization()).send(request.to_string().as_bytes());
        let mut answer = sent.unwrap();
        let found = answer.status().as_u16();
        let problem: Value = serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap();
        let says = |name: &str| problem[name].as_str().is_some_and(|text| text.chars().count() >= 10);
        if (found, problem["code"].as_str()) != (status, Some(code)) || !says("detail") || !says("try") {
            wrong.push(format!("{by} {verb} about {about:?}, {request}: due was {status} {code}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(sizes(&federation), before, "something was signed");
    federation.end_and_check();
}

/// The same from the command line: refused before anybody is asked, asked before anything is signed, and signed when the officer says so.
#[test]
fn each_command_is_rehearsed_then_asked_for_then_signed() {
    let federation = Federation::started();
    let scene = scene(&federation);
    let run = |by: &str, line: &str, about: About, exit: i32| {
        let id = scene[&about].to_string();
        let words: Vec<String> = line.split(' ').map(|word| word.replace("ID", &id)).collect();
        federation.json_with(by, &words, &[exit])
    };
    let (z, h, l) = (ZHOUSHAN, HEZHOU, LANZHOU);
    for (by, line, about, exit, code) in [
        (h, "respond ID --decline D-B-01", Entry, 3, "answer_without_reason"),
        (h, "respond ID --apply D-B-01=tomorrow", Entry, 2, "usage"),
        (h, "respond ID --apply D-B-09", Entry, 3, "measure_not_carried"),
        (h, "feedback ID D-B-01 --done applied --department 样例局 --on 2999-01-01", Entry, 3, "day_in_future"),
        (h, "apply ID --reason 样例", Entry, 3, "already_filed"),
        (h, "object ID --reason 样例", Entry, 3, "already_filed"),
        (z, "step ID extended --reason 样例", Objection, 3, "extension_incomplete"),
        (z, "rule ID --uphold --reason 样例", Objection, 3, "not_carried_out"),
        (z, "rule ID --reject --remove --reason 样例", Objection, 3, "rejected_carried_out"),
        (z, "suspend ID --reason 样例", Resting, 3, "already_suspended"),
        (z, "resume ID --reason 样例", Resumed, 3, "without_effect"),
        (l, "withdraw ID --reason 样例", Withdrawn, 3, "already_answered"),
    ] {
        assert_eq!(run(by, line, about, exit)["error"], code, "{line}");
    }
    // An answer stands for all before it; whoever leaves something out is told.
    for (line, due) in [("respond ID --decline D-B-02=样例 --yes", true), ("respond ID --apply D-B-02 --yes", false)]
    {
        let reply = run(h, line, Entry, 0);
        assert_eq!(reply["warnings"][0]["code"] == "answer_replaced", due, "{line}: {reply}");
        assert_eq!(reply["warnings"][0].to_string().contains("D-B-01"), due, "{line}: {reply}");
    }
    let before = sizes(&federation);
    let good = [
        (h, "respond ID --apply D-B-01 --decline D-B-02=样例", Entry, 1),
        (h, "feedback ID D-B-01 --done applied --department 样例局", Entry, 1),
        (l, "apply ID --reason 样例 --rectified", Entry, 1),
        (l, "object ID --to term --reason 样例", Entry, 1),
        (z, "step ID accepted", Objection, 1),
        (z, "rule ID --reject --reason 样例", Application, 1),
        (z, "rule ID --uphold --remove --reason 样例", Objection, 2),
        (z, "suspend ID --reason 样例 --until 2026-12-31", Hezhous, 0),
        (h, "withdraw ID --reason 样例", Objection, 0),
    ];
    for (by, line, about, signs) in good.iter().filter(|row| row.3 > 0) {
        assert_eq!(run(by, line, *about, 2)["error"], "confirmation_needed", "{line}: {signs}");
    }
    assert_eq!(sizes(&federation), before, "nothing is signed before somebody says so");
    for (by, line, about, signs) in good {
        let exit = if signs > 0 { 0 } else { 3 };
        let reply = run(by, &format!("{line} --yes"), about, exit);
        assert_eq!(reply["ids"].as_array().map_or(0, Vec::len), signs, "{line}: {reply}");
        federation.until_equal();
    }
    // What Lanzhou filed fell with the entry; what was answered is told as such on both sides.
    let all = |by: &str, name: &str| federation.json(by, &["filings".to_owned(), "--all".to_owned()])[name].clone();
    let states = |items: &Value| -> Vec<String> {
        items.as_array().unwrap().iter().map(|item| item["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&all(h, "filed_here")), ["answered", "answered"]);
    assert_eq!(states(&all(z, "to_answer")).iter().filter(|state| *state == "answered").count(), 3);
    assert_eq!(
        federation.json(h, &["binding".to_owned(), z.to_owned()])["bindings"],
        json!([]),
        "nothing is recognised"
    );
    federation.end_and_check();
}

/// However often a city says the same kind of thing about an entry, its page shows the first 64 and counts the rest.
#[test]
fn a_page_shows_so_many_of_a_kind_and_counts_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let config = lone::alone(&folder.path().join("city"));
    let (mut node, client) = lone::start(&config, |_| {});
    let client = client.unwrap();
    federation::until("the node is ready", || client.ready().ok().filter(|ready| ready.ready).map(drop));
    let entry = listed(&client, 1);
    let feedback = |done: &str| json!({ "measure": "D-B-01", "done": done, "department": { "name": "样例局（合成）" }, "on": "2026-03-01" });
    for number in 1..=67 {
        joint(&client, entry, "feedback", feedback(if number % 2 == 0 { "lifted" } else { "applied" }));
        let page = client.entry(entry).unwrap();
        assert_eq!(page.acts.len(), number.min(64));
        let left_out: Vec<usize> = page.acts_left_out.iter().map(|left| left.count).collect();
        assert_eq!(left_out, if number > 64 { vec![number - 64] } else { Vec::new() });
    }
    let page = client.entry(entry).unwrap();
    let (act, left) = (&page.acts[1], &page.acts_left_out[0]);
    assert_eq!((act.kind.as_str(), act.kind_zh.as_str(), act.city_name.as_str()), ("Feedback", "执行反馈", "舟山市"));
    assert_eq!(act.says_zh.as_deref(), Some("D-B-01 已解除，样例局（合成），2026-03-01"));
    assert_eq!((left.city.as_str(), left.kind.as_str()), (ZHOUSHAN, "Feedback"));
    drop(node.stdin.take());
    assert!(node.wait().unwrap().success());
    lone::fsck(&config);
}
