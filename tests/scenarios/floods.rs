//! A member that signs more than anybody can use: what it costs its partners grows with what it signs and no faster, and
//! hides nothing of anybody else.

use crate::hand::{Hand, bring};
use crate::words::{act, amendment, city, entry, list, three};
use huxin_engine::gather::{case_file, source};
use huxin_engine::index::{chain, is_erased, write_leaf};
use huxin_engine::input::Road;
use huxin_engine::lacks::Lacks;
use huxin_engine::ledger::{Batch, Family, LedgerRead, ReadFault, Txn, body_key, erased_key, last_seq, scan_prefix};
use huxin_engine::wire::BODIES_PER_REQUEST;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::builtin;
use huxin_protocol::fold::Viewpoint;
use huxin_protocol::header::{About, Header};
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::segment::Item;
use huxin_protocol::statement::Statement;
use huxin_store::{MemoryStore, Store};
use huxin_tests::world::{World, subject};
use std::cell::Cell;

/// Counts what is read of a ledger: rows asked for and rows passed by.
struct Counting<'a> {
    store: &'a MemoryStore,
    reads: Cell<usize>,
}

impl Counting<'_> {
    fn more(&self) {
        self.reads.set(self.reads.get() + 1);
    }
}

impl LedgerRead for Counting<'_> {
    fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
        self.more();
        self.store.get(family, key)
    }
    fn scan(
        &self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<(), ReadFault> {
        self.more();
        self.store.scan(family, start, end, &mut |key, value| {
            self.more();
            visit(key, value)
        })
    }
}

#[test]
fn a_long_chain_costs_every_link_the_same() {
    const LINKS: usize = 400;
    let world = three(900);
    let federation = world.genesis.id();
    for deep in [true, false] {
        let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
        let begin = hand.size().0;
        let first = hand.add(&entry(&world, city(1), 5));
        let mut last = first;
        for _ in 0..LINKS {
            // Each about the one before, or all about the entry.
            let about = if deep { last } else { first };
            last = hand.add(&amendment(&world, city(1), about, 5, "synthetic"));
        }
        let erasure = hand.add(&act(&world, city(1), Kind::Erasure, last));
        for number in 0..3 {
            let about = if number == 2 { first } else { last };
            hand.add(&amendment(&world, city(1), about, 5, "synthetic, too late"));
        }
        let store = MemoryStore::with_content(world.city(city(1)).store.content());
        let mut costs = Vec::new();
        for (seq, item) in (begin..).zip(hand.run(begin).items) {
            let counting = Counting { store: &store, reads: Cell::new(0) };
            let mut txn = Txn::new(&counting);
            let place = StatementId { city: city(1), epoch: Epoch::FIRST, seq: Seq(seq) };
            let statement = Statement::read(item.statement.clone(), &federation).unwrap();
            write_leaf(&mut txn, &federation, city(2), place, item.statement, Some(&statement), None).unwrap();
            let batch = txn.batch;
            store.commit(&batch).unwrap();
            costs.push(counting.reads.get());
        }
        let (early, late) = (costs[1..11].iter().sum::<usize>(), costs[LINKS - 10..LINKS].iter().sum::<usize>());
        assert!(early > 0 && late <= 2 * early, "deep {deep}: {early} reads for ten links at first, and {late} later");
        let links = chain(&store, city(1), last.seq).unwrap();
        assert_eq!(links.len(), LINKS + 4, "with those that came after the erasure");
        assert!(links.contains(&first.seq) && !links.contains(&erasure.seq));
        for link in [first.seq, last.seq, Seq(erasure.seq.0 + 1), Seq(erasure.seq.0 + 3)] {
            let counting = Counting { store: &store, reads: Cell::new(0) };
            assert!(is_erased(&counting, &federation, city(1), link).unwrap(), "deep {deep}: {link:?}");
            assert!(counting.reads.get() <= 10, "deep {deep}: {} reads", counting.reads.get());
        }
        // Nobody waits for bodies of what is erased.
        let mut lacking = Vec::new();
        scan_prefix(&store, Family::Lacking, city(1).key_bytes(), &mut |key, _| {
            lacking.extend(last_seq(key));
            true
        })
        .unwrap();
        assert_eq!(lacking, [erasure.seq], "the reason that the erasure itself gives");
    }
}

#[test]
fn bodies_that_never_come_hide_no_other() {
    let mut world = three(901);
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    world.kill(city(1));
    let mut last = None;
    for stretch in 0..6 {
        let from = hand.size().0;
        for number in 0..100 {
            last = Some(hand.add(&entry(&world, city(1), 100 + 100 * stretch + number)));
        }
        for to in [city(2), city(3)] {
            let mut segment = hand.run(from);
            let held = (to == city(2) && stretch == 5).then(|| segment.items.pop().unwrap());
            for item in &mut segment.items {
                item.body = None;
            }
            segment.items.extend(held);
            bring(&mut world, to, Road::Disk, segment).unwrap();
        }
    }
    let last = last.unwrap();
    let key = body_key(last.city, last.epoch, last.seq);
    let holds = |world: &World, by| world.city(by).store.get(Family::Body, &key).unwrap().is_some();
    assert!(holds(&world, city(2)) && !holds(&world, city(3)));
    assert!(world.run_until(120_000, |world| holds(world, city(3))), "the one body that can be had comes");
}

