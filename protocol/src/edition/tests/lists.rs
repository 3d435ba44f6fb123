//! Registries of lists, and lines of editions (R154).

use super::super::*;
use super::{all, day, demo, edition, entry, faults, issue};
use crate::body::List;
use serde_json::json;

fn registry(lists: &[(&str, &str, bool)]) -> (&'static str, serde_json::Value) {
    let row = |(at, (name, kind, serious)): (usize, &(&str, &str, bool))| {
        json!({ "id": format!("list-{at}"), "kind": kind, "name": { "zh": name, "en": "x" }, "scope": "national",
            "serious": serious, "set_up_by": "合成", "source": "合成", "sure": "chosen" })
    };
    ("lists", lists.iter().enumerate().map(row).collect())
}

/// R150, R154: each row is a registry or line, and the fault of the file, if it has one.
#[test]
fn registries_and_lines_are_read_strictly() {
    let rows: Vec<(&str, serde_json::Value, Option<&str>)> = vec![
        ("lists", json!([]), None),
        ("lists", registry(&[("甲名单", "black", true), ("乙名单", "red", false)]).1, None),
        (
            "lists",
            registry(&[("甲名单（一）", "black", true), ("甲名单(一)", "watch", false)]).1,
            Some("edition_repeated"),
        ),
        ("lists", registry(&[("甲名单", "watch", true)]).1, Some("edition_registration")),
        ("lists", registry(&[(" ", "black", false)]).1, Some("edition_empty_text")),
        ("lists", registry(&[("甲\u{202e}名单", "black", false)]).1, Some("text_unsafe")),
        ("lists", json!([{ "name": "甲", "list": "black" }]), Some("edition_shape")),
        ("lists", registry(&[("甲", "grey", false)]).1, Some("edition_shape")),
        ("line", "national".into(), None),
        ("line", "National".into(), Some("edition_name")),
        ("line", "".into(), Some("edition_empty_text")),
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
    let weak = edition("weak", &[("lists", json!([]))]).unwrap();
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
        assert_eq!(belongs_elsewhere(&known, &body, None, day(on)), due, "{list_name} {list:?} {} {on}", named.name());
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
