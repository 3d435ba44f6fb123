//! Layers (R155): what they may say, what is refused by name, and which edition is in force for which city (R154).

use super::super::*;
use super::{all, day, demo, entry, issue};
use crate::body::{EntryBody, List, Severity};
use crate::ids::CityCode;
use crate::ruling::DisclosureLevel;
use crate::subject::SubjectClass;
use serde_json::{Value, json};

fn city(code: &str) -> CityCode {
    CityCode::new(code).unwrap()
}

/// A layer of two cities on `base` that says nothing yet.
fn layer(base: &Edition) -> Value {
    json!({
        "format": EDITION_FORMAT, "name": "zj", "title": { "zh": "样例", "en": "sample" },
        "notice": { "zh": "合成", "en": "synthetic" }, "binds_from": "2020-01-01",
        "base": base.digest(), "cities": ["330200", "330900"],
    })
}

fn on(base: &Edition, edit: impl FnOnce(&mut Value)) -> Result<Edition, EditionFault> {
    let mut value = layer(base);
    edit(&mut value);
    Edition::parse_on(value.to_string().as_bytes(), &all(vec![base.clone()]))
}

/// The demonstration edition with one list and one measure that are only reported, and conditions of a repair.
fn base() -> Edition {
    let mut value: Value = serde_json::from_slice(demo().canonical()).unwrap();
    value["lists"][1]["sure"] = "reported".into();
    value["measures"][4]["sure"] = "reported".into();
    value["measures"][4]["period_months"] = 24.into();
    value["kinds"]["black"]["terms"]["general"]["repair_requires"] = json!(["rectified", "training"]);
    value["kinds"]["black"]["terms"]["serious"]["repairable"] = false.into();
    value["calendar"] =
        json!({ "years": [2026], "holidays": ["2026-01-01"], "make_up_days": [], "source": "合成", "sure": "chosen" });
    Edition::parse(value.to_string().as_bytes()).unwrap()
}

fn list() -> Value {
    json!({ "id": "zj-list", "kind": "black", "name": { "zh": "浙江样例名单", "en": "x" }, "scope": "regional", "serious": false,
        "set_up_by": "合成", "local_regulation": "样例条例", "source": "合成", "sure": "read" })
}

fn measure(code: &str) -> Value {
    json!({ "code": code, "kind": "punishment", "category": "market", "content": { "zh": "样例", "en": "x" },
        "applies_to": { "classes": ["enterprise"] }, "actor": "public_body", "legal_basis": "样例", "agency": "样例",
        "local_regulation": "样例条例", "source": "合成", "sure": "read" })
}

fn clock(days: u16) -> Value {
    json!({ "days": days, "source": "合成", "sure": "read" })
}

fn narrow(list: &str, member: &str, value: Value) -> Value {
    let mut row = json!({ "list": list, "severity": "general", "source": "合成", "sure": "read" });
    row[member] = value;
    json!([row])
}

fn narrow_measure(code: &str, member: &str, value: Value) -> Value {
    let mut row = json!({ "measure": code, "source": "合成", "sure": "read" });
    row[member] = value;
    json!([row])
}

#[test]
fn a_layer_that_says_nothing_is_its_base_for_its_cities() {
    let base = base();
    let layer = on(&base, |_| {}).unwrap();
    assert_ne!(layer.digest(), base.digest());
    assert_eq!((layer.base(), layer.line(), layer.name()), (Some(base.digest()), "demo", "zj"));
    assert_eq!(layer.measures(), base.measures());
    assert_eq!(layer.kinds(), base.kinds());
    assert_eq!(layer.binds_from(), day("2020-01-01"));
    assert!(layer.is_for(Some(city("330900"))) && !layer.is_for(Some(city("620100"))) && !layer.is_for(None));
    assert!(base.is_for(None) && base.base().is_none());
    // What travels is the layer's own file, and it is the same edition again.
    let again = Edition::parse_on(layer.canonical(), &all(vec![base])).unwrap();
    assert_eq!(again, layer);
    assert_eq!(Edition::parse(layer.canonical()).unwrap_err().code(), "edition_base_unknown");
}

