//! Key records: a new epoch under load, and a record that cuts a tail off.

use crate::hand::{Hand, bring};
use crate::restart::rotate;
use crate::words::{act, amendment, city, counts, end, entry, list, publish, three};
use huxin_engine::input::{Consent, Input, Road};
use huxin_engine::ledger::{CosignatureRow, HeadRow};
use huxin_engine::{Outcome, Refusal, SigningState};
use huxin_protocol::ids::{Epoch, Seq, Size};
use huxin_protocol::key_record::{SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_tests::world::{TestKey, World};

#[test]
fn rotation_under_load_keeps_order_and_reaches_everybody() {
    let mut world = three(1);
    let mut number = 0;
    for round in 0..4 {
        for _ in 0..25 {
            list(&mut world, city(1), number);
            number += 1;
            world.run_for(20);
        }
        if round < 3 {
            rotate(&mut world, city(1)).unwrap();
        }
    }
    let last = list(&mut world, city(1), number);
    assert_eq!(last.epoch, Epoch(4));
    assert!(world.run_until(120_000, World::agree));
    for viewer in world.codes() {
        assert!((0..=number).all(|n| counts(&world, viewer, n)), "{viewer}");
    }
    // A node that joins now learns of all epochs at once.
    world.kill(city(3));
    world.city(city(3)).store.restore(huxin_store::MemoryStore::new().content());
    world.cities.get_mut(&city(3)).unwrap().marker = None;
    world.start(city(3));
    assert!(world.run_until(120_000, World::agree));
}

#[test]
fn a_hold_that_runs_out_lets_the_node_sign_again() {
    let mut world = three(2);
    world.command(city(1), |ticket| Input::Hold { ticket }).unwrap();
    let draft = entry(&world, city(1), 1);
    assert_eq!(publish(&mut world, city(1), draft), Err(Refusal::NotSigning(SigningState::Held)));
    world.run_for(62_000);
    list(&mut world, city(1), 1);
}

#[test]
fn endings_of_an_abandoned_tail_keep_their_effect_and_its_listings_do_not() {
    for (tail, stands) in [(Tail::Endings, false), (Tail::Void, true)] {
        let mut world = three(3);
        let id = list(&mut world, city(1), 1);
        let size = world.sizes(city(1))[&city(1)];
        assert!(world.run_until(10_000, World::agree));
        let root = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier.root();
        // Thieves of the key list a company and repair another.
        end(&mut world, city(1), Kind::Repair, id);
        list(&mut world, city(1), 66);
        assert!(world.run_until(10_000, World::agree));
        // Partners have cosigned what the thieves wrote.
        world.run_for(5_000);
        assert!(counts(&world, city(2), 66) && !counts(&world, city(2), 1));
        // The root cuts the log where it was still the city's own word.
        let federation = world.genesis.id();
        let record = world.cities.get_mut(&city(1)).unwrap().secrets.record(
            &federation,
            Epoch(2),
            federation,
            (size, root),
            tail,
        );
        let bytes = record.bytes().to_vec();
        let taken =
            world.command(city(1), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        assert_eq!(taken, Outcome::RecordTaken { city: city(1), epoch: Epoch(2) });
        assert_eq!(world.sizes(city(1))[&city(1)], size);
        assert!(world.run_until(120_000, World::agree), "{tail:?}");
        for viewer in world.codes() {
            assert!(!counts(&world, viewer, 66), "{viewer}: an abandoned listing carries nothing");
            assert_eq!(counts(&world, viewer, 1), stands, "{viewer} {tail:?}");
        }
        let next = list(&mut world, city(1), 2);
        assert_eq!((next.epoch, Size(next.seq.0)), (Epoch(2), size));
        let again = act(&world, city(1), Kind::Repair, next);
        publish(&mut world, city(1), again).unwrap();
        assert!(world.run_until(120_000, World::agree));
        let cut = world.ruling(city(2), city(2), &huxin_tests::world::subject(1));
        assert!(cut.entries.iter().all(|entry| entry.history_cut), "a cut below a cosigned head is shown");
    }
}

#[test]
fn two_records_on_one_predecessor_freeze_the_city_and_leave_one_evidence() {
    use huxin_engine::ledger::{Family, LedgerRead, evidence_key};
    use huxin_protocol::evidence::Evidence;
    let mut world = three(4);
    let id = list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let head = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
    let federation = world.genesis.id();
    let at = (head.size(), head.root());
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let one = secrets.record(&federation, Epoch(2), federation, at, Tail::Endings);
    let rival = secrets.record(&federation, Epoch(2), federation, at, Tail::Void);
    // Two partners hear the two records in different order.
    let mut held = Vec::new();
    for (node, records) in [(city(2), [&one, &rival]), (city(3), [&rival, &one])] {
        for record in records {
            let bytes = record.bytes().to_vec();
            world.command(node, |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        }
        let row = world.city(node).store.get(Family::Evidence, &evidence_key(city(1), Epoch(2))).unwrap().unwrap();
        let evidence = Evidence::decode(&row).unwrap();
        assert_eq!(evidence.form().name(), "two_records");
        held.push(evidence.digest());
        let ruling = world.ruling(node, node, &huxin_tests::world::subject(1));
        let entry = ruling.entry(id).unwrap();
        assert!(!entry.counts, "{node}: an issuer under review carries no measure");
    }
    assert_eq!(held[0], held[1], "whatever came first, the same evidence is kept");
}

/// A city that signs a rival record cannot keep its partners from starting again, whichever digest is the lower one.
#[test]
fn a_node_starts_again_after_two_records_of_a_partner() {
    let mut both = std::collections::BTreeSet::new();
    for (seed, same_keys) in (10..20).map(|seed| (seed, false)).chain((20..30).map(|seed| (seed, true))) {
        let mut world = three(seed);
        if same_keys {
            // Another root each time, and so other digests.
            list(&mut world, city(1), 100 + seed);
        }
        rotate(&mut world, city(1)).unwrap();
        list(&mut world, city(1), 1);
        rotate(&mut world, city(1)).unwrap();
        list(&mut world, city(1), 2);
        assert!(world.run_until(60_000, World::agree));
        let federation = world.genesis.id();
        let first = world.city(city(2)).records(city(1))[0].clone();
        let at = first.record().continues_at;
        let secrets = huxin_tests::world::Secrets::new(city(1));
        let tail = if seed % 2 == 0 && !same_keys { Tail::Endings } else { Tail::Void };
        let mut record = huxin_protocol::key_record::KeyRecord { continues_at: at, tail, ..first.record().clone() };
        // With the same keys, what is held stands on both records, but for the one that came behind.
        if !same_keys {
            record.log = huxin_protocol::key::Sign::public(&TestKey::new(&format!("rival log {seed}"))).clone();
            record.cosigner =
                huxin_protocol::key::Sign::public(&TestKey::new(&format!("rival cosigner {seed}"))).clone();
        }
        let rival = SignedRecord::sign(record, &federation, &secrets.root);
        both.insert((same_keys, rival.digest() < first.digest()));
        let bytes = rival.bytes().to_vec();
        world.command(city(2), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        let before = world.log_digest(city(2));
        world.kill(city(2));
        world.start(city(2));
        assert_eq!(world.log_digest(city(2)), before, "seed {seed}: it goes on with what it held");
        let epochs: Vec<_> = world.city(city(2)).records(city(1)).iter().map(|known| known.record().epoch).collect();
        assert_eq!(epochs, [Epoch(2), Epoch(3)], "seed {seed}");
    }
    assert_eq!(both.len(), 4, "the rival's digest was the lower one in some run and the higher one in another");
}

/// What thieves of a key erased is missed once the root has cut their branch off, and comes back from whoever never heard of
/// them.
#[test]
fn what_an_abandoned_erasure_took_away_comes_back() {
    let mut world = three(5);
    let id = list(&mut world, city(1), 1);
    let size = world.sizes(city(1))[&city(1)];
    assert!(world.run_until(10_000, World::agree));
    let root = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier.root();
    for other in [city(1), city(2)] {
        world.line.cut_between(city(3), other);
    }
    end(&mut world, city(1), Kind::Erasure, id);
    world.run_for(10_000);
    let held = |world: &World, node| world.ruling(node, node, &huxin_tests::world::subject(1)).entries.len();
    assert_eq!((held(&world, city(1)), held(&world, city(2)), held(&world, city(3))), (0, 0, 1));
    let federation = world.genesis.id();
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let record = secrets.record(&federation, Epoch(2), federation, (size, root), Tail::Void);
    let bytes = record.bytes().to_vec();
    world.command(city(1), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
    world.run_for(10_000);
    world.line.heal();
    // The third city never held the abandoned head, and its log digest says so (R88); what counts is the same.
    assert!(world.run_until(300_000, |world| world.codes().into_iter().all(|node| counts(world, node, 1))));
}

/// An ending among abandoned leaves that is kept is an ending like any other: the city may take it back.
#[test]
fn a_kept_ending_of_an_abandoned_tail_can_be_reinstated() {
    let mut world = three(6);
    let id = list(&mut world, city(1), 1);
    let size = world.sizes(city(1))[&city(1)];
    let root = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier.root();
    let repair = end(&mut world, city(1), Kind::Repair, id);
    assert!(world.run_until(10_000, World::agree));
    let federation = world.genesis.id();
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let record = secrets.record(&federation, Epoch(2), federation, (size, root), Tail::Endings);
    let bytes = record.bytes().to_vec();
    world.command(city(1), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
    assert!(world.run_until(120_000, World::agree));
    assert!(!counts(&world, city(2), 1));
    let back = act(&world, city(1), Kind::Reinstatement, repair);
    publish(&mut world, city(1), back).unwrap();
    assert!(world.run_until(120_000, World::agree));
    for viewer in world.codes() {
        assert!(counts(&world, viewer, 1), "{viewer}: the reinstatement names the ending by the place that it had");
    }
    // And a later ending wins again.
    end(&mut world, city(1), Kind::Removal, id);
    assert!(world.run_until(120_000, World::agree));
    assert!(!counts(&world, city(2), 1));
}

/// An erasure that a record cuts off: with its effect, what it erased stays erased; without it, the body is lacking and is
/// looked for. (Found by fuzzing the engine: the body was neither held nor lacking nor erased.)
#[test]
fn an_erasure_that_is_cut_off_erases_or_leaves_a_body_to_be_found() {
    // Named by an amendment that is cut off with it, what remains of the chain was erased by nothing that remains (R106).
    for (tail, amended, lacks) in [
        (Tail::Endings, false, false),
        (Tail::Void, false, true),
        (Tail::Endings, true, true),
        (Tail::Void, true, true),
    ] {
        let mut world = three(6);
        let mut id = list(&mut world, city(1), 1);
        assert!(world.run_until(10_000, World::agree));
        let head = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
        if amended {
            let draft = amendment(&world, city(1), id, 1, "synthetic");
            id = publish(&mut world, city(1), draft).unwrap();
        }
        end(&mut world, city(1), Kind::Erasure, id);
        assert!(world.run_until(10_000, World::agree));
        let (federation, at) = (world.genesis.id(), (head.size(), head.root()));
        let record =
            world.cities.get_mut(&city(1)).unwrap().secrets.record(&federation, Epoch(2), federation, at, tail);
        let bytes = record.bytes().to_vec();
        world.command(city(1), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        assert!(world.run_until(120_000, World::agree), "{tail:?}");
        for node in world.codes() {
            let (roster, store) = (Roster::new(&world.genesis), &world.city(node).store);
            let report = huxin_engine::fsck::check(&**store, roster, node, false, &mut |_| {});
            assert!(report.is_clean(), "{node} {tail:?} {amended}: {:?}", report.findings);
            assert_eq!(report.counts.lacking, u64::from(lacks), "{node} {tail:?} {amended}");
        }
    }
}

/// Until the new epoch has spoken, a record that cut a log says itself how far it goes. An older checkpoint that comes first
/// takes back nothing, least of all an ending.
#[test]
fn a_cut_log_counts_as_far_as_its_record_says() {
    let mut world = three(930);
    let repaired = list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let early = Hand::copy(&world, city(3), city(1), Epoch::FIRST);
    end(&mut world, city(1), Kind::Repair, repaired);
    list(&mut world, city(1), 2);
    assert!(world.run_until(10_000, World::agree));
    let at = HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
    list(&mut world, city(1), 3);
    assert!(world.run_until(10_000, World::agree));
    world.run_for(5_000);
    let witnessed = |world: &World| CosignatureRow::read(&*world.city(city(3)).store, city(1), city(3)).unwrap();
    assert!(witnessed(&world).unwrap().size > at.size());
    world.kill(city(1));
    world.kill(city(2));
    let federation = world.genesis.id();
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let record = secrets.record(&federation, Epoch(2), federation, (at.size(), at.root()), Tail::Void);
    let mut segment = early.run(early.size().0);
    segment.records.push(record.bytes().to_vec());
    bring(&mut world, city(3), Road::Disk, segment).unwrap();
    assert_eq!(world.sizes(city(3))[&city(1)], at.size());
    assert!(counts(&world, city(3), 2), "it stands before the cut");
    assert!(!counts(&world, city(3), 3), "it was cut off");
    assert!(!counts(&world, city(3), 1), "its repair stands before the cut");
    world.run_for(120_000);
    assert!(witnessed(&world).is_none(), "R76: nothing less of the closed epoch is signed after more of it");
}

/// A rotation was interrupted after its record was signed, the node went on, and the record turns up again: at a start, or from
/// an operator. It is taken up only where nothing loses its effect that nobody agreed to.
#[test]
fn a_record_that_was_left_behind_takes_nothing_away_by_itself() {
    let all = |below: u64| Consent::Below(Size(below));
    for (case, (since, void, consent, taken)) in [
        (0, None, Consent::NotAsked, true),
        (3, None, Consent::NotAsked, false),
        (0, None, Consent::NOTHING, true),
        (3, None, Consent::NOTHING, false),
        (3, None, all(5), false),
        (3, None, all(6), true),
        (0, Some(Seq(1)), Consent::NOTHING, false),
        (0, Some(Seq(1)), all(3), true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut world = three(7 + case as u64);
        // Two recognitions stand before it.
        list(&mut world, city(1), 1);
        let held = world.command(city(1), |ticket| Input::Hold { ticket }).unwrap();
        let Outcome::Held { epoch, last_record, size, root, .. } = held else { panic!("{held:?}") };
        assert_eq!(size, Size(3));
        let federation = world.genesis.id();
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let record = secrets.record(&federation, epoch.next(), last_record, (size, root), Tail::Endings);
        let record = huxin_protocol::key_record::KeyRecord { void_after: void, ..record.record().clone() };
        let bytes = SignedRecord::sign(record, &federation, &secrets.root).bytes().to_vec();
        world.run_for(62_000);
        for number in 10..10 + since {
            list(&mut world, city(1), number);
        }
        assert!(world.run_until(10_000, World::agree));
        world.kill(city(1));
        world.start(city(1));
        world.run_for(5_000);
        let outcome = world.command(city(1), |ticket| Input::Record { ticket, bytes, consent });
        match (&outcome, consent) {
            (Ok(Outcome::RecordTaken { .. }), _) if taken => {}
            (Err(Refusal::RecordElsewhere { .. }), Consent::NotAsked) if !taken => {}
            (Err(Refusal::RecordTakesAway { .. }), Consent::Below(_)) if !taken => {}
            other => panic!("case {case}: {other:?}"),
        }
        assert!(world.run_until(120_000, World::agree), "case {case}");
        for viewer in world.codes() {
            for number in 10..10 + since {
                assert_eq!(counts(&world, viewer, number), !taken, "case {case} {viewer} {number}");
            }
        }
        let next = list(&mut world, city(1), 50);
        assert_eq!(next.epoch, Epoch(if taken { 2 } else { 1 }), "case {case}");
    }
}

/// A record that lies in the key folder continues exactly what a restored disk holds, and partners hold more. Nothing is taken away
/// by itself: it waits until partners were heard, and where the disk is not the last one it waits for its operator. Where nothing
/// was signed since, it is taken up as soon as partners have said so.
#[test]
fn a_left_record_and_a_disk_of_its_day_take_nothing_away() {
    for (case, (signed, marker_too, taken)) in
        [(0, false, true), (2, false, false), (2, true, false)].into_iter().enumerate()
    {
        let mut world = three(30 + case as u64);
        list(&mut world, city(1), 1);
        let held = world.command(city(1), |ticket| Input::Hold { ticket }).unwrap();
        let Outcome::Held { epoch, last_record, size, root, .. } = held else { panic!("{held:?}") };
        let federation = world.genesis.id();
        let node = world.cities.get_mut(&city(1)).unwrap();
        let record = node.secrets.record(&federation, epoch.next(), last_record, (size, root), Tail::Endings);
        node.left_record = Some(record.bytes().to_vec());
        let (content, marker) = (node.store.content(), node.marker.clone());
        world.run_for(62_000);
        for number in 10..10 + signed {
            list(&mut world, city(1), number);
        }
        assert!(world.run_until(10_000, World::agree));
        world.kill(city(1));
        if signed > 0 {
            world.city(city(1)).store.restore(content);
        }
        if marker_too {
            world.cities.get_mut(&city(1)).unwrap().marker = marker;
        }
        world.start(city(1));
        world.run_for(120_000);
        assert!(world.agree(), "case {case}");
        for viewer in world.codes() {
            assert_eq!(world.sizes(viewer)[&city(1)].0, size.0 + signed, "case {case} {viewer}: nothing is gone");
            for number in 10..10 + signed {
                assert!(counts(&world, viewer, number), "case {case} {viewer} {number}");
            }
        }
        let epoch = world.city(city(1)).roster().city(city(1)).unwrap().current().epoch;
        assert_eq!(epoch, Epoch(if taken { 2 } else { 1 }), "case {case}");
        let left =
            world.city(city(1)).events.iter().any(|event| matches!(event, huxin_engine::Event::RecordLeft { .. }));
        assert_eq!(left, !taken, "case {case}: its operator is told");
    }
}
