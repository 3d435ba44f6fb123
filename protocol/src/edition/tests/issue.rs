//! What is refused when an entry or a repair is signed (R152).

use super::super::*;
use super::{day, demo, entry, faults, faults_under, issue};
use crate::body::{Body, EntryBody, LinkedPerson, List, PersonRole, RepairConditions, Severity, Source};
use crate::header::Disclosure;
use crate::ids::CityCode;
use crate::kind::Kind;
use crate::subject::{SubjectClass, SubjectId};
use serde_json::json;

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
        ("decision.penalty_type", 128, |body, text| body.decision.penalty_type = Some(text)),
        ("decision.remedy", 8192, |body, text| body.decision.remedy = Some(text)),
        ("disclosure_reason", 8192, |body, text| body.disclosure_reason = Some(text)),
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
        body.person_key = Some(Digest([5; 32]));
    };
    let linked = |name: &str| LinkedPerson {
        digest: Digest([1; 32]),
        name: name.to_owned(),
        role: PersonRole::LegalRepresentative,
    };
    let beside = |body: &mut EntryBody| {
        body.linked_persons = vec![linked("张*")];
        body.person_key = Some(Digest([5; 32]));
    };
    assert!(faults_under(&allowed, beside).is_empty());
    assert_eq!(faults(beside), ["natural_person"]);
    type Linked<'a> = &'a dyn Fn(&mut EntryBody);
    let rows: [(&str, Linked<'_>); 4] = [
        ("person_key", &|body| body.person_key = None),
        ("person_name", &|body| body.linked_persons[0].name = "张三".to_owned()),
        ("linked_persons", &|body| (body.list, body.measures, body.severity) = (List::Red, Vec::new(), None)),
        ("linked_persons", &person),
    ];
    for (code, edit) in rows {
        let both = |body: &mut EntryBody| {
            beside(body);
            edit(body);
        };
        assert_eq!(faults_under(&allowed, both), [code]);
    }
    assert!(faults_under(&allowed, person).is_empty());
    assert_eq!(faults(person), ["natural_person"]);
    let open = Issue { disclosure: &Disclosure::Federation, ..allowed };
    assert_eq!(faults_under(&open, person), ["person_disclosure"]);
    assert_eq!(faults_under(&open, beside), ["person_disclosure"]);
    let edits: [(&str, fn(&mut EntryBody)); 6] = [
        ("person_key", |body| body.person_key = None),
        ("person_id", |body| body.subject.id = SubjectId::new("wb", "7").unwrap()),
        ("person_id", |body| body.subject.id = SubjectId::new("person", "k0f3").unwrap()),
        ("person_id", |body| body.subject.id = SubjectId::new("person", &"A".repeat(64)).unwrap()),
        ("person_name", |body| body.subject.name = "张三".to_owned()),
        ("person_name", |body| body.subject.aliases = vec!["张三".to_owned()]),
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
        demo.check_repair(body, links, RepairConditions::default(), day(on)).iter().map(IssueFault::code).collect()
    };
    let mut body = entry();
    assert_eq!(codes(&body, &[], "2026-05-31"), ["repair_too_early"]);
    assert!(codes(&body, &[&body], "2026-06-01").is_empty());
    body.ground_text = demo.grounds()[0].name.zh.clone();
    assert_eq!(codes(&body, &[], "2026-06-01"), ["not_repairable"]);
    // An amended date neither renews the waiting time nor does an earlier link's ground or severity speak.
    let first = body;
    let mut current = entry();
    current.basis.decided_on = Some(day("2026-05-01"));
    assert_eq!(codes(&current, &[], "2026-06-01"), ["repair_too_early"]);
    assert!(codes(&current, &[&first, &current], "2026-06-01").is_empty());
}

