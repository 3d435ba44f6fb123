//! Which editions bind is each node's choice, and an entry can't choose a weaker one than its list belongs to (R126, R154).

use crate::words::{act, city, publish, recognise_under, three};
use huxin_engine::Refusal;
use huxin_engine::input::Draft;
use huxin_protocol::body::{Body, EntryBody};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{Edition, IssueFault};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::{EntryRuling, ReasonCode, State};
use huxin_tests::world::{World, draft, entry_body, subject};

const SERIOUS: &str = "安全生产严重失信主体名单";

fn edition(name: &str) -> Digest {
    Edition::named(name).unwrap().digest()
}

/// An entry about the `number`th company under an edition that asks for little; its list's name is given.
fn under_mdb(world: &World, by: CityCode, number: u64, list_name: &str) -> Draft {
    let mut body: EntryBody = entry_body(number, &format!("Decision {number}"));
    body.list_name = list_name.to_owned();
    body.edition = edition("mdb");
    body.measures = vec!["M-MDB-01".to_owned()];
    let body = Body::Listing(Box::new(body));
    draft(&world.city(by).secrets, &world.genesis.id(), Kind::Entry, None, body, Disclosure::Public)
}

fn seen(world: &World, by: CityCode, number: u64, id: StatementId) -> EntryRuling {
    world.ruling(by, by, &subject(number)).entry(id).unwrap().clone()
}

fn codes(entry: &EntryRuling) -> Vec<ReasonCode> {
    entry.reasons.iter().map(|reason| reason.code).collect()
}

/// The door of issue refuses it where the edition is known that registers the list; a city that has not loaded that edition signs it,
/// and its partners give it no effect.
#[test]
fn a_city_that_does_not_know_the_edition_cannot_choose_a_weaker_one() {
    let mut world = three(61);
    let refused = under_mdb(&world, city(1), 7, SERIOUS);
    match publish(&mut world, city(1), refused) {
        Err(Refusal::Listing(fault)) => assert_eq!(*fault, IssueFault::ListRegisteredElsewhere("demo".to_owned())),
        other => panic!("it was not refused: {other:?}"),
    }
    // Another list may be listed under the same edition.
    let general = under_mdb(&world, city(1), 8, "样例名单");
    let general = publish(&mut world, city(1), general).unwrap();

    world.kill(city(1));
    world.choose_editions(city(1), &["mdb"]);
    world.start(city(1));
    world.run_for(3_000);
    // Under another spelling, with brackets of another kind and spaces: it is the same list.
    let weak = under_mdb(&world, city(1), 9, "失信被执行人 名单");
    let weak = publish(&mut world, city(1), weak).unwrap();
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(seen(&world, city(1), 9, weak).state, State::Listed, "its own node knows no better");
    let at_partner = seen(&world, city(2), 9, weak);
    assert_eq!((at_partner.state, at_partner.counts), (State::Void, false));
    assert_eq!(codes(&at_partner), [ReasonCode::ListRegisteredElsewhere]);
    assert!(seen(&world, city(2), 8, general).counts);
}

/// `demo` binds nowhere where nobody chose it: what is under it has unknown effect.
#[test]
fn an_edition_that_a_node_did_not_choose_binds_nobody_there() {
    let mut world = three(62);
    world.kill(city(2));
    world.choose_editions(city(2), &["mdb"]);
    world.start(city(2));
    let id = crate::words::list(&mut world, city(1), 7);
    assert!(world.run_until(60_000, World::agree));
    let there = seen(&world, city(2), 7, id);
    assert_eq!((there.state, there.counts), (State::Unknown, false));
    assert_eq!(codes(&there)[0], ReasonCode::EditionNotAccepted);
    assert!(seen(&world, city(3), 7, id).counts);
}

/// A recognition that names editions: what is under another does not count, and the reason is one of its own.
#[test]
fn a_recognition_names_the_editions_under_which_entries_count() {
    let mut world = three(63);
    let id = crate::words::list(&mut world, city(1), 7);
    let rows = [
        (Some(vec![edition("mdb")]), false),
        (Some(vec![edition("demo")]), true),
        (Some(vec![Digest([9; 32])]), false),
        (None, true),
    ];
    for (editions, counts) in rows {
        recognise_under(&mut world, city(2), city(1), editions.clone());
        assert!(world.run_until(60_000, World::agree));
        let entry = seen(&world, city(2), 7, id);
        assert_eq!((entry.state, entry.counts), (State::Listed, counts), "{editions:?}");
        assert_eq!(codes(&entry).contains(&ReasonCode::EditionNotRecognised), !counts, "{editions:?}");
    }
    let ending = act(&world, city(1), Kind::Removal, id);
    publish(&mut world, city(1), ending).unwrap();
}
