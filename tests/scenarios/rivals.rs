//! Two key records of one city on one predecessor, and what a node holds of them after it starts again.

use crate::restart::rotate;
use crate::words::{city, list, three};
use huxin_engine::input::{Consent, Input};
use huxin_protocol::ids::{Epoch, Size};
use huxin_protocol::key_record::Tail;
use huxin_protocol::roster::Roster;
use huxin_tests::world::World;

/// Which epoch evidence is against follows from the evidence, not from which record came last. (Found by fuzzing the
/// engine: two nodes kept it under different keys, never agreed about it, and `fsck --mend` took it away.)
#[test]
fn rivals_that_open_different_epochs_leave_evidence_where_it_is_looked_for() {
    let (mut lower, mut higher) = (0, 0);
    for epoch in 3..9 {
        let mut world = three(5);
        let head = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        let (federation, at) = (world.genesis.id(), (head.size(), head.root()));
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let first = secrets.record(&federation, Epoch(2), federation, at, Tail::Endings);
        let rival = secrets.record(&federation, Epoch(epoch), federation, at, Tail::Endings);
        *if rival.digest() < first.digest() { &mut lower } else { &mut higher } += 1;
        for record in [&first, &rival] {
            let bytes = record.bytes().to_vec();
            world.command(city(2), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        }
        let (roster, store) = (Roster::new(&world.genesis), &world.city(city(2)).store);
        let report = huxin_engine::fsck::check(&**store, roster, city(2), false, &mut |_| {});
        assert_eq!(report.counts.evidence, 1);
        assert!(report.is_clean(), "{:?}", report.findings);
    }
    assert!(lower > 0 && higher > 0, "{lower} rivals with the lower digest and {higher} with the higher one");
}

/// A root that signs a rival of an old record cannot keep anybody's node from starting. (Found by fuzzing the engine: the
/// stored records were taken up in the order of their digests, the chain broke on the rival, and every node that had heard of
/// it refused to start for good.)
#[test]
fn a_node_starts_again_whatever_rivals_an_old_record() {
    let mut world = three(7);
    rotate(&mut world, city(1)).unwrap();
    rotate(&mut world, city(1)).unwrap();
    list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let federation = world.genesis.id();
    let empty = huxin_protocol::tree::empty_root();
    for size in 0..8 {
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let rival = secrets.record(&federation, Epoch(2), federation, (Size(1_000 + size), empty), Tail::Void);
        // Each rival is heard of by a node that knows of none: one of them has a digest below that of the record in force.
        let mut copy = World::new(3, 7);
        let store = world.city(city(2)).store.content();
        copy.city(city(2)).store.restore(store);
        copy.cities.get_mut(&city(2)).unwrap().marker = world.city(city(2)).marker.clone();
        copy.start(city(2));
        let bytes = rival.bytes().to_vec();
        copy.command(city(2), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        copy.kill(city(2));
        copy.start(city(2));
        let store = &copy.city(city(2)).store;
        let report = huxin_engine::fsck::check(&**store, Roster::new(&copy.genesis), city(2), false, &mut |_| {});
        assert!(report.is_clean(), "{:?}", report.findings);
        let ruling = copy.ruling(city(2), city(2), &huxin_tests::world::subject(1));
        assert!(ruling.entries.iter().all(|entry| !entry.counts), "the city is frozen after a restart too");
    }
}

/// The same where nothing stands on either record yet, and the rival could not have come first. (Found by fuzzing the engine.)
#[test]
fn a_node_starts_again_after_a_rival_that_follows_nothing() {
    let mut below = 0;
    for seed in 0..8_u8 {
        let mut world = three(7);
        let federation = world.genesis.id();
        let head = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let first = secrets.record(&federation, Epoch(2), federation, (head.size(), head.root()), Tail::Void);
        let nowhere = (Size(0), huxin_protocol::digest::TreeHash([seed; 32]));
        let rival = secrets.record(&federation, Epoch(2), federation, nowhere, Tail::Void);
        below += usize::from(rival.digest() < first.digest());
        for record in [&first, &rival] {
            let bytes = record.bytes().to_vec();
            world.command(city(2), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        }
        world.kill(city(2));
        world.start(city(2));
        let store = &world.city(city(2)).store;
        let report = huxin_engine::fsck::check(&**store, Roster::new(&world.genesis), city(2), false, &mut |_| {});
        assert!(report.is_clean(), "{:?}", report.findings);
    }
    assert!(below > 0, "no rival has the lower digest");
}

/// The same where the record in force cut leaves off and nothing stands on it yet: it stays the one that is followed, as the
/// leaves beside the log say. (Found by fuzzing the engine.)
#[test]
fn a_node_that_cut_leaves_off_follows_the_same_record_after_a_rival() {
    let mut below = 0;
    for seed in 0..24 {
        let mut world = three(7);
        let head = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        for number in 0..3 {
            list(&mut world, city(1), number);
        }
        assert!(world.run_until(10_000, World::agree));
        let later = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        let federation = world.genesis.id();
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let first = secrets.record(&federation, Epoch(2), federation, (head.size(), head.root()), Tail::Void);
        // Only a changed root makes other words of the same keys.
        let at = if seed == 0 { later.root() } else { huxin_protocol::digest::TreeHash([seed; 32]) };
        let rival = secrets.record(&federation, Epoch(2), federation, (later.size(), at), Tail::Void);
        below += usize::from(rival.digest() < first.digest());
        for record in [&first, &rival] {
            let bytes = record.bytes().to_vec();
            world.command(city(2), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        }
        world.kill(city(2));
        world.start(city(2));
        let store = &world.city(city(2)).store;
        let report = huxin_engine::fsck::check(&**store, Roster::new(&world.genesis), city(2), false, &mut |_| {});
        assert!(report.is_clean(), "{seed}: {:?}", report.findings);
        let followed = world.city(city(2)).records(city(1));
        assert_eq!(followed[0].digest(), first.digest(), "{seed}");
    }
    assert!(below > 0, "no rival has the lower digest");
}

/// And where the rival would have cut off what is held: whoever had heard of it first would hold less.
#[test]
fn a_rival_that_would_have_cut_leaves_off_comes_last_after_a_restart() {
    let mut below = 0;
    for more in 0..24 {
        let mut world = three(7);
        let early = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        for number in 0..2 + more {
            list(&mut world, city(1), number);
        }
        assert!(world.run_until(10_000, World::agree));
        let held = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        let federation = world.genesis.id();
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let first = secrets.record(&federation, Epoch(2), federation, (held.size(), held.root()), Tail::Void);
        let rival = secrets.record(&federation, Epoch(2), federation, (early.size(), early.root()), Tail::Void);
        below += usize::from(rival.digest() < first.digest());
        for record in [&first, &rival] {
            let bytes = record.bytes().to_vec();
            world.command(city(2), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        }
        world.kill(city(2));
        world.start(city(2));
        let store = &world.city(city(2)).store;
        let report = huxin_engine::fsck::check(&**store, Roster::new(&world.genesis), city(2), false, &mut |_| {});
        assert!(report.is_clean(), "{more}: {:?}", report.findings);
        let followed = world.city(city(2)).records(city(1));
        assert_eq!(followed[0].digest(), first.digest(), "{more}");
    }
    assert!(below > 0, "no rival has the lower digest");
}
