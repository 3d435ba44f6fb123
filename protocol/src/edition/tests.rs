//! Tests of editions: the built-in ones and strict reading; and in files of their own issue-time checks, registries and lines,
//! layers, terms and clocks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clocks;
mod issue;
mod layers;
mod lists;
mod national;

use super::*;
use crate::body::{Basis, Body, Decision, EntryBody, List, Severity};
use crate::header::Disclosure;
use crate::kind::Kind;
use crate::ruling::DisclosureLevel::{Federation, Public};
use crate::subject::{Subject, SubjectClass, SubjectId};
use serde_json::json;
use std::collections::BTreeMap;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn demo() -> Edition {
    Edition::named("demo").unwrap()
}

fn entry() -> EntryBody {
    EntryBody {
        subject: Subject {
            id: SubjectId::new("uscc", "91990099MA00000156").unwrap(),
            class: SubjectClass::Enterprise,
            name: "示例有限公司".to_owned(),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "示例名单".to_owned(),
        field: "示例".to_owned(),
        ground_text: "示例事由".to_owned(),
        severity: Some(Severity::General),
        basis: Basis {
            law: Some("示例法".to_owned()),
            document_number: Some("1号".to_owned()),
            authority: "示例局".to_owned(),
            decided_on: Some(day("2026-03-01")),
            effective_on: Some(day("2026-03-01")),
        },
        measures: vec!["D-B-01".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: demo().digest(),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }
}

fn issue(on: &str) -> Issue<'static> {
    Issue {
        day: day(on),
        city: None,
        disclosure: &Disclosure::Public,
        allow_natural_persons: false,
        confirmed_code: false,
        own_names: &[],
        editions: known(),
    }
}

fn known() -> &'static BTreeMap<Digest, Edition> {
    static KNOWN: std::sync::OnceLock<BTreeMap<Digest, Edition>> = std::sync::OnceLock::new();
    KNOWN.get_or_init(builtin)
}

fn faults(edit: impl FnOnce(&mut EntryBody)) -> Vec<&'static str> {
    faults_under(&issue("2026-03-02"), edit)
}

