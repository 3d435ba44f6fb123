//! Schedules of the supervisor, with the time handed in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use huxin_protocol::time::Millis;

/// No jitter: the middle of the range.
const MIDDLE: f64 = 0.5;

/// Two peer ids, the lower one first.
fn two() -> (PeerId, PeerId) {
    let (a, b) = (PeerId::random(), PeerId::random());
    if a < b { (a, b) } else { (b, a) }
}

fn city() -> CityCode {
    CityCode::new("330900").unwrap()
}

fn address() -> Multiaddr {
    "/ip4/127.0.0.1/tcp/7400".parse().unwrap()
}

fn link() -> LinkView {
    LinkView { address: String::new(), dialled: true, since: Millis(0), round_trip: None }
}

fn dials(due: &[Due]) -> usize {
    due.iter().filter(|due| matches!(due, Due::Dial { .. })).count()
}

fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

#[test]
fn the_lower_id_dials_at_once_and_the_higher_one_gives_a_head_start() {
    let (low, high) = two();
    let now = Instant::now();
    let mut partners = Partners::new(low);
    assert!(partners.set(high, city(), vec![address()], now));
    assert_eq!(partners.due(now), [Due::Dial { peer: high, addresses: vec![address()] }]);
    assert_eq!(partners.next_at(), None, "being dialled already");
    let mut partners = Partners::new(high);
    assert!(partners.set(low, city(), vec![address()], now));
    assert_eq!(partners.due(now), []);
    assert_eq!(dials(&partners.due(now + HEAD_START)), 1);
    assert!(!partners.set(high, city(), vec![address()], now), "the own node is no partner");
}

#[test]
fn waits_grow_up_to_five_minutes() {
    let waits: Vec<u128> = (1..=14).map(|failures| wait(failures, MIDDLE).as_millis()).collect();
    assert_eq!(waits[..6], [200, 500, 1000, 2000, 4000, 8000]);
    assert_eq!(waits[13], LONGEST_WAIT.as_millis());
    assert_eq!(wait(u32::MAX, 1.0), LONGEST_WAIT);
    for failures in 1..40 {
        assert!(wait(failures, 0.0) < wait(failures, MIDDLE) && wait(failures, MIDDLE) <= wait(failures, 1.0));
    }
}

#[test]
fn a_failed_dial_is_tried_again_and_a_connection_ends_the_trying() {
    let (low, high) = two();
    let mut now = Instant::now();
    let mut partners = Partners::new(low);
    assert!(partners.set(high, city(), vec![address()], now));
    for expected in [200, 500, 1000, 2000] {
        assert_eq!(dials(&partners.due(now)), 1);
        partners.failed(&high, "nobody there".into(), now, MIDDLE);
        assert_eq!(partners.get(&high).unwrap().failure.as_deref(), Some("nobody there"));
        assert_eq!(partners.next_at(), Some(now + millis(expected)));
        now += millis(expected);
    }
    assert_eq!(dials(&partners.due(now)), 1);
    assert!(partners.opened(&high, ConnectionId::new_unchecked(1), link(), now));
    assert!(!partners.opened(&high, ConnectionId::new_unchecked(2), link(), now), "the second is not the first");
    assert_eq!(partners.next_at(), None);
    now += STOOD;
    assert!(!partners.closed(&high, ConnectionId::new_unchecked(1), None, now, MIDDLE), "one still stands");
    assert_eq!(partners.next_at(), None);
    assert!(partners.closed(&high, ConnectionId::new_unchecked(2), None, now, MIDDLE));
    assert_eq!(partners.next_at(), Some(now + millis(200)), "it stood, so the count begins anew");
}

#[test]
fn connections_that_break_at_once_are_failures() {
    let (low, high) = two();
    let mut now = Instant::now();
    let mut partners = Partners::new(low);
    assert!(partners.set(high, city(), vec![address()], now));
    for expected in [200, 500, 1000, 2000] {
        assert_eq!(dials(&partners.due(now)), 1);
        assert!(partners.opened(&high, ConnectionId::new_unchecked(1), link(), now));
        assert!(partners.closed(&high, ConnectionId::new_unchecked(1), Some("closed".into()), now, MIDDLE));
        assert_eq!(partners.next_at(), Some(now + millis(expected)));
        now += millis(expected);
    }
}

