//! Tests of editions: the built-in ones, strict reading, issue-time checks, working days.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::body::{Basis, Source};
use crate::subject::{Subject, SubjectId};

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
        edition: demo().digest(),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
    }
}

fn faults(edit: impl FnOnce(&mut EntryBody)) -> Vec<&'static str> {
    let mut body = entry();
    edit(&mut body);
    demo().check_listing(&body, day("2026-03-02")).iter().map(IssueFault::code).collect()
}

#[test]
fn both_built_in_editions_are_in_order() {
    let editions = builtin();
    let names: Vec<&str> = editions.values().map(Edition::name).collect();
    assert_eq!(editions.len(), 2, "{names:?}");
    for (digest, edition) in &editions {
        assert_eq!(*digest, edition.digest());
        assert!(edition.notice().zh.contains("法律效力") && edition.notice().en.contains("no legal force"));
        assert_eq!(Edition::parse(&edition.canonical()).unwrap(), *edition);
        assert!(edition.binds_on(day("2026-11-22")));
    }
    let mdb = Edition::named("mdb").unwrap();
    assert_eq!(mdb.measure("M-MDB-01").unwrap().content.en, "ineligible for bank-financed contracts");
    assert_eq!(mdb.measure("M-OFAC-01").unwrap().content.en, "blocked property");
    assert_eq!(mdb.last_day(List::Black, None, day("2026-01-01")), None);
}

/// DOMAIN rules 3 and 5 as the demo edition states them.
#[test]
fn the_demo_edition_states_the_national_numbers() {
    let demo = demo();
    let black = demo.list(List::Black);
    let months = [Severity::Minor, Severity::General, Severity::Serious].map(|one| black.max_months.of(Some(one)));
    assert_eq!(months, [Some(3), Some(12), Some(36)]);
    let repair =
        [Severity::Minor, Severity::General, Severity::Serious].map(|one| black.repairable_after_months.of(Some(one)));
    assert_eq!(repair, [Some(0), Some(3), Some(12)]);
    let clocks = demo.clocks();
    assert_eq!((clocks.repair_feedback, clocks.repair_decision, clocks.objection_ruling), (10, 3, 15));
    assert_eq!((clocks.response, clocks.lifted_feedback, clocks.publication), (5, 3, 7));
    assert!(demo.black_suspends_incentives());
}

/// R151: white space and order do not matter, content does.
#[test]
fn the_digest_is_of_the_content() {
    let demo = demo();
    let value: serde_json::Value = serde_json::from_slice(&demo.canonical()).unwrap();
    let pretty = serde_json::to_vec_pretty(&value).unwrap();
    assert_eq!(Edition::parse(&pretty).unwrap().digest(), demo.digest());
    let mut other = value;
    other["measures"][0]["content"]["zh"] = "别的".into();
    assert_ne!(Edition::parse(other.to_string().as_bytes()).unwrap().digest(), demo.digest());
}

/// R150: each way of being out of order is refused, with its own code.
#[test]
fn editions_out_of_order_are_refused() {
    let value: serde_json::Value = serde_json::from_slice(&demo().canonical()).unwrap();
    let refused = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut value = value.clone();
        edit(&mut value);
        Edition::parse(value.to_string().as_bytes()).unwrap_err().code()
    };
    assert_eq!(refused(&|edition| edition["format"] = "huxin-edition/2".into()), "edition_format");
    assert_eq!(refused(&|edition| edition["unknown"] = 1.into()), "edition_shape");
    assert_eq!(refused(&|edition| edition["lists"]["black"]["requires"][0] = "mood".into()), "edition_shape");
    assert_eq!(refused(&|edition| edition["lists"]["black"]["max_months"]["minor"] = (-1).into()), "edition_shape");
    assert_eq!(refused(&|edition| edition["binds_until"] = "2018-12-31".into()), "edition_period");
    assert_eq!(refused(&|edition| edition["name"] = "Demo".into()), "edition_name");
    assert_eq!(refused(&|edition| edition["measures"][1]["code"] = "D-R-01".into()), "edition_repeated_measure");
    assert_eq!(refused(&|edition| edition["measures"][1]["targets"] = serde_json::json!([])), "edition_empty_measure");
    assert_eq!(refused(&|edition| edition["measures"][1]["content"]["en"] = " ".into()), "edition_empty_measure");
    assert_eq!(Edition::parse(b"{").unwrap_err().code(), "edition_shape");
    assert_eq!(Edition::parse(&vec![b' '; EDITION_BYTES + 1]).unwrap_err().code(), "edition_too_long");
    let twice = String::from_utf8(demo().canonical()).unwrap().replacen('{', "{\"name\":\"demo\",", 1);
    assert_eq!(Edition::parse(twice.as_bytes()).unwrap_err().code(), "edition_shape");
}

