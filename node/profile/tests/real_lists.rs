//! The shipped profiles against the real lists, row by row counted. The data stands beside the clone or where `HUXIN_DATA` says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_api::model::EntryRequest;
use huxin_profile::{ConfirmedCodes, Operation, Plan, Profile, Setting, Table, normalised_name, plan};
use huxin_protocol::body::List;
use huxin_protocol::edition::builtin;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn data(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("HUXIN_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = named.or(Some(beside)).filter(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: {test}: there is no ../shared/data; HUXIN_DATA may name another folder");
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "a skip is a failure in CI");
    }
    found
}

fn planned(data: &Path, profile: &str, file: &str) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/profiles").join(profile);
    let profile = Profile::load(&path).unwrap();
    let editions = builtin();
    let edition = editions.values().find(|edition| edition.name() == profile.edition);
    assert!(edition.is_some());
    let setting = Setting {
        day: "2026-11-27".parse().unwrap(),
        city: None,
        edition,
        editions: &std::collections::BTreeMap::new(),
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &ConfirmedCodes::default(),
    };
    plan(&profile, &Table::read(&data.join(file), &profile.file).unwrap(), &setting).unwrap()
}

/// What would be signed for the rows that list or amend.
fn requests(plan: &Plan) -> impl Iterator<Item = &EntryRequest> {
    plan.records.iter().filter_map(|record| record.request.as_ref())
}

fn reasons(plan: &Plan) -> BTreeMap<&str, usize> {
    let mut reasons = BTreeMap::new();
    for reject in &plan.rejects {
        *reasons.entry(reject.code()).or_default() += 1;
    }
    reasons
}

fn references(plan: &Plan) -> usize {
    plan.records.iter().map(|record| record.record_ref.as_str()).collect::<BTreeSet<_>>().len()
}

#[test]
fn world_bank() {
    let Some(data) = data("world_bank") else { return };
    let plan = planned(&data, "worldbank.toml", "mdb/worldbank_firms.csv");
    assert_eq!(plan.duplicates.len(), 29);
    assert_eq!(reasons(&plan), BTreeMap::from([("same_key_twice", 4), ("scope_limit", 2)]));
    assert_eq!(plan.records.len(), 918 - 29 - 2 - 4);
    assert_eq!(references(&plan), plan.records.len());
    let mut authorities: BTreeMap<&str, usize> = BTreeMap::new();
    for request in requests(&plan) {
        *authorities.entry(request.basis.authority.as_str()).or_default() += 1;
        assert!(request.basis.decided_on.is_none(), "the file has no decision date");
        assert!(request.subject.aliases.is_empty(), "a note is never an alias");
    }
    assert_eq!(
        authorities.keys().copied().collect::<Vec<_>>(),
        [
            "African Development Bank",
            "Asian Development Bank",
            "European Bank for Reconstruction and Development",
            "Inter-American Development Bank",
            "World Bank Group"
        ]
    );
    let endless = requests(&plan).filter(|request| request.until.is_none()).count();
    assert!(endless > 300, "{endless} without an end");
}

#[test]
fn inter_american() {
    let Some(data) = data("inter_american") else { return };
    let plan = planned(&data, "idb.toml", "mdb/idb_firms.csv");
    assert_eq!((plan.records.len(), plan.duplicates.len(), plan.rejects.len()), (848, 0, 0));
    assert_eq!(requests(&plan).filter(|request| request.basis.law.is_none()).count(), 6);
    assert_eq!(requests(&plan).filter(|request| request.until.is_none()).count(), 319);
    assert_eq!(requests(&plan).filter(|request| !request.subject.aliases.is_empty()).count(), 77);
}

#[test]
fn the_two_banks_share_firms_by_normalised_name() {
    let Some(data) = data("the_two_banks_share_firms_by_normalised_name") else { return };
    let names = |profile, file| -> BTreeSet<String> {
        let plan = planned(&data, profile, file);
        requests(&plan).map(|request| normalised_name(&request.subject.name)).collect()
    };
    let shared = names("worldbank.toml", "mdb/worldbank_firms.csv")
        .intersection(&names("idb.toml", "mdb/idb_firms.csv"))
        .count();
    assert!(shared > 300, "only {shared} firms by name on both lists");
}

#[test]
fn ofac() {
    let Some(data) = data("ofac") else { return };
    let first = planned(&data, "ofac-first.toml", "ofac/entities_first.csv");
    assert_eq!(reasons(&first), BTreeMap::new());
    assert_eq!((first.records.len(), first.duplicates.len(), first.rejects.len()), (3711, 0, 0));
    let events = planned(&data, "ofac-events.toml", "ofac/entity_events.jsonl");
    assert_eq!((events.records.len(), events.rejects.len()), (2502, 0));
    let count = |operation| events.records.iter().filter(|record| record.operation == operation).count();
    assert_eq!((count(Operation::List), count(Operation::Amend), count(Operation::Remove)), (1873, 396, 233));
}

#[test]
fn credit_china() {
    let Some(data) = data("credit_china") else { return };
    let plan = planned(&data, "creditchina.toml", "cn/creditchina_records.csv");
    assert_eq!((plan.records.len(), plan.duplicates.len(), plan.rejects.len()), (38, 1, 0));
    assert!(plan.code_warnings.is_empty());
    let mut lists: BTreeMap<String, BTreeSet<List>> = BTreeMap::new();
    for request in requests(&plan) {
        assert!(request.basis.decided_on.is_none() && request.measures.is_empty());
        lists.entry(request.subject.id.to_string()).or_default().insert(request.list);
    }
    let both = lists.values().filter(|lists| lists.contains(&List::Red) && lists.contains(&List::Black)).count();
    assert_eq!(both, 3, "companies on a red and a black list at once");
}

#[test]
fn orders_without_a_code_are_rejected() {
    let Some(data) = data("orders_without_a_code_are_rejected") else { return };
    let plan = planned(&data, "xiangao.toml", "cn/xiangao_enterprises.csv");
    assert_eq!((plan.records.len(), plan.rejects.len()), (0, 12));
    assert_eq!(reasons(&plan), BTreeMap::from([("no_subject_id", 12)]));
}
