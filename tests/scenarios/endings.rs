//! No way around an ending: whatever is stripped, replayed, imported again or late, what has ended never counts again.

use crate::words::{act, amendment, city, counts, end, entry, list, publish, state, three};
use huxin_engine::Refusal;
use huxin_engine::fsck::check;
use huxin_engine::input::{Input, Road, Ticket};
use huxin_engine::ledger::{Family, LedgerRead, body_key};
use huxin_engine::serve::segment;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::State;
use huxin_protocol::segment::Segment;
use huxin_protocol::time::Millis;
use huxin_tests::world::{World, at, peer_of, subject};

/// The run of `log` from `from` on, as `holder` serves it to `reader`.
fn run_of(world: &World, holder: CityCode, reader: CityCode, log: CityCode, from: u64, count: u32) -> Segment {
    let roster = Roster::new(&world.genesis);
    segment(&*world.city(holder).store, &roster, Some(reader), log, Seq(from), count, Epoch::FIRST).unwrap().unwrap()
}

fn carry(world: &mut World, to: CityCode, segment: Segment) -> Result<huxin_engine::Outcome, Refusal> {
    let read = segment.read(&world.genesis.id()).unwrap();
    world.command(to, |ticket| Input::Segment { ticket: Some(ticket), road: Road::Disk, segment: Box::new(read) })
}

#[test]
fn relay_strips_repair_body() {
    let mut world = three(1);
    let id = list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    world.line.cut_between(city(1), city(3));
    world.line.cut_between(city(2), city(3));
    let repair = end(&mut world, city(1), Kind::Repair, id);
    world.run_for(2_000);
    assert!(counts(&world, city(3), 7), "the third city has not heard yet");
    let mut stripped = run_of(&world, city(2), city(3), city(1), repair.seq.0, 10);
    for item in &mut stripped.items {
        item.body = None;
    }
    carry(&mut world, city(3), stripped).unwrap();
    assert!(!counts(&world, city(3), 7), "an ending ends by its header alone");
    assert_eq!(state(&world, city(3), 7, id), Some(State::Repaired));
}

#[test]
fn reimport_after_repair() {
    let mut world = three(2);
    let id = list(&mut world, city(1), 7);
    let repair = end(&mut world, city(1), Kind::Repair, id);
    let again = entry(&world, city(1), 7);
    assert_eq!(publish(&mut world, city(1), again), Err(Refusal::GroundEnded(repair)));
    assert!(!counts(&world, city(1), 7));
}

#[test]
fn repair_before_entry_arrives() {
    let mut world = three(3);
    let base = world.sizes(city(1))[&city(1)].0;
    // The third city hears the repair's message and never the entry's.
    world.line.cut_between(city(1), city(3));
    world.line.cut_between(city(2), city(3));
    let id = list(&mut world, city(1), 7);
    world.run_for(1_000);
    end(&mut world, city(1), Kind::Repair, id);
    world.run_for(1_000);
    let late = run_of(&world, city(1), city(3), city(1), base + 1, 10);
    let road = Road::Gossip { from: peer_of(city(2)) };
    let read = late.read(&world.genesis.id()).unwrap();
    let outcome =
        world.command(city(3), |ticket| Input::Segment { ticket: Some(ticket), road, segment: Box::new(read) });
    assert_eq!(outcome, Err(Refusal::Segment { code: "gap" }));
    world.line.heal();
    for _ in 0..1000 {
        assert!(!counts(&world, city(3), 7), "it was seen in force at {:?}", world.now);
        world.run_for(100);
    }
    assert!(world.agree());
    assert_eq!(state(&world, city(3), 7, id), Some(State::Repaired));
}

#[test]
fn amend_after_annulment() {
    let mut world = three(4);
    let id = list(&mut world, city(1), 7);
    let annulment = end(&mut world, city(1), Kind::Annulment, id);
    let late = amendment(&world, city(1), id, 7, "a late correction");
    assert_eq!(publish(&mut world, city(1), late), Err(Refusal::AlreadyEnded(id, annulment)));
    assert!(world.run_until(10_000, World::agree));
    for viewer in world.codes() {
        assert_eq!(state(&world, viewer, 7, id), Some(State::Annulled));
    }
}

#[test]
fn late_joiner_never_sees_it_in_force() {
    let mut world = World::new(3, 5);
    world.start(city(1));
    world.start(city(2));
    world.run_for(3_000);
    crate::words::recognise(&mut world, city(3 - 1), city(1));
    let id = list(&mut world, city(1), 7);
    // More than a window of other entries lies between the entry and its repair.
    for number in 100..900 {
        list(&mut world, city(1), number);
    }
    end(&mut world, city(1), Kind::Repair, id);
    assert!(world.run_until(60_000, World::agree));
    world.start(city(3));
    let third = city(3);
    for _ in 0..600 {
        // The third city recognises nobody yet; what it would show as standing is what counts here.
        let shown = state(&world, third, 7, id);
        assert!(shown.is_none() || shown == Some(State::Repaired), "seen as {shown:?} at {:?}", world.now);
        world.run_for(10);
    }
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(state(&world, third, 7, id), Some(State::Repaired));
}