#[test]
fn a_layer_narrows_adds_confirms_and_shortens() {
    let base = base();
    let layer = on(&base, |layer| {
        layer["confirm"] = json!([{ "list": "work-safety", "source": "已读" }, { "measure": "D-B-01", "source": "已读" }]);
        layer["narrow_lists"] = json!([
            { "list": "black", "severity": "general", "listing_months": 6, "publication_months": 3, "repair_after_months": 1,
              "repair_requires": ["rectified"], "disclosure": "federation", "requires_also": ["remedy"],
              "source": "合成", "sure": "read" },
            { "list": "work-safety", "severity": "serious", "repairable": true, "source": "合成", "sure": "read" },
        ]);
        layer["narrow_measures"] = json!([
            { "measure": "D-B-01", "classes": ["enterprise"], "period_months": 12, "source": "合成", "sure": "read" },
            { "measure": "D-B-02", "withdrawn": true, "source": "合成", "sure": "read" },
        ]);
        layer["lists"] = json!([list()]);
        layer["measures"] = json!([measure("ZJ-B-01")]);
        layer["clocks"] = json!({ "accept": clock(1), "answer": clock(5) });
        layer["list_clocks"] = json!({ "work-safety": { "decide": clock(2) } });
        layer["calendar"] =
            json!({ "years": [2027], "holidays": ["2027-01-01"], "make_up_days": [], "source": "合成", "sure": "read" });
    })
    .unwrap();
    let terms = layer.rules("x", List::Black).terms(Some(Severity::General)).unwrap();
    assert_eq!(
        (terms.listing_months, terms.publication_months, terms.repair_after_months),
        (Some(6), Some(3), Some(1))
    );
    assert_eq!(terms.repair_requires, [RepairCondition::Rectified]);
    assert_eq!(terms.disclosure, DisclosureLevel::Federation);
    assert!(layer.rules("x", List::Black).requires().contains(&BasisItem::Remedy));
    let serious = |name: &str| layer.rules(name, List::Black).terms(Some(Severity::Serious)).unwrap().repairable;
    assert_eq!((serious("x"), serious("work-safety")), (false, true));
    assert_eq!(
        layer.rules("work-safety", List::Black).terms(Some(Severity::Serious)).unwrap().listing_months,
        Some(36)
    );
    assert_eq!(layer.registered("work-safety").unwrap().sure, Sure::Read);
    let narrowed = layer.measure("D-B-01").unwrap();
    assert_eq!((narrowed.sure, narrowed.period_months), (Sure::Read, Some(12)));
    assert_eq!(narrowed.applies_to.classes, [SubjectClass::Enterprise]);
    assert!(layer.measure("D-B-02").is_none() && layer.measure("ZJ-B-01").is_some());
    assert_eq!(layer.registered("浙江样例名单").unwrap().scope, Scope::Regional);
    let days = |name: &str, clock: Clock| layer.clock_days(name, List::Black, clock);
    assert_eq!(
        (days("x", Clock::Accept), days("x", Clock::Answer), days("x", Clock::Decide)),
        (Some(1), Some(5), Some(3))
    );
    assert_eq!(days("work-safety", Clock::Decide), Some(2));
    assert!(!layer.is_working_day(day("2027-01-01")) && !layer.is_working_day(day("2026-01-01")));
    // The base is as it was.
    assert_eq!(base.rules("x", List::Black).terms(Some(Severity::General)).unwrap().listing_months, Some(12));
}

