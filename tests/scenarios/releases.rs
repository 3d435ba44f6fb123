//! A city whose node is of a later release: its statements have kinds, body versions and header versions that this release
//! does not know. They are kept and passed on as they came (R22, R30), shown as needing a newer node, and harm nothing else.

use crate::hand::{Hand, bring};
use crate::words::{act, amendment, city, counts, end, entry, list, state, three};
use huxin_engine::input::Road;
use huxin_engine::ledger::{Family, LedgerRead, place_key};
use huxin_engine::{Outcome, SigningState};
use huxin_protocol::body::commitment;
use huxin_protocol::cbor::Writer;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::{ReasonCode, State};
use huxin_tests::world::{World, subject};

/// A body of version 2: a field that nobody here knows.
fn later_body() -> Vec<u8> {
    let mut writer = Writer::default();
    writer.map(|map| {
        map.field(0, |w| {
            w.bytes(&[7; 16]);
        });
        map.field(99, |w| {
            w.text("from the future");
        });
    });
    writer.finish()
}

/// Signs a draft with a body of version 2.
fn add_later(hand: &mut Hand, world: &World, mut header: huxin_protocol::header::Header) -> StatementId {
    let body = later_body();
    header.body_version = 2;
    header.commitment = commitment(&world.genesis.id(), hand.city, header.kind, 2, &body);
    hand.add_signed(header, body)
}

struct Later {
    unknown_kind: StatementId,
    /// An Entry of company 1, amended by a body of version 2.
    amended: StatementId,
    /// An Entry of company 2, ended by a Repair with a body of version 2.
    repaired: StatementId,
    payload_at: Seq,
    /// An Entry of company 4 after all of these.
    last: StatementId,
}

fn write(world: &World, hand: &mut Hand) -> Later {
    let by = city(1);
    let amended = hand.add(&entry(world, by, 1));
    let repaired = hand.add(&entry(world, by, 2));
    // An act of an unknown kind about company 1, with a body of an unknown kind.
    let mut header = hand.header(&act(world, by, Kind::Objection, amended));
    header.kind = Kind::from_number(99);
    let body = later_body();
    header.commitment = commitment(&world.genesis.id(), by, header.kind, 1, &body);
    let unknown_kind = hand.add_signed(header, body);
    let header = hand.header(&amendment(world, by, amended, 1, "corrected by release 2"));
    add_later(hand, world, header);
    let header = hand.header(&act(world, by, Kind::Repair, repaired));
    add_later(hand, world, header);
    // A listing that only release 2 can read, and a header of version 2.
    let header = hand.header(&entry(world, by, 3));
    add_later(hand, world, header);
    let payload_at = Seq(hand.size().0);
    let mut payload = hand.header(&entry(world, by, 5)).encode();
    assert_eq!(payload[1..3], [0, 1], "R20: key 0 is the version");
    payload[2] = 2;
    hand.add_payload(&payload);
    let last = hand.add(&entry(world, by, 4));
    Later { unknown_kind, amended, repaired, payload_at, last }
}

fn judged(world: &World, viewer: CityCode, later: &Later) {
    let first = world.ruling(viewer, viewer, &subject(1));
    let idle = first.without_effect.iter().find(|act| act.id == later.unknown_kind).unwrap();
    assert_eq!(idle.reason.code, ReasonCode::NeedsNewerNode, "{viewer}: R101");
    let amended = first.entry(later.amended).unwrap();
    assert_eq!(amended.state, State::Unknown, "{viewer}: R107, older content is never used in its place");
    assert!(amended.reasons.iter().any(|reason| reason.code == ReasonCode::NeedsNewerNode), "{viewer}");
    assert!(!amended.counts);
    assert_eq!(state(world, viewer, 2, later.repaired), Some(State::Repaired), "{viewer}: R105, by the header alone");
    assert!(counts(world, viewer, 4), "{viewer}: the rest of the log is unharmed");
    assert_eq!(state(world, viewer, 4, later.last), Some(State::Listed));
}

#[test]
fn release_1_and_2_side_by_side() {
    let mut world = three(800);
    // The first city's node was of release 2 for a while; here is what it signed then. The third city is away.
    world.kill(city(3));
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    let from = hand.size().0;
    let later = write(&world, &mut hand);
    // It goes back to release 1, with its log as it is.
    let taken = bring(&mut world, city(1), Road::Own, hand.run(from)).unwrap();
    assert_eq!(taken, Outcome::Admitted { city: city(1), new: 8, size: hand.size() });
    assert_eq!(world.city(city(1)).signing(), Some(SigningState::Ready));
    assert!(world.run_until(60_000, World::agree), "partners of release 1 take all of it");
    // The third city has it from the second alone.
    world.kill(city(1));
    world.start(city(3));
    assert!(world.run_until(60_000, World::agree), "and pass it on");
    for reader in [city(2), city(3)] {
        for seq in from..hand.size().0 {
            let leaf = |code| world.city(code).store.get(Family::Log, &place_key(city(1), Seq(seq))).unwrap();
            assert_eq!(leaf(reader), leaf(city(1)), "R22: byte for byte");
            let body = |code| {
                let key = huxin_engine::ledger::body_key(city(1), Epoch::FIRST, Seq(seq));
                world.city(code).store.get(Family::Body, &key).unwrap()
            };
            assert!(body(reader).is_some() || Seq(seq) == later.payload_at, "the body of {seq} came along");
        }
        judged(&world, reader, &later);
    }
    assert_eq!(world.blames, [], "nobody is blamed for a later release");
    // The city goes on under release 1.
    world.start(city(1));
    assert!(world.run_until(60_000, |w| w.city(city(1)).signing() == Some(SigningState::Ready)));
    list(&mut world, city(1), 6);
    end(&mut world, city(1), Kind::Repair, later.last);
    assert!(world.run_until(60_000, World::agree));
    for viewer in world.codes() {
        assert!(counts(&world, viewer, 6) && !counts(&world, viewer, 4));
        let store = &world.city(viewer).store;
        let roster = huxin_protocol::roster::Roster::new(&world.genesis);
        let report = huxin_engine::fsck::check(&**store, roster, viewer, true, &mut |_| {});
        assert!(report.findings.is_empty(), "{viewer}: {:?}", report.findings.first().map(ToString::to_string));
    }
}