#[test]
fn future_leaf_does_not_stall() {
    let mut world = three(6);
    let first = list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    // The first city's clock runs a day ahead for one entry and the repair of another.
    world.cities.get_mut(&city(1)).unwrap().clock_ahead_ms = 86_400_000;
    let ahead = list(&mut world, city(1), 8);
    end(&mut world, city(1), Kind::Repair, first);
    world.cities.get_mut(&city(1)).unwrap().clock_ahead_ms = 0;
    list(&mut world, city(1), 9);
    world.run_for(2_000);
    assert!(world.agree(), "the log goes on");
    assert_eq!(state(&world, city(2), 8, ahead), Some(State::NotYet));
    assert!(!counts(&world, city(2), 8));
    assert!(!counts(&world, city(2), 7), "an ending in view ends, whatever its time says");
    world.now = Millis(world.now.0 + 86_400_000);
    assert!(counts(&world, city(2), 8));
}

#[test]
fn a_reinstatement_brings_back_once_and_a_later_ending_wins() {
    let mut world = three(7);
    let id = list(&mut world, city(1), 7);
    let removal = end(&mut world, city(1), Kind::Removal, id);
    let back = act(&world, city(1), Kind::Reinstatement, removal);
    publish(&mut world, city(1), back).unwrap();
    assert!(world.run_until(10_000, World::agree));
    assert!(counts(&world, city(2), 7));
    end(&mut world, city(1), Kind::Annulment, id);
    assert!(world.run_until(10_000, World::agree));
    assert!(!counts(&world, city(2), 7));
}

#[test]
fn an_erased_body_is_gone_everywhere_and_every_proof_still_holds() {
    use huxin_engine::ledger::{Family, LedgerRead, LedgerTree, body_key};
    let mut world = three(8);
    let id = list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    end(&mut world, city(1), Kind::Erasure, id);
    assert!(world.run_until(10_000, World::agree));
    for code in world.codes() {
        let store = &world.city(code).store;
        assert_eq!(store.get(Family::Body, &body_key(id.city, id.epoch, id.seq)).unwrap(), None);
        assert!(world.ruling(code, code, &subject(7)).entries.is_empty());
        let head = huxin_engine::ledger::HeadRow::read(&**store, city(1)).unwrap();
        let tree = LedgerTree { read: &**store, city: city(1) };
        let root = huxin_protocol::tree::root_at(&tree, head.frontier.size()).unwrap();
        assert_eq!(root, head.frontier.root());
    }
    // Whoever brings the body again is not heard.
    let old = run_of(&world, city(2), city(3), city(1), id.seq.0, 1);
    assert!(old.items.iter().all(|item| item.body.is_none()));
}

#[test]
fn only_the_listing_city_ends() {
    let mut world = three(9);
    let id = list(&mut world, city(1), 7);
    assert!(world.run_until(10_000, World::agree));
    let foreign = act(&world, city(2), Kind::Repair, id);
    assert_eq!(publish(&mut world, city(2), foreign), Err(Refusal::NotOurs(id)));
    let nothing = act(&world, city(1), Kind::Repair, at(city(1), 999));
    assert_eq!(publish(&mut world, city(1), nothing), Err(Refusal::NoSuchStatement(at(city(1), 999))));
}

/// What an erasure is about may still wait for its signature in the same group. (Found by fuzzing the engine: the body of an
/// amendment from the same request stayed.)
#[test]
fn an_erasure_takes_what_came_in_the_same_group() {
    let mut world = three(9);
    let id = list(&mut world, city(1), 1);
    let amended = amendment(&world, city(1), id, 1, "corrected");
    let erasure = act(&world, city(1), Kind::Erasure, id);
    world.publish(city(1), vec![amended, erasure]).unwrap();
    // And in two commands of one group: the second names what the first is about to sign.
    let next = StatementId { seq: Seq(id.seq.0 + 3), ..id };
    let inputs = [entry(&world, city(1), 2), act(&world, city(1), Kind::Erasure, next)]
        .into_iter()
        .zip(1_000..)
        .map(|(draft, ticket)| Input::Publish { ticket: Ticket(ticket), drafts: vec![draft] });
    world.give_group(city(1), inputs.collect());
    assert!(world.run_until(10_000, World::agree));
    for node in world.codes() {
        let (roster, store) = (Roster::new(&world.genesis), &world.city(node).store);
        let report = check(&**store, roster, node, false, &mut |_| {});
        assert!(report.is_clean(), "{node}: {:?}", report.findings);
        let held = |seq| store.get(Family::Body, &body_key(city(1), Epoch::FIRST, seq)).unwrap().is_some();
        assert!(![id.seq, Seq(id.seq.0 + 1), next.seq].into_iter().any(held), "{node} kept a body");
    }
}

/// One request is checked as a whole against what stood before it, so nothing in it may act on what it ends. (Found by
/// fuzzing the engine: the amendment's body was kept, though its chain was erased.)
#[test]
fn a_request_does_not_amend_what_it_ends() {
    let mut world = three(10);
    let id = list(&mut world, city(1), 1);
    let first = amendment(&world, city(1), id, 1, "corrected");
    let first = publish(&mut world, city(1), first).unwrap();
    for kind in [Kind::Erasure, Kind::Repair] {
        for (ends, amends) in [(id, id), (id, first), (first, id)] {
            let drafts = vec![act(&world, city(1), kind, ends), amendment(&world, city(1), amends, 1, "again")];
            assert!(matches!(world.publish(city(1), drafts), Err(Refusal::Incomplete(_))), "{kind:?} {ends} {amends}");
        }
    }
    let drafts = vec![amendment(&world, city(1), first, 1, "again"), act(&world, city(1), Kind::Repair, id)];
    assert_eq!(world.publish(city(1), drafts).unwrap().len(), 2, "the other order is a whole");
}
