//! Two development banks that recognise each other's debarments, as two stand-in cities on the day of their published
//! lists: a third city recognises both and sees, for a firm on both lists, both sources and the one bank that decided.

use crate::words::{city, recognise};
use huxin_api::model::EntryRequest;
use huxin_profile::{ConfirmedCodes, Crosswalk, Profile, Setting, Table, normalised_name, plan};
use huxin_protocol::body::{Body, Decision, EntryBody};
use huxin_protocol::edition::{Edition, builtin};
use huxin_protocol::fold::decisions_across;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::CityCode;
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::SubjectId;
use huxin_tests::data::require_data;
use huxin_tests::world::{World, draft};
use std::collections::BTreeMap;
use std::path::Path;

fn requests(data: &Path, profile: &str, file: &str) -> Vec<EntryRequest> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/profiles").join(profile);
    let profile = Profile::load(&path).unwrap();
    let edition = Edition::named(&profile.edition);
    let confirmed = ConfirmedCodes::default();
    let setting = Setting {
        // The lists were taken down in January 2025, and what was over since then is looked at all the same.
        day: "2025-02-01".parse().unwrap(),
        city: None,
        edition: edition.as_ref(),
        editions: &std::collections::BTreeMap::new(),
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &confirmed,
    };
    let plan = plan(&profile, &Table::read(&data.join(file), &profile.file).unwrap(), &setting).unwrap();
    plan.records.into_iter().filter_map(|record| record.request).collect()
}

fn body(request: &EntryRequest) -> EntryBody {
    let edition =
        builtin().into_iter().find(|(_, edition)| Some(edition.name()) == request.edition.as_deref()).unwrap().0;
    EntryBody {
        subject: request.subject.clone(),
        list: request.list,
        list_name: request.list_name.clone(),
        field: request.field.clone(),
        ground_text: request.ground_text.clone(),
        severity: request.severity,
        basis: request.basis.clone(),
        measures: request.measures.clone(),
        from: request.from,
        until: request.until,
        linked_persons: Vec::new(),
        person_key: None,
        edition,
        record_ref: request.record_ref.clone(),
        source: request.source.clone(),
        derived_from: None,
        summary: request.summary.clone(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }
}

fn publish(world: &mut World, by: CityCode, requests: &[EntryRequest]) {
    for page in requests.chunks(200) {
        let drafts = page
            .iter()
            .map(|request| {
                let body = Body::Listing(Box::new(body(request)));
                draft(&world.city(by).secrets, &world.genesis.id(), Kind::Entry, None, body, Disclosure::Public)
            })
            .collect();
        world.publish(by, drafts).unwrap();
    }
}

/// Subjects by normalised name.
fn by_name(requests: &[EntryRequest]) -> BTreeMap<String, SubjectId> {
    requests.iter().map(|r| (normalised_name(&r.subject.name), r.subject.id.clone())).collect()
}

#[test]
fn both_banks_are_shown_and_one_decision_is_one_group() {
    let Some(data) = require_data("both_banks_are_shown_and_one_decision_is_one_group") else { return };
    let world_bank = requests(&data, "worldbank.toml", "mdb/worldbank_firms.csv");
    let idb = requests(&data, "idb.toml", "mdb/idb_firms.csv");
    // Four of the World Bank's rows share two keys and say different things, so nobody knows which one is right.
    assert_eq!((world_bank.len(), idb.len()), (883, 848));

    let mut world = World::new(3, 1);
    world.now = "2025-01-31".parse::<huxin_protocol::time::Date>().unwrap().start();
    for code in world.codes() {
        world.start(code);
    }
    world.run_for(3_000);
    recognise(&mut world, city(3), city(1));
    recognise(&mut world, city(3), city(2));
    publish(&mut world, city(1), &world_bank);
    publish(&mut world, city(2), &idb);
    assert!(world.run_until(120_000, |w| w.agree() && w.sizes(city(3))[&city(2)].0 == 848));

    // The crosswalk is made from names and says so; nobody has looked at it.
    let (left, right) = (by_name(&world_bank), by_name(&idb));
    let mut file = "left,right,method,reviewer\n".to_owned();
    for (name, wb) in &left {
        if let Some(idb) = right.get(name) {
            file.push_str(&format!("{wb},{idb},normalised name,none\n"));
        }
    }
    let crosswalk = Crosswalk::parse(file.as_bytes()).unwrap();
    let (mut linked, mut both, mut one_decision) = (0, 0, 0);
    for wb in left.values() {
        let [link] = crosswalk.linked(wb) else { continue };
        linked += 1;
        assert_eq!((link.method.as_str(), link.reviewer.as_str()), ("normalised name", "none"));
        let here = world.ruling(city(3), city(3), wb);
        let there = world.ruling(city(3), city(3), &link.subject);
        if here.summary.black == 0 || there.summary.black == 0 {
            continue;
        }
        both += 1;
        assert!(here.entries.iter().all(|entry| entry.issuer == city(1)));
        assert!(there.entries.iter().all(|entry| entry.issuer == city(2)));
        let groups = decisions_across(&[&here, &there]);
        one_decision += usize::from(!groups.is_empty());
        for group in &groups {
            assert!(
                group.entries.iter().any(|id| id.city == city(1)) && group.entries.iter().any(|id| id.city == city(2))
            );
        }
    }
    println!("{linked} firms linked by name, {both} stand on both lists, {one_decision} share a deciding bank");
    assert_eq!((linked, both, one_decision), (596, 591, 591));
}
