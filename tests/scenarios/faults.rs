//! What happens to machines: a full disk, a kill in the middle of a batch, a new transport key.

use crate::words::{city, counts, end, entry, list, publish, three};
use huxin_engine::fsck::check;
use huxin_engine::input::{Draft, Input, Ticket};
use huxin_engine::ledger::{Batch, Family};
use huxin_engine::{Event, SigningState};
use huxin_protocol::ids::{CityCode, Seq, Size};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_store::{CommitHook, Decision, MemoryStore};
use huxin_tests::world::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A disk with room for so many bytes of rows.
struct Disk {
    room: AtomicU64,
}

impl CommitHook for Disk {
    fn decide(&self, _: u64, batch: &Batch) -> Decision {
        let bytes: usize = batch.iter().map(|(_, key, value)| key.len() + value.map_or(0, <[u8]>::len)).sum();
        let fits = self.room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |room| room.checked_sub(bytes as u64));
        if fits.is_ok() { Decision::GoOn } else { Decision::FailGone }
    }
}

fn clean(world: &World, code: CityCode) {
    let report = check(&*world.city(code).store, Roster::new(&world.genesis), world.city(code).code, true, &mut |_| {});
    assert!(
        report.findings.is_empty(),
        "{code}: {:?}",
        report.findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
}

fn no_contradiction(world: &World) {
    for (code, node) in &world.cities {
        assert!(!node.events.iter().any(|event| matches!(event, Event::EvidenceFound { .. })), "{code}");
    }
    assert_eq!(world.blames, []);
}

#[test]
fn disk_full_then_space() {
    for (seed, full) in [(700, city(1)), (701, city(2))] {
        let mut world = three(seed);
        let disk = Arc::new(Disk { room: AtomicU64::new(12_000) });
        world.city(full).store.set_hook(Arc::<Disk>::clone(&disk));
        // Both the issuer and a partner of his meet the end of their disk while entries come.
        let mut acknowledged = Vec::new();
        for number in 0..30 {
            if world.city(city(1)).runs() {
                let drafts = vec![entry(&world, city(1), number)];
                let before = world.sizes(city(1))[&city(1)];
                world.give(city(1), Input::Publish { ticket: Ticket(u64::MAX), drafts });
                if world.city(city(1)).runs() {
                    assert_eq!(world.sizes(city(1))[&city(1)], Size(before.0 + 1));
                    acknowledged.push(number);
                }
            }
            world.run_for(500);
        }
        assert!(!world.city(full).runs(), "seed {seed}: its disk never filled");
        // A supervisor starts it again and again: it goes down each time, and says nothing that it could not write.
        for _ in 0..5 {
            world.kill(full);
            world.start(full);
            world.run_for(10_000);
        }
        assert!(!world.city(full).runs(), "seed {seed}");
        let others: Vec<CityCode> = world.codes().into_iter().filter(|code| *code != full).collect();
        for by in &others {
            assert_eq!(world.city(*by).signing(), Some(SigningState::Ready), "seed {seed}: {by}");
        }
        list(&mut world, city(3), 900);
        assert!(world.run_until(60_000, |w| w.agree()), "seed {seed}: the others go on");
        // Somebody makes room.
        disk.room.store(u64::MAX, Ordering::SeqCst);
        world.kill(full);
        world.start(full);
        let ready = |w: &World| w.city(full).signing() == Some(SigningState::Ready);
        assert!(world.run_until(60_000, ready), "seed {seed}: {:?}", world.city(full).signing());
        list(&mut world, full, 901);
        assert!(world.run_until(60_000, World::agree), "seed {seed}");
        for viewer in world.codes() {
            assert!(acknowledged.iter().all(|number| counts(&world, viewer, *number)), "seed {seed}: one was lost");
            assert!(counts(&world, viewer, 900) && counts(&world, viewer, 901));
            clean(&world, viewer);
        }
        no_contradiction(&world);
    }
}

/// Breaks the first commit that writes leaves.
struct Once {
    decision: Decision,
    waiting: AtomicU64,
}

impl CommitHook for Once {
    fn decide(&self, _: u64, batch: &Batch) -> Decision {
        let leaves = batch.iter().any(|(family, _, value)| family == Family::Log && value.is_some());
        let left = || self.waiting.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if leaves && left() == Ok(1) { self.decision } else { Decision::GoOn }
    }
}

fn drafts(world: &World, by: CityCode, from: u64, count: u64) -> Vec<Draft> {
    (from..from + count).map(|number| entry(world, by, number)).collect()
}

#[test]
fn restart_after_kill_mid_batch() {
    for decision in [Decision::FailGone, Decision::FailKept] {
        let mut world = three(710);
        let base = world.sizes(city(1))[&city(1)];
        let hook = Once { decision, waiting: AtomicU64::new(1) };
        world.city(city(1)).store.set_hook(Arc::new(hook));
        // Three commands in one group: all of it, or nothing.
        let groups: Vec<Input> = (0..3)
            .map(|n| Input::Publish { ticket: Ticket(u64::MAX - n), drafts: drafts(&world, city(1), n * 100, 100) })
            .collect();
        world.give_group(city(1), groups);
        assert!(!world.city(city(1)).runs(), "it was killed in the middle");
        world.run_for(5_000);
        assert_eq!(world.sizes(city(2))[&city(1)], base, "nothing was said before it was durable");
        world.start(city(1));
        assert!(world.run_until(60_000, |w| w.city(city(1)).signing() == Some(SigningState::Ready)));
        let kept = decision == Decision::FailKept;
        assert_eq!(world.sizes(city(1))[&city(1)], Size(base.0 + if kept { 300 } else { 0 }), "{decision:?}");
        if !kept {
            // Whoever got no answer submits again.
            let again = drafts(&world, city(1), 0, 100);
            world.publish(city(1), again).unwrap();
        }
        let id = list(&mut world, city(1), 999);
        assert_eq!(id.seq, Seq(base.0 + if kept { 300 } else { 100 }), "{decision:?}");
        assert!(world.run_until(60_000, World::agree), "{decision:?}");
        for viewer in world.codes() {
            assert!(counts(&world, viewer, 99) && counts(&world, viewer, 999));
            clean(&world, viewer);
        }
        no_contradiction(&world);
    }
}

#[test]
fn a_partner_killed_between_the_pages_of_a_pull_goes_on_where_it_was() {
    let mut killed = 0;
    for (number, decision) in [Decision::FailGone, Decision::FailKept].into_iter().enumerate() {
        for page in 1..4 {
            let seed = 720 + 10 * number as u64 + page;
            let mut world = three(seed);
            world.kill(city(3));
            let first = entry(&world, city(1), 0);
            let first = publish(&mut world, city(1), first).unwrap();
            for from in (1..2_201).step_by(200) {
                let some = drafts(&world, city(1), from, 200);
                world.publish(city(1), some).unwrap();
            }
            end(&mut world, city(1), Kind::Repair, first);
            assert!(world.run_until(60_000, World::agree), "seed {seed}");
            world.city(city(3)).store.set_hook(Arc::new(Once { decision, waiting: AtomicU64::new(page) }));
            world.start(city(3));
            // Pages that come at one moment are one commit, so the last ones may be over before its turn.
            assert!(world.run_until(30_000, |w| !w.city(city(3)).runs() || w.agree()), "seed {seed}: page {page}");
            let size = world.sizes(city(3))[&city(1)];
            killed += usize::from(!world.city(city(3)).runs() && size < world.sizes(city(1))[&city(1)]);
            world.kill(city(3));
            assert!(!counts(&world, city(3), 0), "seed {seed}: half a log never shows what the other half ends");
            world.start(city(3));
            assert!(world.run_until(60_000, World::agree), "seed {seed}");
            assert!(counts(&world, city(3), 2_200) && !counts(&world, city(3), 0), "seed {seed}");
            clean(&world, city(3));
            no_contradiction(&world);
        }
    }
    assert!(killed >= 3, "it was killed in the middle {killed} times");
}

/// Gives the node of `code` another name on the network, as a new transport key does.
fn new_transport_key(world: &mut World, code: CityCode, name: &str) -> CityCode {
    let name = CityCode::new(name).unwrap();
    world.kill(code);
    let node = world.cities.remove(&code).unwrap();
    world.cities.insert(name, node);
    name
}

#[test]
fn cold_start_new_transport_key() {
    // As far as the engine goes: which member a transport key belongs to is the roster's word (an announcement).
    let mut world = three(740);
    let id = list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    // Every node goes down, and the first comes back under another transport key.
    for code in world.codes() {
        world.kill(code);
    }
    world.run_for(3_600_000);
    let moved = new_transport_key(&mut world, city(1), "moved");
    for code in [city(2), moved, city(3)] {
        world.start(code);
    }
    let ready = |w: &World| w.cities.values().all(|node| node.signing() == Some(SigningState::Ready));
    assert!(world.run_until(60_000, ready), "signing hangs on the log and not on the transport key");
    end(&mut world, moved, Kind::Repair, id);
    list(&mut world, moved, 2);
    assert!(world.run_until(60_000, World::agree));
    assert!(!counts(&world, city(2), 1) && counts(&world, city(3), 2));
    // The same with an empty disk: its log comes back from partners, and signing waits for a key record.
    let again = new_transport_key(&mut world, moved, "again");
    world.city(again).store.restore(MemoryStore::new().content());
    world.start(again);
    assert!(world.run_until(60_000, |w| w.agree() && w.sizes(again) == w.sizes(city(2))));
    assert!(matches!(world.city(again).signing(), Some(SigningState::Closed(_))));
    crate::restart::rotate(&mut world, again).unwrap();
    list(&mut world, again, 3);
    assert!(world.run_until(60_000, World::agree));
    assert!(counts(&world, city(2), 3));
    no_contradiction(&world);
}