/// Each row is refused, with its code and with a word that names what is wrong.
#[test]
fn whatever_widens_is_refused_by_name() {
    let rows: Vec<(&str, Value, &str, &str)> = vec![
        ("narrow_lists", narrow("black", "listing_months", 13.into()), "edition_layer_widens", "listing_months"),
        ("narrow_lists", narrow("work-safety", "listing_months", 13.into()), "edition_layer_widens", "work-safety"),
        (
            "narrow_lists",
            narrow("black", "repair_after_months", 4.into()),
            "edition_layer_widens",
            "repair_after_months",
        ),
        ("narrow_lists", narrow("black", "at_max", "authority".into()), "edition_layer_widens", "at_max"),
        ("narrow_lists", narrow("black", "repairable", false.into()), "edition_layer_widens", "repairable"),
        (
            "narrow_lists",
            narrow("black", "repair_requires", json!(["credit_report"])),
            "edition_layer_widens",
            "repair_requires",
        ),
        ("narrow_lists", narrow("red", "listing_months", 1.into()), "edition_unknown_reference", "red"),
        ("narrow_lists", narrow("none", "listing_months", 1.into()), "edition_unknown_reference", "none"),
        (
            "narrow_measures",
            narrow_measure("D-B-01", "period_months", 25.into()),
            "edition_layer_widens",
            "period_months",
        ),
        (
            "narrow_measures",
            narrow_measure("D-B-02", "classes", json!(["natural_person"])),
            "edition_layer_widens",
            "classes",
        ),
        ("narrow_measures", narrow_measure("D-R-01", "withdrawn", true.into()), "edition_layer_widens", "D-R-01"),
        ("narrow_measures", narrow_measure("D-B-01", "classes", json!([])), "edition_applies_to", "D-B-01"),
        ("clocks", json!({ "answer": clock(11) }), "edition_layer_widens", "clocks.answer"),
        ("clocks", json!({ "respond": clock(1) }), "edition_layer_widens", "clocks.respond"),
        ("clocks", json!({ "feed_back": clock(1) }), "edition_layer_widens", "clocks.feed_back"),
        ("clocks", json!({ "lift": clock(1) }), "edition_layer_widens", "clocks.lift"),
        ("list_clocks", json!({ "work-safety": { "decide": clock(4) } }), "edition_layer_widens", "work-safety.decide"),
        ("list_clocks", json!({ "none": { "decide": clock(1) } }), "edition_unknown_reference", "none"),
        ("confirm", json!([{ "list": "wage-arrears", "source": "x" }]), "edition_layer_confirm", "confirm"),
        (
            "confirm",
            json!([{ "list": "work-safety", "measure": "D-B-01", "source": "x" }]),
            "edition_layer_confirm",
            "confirm",
        ),
        ("confirm", json!([{ "source": "x" }]), "edition_layer_confirm", "confirm"),
        ("lists", without(list(), "local_regulation"), "edition_layer_regulation", "zj-list"),
        ("lists", with(list(), "scope", "national".into()), "edition_layer_widens", "scope"),
        ("lists", with(list(), "id", "work-safety".into()), "edition_repeated", "work-safety"),
        (
            "lists",
            with(list(), "name", json!({ "zh": "失信被执行人名单", "en": "x" })),
            "edition_repeated",
            "失信被执行人名单",
        ),
        ("measures", without(measure("ZJ-B-01"), "local_regulation"), "edition_layer_regulation", "ZJ-B-01"),
        ("measures", json!([measure("D-B-01")]), "edition_repeated", "D-B-01"),
        (
            "calendar",
            json!({ "years": [2026], "holidays": [], "make_up_days": [], "source": "x", "sure": "read" }),
            "edition_layer_widens",
            "2026",
        ),
        ("cities", json!([]), "edition_layer_cities", "cities"),
        ("cities", json!(["330900", "330200"]), "edition_layer_cities", "cities"),
        ("binds_until", "2019-12-31".into(), "edition_period", "ends"),
        ("base", "0".repeat(64).into(), "edition_base_unknown", "000"),
        ("line", "zj".into(), "edition_shape", "line"),
        ("kinds", json!({}), "edition_shape", "kinds"),
    ];
    let base = base();
    for (member, value, code, word) in rows {
        let fault = on(&base, |layer| layer[member] = value.clone()).map(|_| value.to_string()).unwrap_err();
        assert_eq!(fault.code(), code, "{member}: {value}");
        assert!(fault.to_string().contains(word), "{fault}");
    }
    // A measure that the layer withdraws does not come back harder under its old code.
    let fault = on(&base, |layer| {
        layer["narrow_measures"] = narrow_measure("D-B-02", "withdrawn", true.into());
        layer["measures"] = json!([measure("D-B-02")]);
    });
    assert_eq!(fault.unwrap_err().code(), "edition_repeated");
}

fn with(mut row: Value, member: &str, value: Value) -> Value {
    row[member] = value;
    json!([row])
}

fn without(mut row: Value, member: &str) -> Value {
    row.as_object_mut().unwrap().remove(member);
    json!([row])
}

