//! A key record after a fork: the root says which branch goes on, and from where. Whoever followed another one finds the place
//! where they part and comes over (R84, R86); the city signs again, and its entries count again (R99).

use crate::forks::{
    BRANCHES, QUIET_MINUTE, all_hold_the_same_evidence, five, five_with, fork, fork_with, under_review,
};
use crate::restart::rotate;
use crate::words::{act, city, counts, entry_of, first_of, list};
use huxin_engine::input::{Consent, Input};
use huxin_engine::ledger::{Family, HeadRow, LedgerRead, LedgerTree, evidence_key};
use huxin_engine::wire::{Request, Response};
use huxin_engine::{Outcome, SigningState};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{Epoch, Size};
use huxin_protocol::key::Sign;
use huxin_protocol::key_record::{SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::tree::root_at;
use huxin_tests::world::{Meter, TestKey, World, subject};

#[test]
fn partners_that_heard_two_rival_records_find_out() {
    for different_keys in [false, true] {
        let mut world = five(if different_keys { 690 } else { 691 });
        let head = HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        let federation = world.genesis.id();
        let at = (head.size(), head.root());
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let one = secrets.record(&federation, Epoch(2), federation, at, Tail::Endings);
        let rival = if different_keys {
            let record = huxin_protocol::key_record::KeyRecord {
                log: TestKey::new("another log key").public().clone(),
                cosigner: TestKey::new("another cosigner key").public().clone(),
                ..one.record().clone()
            };
            SignedRecord::sign(record, &federation, &secrets.root)
        } else {
            secrets.record(&federation, Epoch(2), federation, at, Tail::Void)
        };
        // The city's root signed twice: its own machine and the fourth city heard the one, the fifth the other.
        for (to, record) in [(1, &one), (4, &one), (5, &rival)] {
            let bytes = record.bytes().to_vec();
            world.command(city(to), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        }
        list(&mut world, city(1), 3);
        let row = |w: &World, n| w.city(city(n)).store.get(Family::Evidence, &evidence_key(city(1), Epoch(2))).unwrap();
        let all = |w: &World| row(w, 1).is_some() && (2..=5).all(|n| row(w, n) == row(w, 1));
        assert!(world.run_until(180_000, all), "R97: different keys {different_keys}");
        for viewer in 2..=5 {
            assert!(under_review(&world, city(viewer)), "R89: c0{viewer}");
        }
        assert_eq!(world.blames, [], "different keys {different_keys}: both were signed by the root");
        world.run_for(120_000);
        world.meter = Meter::default();
        world.run_for(60_000);
        let asked = world.meter.all_asked();
        // The fifth city never takes the first's cosignatures under the other keys, so that in each of two rounds the witnesses
        // of four logs differ between it and four others.
        assert!(asked <= QUIET_MINUTE + 2 * 4 * 2 * 4, "{asked} {:?}", world.meter.questions);
    }
}

fn record(world: &mut World, continues_at: (Size, TreeHash)) {
    let federation = world.genesis.id();
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let record = secrets.record(&federation, Epoch(2), federation, continues_at, Tail::Endings);
    let bytes = record.bytes().to_vec();
    let taken = world.command(city(1), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
    assert_eq!(taken, Outcome::RecordTaken { city: city(1), epoch: Epoch(2) });
}

/// All are on one log again, which goes on, and its entries count.
fn one_log_again(world: &mut World, seed: u64) {
    let ready = |w: &World| w.city(city(1)).signing() == Some(SigningState::Ready);
    assert!(world.run_until(300_000, ready), "seed {seed}: {:?}", world.city(city(1)).signing());
    let id = list(world, city(1), 400);
    assert_eq!(id.epoch, Epoch(2));
    let one = |w: &World| w.same_heads() && (2..=5).all(|n| counts(w, city(n), 400) && counts(w, city(n), 1));
    let sizes = |w: &World| (1..=5).map(|n| w.sizes(city(n))[&city(1)]).collect::<Vec<_>>();
    assert!(world.run_until(300_000, one), "seed {seed}: {:?}", sizes(world));
    for viewer in 2..=5 {
        assert!(!counts(world, city(viewer), 2), "seed {seed}: what was repaired stays repaired");
    }
    assert_eq!(world.blames, [], "seed {seed}");
}

#[test]
fn a_key_record_at_the_common_prefix_brings_all_back() {
    for (number, (own, other)) in BRANCHES.into_iter().enumerate() {
        let seed = 620 + number as u64;
        let mut world = five(seed);
        let fork = fork(&mut world, own, other);
        assert!(world.run_until(180_000, all_hold_the_same_evidence), "seed {seed}");
        record(&mut world, fork.parted);
        one_log_again(&mut world, seed);
        for viewer in 2..=5 {
            assert!(!counts(&world, city(viewer), 100) && !counts(&world, city(viewer), 200), "seed {seed}: R86");
        }
    }
}

#[test]
fn a_key_record_on_the_own_branch_brings_back_those_who_followed_the_other() {
    for (number, (own, other)) in BRANCHES.into_iter().enumerate() {
        let seed = 630 + number as u64;
        let mut world = five(seed);
        fork(&mut world, own, other);
        assert!(world.run_until(180_000, all_hold_the_same_evidence), "seed {seed}");
        rotate(&mut world, city(1)).unwrap();
        one_log_again(&mut world, seed);
        for viewer in 2..=5 {
            assert!(counts(&world, city(viewer), 100) && !counts(&world, city(viewer), 200), "seed {seed}");
            let ruling = world.ruling(city(viewer), city(viewer), &subject(1));
            if viewer >= 4 && other > own {
                assert!(ruling.entries[0].history_cut, "seed {seed}: R87, c0{viewer} had cosigned a longer head");
            }
        }
    }
}

#[test]
fn a_key_record_on_the_other_branch_brings_the_city_itself_over() {
    for (number, (own, other)) in BRANCHES.into_iter().enumerate() {
        let seed = 640 + number as u64;
        let mut world = five(seed);
        let fork = fork(&mut world, own, other);
        assert!(world.run_until(180_000, all_hold_the_same_evidence), "seed {seed}");
        record(&mut world, (fork.other.size(), fork.other.root()));
        one_log_again(&mut world, seed);
        for viewer in 2..=5 {
            assert!(!counts(&world, city(viewer), 100) && counts(&world, city(viewer), 200), "seed {seed}");
        }
    }
}

#[test]
fn an_ending_on_the_branch_that_was_left_keeps_its_effect_where_it_was_held() {
    let mut world = five(648);
    let listed = first_of(&world, city(2), 1);
    fork_with(&mut world, 3, |world, hand| {
        hand.add(&act(world, city(1), Kind::Repair, listed));
        for number in 0..5 {
            hand.add(&entry_of(world, city(1), 200 + number, &format!("Other decision {number}")));
        }
    });
    assert!(world.run_until(180_000, all_hold_the_same_evidence));
    rotate(&mut world, city(1)).unwrap();
    let ready = |w: &World| w.city(city(1)).signing() == Some(SigningState::Ready);
    assert!(world.run_until(300_000, ready) && world.run_until(300_000, World::same_heads));
    // The repair stands before the place at which the record continues the other branch: it left the log all the same (R86).
    for viewer in [4, 5] {
        assert!(!counts(&world, city(viewer), 1) && !counts(&world, city(viewer), 200), "c0{viewer}");
    }
    assert_eq!(world.blames, []);
}

#[test]
fn an_inquiry_that_was_lost_on_the_way_is_made_again() {
    // Without gossip, so that no later message gives another occasion.
    for (seed, busy) in [(650, false), (651, true)] {
        let mut world = five_with(seed, false);
        fork(&mut world, 3, 40);
        assert!(world.run_until(180_000, all_hold_the_same_evidence));
        // For five minutes nobody's history reaches anybody, then the line is whole; nothing new is signed meanwhile.
        for n in 1..=5 {
            let lost = move |_, request: &Request, honest: Response| match request {
                Request::History { .. } => busy.then_some(Response::Busy { retry_after_ms: 1_000 }),
                _ => Some(honest),
            };
            world.liars.insert(city(n), Box::new(lost));
        }
        rotate(&mut world, city(1)).unwrap();
        world.run_for(300_000);
        assert!(!world.same_heads(), "the branches cannot be told apart without histories");
        world.liars.clear();
        assert!(world.run_until(300_000, World::same_heads), "{:?}", world.sizes(city(5))[&city(1)]);
        assert_eq!(world.blames, []);
    }
}

#[test]
fn a_key_record_in_the_middle_of_the_own_branch_cuts_both_tails() {
    for (seed, own, other) in [(645, 5, 2), (646, 5, 40), (647, 3, 3)] {
        let mut world = five(seed);
        let fork = fork(&mut world, own, other);
        assert!(world.run_until(180_000, all_hold_the_same_evidence), "seed {seed}");
        let at = Size(fork.parted.0.0 + 2);
        let root = root_at(&LedgerTree { read: &*world.city(city(1)).store, city: city(1) }, at).unwrap();
        record(&mut world, (at, root));
        one_log_again(&mut world, seed);
        for viewer in 2..=5 {
            assert!(counts(&world, city(viewer), 101) && !counts(&world, city(viewer), 102), "seed {seed}: R86");
            assert!(!counts(&world, city(viewer), 200), "seed {seed}");
        }
    }
}
