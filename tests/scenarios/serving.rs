//! What a node hands out, to its own city and to others.

use crate::hand::{Hand, bring};
use crate::restart::rotate;
use crate::words::{city, entry, list, three};
use huxin_engine::gather::statement;
use huxin_engine::input::Road;
use huxin_engine::serve::segment;
use huxin_protocol::ids::{Epoch, Seq, Size, StatementId};
use huxin_tests::world::World;

#[test]
fn a_statement_is_found_under_its_own_name_only() {
    let mut world = three(940);
    let first = list(&mut world, city(1), 1);
    rotate(&mut world, city(1)).unwrap();
    let second = list(&mut world, city(1), 2);
    assert!(world.run_until(60_000, World::same_heads));
    let node = world.city(city(3));
    let roster = node.roster();
    let held = |id| statement(&*node.store, &roster, id).unwrap();
    for id in [first, second] {
        let (found, body) = held(id).unwrap();
        assert!(found.header.id() == id && body.is_some());
        let other = if id.epoch == Epoch::FIRST { Epoch(2) } else { Epoch::FIRST };
        assert!(held(StatementId { epoch: other, ..id }).is_none(), "the place is another epoch's");
    }
    assert!(held(StatementId { seq: Seq(second.seq.0 + 1), ..second }).is_none());
}

/// A city's key can sign a statement that names another place than its own: it has a leaf and no name (R101).
#[test]
fn a_statement_that_names_another_place_is_found_under_neither() {
    let mut world = three(942);
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    world.kill(city(1));
    let begin = hand.size().0;
    let (mut later, mut next_epoch) =
        (hand.header(&entry(&world, city(1), 1)), hand.header(&entry(&world, city(1), 2)));
    later.seq = Seq(begin + 5);
    next_epoch.seq = Seq(begin + 1);
    next_epoch.epoch = Epoch(2);
    let names = [later.id(), next_epoch.id()];
    hand.add_signed(later, Vec::new());
    hand.add_signed(next_epoch, Vec::new());
    let mut run = hand.run(begin);
    run.items.iter_mut().for_each(|item| item.body = None);
    bring(&mut world, city(3), Road::Disk, run).unwrap();
    let node = world.city(city(3));
    assert_eq!(world.sizes(city(3))[&city(1)], Size(begin + 2));
    let places = [0, 1].map(|n| StatementId { city: city(1), epoch: Epoch::FIRST, seq: Seq(begin + n) });
    for id in names.into_iter().chain(places) {
        assert!(statement(&*node.store, &node.roster(), id).unwrap().is_none(), "{id}");
    }
}

/// Asked for no statements, a node answers with its key records and its newest checkpoint (R96).
#[test]
fn without_statements_an_answer_stands_at_its_checkpoint() {
    let mut world = three(941);
    list(&mut world, city(1), 1);
    rotate(&mut world, city(1)).unwrap();
    list(&mut world, city(1), 2);
    assert!(world.run_until(60_000, World::same_heads));
    let node = world.city(city(3));
    let size = world.sizes(city(3))[&city(1)];
    for from in [Seq(0), Seq(1), Seq(size.0)] {
        let answer = segment(&*node.store, &node.roster(), Some(city(2)), city(1), from, 0, Epoch::FIRST);
        let answer = answer.unwrap().unwrap();
        assert_eq!((answer.items.len(), answer.consistency.len(), answer.from), (0, 0, Seq(size.0)));
        assert_eq!(answer.records.len(), 1);
        assert!(answer.read(&world.genesis.id()).is_ok());
    }
}
