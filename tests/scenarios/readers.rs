//! Texts that name their readers: whoever is none of them keeps nothing of them, by whatever road they came (R41, R107).

use crate::hand::{Hand, bring};
use crate::words::{city, entry, list, publish, three};
use huxin_engine::gather::statement;
use huxin_engine::input::{Draft, Input, Road};
use huxin_engine::ledger::{Family, LedgerRead, body_key, place_key, scan_prefix, subject_prefix};
use huxin_engine::serve::segment;
use huxin_engine::{Outcome, Refusal};
use huxin_protocol::body::{Body, DeclineBody};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_tests::world::{World, draft, peer_of, subject};

/// Whether a node holds a text, finds it by its subject, or misses it.
fn traces(world: &World, node: CityCode, id: StatementId, number: u64) -> (bool, bool, bool) {
    let store = &world.city(node).store;
    let held = store.get(Family::Body, &body_key(id.city, id.epoch, id.seq)).unwrap().is_some();
    let mut found = false;
    scan_prefix(&**store, Family::Subject, &subject_prefix(&subject(number)), &mut |_, _| {
        found = true;
        false
    })
    .unwrap();
    (held, found, store.get(Family::Lacking, &place_key(id.city, id.seq)).unwrap().is_some())
}

#[test]
fn a_text_that_a_city_may_not_read_is_dropped_at_every_door() {
    for number in 0..3 {
        let mut world = three(950 + number);
        let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
        world.kill(city(1));
        let begin = hand.size().0;
        let mut secret = entry(&world, city(1), 1);
        secret.disclosure = Disclosure::Named(vec![city(2)]);
        let id = hand.add(&secret);
        assert!(hand.run(begin).items[0].body.is_some(), "it is on its way with its text");
        for reader in [city(2), city(3)] {
            let peer = peer_of(city(1));
            let road =
                [Road::Gossip { from: peer.clone() }, Road::Sync { from: peer }, Road::Disk][number as usize].clone();
            bring(&mut world, reader, road, hand.run(begin)).unwrap();
        }
        assert_eq!(traces(&world, city(2), id, 1), (true, true, false));
        assert_eq!(traces(&world, city(3), id, 1), (false, false, false), "door {number}");
        let node = world.city(city(3));
        assert_eq!(statement(&*node.store, &node.roster(), id).unwrap().unwrap().1, None);
        let page = segment(&*node.store, &node.roster(), Some(city(2)), city(1), Seq(begin), 10, Epoch::FIRST);
        assert_eq!(page.unwrap().unwrap().items[0].body, None, "nor is it passed on");
        assert!(world.ruling(city(3), city(3), &subject(1)).entries.is_empty());
        let roster = Roster::new(&world.genesis);
        let report = huxin_engine::fsck::check(&*node.store, roster, city(3), false, &mut |_| {});
        assert!(report.is_clean(), "{:?}", report.findings);
    }
}

fn decline(world: &World, by: CityCode, about: StatementId) -> Draft {
    let body = Body::Decline(DeclineBody { reason: "synthetic".to_owned() });
    draft(&world.city(by).secrets, &world.genesis.id(), Kind::Decline, Some(about), body, Disclosure::Public)
}

#[test]
fn a_city_declines_what_is_not_its_own_and_once() {
    let mut world = three(953);
    let id = list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    let own = decline(&world, city(1), id);
    assert_eq!(publish(&mut world, city(1), own), Err(Refusal::OwnEntry(id)));
    // Twice in one group, where the first one waits for its signature, and then once more.
    let once = decline(&world, city(2), id);
    let commands = vec![vec![once.clone()], vec![once.clone()]];
    let each = world.command(city(2), |ticket| Input::PublishEach { ticket, commands, rehearse: false }).unwrap();
    let Outcome::Each(outcomes) = each else { panic!("{each:?}") };
    let by = outcomes[0].as_ref().unwrap()[0];
    assert_eq!(outcomes[1], Err(Refusal::AlreadyDeclined(id, by)));
    assert_eq!(publish(&mut world, city(2), once), Err(Refusal::AlreadyDeclined(id, by)));
}

#[test]
fn another_history_is_called_what_it_is() {
    let mut world = three(954);
    list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    list(&mut world, city(1), 2);
    assert!(world.run_until(60_000, World::agree));
    let begin = hand.size().0;
    hand.add(&entry(&world, city(1), 3));
    let answer = bring(&mut world, city(3), Road::Disk, hand.run(begin));
    assert_eq!(answer, Err(Refusal::OtherHistory(city(1))));
}
