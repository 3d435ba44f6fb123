//! Allowances with the time handed in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::Epoch;
use huxin_protocol::limits::PAGE_BYTES;

const HEADS: Request = Request::Heads { digest: Digest([1; 32]) };

fn page(from: u64) -> Request {
    Request::Segment { city: CityCode::new("330900").unwrap(), from: Seq(from), count: 512, epoch: Epoch(1) }
}

fn message(number: u64) -> MessageId {
    MessageId::new(&number.to_be_bytes())
}

#[test]
fn an_allowance_grows_with_time_up_to_its_bound() {
    let now = Instant::now();
    let mut allowance = Allowance::new(Rate { at_once: 10, per_second: 2 }, now);
    assert!(allowance.take(10, now) && !allowance.take(1, now));
    assert!(!allowance.take(1, now + Duration::from_millis(499)));
    assert!(allowance.take(1, now + Duration::from_millis(500)));
    // Steps below a millisecond are not lost, and a clock that stands still gives nothing.
    assert!(!allowance.take(1, now + Duration::from_micros(500_100)));
    assert!(!allowance.take(1, now + Duration::from_micros(500_900)));
    assert!(allowance.take(10, now + Duration::from_secs(3600)));
    assert!(!allowance.take(1, now + Duration::from_secs(3600)));
}

#[test]
fn who_catches_up_is_never_held_up() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    // As many pages a second as a line of several gigabit carries, for a minute, and a comparison every half second.
    for second in 0..60_u64 {
        let now = now + Duration::from_secs(second);
        for number in 0..400 {
            let request = page((second * 400 + number) * 512 + 1);
            let again = conduct.asks_again(&request);
            assert_eq!((conduct.asks(&request, now), again), (Leave::Given, false));
            conduct.answered(again, PAGE_BYTES, now);
        }
        for _ in 0..2 {
            assert_eq!(conduct.asks(&HEADS, now), Leave::Given);
            conduct.answered(false, 60_000, now);
        }
    }
}

#[test]
fn who_asks_for_the_checkpoints_of_all_quiet_logs_is_never_held_up() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    for round in 0..100 {
        let now = now + Duration::from_secs(30 * round);
        for number in 0..337 {
            let city = CityCode::new(&format!("made{number}")).unwrap();
            let request = Request::Segment { city, from: Seq(7), count: 512, epoch: Epoch(1) };
            let again = conduct.asks_again(&request);
            assert_eq!((conduct.asks(&request, now), again), (Leave::Given, round > 0));
            conduct.answered(again, 20_000, now);
        }
    }
}

#[test]
fn the_same_page_over_and_over_is_answered_ever_more_seldom() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    let mut ask = |now| {
        let again = conduct.asks_again(&page(0));
        let leave = conduct.asks(&page(0), now);
        if leave == Leave::Given {
            conduct.answered(again, PAGE_BYTES, now);
        }
        leave
    };
    let given = (0..10_000).take_while(|_| ask(now) == Leave::Given).count();
    assert!((100..140).contains(&given), "{given}");
    let later = (0..10_000).take_while(|_| ask(now) == Leave::Later).count();
    assert_eq!(later, INSISTENCE.at_once as usize - 1, "one was counted above");
    assert_eq!(ask(now), Leave::Never);
    // Patience comes back, and so does the allowance.
    assert_eq!(ask(now + Duration::from_secs(1)), Leave::Given);
}

#[test]
fn the_same_page_asked_for_as_soon_as_anything_is_left_costs_all_that_it_costs() {
    let begin = Instant::now();
    let mut conduct = Conduct::new(begin);
    let mut given = 0;
    // A slow peer: one question every two milliseconds, for twenty seconds.
    for turn in 0..10_000 {
        let now = begin + Duration::from_millis(2 * turn);
        let again = conduct.asks_again(&page(0));
        if conduct.asks(&page(0), now) == Leave::Given {
            conduct.answered(again, PAGE_BYTES, now);
            given += 1;
        }
    }
    assert!((400..460).contains(&given), "124 at once and 15.5 a second: {given}");
}

#[test]
fn what_is_owed_is_bounded() {
    let now = Instant::now();
    let mut allowance = Allowance::new(Rate { at_once: 10, per_second: 2 }, now);
    for _ in 0..100 {
        allowance.charge(u32::MAX, now);
    }
    assert!(!allowance.take(1, now + Duration::from_secs(5)));
    assert!(allowance.take(1, now + Duration::from_millis(5500)));
}

#[test]
fn few_questions_are_in_hand_at_one_time() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    for _ in 0..QUESTIONS_IN_HAND {
        assert_eq!(conduct.asks(&HEADS, now), Leave::Given);
    }
    assert_eq!(conduct.asks(&HEADS, now), Leave::Later);
    conduct.answered(false, 1, now);
    assert_eq!(conduct.asks(&HEADS, now), Leave::Given);
    conduct.leaves();
    assert_eq!(conduct.asks(&HEADS, now), Leave::Given);
}

#[test]
fn logs_that_are_remembered_are_bounded() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    for number in 0..2 * LOGS_REMEMBERED {
        let city = CityCode::new(&format!("made{number}")).unwrap();
        let request = Request::Segment { city, from: Seq(0), count: 1, epoch: Epoch(1) };
        assert_eq!(conduct.asks_again(&request), number >= LOGS_REMEMBERED);
    }
    assert_eq!(conduct.furthest.len(), LOGS_REMEMBERED);
}

#[test]
fn a_peer_has_its_share_of_the_messages_in_hand() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    for number in 0..GOSSIP_IN_HAND as u64 {
        assert_eq!(conduct.brings(&message(number), now), Leave::Given);
    }
    assert_eq!(conduct.brings(&message(1000), now), Leave::Later);
    conduct.judged(&message(3));
    assert_eq!(conduct.brings(&message(1000), now), Leave::Given);
    // A verdict that got lost does not shut the peer out.
    assert_eq!(conduct.brings(&message(1001), now), Leave::Later);
    assert_eq!(conduct.brings(&message(1001), now + VERDICT_WAIT), Leave::Given);
}

#[test]
fn idle_and_foul_messages_have_an_end() {
    let now = Instant::now();
    let (mut idle, mut foul) = (Conduct::new(now), Conduct::new(now));
    assert_eq!((0..1_000_000).take_while(|_| idle.said_nothing(1, now)).count(), IDLE.at_once as usize);
    let due = (IDLE.at_once / FOUL_COST) as usize;
    assert_eq!((0..1_000_000).take_while(|_| foul.was_foul(1, now)).count(), due);
    assert!(!foul.was_foul(u32::MAX, now));
}

#[test]
fn connections_one_after_the_other_have_an_end() {
    let now = Instant::now();
    let mut conduct = Conduct::new(now);
    assert_eq!((0..1000).take_while(|_| conduct.arrives(now)).count(), ARRIVALS.at_once as usize);
    conduct.leaves();
    assert!(!conduct.arrives(now), "leaving gives nothing back");
    assert!(conduct.arrives(now + Duration::from_secs(1)));
}
