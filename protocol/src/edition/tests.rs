//! Tests of editions: the built-in ones, strict reading, issue-time checks, working days.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::body::{Basis, Body, Source};
use crate::header::Disclosure;
use crate::ids::CityCode;
use crate::kind::Kind;
use crate::subject::{Subject, SubjectId};
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
        edition: demo().digest(),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
    }
}

fn issue(on: &str) -> Issue<'static> {
    Issue {
        day: day(on),
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
    assert_eq!(refused(&|edition| edition["measures"][1]["content"]["zh"] = "甲\u{202E}".into()), "text_unsafe");
    assert_eq!(refused(&|edition| edition["title"]["en"] = "a\u{1B}[2J".into()), "text_unsafe");
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
    assert_eq!(demo().check_listing(&entry(), &issue("2018-12-31"))[0].code(), "edition_not_binding");
    // An imported official record may lack items, and then carries no measure.
    let source = Some(Source { publisher: "示例公示网".to_owned(), retrieved_on: None, row: None });
    let import = |body: &mut EntryBody| {
        body.source = source.clone();
        body.basis.law = None;
        body.severity = None;
    };
    assert_eq!(faults(import), ["measure_without_basis", "severity_missing"]);
    let plain = |body: &mut EntryBody| {
        import(body);
        body.measures.clear();
        body.ground_text.clear();
    };
    assert!(faults(plain).is_empty());
}

/// R152: every field, with what may not be in it.
#[test]
fn texts_at_issue() {
    type Edit = fn(&mut EntryBody, String);
    let fields: &[(&str, usize, Edit)] = &[
        ("subject.name", 512, |body, text| body.subject.name = text),
        ("subject.aliases", 512, |body, text| body.subject.aliases = vec!["甲".to_owned(), text]),
        ("list_name", 512, |body, text| body.list_name = text),
        ("field", 128, |body, text| body.field = text),
        ("ground_text", 4096, |body, text| body.ground_text = text),
        ("basis.law", 4096, |body, text| body.basis.law = Some(text)),
        ("basis.document_number", 256, |body, text| body.basis.document_number = Some(text)),
        ("basis.authority", 512, |body, text| body.basis.authority = text),
        ("record_ref", 256, |body, text| body.record_ref = Some(text)),
        ("source.publisher", 512, |body, text| {
            body.source = Some(Source { publisher: text, retrieved_on: None, row: None });
        }),
        ("summary", 8192, |body, text| body.summary = text),
    ];
    let under = |edit: &Edit, text: String| {
        let mut body = entry();
        edit(&mut body, text);
        let faults = demo().check_listing(&body, &issue("2026-03-02"));
        if faults.is_empty() {
            Body::Listing(Box::new(body)).seal(Kind::Entry, &[7; 16]).unwrap();
        }
        faults.iter().map(|fault| (fault.code(), fault.field())).collect::<Vec<_>>()
    };
    for (field, most, edit) in fields {
        assert_eq!(under(edit, "示例\u{202E}".to_owned()), [("text_unsafe", Some(*field))]);
        assert_eq!(under(edit, "一\n二".to_owned()), [("text_unsafe", Some(*field))]);
        assert_eq!(under(edit, "甲990099199001010011".to_owned()), [("personal_number", Some(*field))]);
        assert_eq!(under(edit, "a".repeat(*most)), []);
        assert_eq!(under(edit, "a".repeat(*most + 1)), [("text_too_long", Some(*field))]);
        // 390 bytes as written, 780 in normal form C: the signed form is counted.
        let swells = "\u{958}".repeat(most / 6 + 1);
        assert_eq!(under(edit, swells), [("text_too_long", Some(*field))]);
        let empty = under(edit, String::new());
        match *field {
            "summary" => assert_eq!(empty, []),
            "basis.law" | "basis.document_number" | "basis.authority" => {
                assert_eq!(empty, [("text_missing", Some(*field)), ("basis_missing", None)]);
            }
            _ => assert_eq!(empty, [("text_missing", Some(*field))]),
        }
    }
    assert_eq!(
        faults(|body| body.subject.id = SubjectId::new("wb", "990099199001010011").unwrap()),
        ["personal_number"]
    );
    assert_eq!(faults(|body| body.subject.id = SubjectId::new("wb", "a\u{200B}b").unwrap()), ["text_unsafe"]);
    assert_eq!(faults(|body| body.subject.aliases = vec!["甲".to_owned(); 129]), ["too_many_items"]);
    assert_eq!(faults(|body| body.evidence = vec![Digest([1; 32]); 65]), ["too_many_items"]);
    assert_eq!(faults(|body| body.subject.aliases = vec!["a".repeat(500); 70]), ["body_too_long"]);
    assert_eq!(faults(|body| body.linked_persons = vec![Digest([1; 32])]), ["linked_persons"]);
}

