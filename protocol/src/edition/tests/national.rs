//! The national catalogue of 2026 and the layers of three provinces on it: whole, with a source in every row, and nobody's
//! until it is chosen.

use super::super::*;
use super::day;
use crate::body::{List, Severity};
use crate::ruling::DisclosureLevel;
use crate::text::folded;
use serde_json::Value;
use std::collections::BTreeSet;

const LAYERS: [(&str, usize, &str); 3] = [("zj", 17, "330900"), ("gs", 2, "620100"), ("sd", 0, "370100")];

fn national() -> Edition {
    Edition::named("cn-2026").unwrap()
}

/// Counts the rows that say how sure they are; each says where it comes from.
fn sourced(at: &str, value: &Value) -> usize {
    match value {
        Value::Object(members) => {
            let is_row = members.contains_key("sure");
            let source = members.get("source").and_then(Value::as_str).unwrap_or_default();
            assert!(!is_row || !source.trim().is_empty(), "{at}");
            usize::from(is_row)
                + members.iter().map(|(name, member)| sourced(&format!("{at}.{name}"), member)).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(|item| sourced(at, item)).sum(),
        _ => 0,
    }
}

#[test]
fn every_row_has_a_source_and_no_field_stands_twice() {
    let cn = national();
    let file: Value = serde_json::from_slice(cn.canonical()).unwrap();
    for member in ["fields", "grounds", "lists", "measures", "thresholds"] {
        let rows = file[member].as_array().unwrap();
        assert!(rows.iter().all(|row| row["sure"].is_string() && sourced(member, row) >= 1), "{member}");
    }
    assert_eq!(sourced("terms", &file["kinds"]), 4);
    let clocks = Clock::ALL.into_iter().filter(|clock| cn.clocks().of(*clock).is_some()).count();
    assert_eq!((sourced("clocks", &file["clocks"]), clocks), (6, 6));
    let names: BTreeSet<String> = cn.fields().iter().map(|field| folded(&field.name.zh)).collect();
    assert_eq!(names.len(), cn.fields().len());
}

#[test]
fn it_has_as_many_rows_as_it_is_said_to_have() {
    let cn = national();
    assert_eq!((cn.fields().len(), cn.grounds().len(), cn.thresholds().len()), (55, 17, 9));
    let kind = |kind| cn.registry().iter().filter(|list| list.kind == kind).count();
    assert_eq!([List::Red, List::Black, List::Watch].map(kind), [4, 13, 1]);
    let kind = |kind| cn.measures().iter().filter(|measure| measure.kind == kind).count();
    assert_eq!([MeasureKind::Incentive, MeasureKind::Punishment, MeasureKind::Attention].map(kind), [6, 26, 1]);
    // What is only reported waits for an office that has read it (R152).
    let lists = cn.registry().iter().filter(|list| list.sure == Sure::Reported).count();
    let measures = cn.measures().iter().filter(|measure| measure.sure == Sure::Reported).count();
    assert_eq!((lists, measures), (11, 8));
    assert_eq!(cn.calendar().unwrap().years, (2019..=2026).collect::<Vec<i16>>());
}

#[test]
fn minor_entries_are_not_for_everybody_and_clocks_stand_per_list() {
    let cn = national();
    let black = cn.rules("样例名单", List::Black);
    let terms = [Severity::Minor, Severity::General, Severity::Serious].map(|one| black.terms(Some(one)).unwrap());
    assert_eq!(terms.map(|terms| terms.publication_months), [Some(3), Some(12), Some(36)]);
    assert_eq!(terms[0].disclosure, DisclosureLevel::Federation);
    let days = |list, kind, clock| cn.clock_days(list, kind, clock);
    assert_eq!(days("market-regulation", List::Black, Clock::Accept), Some(2));
    assert_eq!(days("market-regulation", List::Black, Clock::Decide), Some(15));
    assert_eq!(days("经营异常名录", List::Watch, Clock::Decide), Some(5));
    assert_eq!(days("样例名单", List::Black, Clock::Decide), Some(3));
    assert_eq!(days("样例名单", List::Black, Clock::FeedBack), None, "no document names it");
}

#[test]
fn layers_of_provinces_lie_on_it_and_nobody_loads_it_with_the_demonstration() {
    let cn = national();
    for (name, added, city) in LAYERS {
        let layer = Edition::named(name).unwrap();
        assert_eq!(layer.base(), Some(cn.digest()), "{name}");
        assert_eq!(layer.measures().len(), cn.measures().len() + added, "{name}");
        assert!(layer.is_for(city.parse().ok()) && !layer.is_for(None), "{name}");
        let digest = layer.digest();
        let both = BTreeMap::from([(cn.digest(), cn.clone()), (digest, layer)]);
        let due = in_force(&both, "cn", city.parse().ok(), day("2026-11-22")).unwrap();
        assert_eq!((due.digest(), contradiction(&both)), (digest, None));
    }
    let demo = Edition::named("demo").unwrap();
    assert!(contradiction(&BTreeMap::from([(cn.digest(), cn), (demo.digest(), demo)])).is_some());
}