/// Every city comes first in its turn, so that nobody takes all room in all questions.
#[test]
fn floods_of_seven_members_do_not_hide_an_eighth() {
    let mut world = World::started(10, 902);
    let (floods, issuer, holder, viewer) = (1..=7, city(8), city(9), city(10));
    let mut wanted = None;
    for number in floods.chain([8]) {
        let from = city(number);
        world.kill(from);
        let mut hand = Hand::copy(&world, holder, from, Epoch::FIRST);
        let begin = hand.size().0;
        let count = if from == issuer { 1 } else { BODIES_PER_REQUEST as u64 };
        for entry_number in 0..count {
            wanted = Some(hand.add(&entry(&world, from, 1_000 * number as u64 + entry_number)));
        }
        for to in [holder, viewer] {
            let mut segment = hand.run(begin);
            for item in &mut segment.items {
                item.body.take_if(|_| from != issuer || to == viewer);
            }
            bring(&mut world, to, Road::Disk, segment).unwrap();
        }
    }
    let wanted = wanted.unwrap();
    let key = body_key(wanted.city, wanted.epoch, wanted.seq);
    let holds = |world: &World, by| world.city(by).store.get(Family::Body, &key).unwrap().is_some();
    assert!(holds(&world, holder) && !holds(&world, viewer));
    // Ten members, and a search every five seconds.
    assert!(world.run_until(60_000, |world| holds(world, viewer)), "the eighth city had no turn");
}

/// An erasure that a key record cut off is looked for where it stood, and not among everything that was cut off with it; of a thousand
/// erasures of one chain the first that holds is enough.
#[test]
fn what_a_city_left_behind_costs_nobody() {
    let world = three(905);
    let federation = world.genesis.id();
    let store = MemoryStore::with_content(world.city(city(1)).store.content());
    let mut batch = Batch::default();
    for epoch in 1..=3 {
        for seq in 0..1_000 {
            batch.put(Family::Abandoned, body_key(city(1), Epoch(epoch), Seq(seq)), b"no statement".to_vec());
        }
    }
    // The highest bit marks an actor that left the log.
    batch.put(Family::Erased, erased_key(city(1), Seq(700), Seq(5 | 1 << 63)), Vec::new());
    for erasure in 0..1_000 {
        // What is not in the log waits for its signature, and holds.
        batch.put(Family::Erased, erased_key(city(1), Seq(800), Seq(10_000 + erasure)), Vec::new());
    }
    store.commit(&batch).unwrap();
    for (first, erased) in [(700, false), (800, true)] {
        let counting = Counting { store: &store, reads: Cell::new(0) };
        assert_eq!(is_erased(&counting, &federation, city(1), Seq(first)).unwrap(), erased);
        assert!(counting.reads.get() <= 20, "{first}: {} reads", counting.reads.get());
    }
}

/// What every ruling says of a city costs the same however many of its bodies never came.
#[test]
fn a_city_is_a_source_at_the_same_cost_whatever_it_lacks() {
    let mut world = three(903);
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    world.kill(city(1));
    let mut costs = Vec::new();
    for stretch in 0..20 {
        let from = hand.size().0;
        for number in 0..100 {
            hand.add(&entry(&world, city(1), 100 + 100 * stretch + number));
        }
        let mut segment = hand.run(from);
        for item in &mut segment.items {
            item.body = None;
        }
        bring(&mut world, city(2), Road::Disk, segment).unwrap();
        let store = MemoryStore::with_content(world.city(city(2)).store.content());
        let (roster, lacks) = (world.city(city(2)).roster(), Lacks::read(&store).unwrap());
        let counting = Counting { store: &store, reads: Cell::new(0) };
        let fact = source(&counting, &roster, roster.city(city(1)).unwrap(), &lacks).unwrap();
        assert_eq!(fact.lacking.len(), 100 * (stretch as usize + 1));
        costs.push(counting.reads.get());
    }
    assert!(costs.iter().all(|cost| *cost <= costs[0] && *cost > 0), "{costs:?}");
}