#[test]
fn layers_are_three_deep_at_most_and_within_the_cities_of_the_one_below() {
    let base = base();
    let province = on(&base, |_| {}).unwrap();
    let city_layer = on(&province, |layer| layer["cities"] = json!(["330900"])).unwrap();
    assert_eq!(city_layer.lineage().len(), MOST_LAYERS);
    assert_eq!(on(&city_layer, |layer| layer["cities"] = json!(["330900"])).unwrap_err(), EditionFault::LayerDepth);
    assert_eq!(on(&province, |layer| layer["cities"] = json!(["620100"])).unwrap_err(), EditionFault::LayerCities);
}

/// R154: each row is a city, a day, and the edition in force for it.
#[test]
fn a_layer_goes_before_its_base_and_a_newer_base_before_old_layers() {
    let old = base();
    let layer = on(&old, |layer| layer["name"] = "zj-1".into()).unwrap();
    let later = on(&old, |layer| {
        layer["name"] = "zj-2".into();
        layer["binds_from"] = "2026-03-01".into();
    });
    let later = later.unwrap();
    let own = on(&layer, |layer| {
        layer["name"] = "ningbo".into();
        layer["cities"] = json!(["330200"]);
    });
    let own = own.unwrap();
    let mut value: Value = serde_json::from_slice(old.canonical()).unwrap();
    (value["name"], value["line"], value["binds_from"]) = ("next".into(), "demo".into(), "2027-01-01".into());
    let next = Edition::parse(value.to_string().as_bytes()).unwrap();
    let known = all(vec![old.clone(), layer.clone(), own, next]);
    let rows = [
        ("620100", "2026-03-02", "demo"),
        ("330900", "2026-03-02", "zj-1"),
        ("330900", "2019-03-02", "demo"),
        ("330200", "2026-03-02", "ningbo"),
        ("330900", "2027-03-02", "next"),
        ("330200", "2027-03-02", "next"),
    ];
    for (code, on, due) in rows {
        let found = in_force(&known, "demo", Some(city(code)), day(on));
        assert_eq!(found.map(Edition::name), Some(due), "{code} {on}");
        // What is registered is listed under that one and no other of the line.
        for edition in known.values() {
            let mut body: EntryBody = entry();
            (body.list_name, body.edition) = ("失信被执行人名单".to_owned(), edition.digest());
            let elsewhere = belongs_elsewhere(&known, &body, Some(city(code)), day(on));
            assert_eq!(elsewhere, edition.name() != due, "{code} {on} {}", edition.name());
        }
    }
    assert!(contradiction(&known).is_none());
    // Two layers on one base follow each other as versions do; two that begin on one day contradict for a city in common.
    let versions = all(vec![old.clone(), layer.clone(), later]);
    assert!(contradiction(&versions).is_none());
    assert_eq!(in_force(&versions, "demo", Some(city("330900")), day("2026-02-28")).map(Edition::name), Some("zj-1"));
    assert_eq!(in_force(&versions, "demo", Some(city("330900")), day("2026-03-01")).map(Edition::name), Some("zj-2"));
    let rival = |cities: Value| {
        let rival = on(&old, |layer| (layer["name"], layer["cities"]) = ("rival".into(), cities)).unwrap();
        contradiction(&all(vec![old.clone(), layer.clone(), rival])).is_some()
    };
    assert!(rival(json!(["330900"])) && !rival(json!(["620100"])));
}

/// R152: a city that the layer does not name can't list under it.
#[test]
fn a_layer_is_for_its_own_cities_at_issue() {
    let base = base();
    let layer = on(&base, |layer| layer["confirm"] = json!([{ "measure": "D-B-01", "source": "已读" }])).unwrap();
    let known = all(vec![base.clone(), layer.clone()]);
    let rows: [(&Edition, Option<&str>, &[&str]); 5] = [
        (&layer, Some("330900"), &[]),
        (&layer, Some("620100"), &["edition_not_for_city"]),
        (&layer, None, &["edition_not_for_city"]),
        // An unregistered list may be listed under the base, whose measure is only reported.
        (&base, Some("330900"), &["measure_unconfirmed"]),
        (&base, Some("620100"), &["measure_unconfirmed"]),
    ];
    for (edition, code, due) in rows {
        let mut body = entry();
        body.edition = edition.digest();
        let here = Issue { editions: &known, city: code.map(city), ..issue("2026-03-02") };
        let codes: Vec<&str> = edition.check_listing(&body, &here).iter().map(IssueFault::code).collect();
        assert_eq!(codes, due, "{} {code:?}", edition.name());
    }
}
