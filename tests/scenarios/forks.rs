//! A city whose key signs two histories. That is evidence (R97), not a crash: every partner comes to hold the same proof,
//! the city's entries rest, everybody else's life goes on, and a key record brings all back to one log (R99, R135).

use crate::hand::{Hand, bring};
use crate::restart::rotate;
use crate::words::{city, counts, end, entry, entry_of, list, publish, recognise, state};
use huxin_engine::heads::Heads;
use huxin_engine::input::Road;
use huxin_engine::ledger::{Family, LedgerRead, evidence_key};
use huxin_engine::serve::serve;
use huxin_engine::wire::Request;
use huxin_engine::{ClosedReason, Event, SigningState};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::evidence::Evidence;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::ReasonCode;
use huxin_protocol::time::Millis;
use huxin_tests::world::{Liar, Meter, World, peer_of, subject};
use std::sync::Arc;

/// Questions of five cities in a quiet minute: two rounds of each with each.
pub const QUIET_MINUTE: u64 = 5 * 4 * 2;

/// Five cities that recognise the first, which has listed company 1, and listed and repaired company 2.
pub fn five(seed: u64) -> World {
    five_with(seed, true)
}

pub fn five_with(seed: u64, gossip: bool) -> World {
    let mut world = World::new(5, seed);
    for code in world.codes() {
        world.cities.get_mut(&code).unwrap().settings.gossip = gossip;
        world.start(code);
    }
    world.run_for(3_000);
    for viewer in 2..=5 {
        recognise(&mut world, city(viewer), city(1));
    }
    list(&mut world, city(1), 1);
    let id = list(&mut world, city(1), 2);
    end(&mut world, city(1), Kind::Repair, id);
    assert!(world.run_until(60_000, World::agree), "seed {seed}");
    world
}

/// Where both branches begin, and how long they became.
pub struct Fork {
    pub parted: (Size, TreeHash),
    pub other: Hand,
}

/// The first city's own machine writes `own` statements that the second and third city hear; its key, somewhere else, writes
/// `other` statements that the fourth and fifth hear. Then all lines are healed.
pub fn fork(world: &mut World, own: u64, other: u64) -> Fork {
    fork_with(world, own, |world, hand| {
        for number in 0..other {
            hand.add(&entry_of(world, city(1), 200 + number, &format!("Other decision {number}")));
        }
    })
}

/// As [`fork`], and `other` writes what the key signs somewhere else.
pub fn fork_with(world: &mut World, own: u64, other: impl FnOnce(&World, &mut Hand)) -> Fork {
    for left in 1..=3 {
        for right in 4..=5 {
            world.line.cut_between(city(left), city(right));
        }
    }
    let mut hand = Hand::copy(world, city(1), city(1), Epoch::FIRST);
    let parted = (hand.size(), hand.root());
    for number in 0..own {
        list(world, city(1), 100 + number);
    }
    other(world, &mut hand);
    for reader in [city(4), city(5)] {
        bring(world, reader, Road::Disk, hand.run(parted.0.0)).unwrap();
    }
    world.run_for(35_000);
    assert_eq!(world.sizes(city(3))[&city(1)], Size(parted.0.0 + own));
    assert_eq!(world.sizes(city(5))[&city(1)], hand.size());
    world.line.heal();
    Fork { parted, other: hand }
}

fn evidence(world: &World, holder: CityCode) -> Option<Vec<u8>> {
    world.city(holder).store.get(Family::Evidence, &evidence_key(city(1), Epoch::FIRST)).unwrap()
}

pub fn all_hold_the_same_evidence(world: &World) -> bool {
    let held: Vec<_> = (1..=5).map(|n| evidence(world, city(n))).collect();
    held[0].is_some() && held.iter().all(|one| *one == held[0])
}

pub fn under_review(world: &World, viewer: CityCode) -> bool {
    let ruling = world.ruling(viewer, viewer, &subject(1));
    let entry = &ruling.entries[0];
    !entry.counts && entry.reasons.iter().any(|reason| reason.code == ReasonCode::IssuerUnderReview)
}

/// Sizes of both branches beyond the place where they part.
pub const BRANCHES: [(u64, u64); 4] = [(2, 2), (1, 4), (5, 2), (3, 40)];

