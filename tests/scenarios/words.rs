//! What the scenarios say to a world, in the words of the domain.

use huxin_engine::Refusal;
use huxin_engine::input::Draft;
use huxin_protocol::body::{ActBody, Body, List, RecognitionBody};
use huxin_protocol::digest::Digest;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::State;
use huxin_protocol::time::Date;
use huxin_tests::world::{World, draft, entry_body, subject};

pub fn city(number: usize) -> CityCode {
    CityCode::new(&format!("c{number:02}")).unwrap()
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn entry(world: &World, by: CityCode, number: u64) -> Draft {
    entry_of(world, by, number, &format!("Decision {number}"))
}

pub fn entry_of(world: &World, by: CityCode, number: u64, decision: &str) -> Draft {
    let body = Body::Listing(Box::new(entry_body(number, decision)));
    draft(&world.city(by).secrets, &world.genesis.id(), Kind::Entry, None, body, Disclosure::Public)
}

pub fn act(world: &World, by: CityCode, kind: Kind, about: StatementId) -> Draft {
    let body = Body::Act(ActBody { reason: format!("synthetic {}", kind.name()), ..ActBody::default() });
    draft(&world.city(by).secrets, &world.genesis.id(), kind, Some(about), body, Disclosure::Public)
}

pub fn amendment(world: &World, by: CityCode, about: StatementId, number: u64, summary: &str) -> Draft {
    let mut body = entry_body(number, &format!("Decision {number}"));
    body.summary = summary.to_owned();
    let body = Body::Listing(Box::new(body));
    draft(&world.city(by).secrets, &world.genesis.id(), Kind::Amendment, Some(about), body, Disclosure::Public)
}

pub fn recognise(world: &mut World, by: CityCode, partner: CityCode) -> StatementId {
    recognise_under(world, by, partner, None)
}

/// Only entries under these editions, where they are given.
pub fn recognise_under(
    world: &mut World,
    by: CityCode,
    partner: CityCode,
    editions: Option<Vec<Digest>>,
) -> StatementId {
    // Before anything that the tests list was decided (R130).
    let since = date("1990-01-01");
    let rule = RecognitionBody::without_limits(partner, vec![List::Red, List::Black, List::Watch], since);
    let body = Body::Recognition(RecognitionBody { editions, ..rule });
    let draft = draft(&world.city(by).secrets, &world.genesis.id(), Kind::Recognition, None, body, Disclosure::Public);
    publish(world, by, draft).unwrap()
}

pub fn publish(world: &mut World, by: CityCode, draft: Draft) -> Result<StatementId, Refusal> {
    world.publish(by, vec![draft]).map(|ids| ids[0])
}

/// Lists the `number`th synthetic company.
pub fn list(world: &mut World, by: CityCode, number: u64) -> StatementId {
    let draft = entry(world, by, number);
    publish(world, by, draft).unwrap()
}

pub fn end(world: &mut World, by: CityCode, kind: Kind, about: StatementId) -> StatementId {
    let draft = act(world, by, kind, about);
    publish(world, by, draft).unwrap()
}

/// Whether any entry about the `number`th company counts, seen from `viewer` by its own logs.
pub fn counts(world: &World, viewer: CityCode, number: u64) -> bool {
    let code = world.city(viewer).code;
    world.ruling(viewer, code, &subject(number)).entries.iter().any(|entry| entry.counts)
}

/// State of an entry as `viewer` sees it now.
pub fn state(world: &World, viewer: CityCode, number: u64, id: StatementId) -> Option<State> {
    world.ruling(viewer, viewer, &subject(number)).entry(id).map(|entry| entry.state)
}

/// The first entry about the `number`th company that `viewer` shows.
pub fn first_of(world: &World, viewer: CityCode, number: u64) -> StatementId {
    world.ruling(viewer, viewer, &subject(number)).entries[0].id
}

/// Three started cities that recognise each other.
pub fn three(seed: u64) -> World {
    let mut world = World::started(3, seed);
    for one in 1..=3 {
        for other in 1..=3 {
            if one != other {
                recognise(&mut world, city(one), city(other));
            }
        }
    }
    assert!(world.run_until(60_000, World::agree), "seed {seed}: recognitions did not reach everybody");
    world
}
