//! Partners that lie about what they hold, or give it out leaf by leaf, and messages that say again what everybody knows.

use crate::words::{city, entry, list, publish, three};
use huxin_engine::input::Answer;
use huxin_engine::ledger::{HeadRow, LedgerRead};
use huxin_engine::news::{Claims, claims};
use huxin_engine::wire::Request;
use huxin_engine::{Refusal, SigningState, serve};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::limits::PAGE_BYTES;
use huxin_protocol::note::SignatureLine;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::ReadSegment;
use huxin_tests::world::{Liar, World};

/// Longer than a claim is believed without a proof.
const PATIENCE_MS: i64 = 125_000;

fn signing(world: &World, code: CityCode) -> SigningState {
    world.city(code).signing().unwrap()
}

/// Tells of a thousand statements that the first city never signed.
fn further(request: &Request, truth: Answer) -> Answer {
    match (request, truth) {
        (Request::Heads { .. }, Answer::Heads(mut heads)) => {
            for head in heads.iter_mut().filter(|head| head.city == city(1)) {
                head.size = Size(head.size.0 + 1000);
                head.proved = head.size;
            }
            Answer::Heads(heads)
        }
        (_, truth) => truth,
    }
}

/// Tells of another history of the first city.
fn otherwise(request: &Request, truth: Answer) -> Answer {
    match (request, truth) {
        (Request::Heads { .. }, Answer::Heads(mut heads)) => {
            for head in heads.iter_mut().filter(|head| head.city == city(1)) {
                head.root.0[0] ^= 1;
            }
            Answer::Heads(heads)
        }
        (Request::Segment { .. }, _) => Answer::Failed { code: "no_answer" },
        (_, truth) => truth,
    }
}

/// Understands every comparison as one of different logs, so that it is always heard.
fn never_the_same(request: &Request) -> Request {
    match request {
        Request::Heads { digest } => {
            let mut digest = *digest;
            digest.0[0] ^= 1;
            Request::Heads { digest }
        }
        other => other.clone(),
    }
}

fn a_lie_about_our_log(says: fn(&Request, Answer) -> Answer) {
    let mut world = three(31);
    list(&mut world, city(1), 1);
    world.liars.insert(city(3), Liar { understands: never_the_same, says, ..Liar::default() });
    assert!(world.run_until(40_000, |world| signing(world, city(1)) == SigningState::Doubted), "the claim is heard");
    let draft = entry(&world, city(1), 2);
    assert_eq!(publish(&mut world, city(1), draft), Err(Refusal::NotSigning(SigningState::Doubted)));
    world.run_for(PATIENCE_MS);
    assert_eq!(signing(&world, city(1)), SigningState::Ready, "what is not proved is not believed");
    list(&mut world, city(1), 2);
    // The same lie is told in every round, and silences nobody any more.
    let halted = world.run_until(300_000, |world| signing(world, city(1)) != SigningState::Ready);
    assert!(!halted, "{:?}", signing(&world, city(1)));
    list(&mut world, city(1), 3);
    // Started anew, the node listens to everybody again, and is halted for the same time at most.
    world.kill(city(1));
    world.start(city(1));
    world.run_for(PATIENCE_MS + 30_000);
    list(&mut world, city(1), 4);
    world.liars.clear();
    assert!(world.run_until(60_000, World::agree));
}

#[test]
fn a_partner_that_tells_of_more_of_our_log_does_not_silence_us() {
    a_lie_about_our_log(further);
}

#[test]
fn a_partner_that_tells_of_another_history_does_not_silence_us() {
    a_lie_about_our_log(otherwise);
}

#[test]
fn a_partner_that_corrects_itself_ends_the_doubt_at_once() {
    let mut world = three(32);
    world.liars.insert(city(3), Liar { understands: never_the_same, says: further, ..Liar::default() });
    assert!(world.run_until(40_000, |world| signing(world, city(1)) == SigningState::Doubted));
    world.liars.clear();
    assert!(world.run_until(35_000, |world| signing(world, city(1)) == SigningState::Ready), "before patience ends");
    list(&mut world, city(1), 1);
}