#[test]
fn fork_is_evidence_not_crash() {
    for (number, (own, other)) in BRANCHES.into_iter().enumerate() {
        let seed = 600 + number as u64;
        let mut world = five(seed);
        fork(&mut world, own, other);
        assert!(world.run_until(180_000, all_hold_the_same_evidence), "seed {seed}: {own} and {other}");
        let found = Evidence::decode(&evidence(&world, city(2)).unwrap()).unwrap();
        let roster = Roster::new(&world.genesis);
        assert_eq!(found.check(&roster).unwrap().city(), city(1), "seed {seed}: a stranger believes it, too");
        for viewer in 2..=5 {
            assert!(world.city(city(viewer)).runs());
            assert!(under_review(&world, city(viewer)), "seed {seed}: c0{viewer} (R135)");
            assert!(!counts(&world, city(viewer), 2), "seed {seed}: an ending keeps its effect");
        }
        // The city itself signs no more; all others go on.
        assert!(matches!(world.city(city(1)).signing(), Some(SigningState::Closed(_))), "seed {seed}");
        for by in 2..=5 {
            list(&mut world, city(by), 300 + by as u64);
        }
        let arrived = |w: &World| {
            (1..=5).all(|n| {
                let sizes = w.sizes(city(n));
                (2..=5).all(|by| sizes[&city(by)] == w.sizes(city(by))[&city(by)])
            })
        };
        assert!(world.run_until(60_000, arrived), "seed {seed}");
        assert_eq!(world.blames, [], "seed {seed}: nobody is blamed for what the city did");
    }
}

#[test]
fn who_signed_two_histories_signs_no_more_after_a_restart_either() {
    let mut world = five(645);
    fork(&mut world, 2, 2);
    assert!(world.run_until(180_000, all_hold_the_same_evidence));
    let size = world.sizes(city(1))[&city(1)];
    world.kill(city(1));
    for other in [city(4), city(5)] {
        world.line.cut_between(city(1), other);
    }
    world.start(city(1));
    // Those who hold the own branch confirm it, which would be enough for a city that nothing is known of.
    world.run_for(120_000);
    world.line.heal();
    let closed = Some(SigningState::Closed(ClosedReason::HeardOther));
    assert_eq!((world.city(city(1)).signing(), world.sizes(city(1))[&city(1)]), (closed, size));
    rotate(&mut world, city(1)).unwrap();
    assert_eq!(world.city(city(1)).signing(), Some(SigningState::Ready));
    list(&mut world, city(1), 400);
    assert!(world.run_until(300_000, World::same_heads));
}

#[test]
fn after_a_fork_is_known_partners_ask_no_more_than_in_any_quiet_minute() {
    for (number, (own, other)) in BRANCHES.into_iter().enumerate() {
        let seed = 610 + number as u64;
        let mut world = five(seed);
        fork(&mut world, own, other);
        assert!(world.run_until(180_000, all_hold_the_same_evidence), "seed {seed}");
        world.run_for(120_000);
        for minute in 0..5 {
            world.meter = Meter::default();
            world.run_for(60_000);
            // Clocks are compared beside them, at a pace of their own.
            let (all, heads) = (world.meter.all_asked() - world.meter.asked("time"), world.meter.asked("heads"));
            assert!(heads >= QUIET_MINUTE - 5 * 4, "seed {seed}: the rounds go on");
            assert!(all <= QUIET_MINUTE + 8, "seed {seed} minute {minute}: {all} {:?}", world.meter.questions);
        }
    }
}

#[test]
fn a_city_that_goes_on_signing_both_branches_costs_a_few_questions_a_message() {
    let mut world = five(615);
    let mut other = fork(&mut world, 2, 5).other;
    assert!(world.run_until(180_000, all_hold_the_same_evidence));
    world.run_for(60_000);
    world.meter = Meter::default();
    const MESSAGES: u64 = 30;
    for number in 0..MESSAGES {
        let from = other.size().0;
        other.add(&entry_of(&world, city(1), 300 + number, &format!("Later decision {number}")));
        for to in 2..=5 {
            let passed_on_by = peer_of(city(if to == 5 { 4 } else { 5 }));
            let _ = bring(&mut world, city(to), Road::Gossip { from: passed_on_by }, other.run(from));
        }
        world.run_for(10_000);
    }
    let rounds = QUIET_MINUTE * (MESSAGES * 10).div_ceil(60);
    let asked = world.meter.all_asked();
    // Whoever holds the other branch asks for the page and then for the history, and everybody for better evidence.
    assert!(asked <= rounds + MESSAGES * 4 * 12, "{asked} {:?}", world.meter.questions);
    assert_eq!(world.sizes(city(5))[&city(1)], other.size(), "who follows that branch still does");
    assert_eq!(world.blames, []);
    assert!(world.run_until(180_000, all_hold_the_same_evidence));
}

