//! Working days and clocks (R153, R158), and the terms of a list (R156).

use super::super::*;
use super::{day, demo};
use crate::body::{List, Severity};
use serde_json::json;

/// R153.
#[test]
fn working_days_know_holidays_and_make_up_days() {
    // A made-up calendar.
    let mut with: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
    with["calendar"] = json!({
        "years": [2026], "source": "合成", "sure": "chosen",
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
    assert_eq!(demo.last_day_of_clock(day("2026-09-30"), 3), day("2026-10-10"));
    // A term that runs into a year of which only the week is known says so.
    assert_eq!(demo.year_without_calendar(day("2026-09-30"), day("2026-12-31")), None);
    assert_eq!(demo.year_without_calendar(day("2026-12-30"), day("2027-01-04")), Some(2027));
    assert_eq!(demo.year_without_calendar(day("2025-12-31"), day("2026-01-04")), Some(2025));
    let mdb = Edition::named("mdb").unwrap();
    assert!(mdb.is_working_day(day("2026-10-01")), "no calendar: weekends only");
    assert_eq!(mdb.year_without_calendar(day("2026-10-01"), day("2026-10-09")), Some(2026));
}

/// R156, R158: what a list says of itself goes before what holds for its kind.
#[test]
fn a_list_has_terms_and_clocks_of_its_own() {
    let mut value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
    let list = &mut value["lists"][1];
    list["also_called"] = json!(["安全生产黑名单"]);
    list["clocks"] = json!({ "accept": { "days": 2, "source": "合成", "sure": "chosen" }, "decide": { "days": 15, "source": "合成", "sure": "chosen" } });
    list["terms"] = json!({ "general": { "listing_months": 24, "at_max": "authority", "publication_months": 6, "source": "合成", "sure": "chosen" } });
    let edition = Edition::parse(value.to_string().as_bytes()).unwrap();
    let clocks = |name: &str, kind: List| {
        [Clock::Accept, Clock::Decide, Clock::Answer, Clock::FeedBack]
            .map(|clock| edition.clock_days(name, kind, clock))
    };
    let own = [Some(2), Some(15), Some(10), Some(5)];
    let general = [None, Some(3), Some(10), Some(5)];
    let rows = [
        ("work-safety", List::Black, own),
        ("安全生产严重失信主体名单", List::Black, own),
        ("安全生产黑名单", List::Black, own),
        ("安全生产黑名单", List::Watch, general),
        ("失信被执行人名单", List::Black, general),
        ("样例名单", List::Black, general),
    ];
    for (name, kind, due) in rows {
        assert_eq!(clocks(name, kind), due, "{name} {kind:?}");
    }
    // An entry that gives the list's id has that list's clocks, as it has its terms.
    let mut entry = super::entry();
    for (id, due) in [(None, Some(3)), (Some("work-safety"), Some(15))] {
        entry.list_id = id.map(str::to_owned);
        assert_eq!(edition.clock_days_for(&entry, Clock::Decide), due, "{id:?}");
    }
    let days = |name: &str, severity: Severity| {
        let (rules, on) = (edition.rules(name, List::Black), day("2026-01-31"));
        let severity = Some(severity);
        let days = [
            rules.last_day(severity, on),
            rules.last_day_before_the_authority_decides(severity, on),
            rules.last_public_day(severity, on),
        ];
        days.map(|day| day.map(|day| day.to_string()).unwrap_or_default())
    };
    assert_eq!(days("work-safety", Severity::General), ["", "2028-01-31", "2026-07-31"]);
    assert_eq!(days("work-safety", Severity::Serious), ["2029-01-31", "", "2029-01-31"]);
    assert_eq!(days("样例名单", Severity::General), ["2027-01-31", "", "2027-01-31"]);
}
