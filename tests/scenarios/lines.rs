//! Cosignature lines that can't count: of keys that are over, of times that are ahead, and more of them than anybody needs (R92).

use crate::hand::bring;
use crate::restart::rotate;
use crate::words::{city, counts, list, three};
use huxin_engine::Signer as _;
use huxin_engine::gather::sources;
use huxin_engine::input::Road;
use huxin_engine::ledger::CosignatureRow;
use huxin_engine::news::{LEAST_INTERVAL_S, claims};
use huxin_engine::serve::checkpoint_note;
use huxin_protocol::checkpoint::{Checkpoint, Origin};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::fold::SourceFact;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::note::{Note, SignatureLine};
use huxin_protocol::segment::Segment;
use huxin_tests::world::World;

/// The newest checkpoint of a log, as its city holds it.
fn newest(world: &World, log: CityCode) -> (Checkpoint, SignatureLine) {
    let (stored, _) = checkpoint_note(&*world.city(log).store, &world.city(log).roster(), log).unwrap().unwrap();
    (stored.checkpoint, stored.log_line)
}

/// What the holder of a city's cosigner key of an epoch says of the newest checkpoint of a log.
fn line(world: &World, log: CityCode, (by, epoch): (CityCode, Epoch), time_s: i64) -> SignatureLine {
    let cosigner = Origin { federation: world.genesis.id(), city: by, epoch };
    let key = world.cities[&by].secrets.cosigner_key(epoch).unwrap();
    Cosignature::sign(&newest(world, log).0, &cosigner, u64::try_from(time_s).unwrap(), key).line
}

fn told(world: &World, log: CityCode, lines: Vec<SignatureLine>) -> Segment {
    let (checkpoint, own) = newest(world, log);
    let note = Note { text: checkpoint.text(), signatures: std::iter::once(own).chain(lines).collect() };
    let from = Seq(checkpoint.size.0);
    Segment {
        city: log,
        records: Vec::new(),
        from,
        items: Vec::new(),
        consistency: Vec::new(),
        checkpoint: note.encode(),
    }
}

fn source(world: &World, node: CityCode, log: CityCode) -> SourceFact {
    let sources = sources(&*world.city(node).store, &world.city(node).roster()).unwrap();
    sources[&log].clone()
}

/// Whether a message is news at a node.
fn is_news(world: &World, node: CityCode, segment: &Segment) -> bool {
    let roster = world.city(node).roster();
    let read = segment.clone().read(&world.genesis.id()).unwrap();
    claims(&*world.city(node).store, &roster, roster.city(segment.city).unwrap(), &read, world.now).unwrap().any()
}

#[test]
fn a_retired_key_makes_nothing_fresh_and_witnesses_nothing() {
    let mut world = three(940);
    list(&mut world, city(1), 1);
    for code in [city(1), city(2)] {
        rotate(&mut world, code).unwrap();
    }
    list(&mut world, city(1), 2);
    assert!(world.run_until(120_000, World::agree));
    world.run_for(5_000);
    // After its rotation a city cosigns anew, with the key that counts.
    let row = CosignatureRow::read(&*world.city(city(3)).store, city(3), city(2)).unwrap().unwrap();
    assert_eq!(Cosignature::cosigner_of(&row.line).unwrap().epoch, Epoch(2));
    assert!(source(&world, city(3), city(1)).witnesses.contains_key(&city(2)));
    // The log and its cities fall silent, and whoever stole the retired keys speaks.
    world.kill(city(1));
    world.kill(city(2));
    world.run_for(3_600_000);
    let before = source(&world, city(3), city(1));
    let seconds = world.now.0 / 1000;
    for by in [city(1), city(2)] {
        let stale = line(&world, city(1), (by, Epoch::FIRST), seconds);
        let segment = told(&world, city(1), vec![stale]);
        assert!(!is_news(&world, city(3), &segment), "{by}");
        bring(&mut world, city(3), Road::Disk, segment).unwrap();
        assert_eq!(source(&world, city(3), city(1)).freshness, before.freshness, "{by}");
        // The key in force would be heard.
        let segment = told(&world, city(1), vec![line(&world, city(1), (by, Epoch(2)), seconds)]);
        assert!(is_news(&world, city(3), &segment), "{by}");
    }
    let silent = source(&world, city(3), city(1));
    assert_eq!((silent.freshness, silent.witnesses), (before.freshness, before.witnesses));
}

