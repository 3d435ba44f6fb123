//! Editions and layers (R150, R151, R155): the digest of those that are in order, and what is wrong with the others. A case's text is an
//! array of files; the last is judged, on those before it.

use crate::{Case, Expected, Facts};
use huxin_protocol::edition::{EDITION_FORMAT, Edition};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn judge(case: &Case) -> Expected {
    let files: Vec<Value> = serde_json::from_str(case.text.as_ref().expect("files")).unwrap();
    let (last, bases) = files.split_last().expect("one file at least");
    let mut known = BTreeMap::new();
    for base in bases {
        let edition = Edition::parse_on(base.to_string().as_bytes(), &known).unwrap();
        known.insert(edition.digest(), edition);
    }
    match Edition::parse_on(last.to_string().as_bytes(), &known) {
        Ok(edition) => Expected::Holds { holds: Facts { digest: Some(edition.digest()), ..Facts::default() } },
        Err(fault) => Expected::Refused { refused: fault.code().to_owned() },
    }
}

fn words(zh: &str) -> Value {
    json!({ "zh": zh, "en": "synthetic" })
}

fn row(mut members: Value) -> Value {
    (members["source"], members["sure"]) = ("样例条例第一条".into(), "read".into());
    members
}

fn base() -> Value {
    let terms =
        row(json!({ "listing_months": 12, "at_max": "authority", "publication_months": 6, "repair_after_months": 3,
        "repair_requires": ["rectified", "commitment"] }));
    let kind = json!({ "requires": ["authority"], "severity_required": false, "terms": {} });
    json!({
        "format": EDITION_FORMAT, "name": "sample", "title": words("样例版本"), "notice": words("合成，不具法律效力"),
        "binds_from": "2026-01-01",
        "fields": [row(json!({ "code": "roads", "name": words("道路") }))],
        "grounds": [row(json!({ "code": "unsafe-work", "name": words("违章作业"), "repairable": false }))],
        "kinds": { "red": kind.clone(), "black": { "requires": ["law", "authority", "notice_on"], "severity_required": true,
            "terms": { "general": terms } }, "watch": kind },
        "lists": [row(json!({ "id": "roads-black", "kind": "black", "name": words("样例道路名单"), "field": "roads",
            "scope": "national", "serious": false, "set_up_by": "样例条例", "clocks": { "decide": row(json!({ "days": 5 })) } }))],
        "measures": [row(json!({ "code": "S-1", "kind": "punishment", "category": "market", "content": words("样例措施"),
            "applies_to": { "classes": ["enterprise"], "lists": ["roads-black"] }, "period_months": 24, "actor": "public_body",
            "legal_basis": "样例条例第二条", "agency": "样例局" }))],
        "clocks": { "answer": row(json!({ "days": 10 })), "object": row(json!({ "days": 15 })) },
        "objection_silence": "rest", "black_suspends_incentives": true,
        "calendar": row(json!({ "years": [2026], "holidays": ["2026-10-01"], "make_up_days": ["2026-10-10"] })),
        "thresholds": [row(json!({ "figure": "answer-days", "unit": "days", "better": "lower", "green": 16, "red": 25 }))],
    })
}

fn layer() -> Value {
    let base = Edition::parse(base().to_string().as_bytes()).unwrap();
    json!({
        "format": EDITION_FORMAT, "name": "sample-layer", "title": words("样例补充版本"), "notice": words("合成，不具法律效力"),
        "binds_from": "2026-02-01", "base": base.digest(), "cities": ["aa01"],
        "narrow_lists": [row(json!({ "list": "black", "severity": "general", "listing_months": 6 }))],
        "clocks": { "answer": row(json!({ "days": 5 })) },
    })
}

type Edit = fn(&mut Value);