/// R152, R156, R157: what a catalogue can ask of an entry. Each row: a change of the demonstration edition, a change of the entry, and
/// the faults.
#[test]
fn what_an_edition_asks_of_an_entry() {
    type Edit = fn(&mut serde_json::Value);
    type Row = (Edit, fn(&mut EntryBody), &'static [&'static str]);
    let rows: &[Row] = &[
        (|_| {}, |_| {}, &[]),
        (|edition| edition["fields"] = field_rows(), |_| {}, &["field_unknown"]),
        (|edition| edition["fields"] = field_rows(), |body| body.field = "x".to_owned(), &[]),
        (
            |edition| {
                edition["fields"] = field_rows();
                edition["lists"][1]["field"] = "y".into();
            },
            |body| {
                body.list_name = "安全生产严重失信主体名单".to_owned();
                body.field = "x".to_owned();
            },
            &["field_not_of_list"],
        ),
        (|edition| edition["lists"][1]["sure"] = "reported".into(), work_safety, &["list_unconfirmed"]),
        (|edition| edition["lists"][1]["sure"] = "reported".into(), |_| {}, &[]),
        (|edition| edition["measures"][4]["sure"] = "reported".into(), |_| {}, &["measure_unconfirmed"]),
        (|edition| meant(edition, "lists", "work-safety"), |_| {}, &["measure_not_for_case"]),
        (|edition| meant(edition, "lists", "work-safety"), work_safety, &[]),
        (|edition| meant(edition, "grounds", "accident-ban-for-life"), |_| {}, &["measure_not_for_case"]),
        (
            |edition| meant(edition, "grounds", "accident-ban-for-life"),
            |body| body.ground_text = "特大安全事故责任被终身禁业".to_owned(),
            &[],
        ),
        (|_| {}, |body| body.list_id = Some("work-safety".to_owned()), &["list_id"]),
        (|_| {}, |body| body.list_id = Some("none".to_owned()), &["list_id"]),
        (
            |edition| edition["lists"][1]["requires"] = json!(["notice_on", "remedy"]),
            work_safety,
            &["basis_missing", "basis_missing"],
        ),
        (
            |edition| edition["lists"][1]["requires"] = json!(["notice_on", "remedy", "authority_uscc"]),
            |body| {
                work_safety(body);
                body.decision.notice_on = Some(day("2026-02-01"));
                body.decision.remedy = Some("六十日内申请行政复议".to_owned());
                body.decision.authority_uscc = Some("91990099MA00000156".to_owned());
            },
            &[],
        ),
        (|_| {}, |body| body.decision.authority_uscc = Some("91990099MA00000157".to_owned()), &["decision_code"]),
        (|_| {}, |body| body.decision.data_source_uscc = Some("91990099ma00000156".to_owned()), &["decision_code"]),
        (|_| {}, |body| body.decision.notice_on = Some(day("2026-03-03")), &["told_in_future"]),
        (|_| {}, |body| body.severity = Some(Severity::Minor), &["disclosure_reason"]),
        (
            |_| {},
            |body| {
                body.severity = Some(Severity::Minor);
                body.disclosure_reason = Some("当事人要求公示".to_owned());
            },
            &[],
        ),
    ];
    for (at, (change, edit, due)) in rows.iter().enumerate() {
        let mut value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
        change(&mut value);
        let edition = Edition::parse(value.to_string().as_bytes()).unwrap();
        let known = super::all(vec![edition.clone()]);
        let mut body = entry();
        body.edition = edition.digest();
        edit(&mut body);
        let faults = edition.check_listing(&body, &Issue { editions: &known, ..issue("2026-03-02") });
        let codes: Vec<&str> = faults.iter().map(IssueFault::code).collect();
        assert_eq!(codes, *due, "row {at}");
        if due.is_empty() {
            Body::Listing(Box::new(body)).seal(Kind::Entry, &[7; 16]).unwrap();
        }
    }
}

fn field_rows() -> serde_json::Value {
    let row =
        |code: &str| json!({ "code": code, "name": { "zh": "甲", "en": code }, "source": "合成", "sure": "chosen" });
    json!([row("x"), row("y")])
}

fn work_safety(body: &mut EntryBody) {
    (body.list_name, body.list_id) = ("安全生产严重失信主体名单".to_owned(), Some("work-safety".to_owned()));
}

/// Says whose entries D-B-01 is meant for.
fn meant(edition: &mut serde_json::Value, key: &str, value: &str) {
    assert_eq!(edition["measures"][4]["code"], "D-B-01");
    edition["measures"][4]["applies_to"][key] = json!([value]);
}

/// R156: the members see a minor entry by default, and the public does not.
#[test]
fn disclosure_has_a_default_by_severity() {
    let mut body = entry();
    assert_eq!(demo().default_disclosure(&body), Disclosure::Public);
    body.severity = Some(Severity::Minor);
    assert_eq!(demo().default_disclosure(&body), Disclosure::Federation);
    let narrow = Issue { disclosure: &Disclosure::Federation, ..issue("2026-03-02") };
    assert!(faults_under(&narrow, |body| body.severity = Some(Severity::Minor)).is_empty());
}

/// R152: a repair without the conditions that its list and severity ask for is refused, and the refusal names them.
#[test]
fn a_repair_needs_its_conditions() {
    let mut value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
    let general = &mut value["kinds"]["black"]["terms"]["general"];
    general["repair_requires"] = json!(["rectified", "duties_performed", "commitment", "training", "credit_report"]);
    value["kinds"]["black"]["terms"]["serious"]["repairable"] = false.into();
    let edition = Edition::parse(value.to_string().as_bytes()).unwrap();
    let all = RepairConditions {
        rectified: true,
        commitment: true,
        training: true,
        credit_report: true,
        duties_performed: true,
    };
    let told = |body: &EntryBody, conditions: RepairConditions| {
        let faults = edition.check_repair(body, &[], conditions, day("2027-03-01"));
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let mut body = entry();
    assert_eq!(told(&body, all), "");
    let one_less: [(&str, RepairConditions); 5] = [
        ("rectified", RepairConditions { rectified: false, ..all }),
        ("duties performed", RepairConditions { duties_performed: false, ..all }),
        ("public commitment", RepairConditions { commitment: false, ..all }),
        ("training", RepairConditions { training: false, ..all }),
        ("credit report", RepairConditions { credit_report: false, ..all }),
    ];
    for (word, conditions) in one_less {
        assert!(told(&body, conditions).ends_with(&format!(": {word}")), "{}", told(&body, conditions));
    }
    body.severity = Some(Severity::Serious);
    let faults = edition.check_repair(&body, &[], all, day("2027-03-01"));
    assert_eq!(faults, [IssueFault::NotRepairable]);
}
