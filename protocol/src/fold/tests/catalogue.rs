//! What an edition's own data decides in a ruling: publication apart from listing, the maximum at which the authority decides, whose
//! entries a measure is meant for and how long, lists by their ids, and layers (R154 to R157).

use super::book::*;
use crate::body::{EntryBody, List};
use crate::digest::Digest;
use crate::edition::Edition;
use crate::header::Disclosure;
use crate::ruling::{EntryRuling, ReasonCode, State};
use crate::time::Millis;
use serde_json::{Value, json};

/// The demonstration edition with a change.
fn changed(change: impl FnOnce(&mut Value)) -> Edition {
    let mut value: Value = serde_json::from_slice(Edition::named("demo").unwrap().canonical()).unwrap();
    change(&mut value);
    Edition::parse(value.to_string().as_bytes()).unwrap()
}

/// A book in which Zhoushan lists a general black entry, decided 2026-03-01, under that edition.
fn listed(edition: &Edition, edit: impl FnOnce(&mut EntryBody)) -> (Book, crate::header::About) {
    let mut book = Book::recognising();
    book.editions = [(edition.digest(), edition.clone())].into();
    let mut body = black();
    body.edition = edition.digest();
    edit(&mut body);
    let about = book.list(zhoushan(), "g", body);
    (book, about)
}

fn end_of(day_text: &str) -> Millis {
    day(day_text).end()
}

/// R156: each row is what the terms say of general entries, an instant before which and from which on the state is another, and then
/// whether it still stands, counts, is seen by the public, and with which reasons.
#[test]
fn publication_and_listing_are_two_terms() {
    type Edit = fn(&mut EntryBody);
    let publication = ReasonCode::PublicationOver;
    let rows: Vec<(Value, Edit, &str, State, Vec<ReasonCode>)> = vec![
        (
            json!({ "listing_months": 12, "publication_months": 6 }),
            |_| {},
            "2026-09-01",
            State::Listed,
            vec![publication],
        ),
        (json!({ "publication_months": 6 }), |_| {}, "2026-09-01", State::Listed, vec![publication]),
        (
            json!({ "listing_months": 12, "publication_months": 6 }),
            |body| body.decision.published_until = Some(day("2026-05-04")),
            "2026-05-04",
            State::Listed,
            vec![publication],
        ),
        // Its own day never makes it longer.
        (
            json!({ "listing_months": 12, "publication_months": 6 }),
            |body| body.decision.published_until = Some(day("2027-05-04")),
            "2026-09-01",
            State::Listed,
            vec![publication],
        ),
        (json!({ "listing_months": 12 }), |_| {}, "2027-03-01", State::Expired, vec![ReasonCode::Expired]),
        // At the maximum the authority decides: publication stops by itself, and the listing does not.
        (
            json!({ "listing_months": 12, "at_max": "authority" }),
            |_| {},
            "2027-03-01",
            State::Listed,
            vec![ReasonCode::MaximumReached, publication],
        ),
        (
            json!({ "listing_months": 12, "publication_months": 24, "at_max": "authority" }),
            |_| {},
            "2027-03-01",
            State::Listed,
            vec![ReasonCode::MaximumReached, publication],
        ),
        // The city's own last day ends it all the same.
        (
            json!({ "listing_months": 12, "at_max": "authority" }),
            |body| body.until = Some(day("2026-08-01")),
            "2026-08-01",
            State::Expired,
            vec![ReasonCode::Expired],
        ),
    ];
    for (mut terms, edit, last, state, reasons) in rows {
        (terms["source"], terms["sure"]) = ("合成".into(), "chosen".into());
        let edition = changed(|edition| edition["kinds"]["black"]["terms"]["general"] = terms.clone());
        let (mut book, about) = listed(&edition, edit);
        for source in book.sources.values_mut() {
            // Nobody is stale at these instants.
            source.freshness = Some(Millis(end_of("2028-01-01").0));
        }
        let ask = |at: Millis| book.ask_at(ningbo(), at);
        let before = ask(Millis(end_of(last).0 - 1));
        assert_eq!(codes(&entry_of(&before, about)), [], "{terms} before {last}");
        assert_eq!(before.for_public().entries.len(), 1, "{terms} before {last}");
        let after = ask(end_of(last));
        let entry = entry_of(&after, about);
        assert_eq!((entry.state, codes(&entry)), (state, reasons), "{terms} after {last}");
        assert_eq!(entry.counts, state.stands(), "it goes on among members");
        let public = after.for_public();
        assert!(public.entries.is_empty() && public.measures.is_empty(), "{terms} after {last}");
        if entry.counts {
            assert_eq!(entry.public_until, Some(end_of(last)));
            assert_eq!(after.measures.len(), 1);
        }
    }
}