pub fn cases() -> Vec<Case> {
    let bases: &[(&str, &str, Edit)] = &[
        ("R150", "of a base", |_| {}),
        ("R151", "with defaults written out is the same edition", |file| {
            file["lists"][0]["also_called"] = json!([]);
            file["lists"][0]["terms"] = json!({});
            file["measures"][0]["applies_to"]["grounds"] = json!([]);
            file["kinds"]["black"]["terms"]["general"]["repairable"] = true.into();
            file["kinds"]["black"]["terms"]["general"]["disclosure"] = "public".into();
        }),
        ("R150", "of version 1", |file| file["format"] = "huxin-edition/1".into()),
        ("R150", "with an unknown member", |file| file["mood"] = 1.into()),
        ("R150", "without how sure a row is", |file| drop(file["lists"][0].as_object_mut().unwrap().remove("sure"))),
        ("R150", "with an empty source", |file| file["measures"][0]["source"] = "".into()),
        ("R150", "with two fields of one code", |file| file["fields"] = json!([file["fields"][0], file["fields"][0]])),
        ("R150", "with a measure for a list that is not there", |file| {
            file["measures"][0]["applies_to"]["lists"] = json!(["rivers-black"]);
        }),
        ("R150", "with a measure that its list cannot carry", |file| file["measures"][0]["kind"] = "incentive".into()),
        ("R150", "with a list that is called black", |file| file["lists"][0]["id"] = "black".into()),
        ("R150", "with a holiday of another year", |file| file["calendar"]["holidays"] = json!(["2027-01-01"])),
        ("R6", "with a mark of direction", |file| file["title"]["zh"] = "样例\u{202E}".into()),
    ];
    let layers: &[(&str, &str, Edit)] = &[
        ("R155", "of a layer", |_| {}),
        ("R155", "of a layer with a longer term", |layer| layer["narrow_lists"][0]["listing_months"] = 13.into()),
        ("R155", "of a layer with a later repair", |layer| layer["narrow_lists"][0]["repair_after_months"] = 4.into()),
        ("R155", "of a layer that asks more of a repair", |layer| {
            layer["narrow_lists"][0]["repair_requires"] = json!(["rectified", "training"]);
        }),
        ("R155", "of a layer with a longer clock", |layer| layer["clocks"]["answer"]["days"] = 11.into()),
        ("R155", "of a layer with a clock of partners", |layer| {
            layer["clocks"] = json!({ "lift": row(json!({ "days": 1 })) })
        }),
        ("R155", "of a layer that adds without a regulation", |layer| {
            layer["fields"] = json!([row(json!({ "code": "rivers", "name": words("河道") }))]);
        }),
        ("R155", "of a layer that confirms what was read", |layer| {
            layer["confirm"] = json!([{ "list": "roads-black", "source": "样例" }]);
        }),
        ("R155", "of a layer without cities", |layer| layer["cities"] = json!([])),
        ("R155", "of a layer on nothing", |layer| layer["base"] = "00".repeat(32).into()),
        ("R155", "of a layer that adds a national list", |layer| {
            layer["lists"] = json!([row(
                json!({ "id": "red-list", "kind": "red", "name": words("样例红名单"), "scope": "national",
                "serious": false, "set_up_by": "样例条例", "local_regulation": "样例条例" })
            )]);
        }),
    ];
    let mut cases = Vec::new();
    for (rule, title, edit) in bases {
        let mut file = base();
        edit(&mut file);
        cases.push(case(rule, title, &[file]));
    }
    for (rule, title, edit) in layers {
        let mut file = layer();
        edit(&mut file);
        cases.push(case(rule, title, &[base(), file]));
    }
    cases
}

fn case(rule: &str, title: &str, files: &[Value]) -> Case {
    let mut case = Case {
        title: title.to_owned(),
        rule: rule.to_owned(),
        form: "edition".to_owned(),
        federation: None,
        text: Some(serde_json::to_string(files).unwrap()),
        bytes: None,
        expected: Expected::Refused { refused: String::new() },
    };
    case.expected = judge(&case);
    case
}