#[test]
fn new_addresses_are_tried_at_once_and_known_ones_change_nothing() {
    let (low, high) = two();
    let now = Instant::now();
    let mut partners = Partners::new(low);
    assert!(partners.set(high, city(), Vec::new(), now));
    assert_eq!(partners.next_at(), None, "nowhere to dial");
    assert!(partners.set(high, city(), vec![address()], now));
    assert_eq!(dials(&partners.due(now)), 1);
    partners.failed(&high, String::new(), now, MIDDLE);
    assert!(partners.set(high, city(), vec![address()], now));
    assert_eq!(partners.next_at(), Some(now + millis(200)));
    let other: Multiaddr = "/ip4/127.0.0.1/tcp/7401".parse().unwrap();
    assert!(partners.set(high, city(), vec![other], now));
    assert_eq!(partners.next_at(), Some(now));
}

#[test]
fn lost_pings_in_a_row_end_a_connection() {
    let (low, high) = two();
    let now = Instant::now();
    let mut partners = Partners::new(low);
    let connection = ConnectionId::new_unchecked(1);
    assert!(partners.set(high, city(), vec![address()], now));
    assert!(partners.opened(&high, connection, link(), now));
    for _ in 1..LOST_PINGS {
        assert_eq!(partners.pinged(&high, connection, None), Patience::Left);
    }
    assert_eq!(partners.pinged(&high, connection, Some(millis(3))), Patience::Left);
    for _ in 1..LOST_PINGS {
        assert_eq!(partners.pinged(&high, connection, None), Patience::Left);
    }
    assert_eq!(partners.pinged(&high, connection, None), Patience::Over);
    assert_eq!(partners.get(&high).unwrap().links[&connection].view.round_trip, Some(millis(3)));
}

#[test]
fn a_peer_blamed_too_often_is_cut_off_for_a_while() {
    let (low, high) = two();
    let now = Instant::now();
    let mut partners = Partners::new(low);
    let connection = ConnectionId::new_unchecked(1);
    assert!(partners.set(high, city(), vec![address()], now));
    assert!(partners.opened(&high, connection, link(), now));
    for _ in 1..BLAMES {
        assert_eq!(partners.blamed(&high), Patience::Left);
    }
    assert_eq!(partners.blamed(&high), Patience::Over);
    assert_eq!(partners.cut_off(&high, "segment_signature", now), Some(CUT_OFF));
    assert_eq!(partners.cut_off(&high, "segment_signature", now), None, "it is already");
    assert!(partners.is_cut_off(&high));
    assert!(partners.closed(&high, connection, None, now, MIDDLE));
    assert_eq!(partners.get(&high).unwrap().failure.as_deref(), Some("cut off for 60 s: segment_signature"));
    assert_eq!(partners.next_at(), Some(now + CUT_OFF));
    assert_eq!(partners.due(now + CUT_OFF - millis(1)), []);
    assert_eq!(partners.due(now + CUT_OFF), [Due::Allow { peer: high }]);
    assert_eq!(dials(&partners.due(now + CUT_OFF)), 1);
    assert!(!partners.is_cut_off(&high));
    let stranger = PeerId::random();
    assert_eq!(partners.blamed(&stranger), Patience::Left, "a stranger has no account");
    assert_eq!(partners.cut_off(&stranger, "segment_signature", now), None);
}

#[test]
fn every_further_time_of_being_cut_off_is_longer_until_it_was_long_good() {
    let (low, high) = two();
    let mut now = Instant::now();
    let mut partners = Partners::new(low);
    assert!(partners.set(high, city(), vec![address()], now));
    let mut lengths = Vec::new();
    for _ in 0..8 {
        let length = partners.cut_off(&high, "gossip_foreign", now).unwrap();
        lengths.push(length.as_secs());
        now += length;
        assert_eq!(partners.due(now), [Due::Allow { peer: high }]);
    }
    assert_eq!(lengths, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
    now += LONGEST_CUT_OFF;
    assert_eq!(partners.cut_off(&high, "gossip_foreign", now), Some(CUT_OFF));
}