#[test]
fn who_passes_on_a_checkpoint_of_the_other_branch_is_not_blamed() {
    let mut world = five(660);
    for left in 1..=4 {
        world.line.cut_between(city(left), city(5));
    }
    let mut other = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    list(&mut world, city(1), 100);
    list(&mut world, city(1), 101);
    world.run_for(3_000);
    other.add(&entry_of(&world, city(1), 200, "Other decision"));
    // Gossip is passed on as soon as its signatures hold, also by those who hold another branch.
    let from = other.size().0 - 1;
    let answer = bring(&mut world, city(2), Road::Gossip { from: peer_of(city(3)) }, other.run(from));
    assert!(answer.is_err(), "{answer:?}");
    let found = Evidence::decode(&evidence(&world, city(2)).unwrap()).unwrap();
    assert_eq!(found.form().name(), "two_histories", "R97: whoever holds the longer branch sees it at once");
    other.add(&entry_of(&world, city(1), 201, "Another decision"));
    let answer = bring(&mut world, city(2), Road::Gossip { from: peer_of(city(3)) }, other.run(from));
    assert!(answer.is_err(), "{answer:?}");
    other.add(&entry_of(&world, city(1), 202, "One more decision"));
    let answer = bring(&mut world, city(2), Road::Gossip { from: peer_of(city(3)) }, other.run(from));
    assert!(answer.is_err(), "{answer:?}");
    world.run_for(60_000);
    assert_eq!(world.blames, [], "the third city holds what the second holds");
    assert!(evidence(&world, city(2)).is_some(), "R97: two roots for one size");
}

/// Where a pull broke off, the leaves that came reach no checkpoint that is held. Nothing binds this city to them yet.
#[test]
fn leaves_of_a_pull_that_broke_off_give_way_to_another_branch() {
    let mut world = five_with(665, false);
    world.kill(city(1));
    for (left, right) in [(2, 3), (2, 5), (3, 4), (3, 5), (4, 5)] {
        world.line.cut_between(city(left), city(right));
    }
    let mut one = Hand::copy(&world, city(2), city(1), Epoch::FIRST);
    let mut other = Hand::copy(&world, city(2), city(1), Epoch::FIRST);
    let parted = one.size();
    for number in 0..8 {
        one.add(&entry_of(&world, city(1), 100 + number, &format!("Decision {number}")));
    }
    for number in 0..5 {
        other.add(&entry_of(&world, city(1), 200 + number, &format!("Other decision {number}")));
    }
    bring(&mut world, city(2), Road::Disk, one.run(parted.0)).unwrap();
    bring(&mut world, city(3), Road::Disk, other.run(parted.0)).unwrap();
    // The second city serves three statements of its eight, and no more.
    let (store, roster) = (Arc::clone(&world.city(city(2)).store), Roster::new(&world.genesis));
    let mut pages = 0;
    let breaks_off: Liar = Box::new(move |asker, request, honest| match request {
        Request::Segment { city: log, from, epoch, .. } if *log == city(1) => {
            pages += 1;
            let few = Request::Segment { city: *log, from: *from, count: 3, epoch: *epoch };
            (pages == 1).then(|| serve(&*store, &roster, &Heads::default(), asker, &few, Millis(0)).unwrap())
        }
        _ => Some(honest),
    });
    world.liars.insert(city(2), breaks_off);
    let of_the_first = |w: &World| w.city(city(4)).heads().get(city(1)).unwrap().clone();
    assert!(world.run_until(60_000, |w| of_the_first(w).size > parted));
    let held = of_the_first(&world);
    assert_eq!((held.size, held.proved), (Size(parted.0 + 3), parted));
    world.kill(city(2));
    world.line.heal();
    assert!(world.run_until(60_000, |w| of_the_first(w).root == other.root()), "{:?}", of_the_first(&world));
    let left = |event: &Event| matches!(event, Event::Abandoned { city: log, count: 3 } if *log == city(1));
    assert!(world.city(city(4)).events.iter().any(left));
    // It is evidence as soon as both branches stand under checkpoints.
    world.liars.clear();
    world.start(city(2));
    assert!(world.run_until(120_000, |w| evidence(w, city(4)).is_some() && evidence(w, city(2)).is_some()));
    assert_eq!(world.blames, []);
}

