//! A machine's clock that was ahead is put right while the node runs: what waits for a time must not wait for a day.

use crate::words::{city, list};
use huxin_engine::SigningState;
use huxin_engine::input::Input;
use huxin_tests::world::World;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Three cities that hear of each other by comparison alone; the clock of the first is a day ahead.
fn one_ahead(seed: u64) -> World {
    let mut world = World::new(3, seed);
    world.cities.get_mut(&city(1)).unwrap().clock_ahead_ms = DAY_MS;
    for code in world.codes() {
        world.cities.get_mut(&code).unwrap().settings.gossip = false;
        world.start(code);
    }
    world.run_for(40_000);
    world
}

#[test]
fn a_clock_that_falls_back_does_not_end_comparing() {
    let mut world = one_ahead(51);
    world.cities.get_mut(&city(1)).unwrap().clock_ahead_ms = 0;
    list(&mut world, city(2), 7);
    let agreed = world.run_until(120_000, World::agree);
    assert!(agreed, "after two minutes: {:?}", world.sizes(city(1)));
}

#[test]
fn a_clock_that_falls_back_does_not_prolong_a_hold() {
    let mut world = one_ahead(52);
    world.command(city(1), |ticket| Input::Hold { ticket }).unwrap();
    world.cities.get_mut(&city(1)).unwrap().clock_ahead_ms = 0;
    world.run_for(120_000);
    assert_eq!(world.city(city(1)).signing(), Some(SigningState::Ready));
}