#[test]
fn between_its_rotation_and_its_next_word_a_city_witnesses_nothing() {
    let mut world = three(941);
    list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    world.run_for(5_000);
    assert!(source(&world, city(3), city(1)).witnesses.contains_key(&city(2)));
    rotate(&mut world, city(2)).unwrap();
    let record = world.city(city(2)).records(city(2))[0].bytes().to_vec();
    world.kill(city(2));
    let mut segment = told(&world, city(1), Vec::new());
    segment.city = city(2);
    let (checkpoint, own) = newest(&world, city(2));
    segment.from = Seq(checkpoint.size.0);
    segment.checkpoint = Note { text: checkpoint.text(), signatures: vec![own] }.encode();
    segment.records = vec![record];
    bring(&mut world, city(3), Road::Disk, segment).unwrap();
    let witnesses = source(&world, city(3), city(1)).witnesses;
    assert!(!witnesses.contains_key(&city(2)), "its key of before is over: {witnesses:?}");
}

/// Lines that are ahead of this node's clock are left out, and the statements that they came with are taken.
#[test]
fn a_line_that_is_ahead_is_left_out_and_refuses_nothing() {
    for (ahead, taken) in [(-1, true), (299, true), (302, false), (10_000_000, false)] {
        let mut world = three(942);
        list(&mut world, city(1), 1);
        assert!(world.run_until(60_000, World::agree));
        world.run_for(60_000);
        for other in [city(1), city(2)] {
            world.line.cut_between(other, city(3));
        }
        let id = list(&mut world, city(1), 2);
        let held = source(&world, city(3), city(1));
        let (node, roster) = (world.city(city(1)), world.city(city(1)).roster());
        let mut segment = huxin_engine::serve::segment(
            &*node.store,
            &roster,
            Some(city(3)),
            city(1),
            Seq(held.size.0),
            10,
            Epoch::FIRST,
        )
        .unwrap()
        .unwrap();
        let seconds = world.now.0 / 1000 + ahead;
        segment.checkpoint =
            told(&world, city(1), vec![line(&world, city(1), (city(1), Epoch::FIRST), seconds)]).checkpoint;
        bring(&mut world, city(3), Road::Disk, segment).unwrap();
        let now = source(&world, city(3), city(1));
        assert_eq!(now.size.0, id.seq.0 + 1, "{ahead}: the statement is here");
        let heard = now.freshness.is_some_and(|time| time.0 == seconds * 1000);
        assert_eq!(heard, taken, "{ahead}");
        assert!(counts(&world, city(3), 1));
    }
}

/// However many lines a cosigner writes, in one note or in as many messages: what they cost is bounded by time.
#[test]
fn rising_lines_are_news_once_in_half_a_minute() {
    let mut world = three(943);
    list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    world.run_for(5_000);
    world.kill(city(2));
    world.run_for(40_000);
    let seconds = world.now.0 / 1000;
    let rising: Vec<SignatureLine> =
        (0..300).map(|n| line(&world, city(1), (city(2), Epoch::FIRST), seconds - 300 + n)).collect();
    let (node, roster) = (world.city(city(3)), world.city(city(3)).roster());
    let note = told(&world, city(1), rising.clone());
    let read = note.clone().read(&world.genesis.id()).unwrap();
    let found = claims(&*node.store, &roster, roster.city(city(1)).unwrap(), &read, world.now).unwrap();
    assert_eq!(found.cosignatures, [299], "one line of a cosigner, the latest");
    let mut heard = 0;
    for line in rising {
        let segment = told(&world, city(1), vec![line]);
        if is_news(&world, city(3), &segment) {
            heard += 1;
            bring(&mut world, city(3), Road::Disk, segment).unwrap();
        }
    }
    assert!((1..=300 / LEAST_INTERVAL_S + 1).contains(&heard), "{heard} checks for 300 messages");
}