/// The file of a case costs each of its statements the same, whether one member amended one entry a thousand times, listed on one ground
/// a thousand times or spoke a thousand times about one entry.
#[test]
fn a_case_costs_every_statement_the_same() {
    for shape in ["chain", "star", "ground", "acts"] {
        let mut costs = Vec::new();
        for count in [100, 400] {
            let mut world = three(904);
            let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
            world.kill(city(1));
            let from = hand.size().0;
            let first = hand.add(&entry(&world, city(1), 5));
            let mut last = first;
            for _ in 0..count {
                last = match shape {
                    "chain" => hand.add(&amendment(&world, city(1), last, 5, "synthetic")),
                    "star" => hand.add(&amendment(&world, city(1), first, 5, "synthetic")),
                    "ground" => hand.add(&entry(&world, city(1), 5)),
                    _ => hand.add(&act(&world, city(1), Kind::Repair, first)),
                };
            }
            bring(&mut world, city(2), Road::Disk, hand.run(from)).unwrap();
            let store = MemoryStore::with_content(world.city(city(2)).store.content());
            let counting = Counting { store: &store, reads: Cell::new(0) };
            let (roster, editions) = (world.city(city(2)).roster(), builtin());
            let view = Viewpoint {
                federation: world.genesis.id(),
                viewer: city(2),
                at: world.now,
                now: true,
                crosswalk: None,
            };
            let case = case_file(&counting, &roster, &editions, &subject(5), view).unwrap();
            assert!(case.facts.len() > count, "{shape}: {} facts", case.facts.len());
            costs.push(counting.reads.get());
        }
        assert!(costs[1] <= 5 * costs[0], "{shape}: {costs:?} reads for 100 statements and for 400");
    }
}

/// Who says ten thousand times what it has said once changes nothing that the first did not, costs the writer the same each time, and
/// leaves every ruling at the cost that it has with as many as it hears (R146).
#[test]
fn ten_thousand_voices_of_one_member_change_nothing_that_the_first_did_not() {
    const STRETCHES: usize = 20;
    const STRETCH: usize = 500;
    for kind in [Kind::Objection, Kind::RepairApplication, Kind::Response, Kind::Feedback, Kind::Decline] {
        let mut world = three(907);
        let id = list(&mut world, city(1), 5);
        assert!(world.run_until(60_000, World::agree));
        let federation = world.genesis.id();
        let mut hand = Hand::copy(&world, city(3), city(3), Epoch::FIRST);
        // A hand knows the places of its own log alone, so it takes what it is about from there.
        let mut said = act(&world, city(3), kind, id);
        said.about = None;
        let about = About { id, digest: digest_at(&world, id) };
        world.kill(city(3));
        let at = world.now;
        let (mut shown, mut reads, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        for stretch in 0..=STRETCHES {
            let from = hand.size().0;
            for _ in 0..if stretch == 0 { 1 } else { STRETCH } {
                let header = Header { about: Some(about), ..hand.header(&said) };
                hand.add_signed(header, said.body_bytes.clone());
            }
            let segment = hand.run(from);
            writes.push(cost_of_writing(&world, &federation, city(3), from, &segment.items[0]));
            bring(&mut world, city(2), Road::Disk, segment).unwrap();
            shown.push(world.ruling_at(city(2), city(2), &subject(5), at, true).entries);
            reads.push(cost_of_case(&world, city(2), 5));
        }
        assert!(shown.iter().all(|entries| *entries == shown[0]), "{kind:?} changes a ruling when it is said again");
        assert!(writes.iter().all(|cost| *cost > 0 && *cost <= writes[0]), "{kind:?}: {writes:?} reads for each");
        // What is heard of it has been said after the first stretch; of what is not heard at all the first costs as much as any.
        let heard = kind.is_filing();
        let most = if heard { reads[1] } else { reads[0] + 2 };
        assert!(reads.iter().all(|cost| *cost <= most), "{kind:?}: {reads:?} reads for a ruling");
        assert!(!heard || reads[1] > reads[0] + 60, "{kind:?}: {reads:?} hear nothing of it");
    }
}

fn digest_at(world: &World, id: StatementId) -> Digest {
    let node = world.city(id.city);
    huxin_engine::gather::statement(&*node.store, &node.roster(), id).unwrap().unwrap().0.digest
}

/// What city 2 reads to write one leaf.
fn cost_of_writing(world: &World, federation: &Digest, by: CityCode, seq: u64, item: &Item) -> usize {
    let store = MemoryStore::with_content(world.city(city(2)).store.content());
    let counting = Counting { store: &store, reads: Cell::new(0) };
    let mut txn = Txn::new(&counting);
    let place = StatementId { city: by, epoch: Epoch::FIRST, seq: Seq(seq) };
    let statement = Statement::read(item.statement.clone(), federation).unwrap();
    write_leaf(&mut txn, federation, city(2), place, item.statement.clone(), Some(&statement), None).unwrap();
    counting.reads.get()
}

/// What a city reads for one ruling.
fn cost_of_case(world: &World, viewer: CityCode, number: u64) -> usize {
    let store = MemoryStore::with_content(world.city(viewer).store.content());
    let counting = Counting { store: &store, reads: Cell::new(0) };
    let (roster, editions) = (world.city(viewer).roster(), builtin());
    let view = Viewpoint { federation: world.genesis.id(), viewer, at: world.now, now: true, crosswalk: None };
    case_file(&counting, &roster, &editions, &subject(number), view).unwrap();
    counting.reads.get()
}
