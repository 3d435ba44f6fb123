//! The main job: a city lists, partners receive and recognise, a repair reaches everybody.

use crate::words::{city, counts, end, entry, list, state, three};
use huxin_engine::{Event, Refusal};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Size};
use huxin_protocol::kind::Kind;
use huxin_protocol::limits::GOSSIP_BYTES;
use huxin_protocol::ruling::State;
use huxin_tests::world::{Meter, World, draft, entry_body, subject};

#[test]
fn an_entry_counts_at_recognising_partners_and_its_repair_ends_it_everywhere() {
    let mut world = three(1);
    let id = list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    for viewer in world.codes() {
        assert!(counts(&world, viewer, 7), "{viewer} does not count it");
    }
    end(&mut world, city(1), Kind::Repair, id);
    assert!(world.run_until(10_000, World::agree));
    for viewer in world.codes() {
        assert!(!counts(&world, viewer, 7), "{viewer} still counts it");
        assert_eq!(state(&world, viewer, 7, id), Some(State::Repaired));
    }
}

#[test]
fn nothing_counts_without_recognition() {
    let mut world = World::started(3, 2);
    list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    assert!(counts(&world, city(1), 7));
    assert!(!counts(&world, city(2), 7));
    assert_eq!(world.ruling(city(2), city(2), &subject(7)).entries.len(), 1, "it is shown all the same");
}

fn roads(world: &World, code: CityCode) -> Vec<&'static str> {
    let mut roads: Vec<&'static str> = world
        .city(code)
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Admitted { road, .. } => Some(*road),
            _ => None,
        })
        .collect();
    roads.sort_unstable();
    roads.dedup();
    roads
}

#[test]
fn a_group_too_long_for_one_message_goes_out_in_several() {
    let mut world = World::new(3, 4);
    // Nothing overtakes on one connection, and whatever were missing would stay missing.
    world.line.jitter_ms = 0;
    for code in world.codes() {
        world.cities.get_mut(&code).unwrap().settings.anti_entropy = false;
        world.start(code);
    }
    world.run_for(3_000);
    world.meter = Meter::default();
    let drafts = (0..150).map(|number| entry(&world, city(1), number)).collect();
    world.publish(city(1), drafts).unwrap();
    world.run_for(500);
    assert!(world.meter.gossip.bytes > 2 * GOSSIP_BYTES as u64, "{:?} is not too long", world.meter.gossip);
    assert_eq!(world.meter.all_asked(), 0, "nobody pulls it");
    for code in world.codes() {
        assert_eq!(world.sizes(code)[&city(1)], Size(150), "{code}");
    }
}

#[test]
fn converges_with_gossip_switched_off() {
    let mut world = World::new(4, 3);
    for code in world.codes() {
        world.cities.get_mut(&code).unwrap().settings.gossip = false;
        world.start(code);
    }
    world.run_for(3_000);
    for number in 0..20 {
        list(&mut world, city(1 + (number as usize % 4)), number);
    }
    assert!(world.run_until(120_000, |w| w.agree() && w.sizes(city(1)).values().map(|s| s.0).sum::<u64>() == 20));
    assert_eq!(roads(&world, city(2)), ["sync"]);
}

#[test]
fn fresh_entries_arrive_with_anti_entropy_switched_off() {
    let mut world = World::new(4, 4);
    for code in world.codes() {
        world.cities.get_mut(&code).unwrap().settings.anti_entropy = false;
        world.start(code);
    }
    world.run_for(3_000);
    // Order matters to gossip alone: one at a time, as offices publish.
    for number in 0..20 {
        list(&mut world, city(1 + (number as usize % 4)), number);
        world.run_for(100);
    }
    assert!(world.run_until(10_000, World::agree));
    assert_eq!(roads(&world, city(2)), ["gossip"]);
}

