//! Old things said again: segments from before a repair, and the words of a key that was retired.

use crate::hand::{Hand, bring};
use crate::restart::rotate;
use crate::words::{city, counts, end, entry, list, state, three};
use huxin_engine::input::{Consent, Input, Road};
use huxin_engine::ledger::HeadRow;
use huxin_engine::news::{Claims, claims};
use huxin_engine::serve::segment;
use huxin_engine::{Refusal, SigningState};
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::{ReasonCode, State};
use huxin_protocol::segment::Segment;
use huxin_tests::world::{World, peer_of, subject};

fn served(world: &World, holder: CityCode, log: CityCode, from: u64) -> Segment {
    let roster = Roster::new(&world.genesis);
    let store = &world.city(holder).store;
    segment(&**store, &roster, Some(city(3)), log, Seq(from), 100, Epoch::FIRST).unwrap().unwrap()
}

#[test]
fn repair_beats_replay() {
    let mut world = three(900);
    let id = list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    world.run_for(5_000);
    // Somebody keeps all that was said up to now, with its checkpoint and its cosignatures.
    let old: Vec<Segment> = (0..=id.seq.0 + 1).map(|from| served(&world, city(2), city(1), from)).collect();
    let old_disk = world.city(city(2)).store.content();
    let repair = end(&mut world, city(1), Kind::Repair, id);
    assert!(world.run_until(10_000, World::agree));
    let before = world.ruling(city(3), city(3), &subject(7)).content_bytes();
    let at = world.now;
    for run in &old {
        for road in [Road::Gossip { from: peer_of(city(2)) }, Road::Sync { from: peer_of(city(2)) }, Road::Disk] {
            for to in world.codes() {
                let _ = bring(&mut world, to, road.clone(), run.clone());
                assert!(!counts(&world, to, 7), "{to}");
            }
        }
    }
    let after = world.ruling_at(city(3), city(3), &subject(7), at, true).content_bytes();
    assert_eq!(before, after, "R142: a replay changes no byte");
    assert_eq!(world.blames, [], "old is not false");
    // A partner that lost its disk hears the old first, then lives on with the others.
    world.kill(city(3));
    world.city(city(3)).store.restore(huxin_store::MemoryStore::new().content());
    world.cities.get_mut(&city(3)).unwrap().marker = None;
    world.start(city(3));
    for _ in 0..20 {
        for run in &old {
            let _ = bring(&mut world, city(3), Road::Gossip { from: peer_of(city(2)) }, run.clone());
        }
        world.run_for(1_000);
    }
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(state(&world, city(3), 7, id), Some(State::Repaired));
    // A relay that was set back to its old disk and serves that learns of the repair; the others do not unlearn it.
    world.kill(city(2));
    world.city(city(2)).store.restore(old_disk);
    world.start(city(2));
    world.run_for(1);
    assert!(!counts(&world, city(3), 7));
    assert!(world.run_until(60_000, World::agree));
    assert!(!counts(&world, city(2), 7));
    // Listed again by hand on the same ground, it does not come back (R109).
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    let again = hand.add(&entry(&world, city(1), 7));
    bring(&mut world, city(1), Road::Own, hand.run(again.seq.0)).unwrap();
    assert!(world.run_until(60_000, |w| w.agree() && w.sizes(city(3))[&city(1)] == hand.size()));
    for viewer in world.codes() {
        let ruling = world.ruling(viewer, viewer, &subject(7));
        assert!(ruling.entries.iter().all(|entry| !entry.counts), "{viewer}");
        assert_eq!(ruling.entry(id).unwrap().ended_by, Some(repair));
        let reasons = &ruling.entry(again).unwrap().reasons;
        assert!(reasons.iter().any(|reason| reason.code == ReasonCode::GroundEnded), "{viewer}: {reasons:?}");
    }
}

/// A city that forked once has closed that epoch; its notes lie about for ever, and so does what a thief of the retired key
/// signs below the place where it was closed. They speak against the key alone (R99).
#[test]
fn a_checkpoint_of_a_closed_epoch_closes_no_signing() {
    let mut world = three(911);
    list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let mut thief = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    list(&mut world, city(1), 2);
    list(&mut world, city(1), 3);
    rotate(&mut world, city(1)).unwrap();
    assert!(world.run_until(60_000, World::same_heads));
    thief.add(&entry(&world, city(1), 66));
    let mut naked = thief.run(thief.size().0 - 1);
    naked.items.clear();
    naked.from = Seq(thief.size().0);
    for road in [Road::Gossip { from: peer_of(city(2)) }, Road::Sync { from: peer_of(city(2)) }, Road::Disk] {
        let answer = bring(&mut world, city(1), road, naked.clone());
        assert_eq!(answer, Err(Refusal::Segment { code: "proof" }));
        assert_eq!(world.city(city(1)).signing(), Some(SigningState::Ready));
    }
    list(&mut world, city(1), 4);
    assert!(world.run_until(60_000, World::same_heads));
}