/// Words that applications print and files carry.
#[test]
fn what_a_basis_may_lack_has_stable_names() {
    use BasisItem::{Authority, DecidedOn, DocumentNumber, EffectiveOn, Law, Measures};
    let items = [Law, DocumentNumber, Authority, DecidedOn, EffectiveOn, Measures];
    let codes = ["law", "document_number", "authority", "decided_on", "effective_on", "measures"];
    assert_eq!(items.map(BasisItem::code), codes);
    let chinese = ["法律依据", "文号", "认定机关", "认定日期", "生效日期", "措施"];
    assert_eq!(items.map(|item| item.text().1), chinese);
    assert_eq!(Law.text().0, "law");
}

#[test]
fn an_edition_says_how_long_it_binds() {
    assert_eq!(demo().binds_until(), None);
    let mut value: serde_json::Value = serde_json::from_slice(&demo().canonical()).unwrap();
    value["binds_until"] = "2030-06-30".into();
    let edition = Edition::parse(value.to_string().as_bytes()).unwrap();
    assert_eq!(edition.binds_until(), Some(day("2030-06-30")));
    assert!(edition.binds_on(day("2030-06-30")) && !edition.binds_on(day("2030-07-01")));
}

/// R152: what is refused at the moment of signing.
#[test]
fn issue_checks() {
    assert!(faults(|_| {}).is_empty());
    assert_eq!(faults(|body| body.edition = Digest([0; 32])), ["other_edition"]);
    assert_eq!(faults(|body| body.basis.law = None), ["basis_missing"]);
    assert_eq!(faults(|body| body.measures.clear()), ["basis_missing"]);
    assert_eq!(faults(|body| body.severity = None), ["severity_missing"]);
    assert_eq!(faults(|body| body.measures = vec!["X".to_owned()]), ["measure_unknown"]);
    assert_eq!(faults(|body| body.measures = vec!["D-R-01".to_owned()]), ["measure_not_for_list"]);
    assert_eq!(faults(|body| body.measures.push("D-B-01".to_owned())), ["measure_repeated"]);
    assert_eq!(faults(|body| body.subject.class = SubjectClass::GovernmentAgency), ["measure_not_for_class"]);
    assert_eq!(faults(|body| body.subject.class = SubjectClass::NaturalPerson), ["natural_person"]);
    assert_eq!(faults(|body| body.until = Some(day("2026-02-01"))), ["ends_before_start"]);
    assert_eq!(faults(|body| body.basis.decided_on = Some(day("2026-03-03"))), ["decided_in_future"]);
    assert_eq!(faults(|body| body.field = " ".to_owned()), ["text_missing"]);
    assert_eq!(faults(|body| body.ground_text.clear()), ["text_missing"]);
    assert_eq!(demo().check_listing(&entry(), day("2018-12-31"))[0].code(), "edition_not_binding");
    // An imported official record may lack items, and then carries no measure.
    let source = Some(Source { publisher: "示例公示网".to_owned(), retrieved_on: None, row: None });
    let import = |body: &mut EntryBody| {
        body.source = source.clone();
        body.basis.law = None;
        body.severity = None;
    };
    assert_eq!(faults(import), ["measure_without_basis"]);
    let plain = |body: &mut EntryBody| {
        import(body);
        body.measures.clear();
        body.ground_text.clear();
    };
    assert!(faults(plain).is_empty());
}

#[test]
fn repair_checks() {
    let demo = demo();
    let codes = |body: &EntryBody, on: &str| -> Vec<&'static str> {
        demo.check_repair(body, day(on)).iter().map(IssueFault::code).collect()
    };
    let mut body = entry();
    assert_eq!(codes(&body, "2026-05-31"), ["repair_too_early"]);
    assert!(codes(&body, "2026-06-01").is_empty());
    body.ground_text = demo.not_repairable()[0].clone();
    assert_eq!(codes(&body, "2026-06-01"), ["not_repairable"]);
}

/// R153.
#[test]
fn working_days_know_holidays_and_make_up_days() {
    // A made-up calendar: the official one is a publisher's fact, and no edition here carries it yet.
    let mut with: serde_json::Value = serde_json::from_slice(&demo().canonical()).unwrap();
    with["calendar"] = serde_json::json!({
        "holidays": (1..=7).map(|day| format!("2026-10-{day:02}")).collect::<Vec<_>>(),
        "make_up_days": ["2026-10-10"],
    });
    let demo = Edition::parse(with.to_string().as_bytes()).unwrap();
    assert!(demo.is_working_day(day("2026-11-20")), "a Friday");
    assert!(!demo.is_working_day(day("2026-11-21")), "a Saturday");
    assert!(!demo.is_working_day(day("2026-10-01")), "a holiday");
    assert!(demo.is_working_day(day("2026-10-10")), "a Saturday that is made up");
    assert_eq!(demo.add_working_days(day("2026-11-20"), 1), day("2026-11-23"));
    assert_eq!(demo.add_working_days(day("2026-09-30"), 3), day("2026-10-10"));
    assert_eq!(demo.add_working_days(day("2026-09-30"), 0), day("2026-09-30"));
    let mdb = Edition::named("mdb").unwrap();
    assert!(mdb.is_working_day(day("2026-10-01")), "no calendar: weekends only");
}