#[test]
fn a_lossy_line_delays_and_loses_nothing_for_good() {
    for seed in 10..14 {
        let mut world = three(seed);
        world.line.loss = 200;
        world.line.double = 200;
        world.line.jitter_ms = 2_000;
        for number in 0..60 {
            list(&mut world, city(1 + (number as usize % 3)), number);
            world.run_for(200);
        }
        world.line.loss = 0;
        assert!(world.run_until(300_000, World::agree), "seed {seed}");
        assert_eq!(world.sizes(city(3))[&city(1)].0, 22, "seed {seed}");
    }
}

#[test]
fn named_bodies_reach_their_readers_and_nobody_else() {
    let mut world = three(20);
    let body = huxin_protocol::body::Body::Listing(Box::new(entry_body(7, "Decision 7")));
    let disclosure = huxin_protocol::header::Disclosure::Named(vec![city(2)]);
    let draft = draft(&world.city(city(1)).secrets, &world.genesis.id(), Kind::Entry, None, body, disclosure);
    world.publish(city(1), vec![draft]).unwrap();
    assert!(world.run_until(120_000, |w| counts(w, city(2), 7)), "the reader never got the body");
    world.run_for(120_000);
    assert!(world.ruling(city(3), city(3), &subject(7)).entries.is_empty(), "no reader, no body, no subject");
    assert_eq!(world.sizes(city(3)), world.sizes(city(1)), "the log itself is everybody's");
}

#[test]
fn witnesses_cosign_and_freshness_is_known() {
    let mut world = three(21);
    list(&mut world, city(1), 7);
    world.run_for(5_000);
    let ruling = world.ruling(city(2), city(2), &subject(7));
    let source = ruling.sources.iter().find(|source| source.city == city(1)).unwrap();
    assert!(source.freshness.is_some());
    let seen_by = |code| source.witnesses.iter().any(|witness| witness.city == code);
    assert!(seen_by(city(3)) && seen_by(city(2)), "{:?}", source.witnesses);
    assert!(!seen_by(city(1)), "the own line never counts as a witness");
}

#[test]
fn a_clock_set_back_never_makes_a_cosigner_contradict_its_own_time() {
    use huxin_engine::ledger::CosignatureRow;
    let mut world = three(22);
    list(&mut world, city(1), 1);
    world.run_for(5_000);
    let time = |world: &World| CosignatureRow::read(&*world.city(city(2)).store, city(1), city(2)).unwrap().unwrap();
    let before = time(&world);
    world.cities.get_mut(&city(2)).unwrap().clock_ahead_ms = -3_600_000;
    list(&mut world, city(1), 2);
    world.run_for(5_000);
    let after = time(&world);
    assert!(after.size > before.size, "it cosigns on");
    assert!(after.time_s >= before.time_s, "R76: {} after {}", after.time_s, before.time_s);
}

#[test]
fn nothing_found_names_every_source_it_rests_on() {
    let world = three(23);
    let ruling = world.ruling(city(2), city(2), &subject(999));
    assert!(ruling.entries.is_empty());
    let sources: Vec<CityCode> = ruling.sources.iter().map(|source| source.city).collect();
    assert_eq!(sources, [city(1), city(2), city(3)]);
}

/// Whoever drafts past the node's own drafting is refused before anything takes a place: a header that does not read back
/// would be void for ever, for the city itself too. (Found by fuzzing the engine.)
#[test]
fn a_header_that_nobody_could_read_is_never_signed() {
    let mut world = three(1);
    let before = world.sizes(city(1))[&city(1)];
    let backwards = vec![city(3), city(2)];
    let crowd = (0..=huxin_protocol::limits::READERS).map(|n| CityCode::new(&format!("x{n:03}")).unwrap()).collect();
    for readers in [Vec::new(), backwards, crowd] {
        let mut entry = entry(&world, city(1), 7);
        entry.disclosure = Disclosure::Named(readers);
        assert!(matches!(world.publish(city(1), vec![entry]), Err(Refusal::Incomplete(_))));
    }
    let mut long = entry(&world, city(1), 7);
    long.agency = Some("x".repeat(65));
    assert!(matches!(world.publish(city(1), vec![long]), Err(Refusal::Incomplete(_))));
    assert_eq!(world.sizes(city(1))[&city(1)], before);
}
