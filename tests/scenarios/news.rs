//! What the gossip door takes for news: a message is passed on only if it claims something that this node does not hold. What
//! everybody knows may come in any envelope, and of a fork one proof is enough.

use crate::forks::{all_hold_the_same_evidence, five, fork};
use crate::words::{city, list, three};
use huxin_engine::news::{Claims, claims};
use huxin_engine::serve;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::note::SignatureLine;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::ReadSegment;
use huxin_tests::world::World;

/// The whole log of the first city as another one would tell of it.
fn whole_log(world: &World, teller: CityCode) -> ReadSegment {
    let roster = Roster::new(&world.genesis);
    let store = &*world.city(teller).store;
    let segment = serve::segment(store, &roster, None, city(1), Seq(0), 1000, Epoch::FIRST).unwrap().unwrap();
    segment.read(&world.genesis.id()).unwrap()
}

fn claims_at(world: &World, code: CityCode, segment: &ReadSegment) -> Claims {
    let roster = Roster::new(&world.genesis);
    claims(&*world.city(code).store, &roster, roster.city(city(1)).unwrap(), segment, world.now).unwrap()
}

#[test]
fn what_everybody_knows_claims_nothing_new_in_whatever_envelope() {
    let mut world = three(570);
    for number in 0..20 {
        list(&mut world, city(1), number);
    }
    let early = whole_log(&world, city(1));
    for number in 20..30 {
        list(&mut world, city(1), number);
    }
    world.run_for(10_000);
    assert!(world.run_until(60_000, World::agree));
    let nothing = Claims::default();
    let segment = whole_log(&world, city(2));
    assert_eq!(claims_at(&world, city(3), &segment), nothing);
    assert!(early.checkpoint.checkpoint.size < segment.checkpoint.checkpoint.size);
    assert_eq!(claims_at(&world, city(3), &early), nothing, "under a checkpoint of before");
    let mut altered = segment.clone();
    altered.leaves.truncate(3);
    let nobody = SignatureLine { name: "nobody".to_owned(), key_id: [7; 4], signature: vec![7; 72] };
    altered.checkpoint.other_lines.push(nobody);
    assert_eq!(claims_at(&world, city(3), &altered), nothing, "part of it, with a line that nobody knows");
}

#[test]
fn news_is_what_this_node_does_not_hold() {
    let mut world = three(571);
    list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    let held = whole_log(&world, city(2));
    let mut other = held.clone();
    other.checkpoint.checkpoint.root.0[0] ^= 1;
    assert!(claims_at(&world, city(3), &other).log, "another root for a size that is held");
    let mut later = held;
    let lines = &later.checkpoint.other_lines;
    let place = lines.iter().position(|line| line.name.ends_with("/cosigner")).unwrap();
    let newer = Claims { log: false, cosignatures: vec![place] };
    // What is far ahead of this node's clock says nothing (R92).
    for (ahead, claims) in [(60, newer), (400, Claims::default()), (4_000_000_000, Claims::default())] {
        let time = u64::try_from(world.now.0 / 1000).unwrap() + ahead;
        later.checkpoint.other_lines[place].signature[..8].copy_from_slice(&time.to_be_bytes());
        assert_eq!(claims_at(&world, city(3), &later), claims, "{ahead} s ahead");
    }
    world.line.cut_between(city(1), city(3));
    world.line.cut_between(city(2), city(3));
    list(&mut world, city(1), 2);
    world.run_for(5_000);
    let more = whole_log(&world, city(2));
    assert!(claims_at(&world, city(3), &more).log, "more of the log");
}

#[test]
fn a_fork_is_news_until_it_is_proved() {
    let mut world = five(572);
    let branch = fork(&mut world, 4, 2).other;
    let mut segment = whole_log(&world, city(5));
    assert_eq!(segment.checkpoint.checkpoint.size, branch.size());
    assert!(branch.size() < world.sizes(city(2))[&city(1)]);
    segment.checkpoint.other_lines.clear();
    assert!(claims_at(&world, city(2), &segment).log);
    assert!(world.run_until(180_000, all_hold_the_same_evidence));
    assert_eq!(claims_at(&world, city(2), &segment), Claims::default());
}