#[test]
fn offline_during_evidence() {
    let mut world = five(670);
    world.kill(city(3));
    // The fifth city comes back with an empty disk: it hears of all at once.
    world.kill(city(5));
    fork_while_away(&mut world);
    assert!(world.run_until(180_000, |w| evidence(w, city(2)).is_some() && evidence(w, city(4)).is_some()));
    // Those who contradict each other are gone when the third comes back; only the second is there.
    world.kill(city(1));
    world.kill(city(4));
    world.city(city(5)).store.restore(huxin_store::MemoryStore::new().content());
    world.cities.get_mut(&city(5)).unwrap().marker = None;
    world.start(city(3));
    world.start(city(5));
    let found = |w: &World, n| evidence(w, city(n)).is_some();
    assert!(world.run_until(120_000, |w| found(w, 3) && found(w, 5)), "evidence is passed on (R99)");
    assert_eq!(evidence(&world, city(3)), evidence(&world, city(2)));
    assert!(under_review(&world, city(3)));
    // It outlives a restart.
    world.kill(city(3));
    world.start(city(3));
    world.run_for(5_000);
    assert!(under_review(&world, city(3)));
    // Who was away also hears of the record that ends it, from partners alone.
    world.kill(city(3));
    world.start(city(1));
    world.start(city(4));
    world.run_for(60_000);
    rotate(&mut world, city(1)).unwrap();
    world.run_for(120_000);
    world.kill(city(1));
    world.start(city(3));
    let back = |w: &World| counts(w, city(3), 1) && counts(w, city(2), 1) && counts(w, city(4), 1);
    assert!(world.run_until(180_000, back), "R99: the record closed that epoch");
    assert_eq!(world.blames, []);
}

/// As [`fork`], while the third and the fifth city are away.
fn fork_while_away(world: &mut World) {
    world.line.cut_between(city(1), city(4));
    world.line.cut_between(city(2), city(4));
    let mut hand = Hand::copy(world, city(1), city(1), Epoch::FIRST);
    let from = hand.size().0;
    list(world, city(1), 100);
    hand.add(&entry_of(world, city(1), 200, "Other decision"));
    hand.add(&entry_of(world, city(1), 201, "Another decision"));
    bring(world, city(4), Road::Disk, hand.run(from)).unwrap();
    world.run_for(3_000);
    world.line.heal();
}

#[test]
fn evidence_against_a_closed_epoch_speaks_against_its_key_alone() {
    let mut world = five(680);
    let mut other = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    let from = other.size().0;
    list(&mut world, city(1), 100);
    list(&mut world, city(1), 101);
    assert!(world.run_until(60_000, World::agree));
    rotate(&mut world, city(1)).unwrap();
    assert!(world.run_until(60_000, World::agree));
    // A thief of the retired key signs another history below the place where its epoch was closed.
    other.add(&entry_of(&world, city(1), 200, "Other decision"));
    let answer = bring(&mut world, city(2), Road::Gossip { from: peer_of(city(3)) }, other.run(from));
    assert!(answer.is_err(), "{answer:?}");
    world.run_for(120_000);
    for viewer in 2..=5 {
        assert!(counts(&world, city(viewer), 1) && !counts(&world, city(viewer), 200), "R99");
        assert_eq!(
            state(&world, city(viewer), 2, crate::words::first_of(&world, city(viewer), 2)).unwrap().name(),
            "repaired"
        );
    }
    let draft = entry(&world, city(1), 102);
    publish(&mut world, city(1), draft).unwrap();
    assert!(world.run_until(60_000, World::agree));
    let noisy = world.city(city(1)).events.iter().filter(|e| matches!(e, Event::SigningChanged { .. })).count();
    assert!(noisy < 10, "signing went on and off {noisy} times");
    assert_eq!(world.blames, []);
}