/// R152, DOMAIN rule 15.
#[test]
fn codes_at_issue() {
    let mistyped = |body: &mut EntryBody| body.subject.id = SubjectId::new("uscc", "91990099MA00000157").unwrap();
    let sourced = |publisher: &'static str| {
        move |body: &mut EntryBody| {
            mistyped(body);
            body.source = Some(Source { publisher: publisher.to_owned(), retrieved_on: None, row: None });
        }
    };
    assert_eq!(faults(mistyped), ["code_check"]);
    assert!(faults_under(&Issue { confirmed_code: true, ..issue("2026-03-02") }, mistyped).is_empty());
    assert!(faults(sourced("示例公示网")).is_empty());
    // A city does not become another publisher by naming itself.
    let own = ["示例市".to_owned(), "示例市信用办（合成）".to_owned()];
    let strict = Issue { own_names: &own, ..issue("2026-03-02") };
    assert_eq!(faults_under(&strict, sourced(" 示例市信用办(合成)")), ["code_check"]);
    let bare = |body: &mut EntryBody| {
        body.source = Some(Source { publisher: "示例市".to_owned(), retrieved_on: None, row: None });
        (body.severity, body.basis.law) = (None, None);
    };
    assert_eq!(faults_under(&strict, bare), ["basis_missing", "severity_missing"]);
}

#[test]
fn dates_at_issue() {
    let source =
        |on: &str| Some(Source { publisher: "示例公示网".to_owned(), retrieved_on: Some(day(on)), row: None });
    assert_eq!(faults(|body| body.observed_on = Some(day("2026-03-03"))), ["observed_in_future"]);
    assert_eq!(faults(|body| body.source = source("2026-03-03")), ["retrieved_in_future"]);
    assert!(faults(|body| body.source = source("2026-03-02")).is_empty());
    assert!(faults(|body| body.basis.effective_on = Some(day("2026-12-01"))).is_empty());
    let before_decision = |body: &mut EntryBody| {
        body.basis.effective_on = Some(day("2026-01-01"));
        body.until = Some(day("2026-02-01"));
    };
    assert_eq!(faults(before_decision), ["ends_before_start"]);
}

/// DOMAIN rule 11.
#[test]
fn persons_at_issue() {
    let named = Disclosure::Named(vec![CityCode::new("330200").unwrap()]);
    let allowed = Issue { allow_natural_persons: true, disclosure: &named, ..issue("2026-03-02") };
    let digest = "3b5d5c3712955042212316173ccf37be800f0ee3f4b2a990099199001010011a";
    let person = |body: &mut EntryBody| {
        body.subject.id = SubjectId::new("person", digest).unwrap();
        body.subject.class = SubjectClass::NaturalPerson;
        body.subject.name = "张*".to_owned();
    };
    assert!(faults_under(&allowed, person).is_empty());
    assert_eq!(faults(person), ["natural_person"]);
    let open = Issue { disclosure: &Disclosure::Federation, ..allowed };
    assert_eq!(faults_under(&open, person), ["person_disclosure"]);
    let edits: [(&str, fn(&mut EntryBody)); 6] = [
        ("person_id", |body| body.subject.id = SubjectId::new("wb", "7").unwrap()),
        ("person_id", |body| body.subject.id = SubjectId::new("person", "k0f3").unwrap()),
        ("person_id", |body| body.subject.id = SubjectId::new("person", &"A".repeat(64)).unwrap()),
        ("person_name", |body| body.subject.name = "张三".to_owned()),
        ("person_name", |body| body.subject.aliases = vec!["张三".to_owned()]),
        ("linked_persons", |body| body.linked_persons = vec![Digest([1; 32])]),
    ];
    for (code, edit) in edits {
        let both = |body: &mut EntryBody| {
            person(body);
            edit(body);
        };
        assert_eq!(faults_under(&allowed, both), [code]);
    }
    // The scheme alone makes a person, whatever the class says.
    assert_eq!(faults(|body| body.subject.id = SubjectId::new("person", digest).unwrap()), ["natural_person"]);
}