/// R157: whose entries a measure is meant for, and how long it holds.
#[test]
fn a_measure_is_meant_for_lists_or_grounds_and_for_its_period() {
    type Edit = fn(&mut EntryBody);
    let meant = |lists: Value, grounds: Value| {
        changed(move |edition| {
            edition["measures"][4]["applies_to"]["lists"] = lists;
            edition["measures"][4]["applies_to"]["grounds"] = grounds;
            edition["measures"][4]["period_months"] = 3.into();
        })
    };
    let other = Some(ReasonCode::MeasureNotForCase);
    let over = Some(ReasonCode::MeasurePeriodOver);
    let safety: Edit = |body| body.list_name = "安全生产严重失信主体名单".to_owned();
    let by_id: Edit = |body| {
        (body.list_name, body.list_id) = ("安全生产严重失信主体名单".to_owned(), Some("work-safety".to_owned()));
    };
    let ground: Edit = |body| body.ground_text = "特大安全事故责任被终身禁业".to_owned();
    let rows: Vec<(Value, Value, Edit, &str, Option<ReasonCode>)> = vec![
        (json!([]), json!([]), |_| {}, "2026-06-01", None),
        (json!([]), json!([]), |_| {}, "2026-06-02", over),
        (json!(["work-safety"]), json!([]), |_| {}, "2026-06-01", other),
        (json!(["work-safety"]), json!([]), safety, "2026-06-01", None),
        (json!(["work-safety"]), json!([]), by_id, "2026-06-01", None),
        (json!(["work-safety"]), json!([]), by_id, "2026-06-02", over),
        (json!(["wage-arrears"]), json!([]), by_id, "2026-06-01", other),
        (json!([]), json!(["accident-ban-for-life"]), |_| {}, "2026-06-01", other),
        (json!([]), json!(["accident-ban-for-life"]), ground, "2026-06-01", None),
        // One of both is enough.
        (json!(["work-safety"]), json!(["accident-ban-for-life"]), ground, "2026-06-01", None),
        (json!(["work-safety"]), json!(["accident-ban-for-life"]), by_id, "2026-06-01", None),
    ];
    for (lists, grounds, edit, on, due) in rows {
        let (book, about) = listed(&meant(lists.clone(), grounds.clone()), edit);
        let at = Millis(day(on).start().0 + 1);
        let entry = entry_of(&book.ask_at(ningbo(), at), about);
        assert!(entry.counts, "the entry stands");
        let reason = entry.measures[0].reason.as_ref().map(|reason| reason.code);
        assert_eq!((reason, entry.measures[0].holds), (due, due.is_none()), "{lists} {grounds} {on}");
    }
}

/// R154: an id means the list of that id, name and kind, or nothing.
#[test]
fn a_list_that_is_named_by_a_wrong_id_has_no_effect() {
    let rows = [
        ("安全生产严重失信主体名单", Some("work-safety"), List::Black, None),
        ("work-safety", None, List::Black, None),
        ("安全生产严重失信主体名单", Some("wage-arrears"), List::Black, Some(ReasonCode::ListRegisteredElsewhere)),
        ("样例名单", Some("work-safety"), List::Black, Some(ReasonCode::ListRegisteredElsewhere)),
        ("样例名单", Some("none"), List::Black, Some(ReasonCode::ListRegisteredElsewhere)),
        ("安全生产严重失信主体名单", Some("work-safety"), List::Watch, Some(ReasonCode::ListRegisteredElsewhere)),
    ];
    for (name, id, list, why) in rows {
        let (book, about) = listed(&changed(|_| {}), |body| {
            (body.list_name, body.list_id, body.list) = (name.to_owned(), id.map(str::to_owned), list);
        });
        let entry = book.entry(about);
        assert_eq!((entry.counts, codes(&entry).first().copied()), (why.is_none(), why), "{name} {id:?}");
    }
}