#[test]
fn retired_key_naked_checkpoint() {
    let mut world = three(910);
    list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let mut thief = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    let closed_at = thief.size();
    rotate(&mut world, city(1)).unwrap();
    assert!(world.run_until(60_000, World::same_heads));
    // The retired key signs on beyond the place where it was closed. No key record comes with it.
    thief.add(&entry(&world, city(1), 66));
    thief.add(&entry(&world, city(1), 67));
    let before: Vec<_> = world.codes().into_iter().map(|code| (world.heads(code), world.log_digest(code))).collect();
    let run = thief.run(closed_at.0);
    let mut naked = run.clone();
    naked.items.clear();
    naked.from = Seq(thief.size().0);
    for road in [Road::Gossip { from: peer_of(city(2)) }, Road::Sync { from: peer_of(city(2)) }, Road::Disk] {
        for segment in [&run, &naked] {
            for to in world.codes() {
                let answer = bring(&mut world, to, road.clone(), segment.clone());
                assert_eq!(answer, Err(Refusal::Segment { code: "closed_epoch" }), "{to}: R84");
            }
        }
    }
    // Nor is it news that gossip would pass on, however many such checkpoints there are.
    for code in world.codes() {
        let roster = world.city(code).roster();
        let told = naked.clone().read(&world.genesis.id()).unwrap();
        let claims =
            claims(&*world.city(code).store, &roster, roster.city(city(1)).unwrap(), &told, world.now).unwrap();
        assert_eq!(claims, Claims::default(), "{code}");
    }
    world.run_for(60_000);
    let mut after = Vec::new();
    for code in world.codes() {
        assert!(!counts(&world, code, 66) && counts(&world, code, 1), "{code}");
        assert_eq!(world.city(code).signing(), Some(SigningState::Ready), "{code}");
        after.push((world.heads(code), world.log_digest(code)));
    }
    let sizes = |all: &[(Vec<huxin_engine::wire::HeadSummary>, _)]| {
        all.iter()
            .map(|(heads, _)| heads.iter().map(|h| (h.size, h.root, h.evidence)).collect())
            .collect::<Vec<Vec<_>>>()
    };
    assert_eq!(sizes(&before), sizes(&after), "no effect");
    assert_eq!(before.iter().map(|(_, d)| *d).collect::<Vec<_>>(), after.iter().map(|(_, d)| *d).collect::<Vec<_>>());
    assert_eq!(world.blames, [], "who has not heard of the record may have passed it on");
    // The city goes on in its new epoch, at the very places that the thief wanted.
    let id = list(&mut world, city(1), 2);
    assert_eq!((id.epoch, id.seq.0), (Epoch(2), closed_at.0));
    assert!(world.run_until(60_000, World::same_heads));
    assert!(counts(&world, city(3), 2));
}

#[test]
fn a_retired_key_reaches_only_those_who_have_not_heard_of_the_record_and_not_for_long() {
    let mut world = three(920);
    list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let mut thief = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    let from = thief.size().0;
    world.line.cut_between(city(1), city(3));
    world.line.cut_between(city(2), city(3));
    let head = HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
    let federation = world.genesis.id();
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let record = secrets.record(&federation, Epoch(2), federation, (head.size(), head.root()), Tail::Void);
    world
        .command(city(1), |ticket| Input::Record { ticket, bytes: record.bytes().to_vec(), consent: Consent::ANYTHING })
        .unwrap();
    list(&mut world, city(1), 2);
    thief.add(&entry(&world, city(1), 66));
    bring(&mut world, city(3), Road::Disk, thief.run(from)).unwrap();
    assert!(counts(&world, city(3), 66), "cut off, it cannot know better");
    world.run_for(60_000);
    world.line.heal();
    assert!(world.run_until(120_000, World::same_heads));
    assert!(!counts(&world, city(3), 66) && counts(&world, city(3), 2));
    let ruling = world.ruling(city(3), city(3), &subject(1));
    assert!(ruling.entries[0].history_cut, "R87: it had cosigned the thief's head itself, and shows so");
    assert_eq!(world.blames, []);
}