/// All faults at once.
#[test]
fn every_fault_is_told() {
    let all = faults(|body| {
        body.subject.name = "\u{200B}".to_owned();
        body.subject.id = SubjectId::new("uscc", "91990099MA00000157").unwrap();
        body.severity = None;
        body.measures = vec!["X".to_owned()];
        body.basis.decided_on = Some(day("2027-01-01"));
    });
    let due =
        ["text_unsafe", "name_placeholder", "code_check", "severity_missing", "measure_unknown", "decided_in_future"];
    assert_eq!(all, due);
}

#[test]
fn repair_checks() {
    let demo = demo();
    let codes = |body: &EntryBody, links: &[&EntryBody], on: &str| -> Vec<&'static str> {
        demo.check_repair(body, links, day(on)).iter().map(IssueFault::code).collect()
    };
    let mut body = entry();
    assert_eq!(codes(&body, &[], "2026-05-31"), ["repair_too_early"]);
    assert!(codes(&body, &[&body], "2026-06-01").is_empty());
    body.ground_text = demo.not_repairable()[0].clone();
    assert_eq!(codes(&body, &[], "2026-06-01"), ["not_repairable"]);
    // An amended date neither renews the waiting time nor does an earlier link's ground or severity speak.
    let first = body;
    let mut current = entry();
    current.basis.decided_on = Some(day("2026-05-01"));
    assert_eq!(codes(&current, &[], "2026-06-01"), ["repair_too_early"]);
    assert!(codes(&current, &[&first, &current], "2026-06-01").is_empty());
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

/// The demonstration edition with another name and whatever `change` says.
pub(crate) fn edition(name: &str, change: &[(&str, serde_json::Value)]) -> Result<Edition, EditionFault> {
    let mut value: serde_json::Value = serde_json::from_slice(&demo().canonical()).unwrap();
    value["name"] = name.into();
    for (key, to) in change {
        value[*key] = to.clone();
    }
    Edition::parse(&serde_json::to_vec(&value).unwrap())
}

fn registry(lists: &[(&str, &str, bool)]) -> (&'static str, serde_json::Value) {
    let lists =
        lists.iter().map(|(name, list, serious)| serde_json::json!({ "name": name, "list": list, "serious": serious }));
    ("registry", lists.collect())
}

fn all(editions: Vec<Edition>) -> BTreeMap<Digest, Edition> {
    editions.into_iter().map(|edition| (edition.digest(), edition)).collect()
}

/// R150, R154: each row is a registry or line, and the fault of the file, if it has one.
#[test]
fn registries_and_lines_are_read_strictly() {
    let rows: Vec<(&str, serde_json::Value, Option<&str>)> = vec![
        ("registry", serde_json::json!([]), None),
        ("registry", registry(&[("甲名单", "black", true), ("乙名单", "red", false)]).1, None),
        (
            "registry",
            registry(&[("甲名单（一）", "black", true), ("甲名单(一)", "watch", false)]).1,
            Some("edition_repeated_list"),
        ),
        ("registry", registry(&[("甲名单", "watch", true)]).1, Some("edition_registration")),
        ("registry", registry(&[(" ", "black", false)]).1, Some("edition_registration")),
        ("registry", registry(&[("甲\u{202e}名单", "black", false)]).1, Some("text_unsafe")),
        ("registry", serde_json::json!([{ "name": "甲", "list": "black" }]), Some("edition_shape")),
        ("registry", serde_json::json!([{ "name": "甲", "list": "grey", "serious": false }]), Some("edition_shape")),
        ("line", "national".into(), None),
        ("line", "National".into(), Some("edition_name")),
        ("line", "".into(), Some("edition_name")),
    ];
    for (key, value, due) in rows {
        let found = edition("one", &[(key, value.clone())]).err().map(|fault| fault.code());
        assert_eq!(found, due, "{key}: {value}");
    }
    assert_eq!(demo().line(), "demo", "the name where none is given");
    assert_eq!(edition("zj-2026", &[("line", "zj".into())]).unwrap().line(), "zj");
}

