//! Clocks that are wrong: ahead, behind, drifting, set back. A wrong clock may make its own statements *not yet* (R104) and
//! its own freshness doubtful (R133); it stops nothing, neither at home nor at a partner.

use crate::words::{city, counts, end, entry, list, publish, three};
use huxin_engine::input::Input;
use huxin_engine::{Event, Refusal, SigningState};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Millis;
use huxin_tests::world::World;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const YEAR: i64 = 365 * DAY;

pub fn set_clock(world: &mut World, code: CityCode, ahead_ms: i64) {
    world.cities.get_mut(&code).unwrap().clock_ahead_ms = ahead_ms;
}

pub fn issued_at(world: &World, id: StatementId) -> Millis {
    use huxin_engine::gather::statement;
    use huxin_protocol::roster::Roster;
    let store = &world.city(id.city).store;
    statement(&**store, &Roster::new(&world.genesis), id).unwrap().unwrap().0.header.issued_at
}

#[test]
fn clock_skew_does_not_freeze() {
    for seed in 400..404 {
        let mut world = three(seed);
        let mut listed = Vec::new();
        for number in 0..40 {
            // Every machine drifts, and now and then one is an hour or a day off until somebody sets it right.
            for code in world.codes() {
                let drift = world.city(code).clock_ahead_ms + world.chance.below(400) as i64 - 200;
                let jump = match world.chance.below(40) {
                    0 => DAY,
                    1 => -DAY,
                    2 => HOUR,
                    3 => -HOUR,
                    4 | 5 => 0,
                    _ => drift,
                };
                set_clock(&mut world, code, jump);
            }
            let by = city(1 + (number as usize % 3));
            let draft = entry(&world, by, number);
            match publish(&mut world, by, draft) {
                Ok(id) => listed.push((number, id)),
                // Whoever knows that its clock is ahead dates nothing by it (R167).
                Err(refusal) => assert_eq!(refusal.code(), "clock_ahead", "seed {seed}"),
            }
            world.run_for(7_000);
        }
        assert!(world.run_until(60_000, World::agree), "seed {seed}: heads do not wait for clocks");
        for code in world.codes() {
            assert_eq!(world.city(code).signing(), Some(SigningState::Ready), "seed {seed}: {code}");
            let found = world.city(code).events.iter().any(|e| matches!(e, Event::EvidenceFound { .. }));
            assert!(!found, "seed {seed}: {code} took a wrong clock for a contradiction");
            set_clock(&mut world, code, 0);
        }
        assert_eq!(world.blames, [], "seed {seed}: a wrong clock is nobody's lie");
        assert!(listed.len() > 20, "seed {seed}: {} were listed", listed.len());
        // What was signed by a right clock, or one behind, counts at once; the rest when its day has come (R104).
        for (number, id) in &listed {
            let ahead = issued_at(&world, *id).0 - world.now.0 > 5 * 60_000;
            assert_eq!(counts(&world, city(1), *number), !ahead, "seed {seed}: {id}");
        }
        world.now = Millis(world.now.0 + 2 * DAY);
        for (number, _) in &listed {
            assert!(counts(&world, city(2), *number), "seed {seed}: entry {number} never came into force");
        }
    }
}

#[test]
fn a_clock_set_back_by_a_day_stops_no_round_and_no_heartbeat() {
    let mut world = three(410);
    // Only the first city gossips, so that what is heard is its heartbeat.
    for code in [city(2), city(3)] {
        world.kill(code);
        world.cities.get_mut(&code).unwrap().settings.gossip = false;
        world.start(code);
    }
    world.run_for(70_000);
    set_clock(&mut world, city(1), -DAY);
    world.run_for(2_000);
    world.meter = huxin_tests::world::Meter::default();
    world.run_for(180_000);
    let asked = world.meter.asked_by[&city(1)];
    assert!(asked >= 2 * 2 * 5, "six rounds with two partners are due, for heads and time; it asked {asked} times");
    let heard = world.meter.gossip.messages;
    assert!(heard >= 2 * 2, "R77: three heartbeats to two partners are due in three minutes, {heard} came");
    assert!(heard <= 2 * 4 + 6, "and no more than that: {heard}");
    // It still learns what partners list, and partners what it lists.
    list(&mut world, city(2), 7);
    list(&mut world, city(1), 8);
    assert!(world.run_until(60_000, |w| counts(w, city(1), 7) && counts(w, city(3), 8)));
}

#[test]
fn a_hold_ends_though_the_clock_was_set_back() {
    let mut world = three(411);
    world.command(city(1), |ticket| Input::Hold { ticket }).unwrap();
    let draft = entry(&world, city(1), 1);
    assert_eq!(publish(&mut world, city(1), draft), Err(Refusal::NotSigning(SigningState::Held)));
    set_clock(&mut world, city(1), -DAY);
    world.run_for(65_000);
    list(&mut world, city(1), 1);
}

#[test]
fn statements_after_one_by_a_clock_that_ran_ahead_are_dated_honestly() {
    let mut world = three(412);
    let before = list(&mut world, city(1), 1);
    set_clock(&mut world, city(1), DAY);
    let ahead = list(&mut world, city(1), 2);
    set_clock(&mut world, city(1), 0);
    let after = list(&mut world, city(1), 3);
    assert_eq!(issued_at(&world, ahead).0 - issued_at(&world, before).0, DAY);
    assert_eq!(issued_at(&world, after), world.now, "R104: or it were not yet for a day");
    end(&mut world, city(1), Kind::Repair, before);
    assert!(world.run_until(10_000, World::agree));
    assert!(counts(&world, city(2), 3) && !counts(&world, city(2), 2) && !counts(&world, city(2), 1));
    // A clock that was a little ahead does not date statements back: times go on from the last one.
    set_clock(&mut world, city(1), 60_000);
    let little = list(&mut world, city(1), 4);
    set_clock(&mut world, city(1), 0);
    let next = list(&mut world, city(1), 5);
    assert_eq!(issued_at(&world, next), issued_at(&world, little));
}
