//! Any order, any doubling and any cut of segments gives the same log digest and byte-identical rulings (DESIGN idea 3).

use crate::words::{act, amendment, city, end, list, publish, three};
use huxin_engine::input::{Input, Road};
use huxin_engine::serve::segment;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_tests::world::{Chance, World, subject};

/// A world in which every kind of act has happened.
fn lively(seed: u64) -> World {
    let mut world = three(seed);
    let mut chance = Chance::new(seed);
    let mut listed = Vec::new();
    for number in 0..40 {
        let by = city(1 + chance.below(3) as usize);
        listed.push((by, number, list(&mut world, by, number)));
        if chance.hits(500) {
            let (by, number, id) = listed[chance.below(listed.len() as u64) as usize];
            let draft = match chance.below(5) {
                0 => act(&world, by, Kind::Repair, id),
                1 => act(&world, by, Kind::Removal, id),
                2 => act(&world, by, Kind::Annulment, id),
                3 => act(&world, by, Kind::Erasure, id),
                _ => amendment(&world, by, id, number, "corrected"),
            };
            // Acting on what has ended is refused; that is part of the life of a list.
            if let Ok(ending) = publish(&mut world, by, draft)
                && chance.hits(200)
            {
                let back = act(&world, by, Kind::Reinstatement, ending);
                let _ = publish(&mut world, by, back);
            }
        }
        world.run_for(100);
    }
    assert!(world.run_until(120_000, World::agree), "seed {seed}");
    world
}

/// Carries one random run of one log from a member to the reader's node, as a file would.
fn carry_some(from: &World, to: &mut World, reader: CityCode, chance: &mut Chance) {
    let log = city(1 + chance.below(3) as usize);
    let size = from.sizes(city(1))[&log].0;
    let held = to.sizes(reader)[&log].0;
    // Mostly what continues, sometimes something older or from beyond.
    let start = if chance.hits(600) { held.saturating_sub(chance.below(5)) } else { chance.below(size + 1) };
    let count = 1 + chance.below(9) as u32;
    let roster = Roster::new(&from.genesis);
    let run = segment(&*from.city(log).store, &roster, Some(reader), log, Seq(start), count, Epoch::FIRST);
    let Some(run) = run.unwrap() else { return };
    let read = run.read(&from.genesis.id()).unwrap();
    let _ =
        to.command(reader, |ticket| Input::Segment { ticket: Some(ticket), road: Road::Disk, segment: Box::new(read) });
}

#[test]
fn any_order_doubling_and_cut_gives_the_same_answer() {
    for seed in 100..106 {
        let world = lively(seed);
        let reader = city(3);
        let mut digests = std::collections::BTreeSet::new();
        let mut rulings = std::collections::BTreeSet::new();
        for way in 0..3 {
            let mut chance = Chance::new(seed * 1000 + way);
            let mut empty = World::new(3, seed);
            empty.now = world.now;
            empty.cities.get_mut(&reader).unwrap().settings.partners_before_signing = 1;
            empty.start(reader);
            for _ in 0..20_000 {
                if empty.sizes(reader) == world.sizes(reader) {
                    break;
                }
                carry_some(&world, &mut empty, reader, &mut chance);
            }
            assert_eq!(empty.sizes(reader), world.sizes(reader), "seed {seed} way {way}");
            empty.now = world.now;
            digests.insert(empty.log_digest(reader));
            let bytes: Vec<Vec<u8>> =
                (0..40).map(|number| empty.ruling(reader, reader, &subject(number)).content_bytes()).collect();
            rulings.insert(bytes);
        }
        digests.insert(world.log_digest(reader));
        rulings.insert((0..40).map(|n| world.ruling(reader, reader, &subject(n)).content_bytes()).collect());
        assert_eq!(digests.len(), 1, "seed {seed}: the log digests differ");
        assert_eq!(rulings.len(), 1, "seed {seed}: the rulings differ");
    }
}

#[test]
fn a_group_commit_is_the_same_as_one_by_one() {
    let mut world = three(200);
    let drafts: Vec<_> = (0..30).map(|number| crate::words::entry(&world, city(1), number)).collect();
    let ids = world.publish(city(1), drafts).unwrap();
    assert_eq!(ids.len(), 30);
    let repair = end(&mut world, city(1), Kind::Repair, ids[3]);
    assert_eq!(repair.seq.0, ids[29].seq.0 + 1);
    assert!(world.run_until(10_000, World::agree));
    assert!(!crate::words::counts(&world, city(2), 3));
    assert!(crate::words::counts(&world, city(2), 4));
}