/// R125: what a list asks for of its own goes before what its kind asks for.
#[test]
fn a_list_requires_what_it_says_itself() {
    let edition = changed(|edition| edition["lists"][1]["requires"] = json!(["notice_on", "remedy"]));
    let judged = |edit: fn(&mut EntryBody)| -> EntryRuling {
        let (book, about) = listed(&edition, |body| {
            body.list_name = "安全生产严重失信主体名单".to_owned();
            body.basis.law = None;
            edit(body);
        });
        book.entry(about)
    };
    let entry = judged(|_| {});
    assert_eq!((entry.state, codes(&entry)), (State::Void, vec![ReasonCode::BasisMissing]));
    assert!(entry.reasons[0].text_zh.ends_with("告知日期、救济途径"), "{}", entry.reasons[0].text_zh);
    let entry = judged(|body| {
        body.decision.notice_on = Some(day("2026-02-01"));
        body.decision.remedy = Some("六十日内申请行政复议".to_owned());
    });
    assert_eq!((entry.state, entry.counts), (State::Listed, true));
}

/// R155: an entry of a city that the layer does not name has no effect, and of one that it names it is judged by the layer.
#[test]
fn a_layer_is_for_the_cities_that_it_names() {
    let base = changed(|_| {});
    for (cities, why) in [(json!(["330900"]), None), (json!(["620100"]), Some(ReasonCode::EditionNotForCity))] {
        let layer = json!({
            "format": crate::edition::EDITION_FORMAT, "name": "zj", "title": { "zh": "样例", "en": "sample" },
            "notice": { "zh": "合成", "en": "synthetic" }, "binds_from": "2020-01-01", "base": base.digest(), "cities": cities,
            "narrow_lists": [{ "list": "black", "severity": "general", "listing_months": 2, "source": "合成", "sure": "read" }],
        });
        let known = [(base.digest(), base.clone())].into();
        let layer = Edition::parse_on(layer.to_string().as_bytes(), &known).unwrap();
        let mut book = Book::recognising();
        book.editions.insert(layer.digest(), layer.clone());
        let mut body = black();
        body.edition = layer.digest();
        let about = book.list(zhoushan(), "g", body);
        let entry = book.entry(about);
        let expired = Some(ReasonCode::Expired);
        assert_eq!(codes(&entry).first().copied(), why.or(expired), "{cities}");
    }
}

/// R156: who discloses decides at issue; the default of an edition changes nothing that was signed.
#[test]
fn the_default_disclosure_binds_the_moment_of_issue_only() {
    let (mut book, about) = listed(&changed(|_| {}), |body| body.severity = Some(crate::body::Severity::Minor));
    assert_eq!(book.last().header.disclosure, Disclosure::Public);
    let at = Millis(day("2026-05-01").start().0);
    assert_eq!(book.ask_at(ningbo(), at).for_public().entries.len(), 1);
    let _: Digest = about.digest;
}

/// R173: a word to every viewer but the city itself, and nothing else.
#[test]
fn a_list_of_one_region_is_told_apart_elsewhere() {
    for (scope, told) in [("national", false), ("regional", true)] {
        let edition = changed(|value| value["lists"][2]["scope"] = json!(scope));
        let name = edition.registry()[2].name.zh.clone();
        let (book, about) = listed(&edition, |body| body.list_name = name);
        let says = |entry: &EntryRuling| entry.reasons.iter().any(|reason| reason.code == ReasonCode::RegionalList);
        let elsewhere = entry_of(&book.ask(ningbo()), about);
        assert_eq!((says(&elsewhere), elsewhere.counts, elsewhere.confirm_with_issuer), (told, true, false), "{scope}");
        assert!(!says(&entry_of(&book.ask(zhoushan()), about)), "{scope}");
    }
}