/// R154: which edition a list belongs to on a day. Each row: the list's name and kind, the edition named, the day, and whether
/// the list belongs elsewhere.
#[test]
fn a_list_belongs_to_the_edition_in_force_that_registers_it() {
    let lists = registry(&[("安全生产严重失信主体名单（样例）", "black", true)]);
    let old = edition("zj-2020", &[lists.clone(), ("line", "zj".into()), ("binds_from", "2020-01-01".into())]).unwrap();
    let new = edition("zj-2026", &[lists.clone(), ("line", "zj".into()), ("binds_from", "2026-01-01".into())]).unwrap();
    let over =
        edition("gone", &[registry(&[("旧名单", "black", false)]), ("binds_until", "2025-12-31".into())]).unwrap();
    let weak = edition("weak", &[("registry", serde_json::json!([]))]).unwrap();
    let known = all(vec![old.clone(), new.clone(), over.clone(), weak.clone()]);
    let name = "安全生产严重失信主体名单（样例）";
    let rows: [(&str, List, &Edition, &str, bool); 12] = [
        (name, List::Black, &new, "2026-03-01", false),
        (name, List::Black, &weak, "2026-03-01", true),
        // Other brackets are no other list (R8).
        ("安全生产严重失信主体名单 (样例)", List::Black, &weak, "2026-03-01", true),
        // A version that another has followed is as weak as a stranger.
        (name, List::Black, &old, "2026-03-01", true),
        (name, List::Black, &old, "2025-12-31", false),
        (name, List::Black, &new, "2025-12-31", true),
        // The right edition, and another kind of list.
        (name, List::Watch, &new, "2026-03-01", true),
        // Before any version: nothing registers it.
        (name, List::Black, &weak, "2019-12-31", false),
        // Registered nowhere.
        ("样例名单", List::Black, &weak, "2026-03-01", false),
        // Registered by an edition that is over.
        ("旧名单", List::Black, &weak, "2026-03-01", false),
        ("旧名单", List::Black, &weak, "2025-03-01", true),
        ("旧名单", List::Black, &over, "2025-03-01", false),
    ];
    for (list_name, list, named, on, due) in rows {
        let mut body = entry();
        (body.list_name, body.list, body.edition) = (list_name.to_owned(), list, named.digest());
        assert_eq!(belongs_elsewhere(&known, &body, day(on)), due, "{list_name} {list:?} {} {on}", named.name());
        // What is signed is checked in the same way.
        let here = Issue { editions: &known, ..issue(on) };
        let codes: Vec<&str> = named.check_listing(&body, &here).iter().map(IssueFault::code).collect();
        assert_eq!(codes.contains(&"list_registered_elsewhere"), due, "{codes:?}");
    }
    assert!(contradiction(&known).is_none());
    let other = edition("other", &[lists]).unwrap();
    assert!(contradiction(&all(vec![new, other])).is_some(), "one list in two lines");
}

/// An entry of a general list under the name of the serious ones defames: such a name is signed only where it is registered, and
/// shown with a word beside it where it is not.
#[test]
fn only_a_registered_list_bears_the_serious_name() {
    let rows = [
        ("安全生产严重失信主体名单", true),
        ("严重失信主体名单", false),
        ("本市 严重 失信 主体 名单", false),
        ("失信被执行人名单", true),
        ("样例名单", true),
    ];
    for (name, may) in rows {
        let found = faults(|body| body.list_name = name.to_owned());
        assert_eq!(found, if may { vec![] } else { vec!["list_not_serious"] }, "{name}");
        assert_eq!(shown_name(name, Some(&demo())) == name, may, "{name}");
    }
    assert!(
        shown_name("安全生产严重失信主体名单", None).contains("未经核对"),
        "an edition that is not known registers nothing"
    );
}