/// Codes of the faults; what has none can be sealed.
fn faults_under(issue: &Issue<'_>, edit: impl FnOnce(&mut EntryBody)) -> Vec<&'static str> {
    let mut body = entry();
    edit(&mut body);
    let faults = demo().check_listing(&body, issue);
    if faults.is_empty() {
        Body::Listing(Box::new(body)).seal(Kind::Entry, &[7; 16]).unwrap();
    }
    assert!(faults.iter().all(|fault| !fault.to_string().is_empty()));
    faults.iter().map(IssueFault::code).collect()
}

#[test]
fn built_in_editions_are_in_order() {
    let editions = builtin();
    let names: Vec<&str> = editions.values().map(Edition::name).collect();
    assert_eq!(editions.len(), 6, "{names:?}");
    for (digest, edition) in &editions {
        assert_eq!(*digest, edition.digest());
        assert!(edition.notice().zh.contains("法律效力") && edition.notice().en.contains("no legal force"));
        assert_eq!(Edition::parse_on(edition.canonical(), &editions).unwrap(), *edition);
        assert!(edition.binds_on(day("2026-11-22")));
    }
    let mdb = Edition::named("mdb").unwrap();
    assert_eq!(mdb.measure("M-MDB-01").unwrap().content.en, "ineligible for bank-financed contracts");
    assert_eq!(mdb.measure("M-OFAC-01").unwrap().content.en, "blocked property");
    assert_eq!(mdb.rules("x", List::Black).last_day(None, day("2026-01-01")), None);
}

/// DOMAIN rules 3 and 5 as the demo edition states them.
#[test]
fn the_demo_edition_states_the_national_numbers() {
    let demo = demo();
    let black = demo.rules("样例名单", List::Black);
    let terms = [Severity::Minor, Severity::General, Severity::Serious].map(|one| black.terms(Some(one)).unwrap());
    assert_eq!(terms.map(|terms| terms.listing_months), [Some(3), Some(12), Some(36)]);
    assert_eq!(terms.map(|terms| terms.repair_after_months), [None, Some(3), Some(12)]);
    assert_eq!(terms.map(|terms| terms.disclosure), [Federation, Public, Public]);
    let days = Clock::ALL.map(|clock| demo.clock_days("样例名单", List::Black, clock));
    assert_eq!(days, [None, Some(3), Some(10), Some(15), Some(5), Some(5), Some(3), Some(7)]);
    assert_eq!(demo.objection_silence(), Silence::Keep);
    assert!(demo.black_suspends_incentives());
}

/// R151: white space and order do not matter, content does.
#[test]
fn the_digest_is_of_the_content() {
    let demo = demo();
    let value: serde_json::Value = serde_json::from_slice(demo.canonical()).unwrap();
    let pretty = serde_json::to_vec_pretty(&value).unwrap();
    assert_eq!(Edition::parse(&pretty).unwrap().digest(), demo.digest());
    let mut other = value;
    other["measures"][0]["content"]["zh"] = "别的".into();
    assert_ne!(Edition::parse(other.to_string().as_bytes()).unwrap().digest(), demo.digest());
}

fn calendar(years: &[i16], holidays: &[&str], make_up_days: &[&str]) -> serde_json::Value {
    json!({ "years": years, "holidays": holidays, "make_up_days": make_up_days, "source": "合成", "sure": "chosen" })
}

fn threshold(better: &str, green: u32, red: u32) -> serde_json::Value {
    json!({ "figure": "answer-days", "unit": "days", "better": better, "green": green, "red": red, "source": "合成", "sure": "chosen" })
}

/// R150: each way of being out of order is refused, with its own code.
#[test]
fn editions_out_of_order_are_refused() {
    let value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
    let refused = |edit: &fn(&mut serde_json::Value)| {
        let mut value = value.clone();
        edit(&mut value);
        let fault = Edition::parse(value.to_string().as_bytes()).map(|_| value.to_string()).unwrap_err();
        assert!(!fault.to_string().is_empty());
        fault.code()
    };
    type Edit = fn(&mut serde_json::Value);
    let rows: &[(&str, Edit)] = &[
        ("edition_format", |edition| edition["format"] = "huxin-edition/1".into()),
        ("edition_shape", |edition| edition["unknown"] = 1.into()),
        ("edition_shape", |edition| edition["kinds"]["black"]["requires"][0] = "mood".into()),
        ("edition_shape", |edition| edition["kinds"]["black"]["terms"]["minor"]["listing_months"] = (-1).into()),
        ("edition_shape", |edition| edition["measures"][0]["actor"] = "somebody".into()),
        ("edition_shape", |edition| edition["objection_silence"] = "remove".into()),
        ("edition_shape", |edition| edition["lists"][0]["sure"] = "very".into()),
        ("edition_period", |edition| edition["binds_until"] = "2018-12-31".into()),
        ("edition_name", |edition| edition["name"] = "Demo".into()),
        ("edition_code", |edition| edition["grounds"][0]["code"] = "a b".into()),
        ("edition_code", |edition| edition["lists"][0]["id"] = "black".into()),
        ("edition_repeated", |edition| edition["measures"][1]["code"] = "D-R-01".into()),
        ("edition_repeated", |edition| edition["measures"][1]["code"] = "d-r-01".into()),
        ("edition_repeated", |edition| edition["lists"][1]["id"] = edition["lists"][0]["id"].clone()),
        ("edition_repeated", |edition| edition["lists"][1]["also_called"] = json!([edition["lists"][0]["name"]["zh"]])),
        ("edition_repeated", |edition| edition["grounds"][1]["name"] = edition["grounds"][0]["name"].clone()),
        ("edition_unknown_reference", |edition| edition["lists"][0]["field"] = "wages".into()),
        ("edition_unknown_reference", |edition| edition["measures"][4]["applies_to"]["lists"] = json!(["none"])),
        ("edition_unknown_reference", |edition| edition["measures"][4]["applies_to"]["grounds"] = json!(["none"])),
        ("edition_applies_to", |edition| edition["measures"][1]["applies_to"]["classes"] = json!([])),
        ("edition_applies_to", |edition| edition["measures"][0]["applies_to"]["lists"] = json!(["work-safety"])),
        ("edition_empty_text", |edition| edition["measures"][1]["content"]["en"] = " ".into()),
        ("edition_empty_text", |edition| edition["lists"][0]["source"] = "".into()),
        ("text_unsafe", |edition| edition["measures"][1]["content"]["zh"] = "甲\u{202E}".into()),
        ("text_unsafe", |edition| edition["title"]["en"] = "a\u{1B}[2J".into()),
        ("text_unsafe", |edition| edition["clocks"]["answer"]["source"] = "a\u{200B}".into()),
        ("edition_calendar", |edition| edition["calendar"] = calendar(&[2026], &["2027-01-01"], &[])),
        ("edition_calendar", |edition| edition["calendar"] = calendar(&[2026], &["2026-10-10"], &["2026-10-10"])),
        ("edition_calendar", |edition| edition["calendar"] = calendar(&[2027, 2026], &[], &[])),
        ("edition_threshold", |edition| edition["thresholds"] = json!([threshold("higher", 60, 80)])),
        ("edition_threshold", |edition| edition["thresholds"] = json!([threshold("lower", 25, 16)])),
        ("edition_repeated", |edition| {
            edition["thresholds"] = json!([threshold("lower", 16, 25), threshold("lower", 16, 25)]);
        }),
    ];
    for (code, edit) in rows {
        assert_eq!(refused(edit), *code);
    }
    assert_eq!(Edition::parse(b"{").unwrap_err().code(), "edition_shape");
    assert_eq!(Edition::parse(&vec![b' '; EDITION_BYTES + 1]).unwrap_err().code(), "edition_too_long");
    let twice = String::from_utf8(demo().canonical().to_vec()).unwrap().replacen('{', "{\"name\":\"demo\",", 1);
    assert_eq!(Edition::parse(twice.as_bytes()).unwrap_err().code(), "edition_shape");
}

/// Words that applications print and files carry.
#[test]
fn what_a_basis_may_lack_has_stable_names() {
    let codes = [
        ("law", "法律依据"),
        ("document_number", "文号"),
        ("authority", "认定机关"),
        ("decided_on", "认定日期"),
        ("effective_on", "生效日期"),
        ("measures", "措施"),
        ("notice_on", "告知日期"),
        ("remedy", "救济途径"),
        ("authority_uscc", "认定机关代码"),
        ("data_source_uscc", "数据来源单位代码"),
        ("penalty_type", "处罚类别"),
        ("repair_notice_served_on", "修复告知书送达日期"),
    ];
    for (code, chinese) in codes {
        let item: BasisItem = serde_json::from_value(code.into()).unwrap();
        assert_eq!((item.code(), item.text().1), (code, chinese));
    }
    for clock in Clock::ALL {
        assert_eq!(serde_json::to_value(clock).unwrap(), clock.name());
    }
}

#[test]
fn an_edition_says_how_long_it_binds() {
    assert_eq!(demo().binds_until(), None);
    let mut value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
    value["binds_until"] = "2030-06-30".into();
    let edition = Edition::parse(value.to_string().as_bytes()).unwrap();
    assert_eq!(edition.binds_until(), Some(day("2030-06-30")));
    assert!(edition.binds_on(day("2030-06-30")) && !edition.binds_on(day("2030-07-01")));
}

/// The demonstration edition with another name and whatever `change` says.
pub(crate) fn edition(name: &str, change: &[(&str, serde_json::Value)]) -> Result<Edition, EditionFault> {
    let mut value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
    value["name"] = name.into();
    for (key, to) in change {
        value[*key] = to.clone();
    }
    Edition::parse(&serde_json::to_vec(&value).unwrap())
}

fn all(editions: Vec<Edition>) -> BTreeMap<Digest, Edition> {
    editions.into_iter().map(|edition| (edition.digest(), edition)).collect()
}
