//! Room: a member that logs more than its quota slows only itself, and a city whose disk is nearly full still ends what it listed.

use crate::words::{act, amendment, city, counts, end, entry, list, publish, state, three};
use huxin_engine::fsck::check;
use huxin_engine::input::Input;
use huxin_engine::{Event, Quota, Refusal, Room};
use huxin_protocol::ids::CityCode;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::State;
use huxin_tests::world::World;
use std::collections::BTreeMap;

fn held(world: &World, by: CityCode, of: CityCode) -> u64 {
    world.sizes(by)[&of].0
}

fn set_quota(world: &mut World, at: CityCode, quota: Quota) {
    world.kill(at);
    world.cities.get_mut(&at).unwrap().settings.quota = quota;
    world.start(at);
    world.run_for(5_000);
}

/// What the partner of a flooding member was told of it, and the last word.
fn told(world: &World, at: CityCode) -> Vec<(CityCode, bool)> {
    let told = world.city(at).events.iter();
    told.filter_map(|event| match event {
        Event::SlowedBy { partner, begins } => Some((*partner, *begins)),
        _ => None,
    })
    .collect()
}

#[test]
fn a_flood_beyond_the_quota_comes_slowly_and_slows_nobody_else() {
    const FLOOD: u64 = 600;
    let (flood, slow, other) = (city(1), city(2), city(3));
    for by_bytes in [false, true] {
        let mut world = three(910);
        let listed = list(&mut world, flood, 7);
        assert!(world.run_until(60_000, World::agree));
        let begin = held(&world, slow, flood);
        let quota = Quota { founded_at: world.now, ..Quota::NONE };
        let quota = if by_bytes { Quota { bytes: 1_000_000, ..quota } } else { Quota { statements: begin, ..quota } };
        set_quota(&mut world, slow, quota);
        if by_bytes {
            // As the disk would say after a minute.
            let room = Room { only_endings: false, stored: BTreeMap::from([(flood, 1_000_001)]) };
            world.give(slow, Input::Room(room));
        }
        for hundred in 0..FLOOD / 100 {
            let drafts = (0..100).map(|number| entry(&world, flood, 1_000 + 100 * hundred + number)).collect();
            world.publish(flood, drafts).unwrap();
        }
        let repair = end(&mut world, flood, Kind::Repair, listed);
        let theirs = list(&mut world, other, 8);
        assert!(
            world.run_until(60_000, |world| held(world, other, flood) == begin + FLOOD + 1),
            "a city with room takes everything at once"
        );
        assert!(
            state(&world, slow, 8, theirs) == Some(State::Listed),
            "and another member's entry comes at once everywhere"
        );
        let early = held(&world, slow, flood) - begin;
        assert!(early <= 256, "by bytes {by_bytes}: {early} statements came in a minute");
        assert!(counts(&world, slow, 7), "the repair has not come yet");
        world.run_for(120_000);
        let later = held(&world, slow, flood) - begin;
        assert!(
            later > early && later < FLOOD,
            "by bytes {by_bytes}: {later} statements in three minutes, {early} in one"
        );
        assert_eq!(told(&world, flood).first(), Some(&(slow, true)), "the flooding city is told");
        assert!(
            world.run_until(600_000, |world| held(world, slow, flood) == begin + FLOOD + 1),
            "nothing is refused: {} of {FLOOD}",
            held(&world, slow, flood) - begin
        );
        assert_eq!(state(&world, slow, 7, listed), Some(State::Repaired), "{repair:?}");
        assert!(world.run_until(120_000, World::agree));
        world.run_for(60_000);
        assert_eq!(told(&world, flood).last(), Some(&(slow, false)), "and told that it is over");
        assert!(world.blames.is_empty(), "nobody is blamed");
    }
}

#[test]
fn with_every_day_a_quota_has_room_for_more() {
    let (flood, slow) = (city(1), city(2));
    let mut world = three(911);
    let begin = held(&world, slow, flood);
    let quota = Quota { founded_at: world.now, statements: begin, statements_per_day: 300, ..Quota::NONE };
    set_quota(&mut world, slow, quota);
    world.run_for(86_400_000);
    for number in 0..3 {
        let drafts = (0..100).map(|more| entry(&world, flood, 1_000 + 100 * number + more)).collect();
        world.publish(flood, drafts).unwrap();
    }
    assert!(world.run_until(10_000, |world| held(world, slow, flood) == begin + 300), "the room of one day");
    for number in 3..6 {
        let drafts = (0..100).map(|more| entry(&world, flood, 1_000 + 100 * number + more)).collect();
        world.publish(flood, drafts).unwrap();
    }
    world.run_for(10_000);
    let more = held(&world, slow, flood) - begin - 300;
    assert!(more <= 257, "and a small window of the next: {more}");
}

#[test]
fn a_city_with_a_full_disk_still_ends_what_it_listed() {
    let (full, other) = (city(1), city(2));
    let mut world = three(912);
    let listed: Vec<_> = (1..=4).map(|number| list(&mut world, full, number)).collect();
    assert!(world.run_until(60_000, World::agree));
    world.give(full, Input::Room(Room { only_endings: true, stored: BTreeMap::new() }));
    let drafts = [
        entry(&world, full, 9),
        amendment(&world, full, listed[0], 1, "synthetic"),
        act(&world, full, Kind::Reinstatement, listed[0]),
    ];
    for draft in drafts {
        assert_eq!(publish(&mut world, full, draft), Err(Refusal::OnlyEndings));
    }
    let before = held(&world, full, other);
    let theirs = list(&mut world, other, 20);
    for (kind, id) in [Kind::Repair, Kind::Annulment, Kind::Removal, Kind::Erasure].into_iter().zip(&listed) {
        end(&mut world, full, kind, *id);
    }
    assert!(
        world.run_until(60_000, |world| (1..=4).all(|number| !counts(world, other, number))),
        "whoever has made good is free everywhere"
    );
    world.run_for(120_000);
    assert_eq!(held(&world, full, other), before, "what others say waits");
    world.give(full, Input::Room(Room::default()));
    assert!(world.run_until(120_000, World::agree), "with room everything comes");
    assert_eq!(state(&world, full, 20, theirs), Some(State::Listed));
    assert!(world.blames.is_empty());
    let report = check(&*world.city(full).store, Roster::new(&world.genesis), full, true, &mut |_| {});
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}