/// One statement for each question, however many were asked for.
fn leaf_by_leaf(request: &Request) -> Request {
    match request {
        Request::Segment { city, from, epoch, .. } => {
            Request::Segment { city: *city, from: *from, count: 1, epoch: *epoch }
        }
        other => other.clone(),
    }
}

#[test]
fn a_partner_that_gives_a_log_out_leaf_by_leaf_holds_it_back_for_two_rounds_at_most() {
    const ENTRIES: u64 = 600;
    let mut world = three(33);
    world.kill(city(1));
    let drafts = (0..ENTRIES).map(|number| entry(&world, city(2), number)).collect();
    world.publish(city(2), drafts).unwrap();
    assert!(world.run_until(60_000, World::agree));
    // A question takes just less than the time after which it would be given up, and the slow one is asked first.
    world.liars.insert(city(3), Liar { understands: leaf_by_leaf, delay_ms: 25_000, ..Liar::default() });
    world.line.cut_between(city(1), city(2));
    world.start(city(1));
    world.run_for(30_000);
    world.line.heal();
    let held = |world: &World| world.sizes(city(1))[&city(2)].0;
    assert!(held(&world) < ENTRIES, "the pull has begun, and goes slowly");
    let all = world.sizes(city(2))[&city(2)].0;
    assert!(world.run_until(65_000, |world| held(world) == all), "it holds {} of {all}", held(&world));
}

/// The whole log of the first city as the second would gossip it.
fn whole_log(world: &World) -> ReadSegment {
    let roster = Roster::new(&world.genesis);
    let store = &*world.city(city(2)).store;
    let segment = serve::segment(store, &roster, None, city(1), Seq(0), 1000, Epoch::FIRST).unwrap().unwrap();
    assert!(segment.encode().len() < PAGE_BYTES);
    segment.read(&world.genesis.id()).unwrap()
}

fn claims_at(world: &World, code: CityCode, segment: &ReadSegment) -> Claims {
    let roster = Roster::new(&world.genesis);
    claims(&*world.city(code).store, &roster, roster.city(city(1)).unwrap(), segment).unwrap()
}

#[test]
fn what_everybody_knows_claims_nothing_new_in_whatever_envelope() {
    let mut world = three(34);
    for number in 0..20 {
        list(&mut world, city(1), number);
    }
    let early = whole_log(&world);
    for number in 20..30 {
        list(&mut world, city(1), number);
    }
    world.run_for(10_000);
    assert!(world.run_until(60_000, World::agree));
    let nothing = Claims::default();
    let segment = whole_log(&world);
    assert_eq!(claims_at(&world, city(3), &segment), nothing);
    assert_eq!(claims_at(&world, city(3), &early), nothing, "under a checkpoint of before");
    let mut altered = segment.clone();
    altered.leaves.truncate(3);
    let nobody = SignatureLine { name: "nobody".to_owned(), key_id: [7; 4], signature: vec![7; 72] };
    altered.checkpoint.other_lines.push(nobody);
    assert_eq!(claims_at(&world, city(3), &altered), nothing, "part of it, with a line that nobody knows");
}

#[test]
fn news_is_what_this_node_does_not_hold() {
    let mut world = three(35);
    list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    let held = whole_log(&world);
    // Another root for a size that is held, and a cosignature of a later time.
    let mut other = held.clone();
    other.checkpoint.checkpoint.root.0[0] ^= 1;
    assert!(claims_at(&world, city(3), &other).log);
    let mut later = held.clone();
    let lines = &mut later.checkpoint.other_lines;
    let place = lines.iter().position(|line| line.name.ends_with("/cosigner")).unwrap();
    lines[place].signature[..8].copy_from_slice(&4_000_000_000_u64.to_be_bytes());
    assert_eq!(claims_at(&world, city(3), &later), Claims { log: false, cosignatures: vec![place] });
    // More of the log.
    world.line.cut_between(city(1), city(3));
    world.line.cut_between(city(2), city(3));
    list(&mut world, city(1), 2);
    world.run_for(5_000);
    let more = whole_log(&world);
    assert!(claims_at(&world, city(3), &more).log);
    let store: &dyn LedgerRead = &*world.city(city(3)).store;
    assert_eq!(HeadRow::read(store, city(1)).unwrap().frontier.size(), held.checkpoint.checkpoint.size);
}
