//! A node holds its clock against its partners' before it signs and while it runs (R167): what it signs then, what it keeps back,
//! and who can make it believe what.

use crate::clocks::{DAY, HOUR, MINUTE, YEAR, issued_at, set_clock};
use crate::restart::rotate;
use crate::words::{act, city, counts, end, entry, list, publish, recognise, three};
use huxin_engine::ledger::CosignatureRow;
use huxin_engine::wire::{Request, Response};
use huxin_engine::{ClockView, Event, Refusal, SigningState, gather};
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Millis;
use huxin_tests::world::{Liar, World};

fn view(world: &World, node: CityCode) -> ClockView {
    world.city(node).clock().unwrap()
}

/// How far the newest line that a city's cosigner made for any log lies ahead of the true time.
fn lines_ahead(world: &World, by: CityCode) -> i64 {
    let (node, roster) = (world.city(by), world.city(by).roster());
    let row = |log: CityCode| CosignatureRow::read_in_force(&*node.store, &roster, log, by).unwrap();
    let newest = world.codes().into_iter().filter_map(row).map(|row| row.time_s).max().unwrap();
    i64::try_from(newest).unwrap() * 1000 - world.now.0
}

/// Whether a partner hears a city's newest sign of life as one of the last two minutes.
fn fresh(world: &World, log: CityCode, at: CityCode) -> bool {
    let node = world.city(at);
    let sources = gather::sources(&*node.store, &node.roster()).unwrap();
    sources[&log].freshness.is_some_and(|time| (world.now.0 - time.0).abs() < 2 * MINUTE)
}

fn tells_time(answer: impl Fn(Millis) -> Option<Millis> + 'static) -> Liar {
    Box::new(move |_, request, honest| match (request, honest) {
        (Request::Time, Response::Time(now)) => answer(now).map(Response::Time),
        (_, honest) => Some(honest),
    })
}

fn told(world: &World, node: CityCode) -> Vec<ClockView> {
    let compared = |event: &Event| if let Event::ClockCompared { view } = event { Some(*view) } else { None };
    world.city(node).events.iter().filter_map(compared).collect()
}

/// What a node with a wrong clock signs: endings always, by the partners' time; all else, and every line, only if the clock is not
/// more than five minutes ahead. Set right it goes on as if nothing had been.
#[test]
fn a_clock_that_is_ahead_signs_endings_only_and_no_line() {
    for (ahead, refused) in [
        (-20 * DAY, false),
        (-HOUR, false),
        (-10_000, false),
        (4 * MINUTE, false),
        (6 * MINUTE, true),
        (DAY, true),
        (30 * YEAR, true),
    ] {
        let mut world = three(430);
        let first = list(&mut world, city(1), 1);
        assert!(world.run_until(2 * MINUTE, |world| fresh(world, city(1), city(2))), "{ahead}");
        set_clock(&mut world, city(1), ahead);
        world.run_for(5 * MINUTE);
        assert!(lines_ahead(&world, city(1)) <= 5 * MINUTE, "{ahead}: no line lies ahead");
        let measured = view(&world, city(1));
        assert_eq!(measured.partners, 2, "{ahead}");
        assert!((measured.ahead_ms.unwrap() - ahead).abs() < 1_000, "{ahead} is measured as {measured:?}");
        let draft = entry(&world, city(1), 2);
        let answer = publish(&mut world, city(1), draft);
        match &answer {
            Ok(id) => assert!(issued_at(&world, *id).0 - world.now.0 <= 5 * MINUTE, "{ahead}"),
            Err(refusal @ Refusal::ClockAhead { partners: 2, .. }) => assert_eq!(refusal.code(), "clock_ahead"),
            Err(other) => panic!("{ahead}: {other}"),
        }
        assert_eq!(answer.is_err(), refused, "{ahead}");
        // A right waits for no clock, and its date is one that partners can live with (R122).
        let repair = end(&mut world, city(1), Kind::Repair, first);
        if ahead > 0 {
            assert!((issued_at(&world, repair).0 - world.now.0).abs() <= 5 * MINUTE, "{ahead}");
        }
        assert!(world.run_until(MINUTE, |world| !counts(world, city(2), 1)), "{ahead}: the ending is everywhere");
        assert!(lines_ahead(&world, city(1)) <= 5 * MINUTE, "{ahead}: nor does the ending's checkpoint bear one");
        set_clock(&mut world, city(1), 0);
        assert!(world.run_until(2 * MINUTE, |world| fresh(world, city(1), city(2))), "{ahead}: fresh by itself");
        list(&mut world, city(1), 3);
        assert!(world.run_until(MINUTE, |world| counts(world, city(2), 3)), "{ahead}");
    }
}

/// A command with a listing and an ending is refused as a whole, and of many commands each by itself.
#[test]
fn a_clock_that_is_ahead_refuses_by_command() {
    let mut world = three(431);
    let first = list(&mut world, city(1), 1);
    set_clock(&mut world, city(1), HOUR);
    world.run_for(MINUTE);
    let both = vec![entry(&world, city(1), 2), act(&world, city(1), Kind::Repair, first)];
    assert!(matches!(world.publish(city(1), both.clone()), Err(Refusal::ClockAhead { .. })));
    let commands: Vec<_> = both.into_iter().map(|draft| vec![draft]).collect();
    for rehearse in [true, false] {
        let commands = commands.clone();
        let outcome = world.command(city(1), |ticket| huxin_engine::Input::PublishEach { ticket, commands, rehearse });
        let Ok(huxin_engine::Outcome::Each(outcomes)) = outcome else { panic!("{outcome:?}") };
        assert!(matches!(outcomes[0], Err(Refusal::ClockAhead { .. })), "{outcomes:?}");
        assert!(outcomes[1].is_ok(), "{outcomes:?}");
    }
}

/// The clock leaps, and a heartbeat is due at once: it waits for the partners' answers. Without partners the node believes its
/// clock, as it must.
#[test]
fn after_a_leap_partners_are_asked_before_a_line_is_signed() {
    for leap in [6 * MINUTE, HOUR, 3 * YEAR] {
        let mut world = three(432);
        list(&mut world, city(1), 1);
        world.run_for(30_000);
        set_clock(&mut world, city(1), leap);
        for _ in 0..240 {
            world.run_for(500);
            assert!(lines_ahead(&world, city(1)) <= 5 * MINUTE, "{leap}");
        }
        // The whole machine slept: its partners say so at once, and it goes on.
        let mut world = three(433);
        list(&mut world, city(1), 1);
        world.run_for(30_000);
        world.now = Millis(world.now.0 + leap);
        list(&mut world, city(1), 2);
        assert!(
            world.run_until(10_000, |world| fresh(world, city(1), city(2))),
            "{leap}: no line is kept back for long"
        );
        assert!(!view(&world, city(1)).differs());
    }
}

#[test]
fn a_start_compares_clocks_before_the_first_signature() {
    let mut world = three(434);
    list(&mut world, city(1), 1);
    world.run_for(5_000);
    world.kill(city(1));
    set_clock(&mut world, city(1), DAY);
    world.start(city(1));
    let begun = lines_ahead(&world, city(1));
    assert_eq!(view(&world, city(1)), ClockView::default(), "nothing is known at the start");
    assert!(world.run_until(10_000, |world| world.city(city(1)).signing() == Some(SigningState::Ready)));
    let draft = entry(&world, city(1), 2);
    assert!(matches!(publish(&mut world, city(1), draft), Err(Refusal::ClockAhead { .. })), "the very first one");
    world.run_for(3 * MINUTE);
    assert!(lines_ahead(&world, city(1)) < begun, "and no line");
}

/// Partners that say nothing of the time hold no start up: their question ends, and the node believes its clock.
#[test]
fn a_partner_that_never_tells_the_time_holds_nothing_up() {
    let mut world = three(435);
    world.kill(city(1));
    for code in [city(2), city(3)] {
        world.liars.insert(code, tells_time(|_| None));
    }
    world.start(city(1));
    world.run_for(10_000);
    assert!(matches!(world.city(city(1)).signing(), Some(SigningState::Asking { .. })), "it waits for an answer");
    assert!(world.run_until(30_000, |world| world.city(city(1)).signing() == Some(SigningState::Ready)));
    assert_eq!(view(&world, city(1)), ClockView::default());
    list(&mut world, city(1), 1);
}

/// Whatever one partner says of the time, and whenever: nothing is refused, and with another partner no line is kept back.
#[test]
fn one_liar_stops_nobody() {
    for lie in [Millis(0), Millis(i64::MAX), Millis(1)] {
        for cities in [2, 3, 4] {
            let mut world = World::started(cities, 436);
            for other in 2..=cities {
                recognise(&mut world, city(other), city(1));
            }
            world.liars.insert(city(2), tells_time(move |_| Some(lie)));
            list(&mut world, city(1), 1);
            world.run_for(3 * MINUTE);
            assert_eq!(view(&world, city(1)).partners, cities - 1);
            list(&mut world, city(1), 2);
            if cities > 2 {
                assert!(!view(&world, city(1)).differs(), "{lie:?} {cities}: {:?}", view(&world, city(1)));
                assert!(fresh(&world, city(1), city(3)), "{lie:?} {cities}");
            }
        }
    }
}

/// An answer that took long says nothing, however it is dated.
#[test]
fn slow_answers_do_not_count() {
    let mut world = three(437);
    for code in [city(2), city(3)] {
        world.slow.insert(code, 11_000);
        world.liars.insert(code, tells_time(|now| Some(Millis(now.0 - DAY))));
    }
    world.run_for(3 * MINUTE);
    assert!(!view(&world, city(1)).differs(), "{:?}", view(&world, city(1)));
}

/// Once when it begins and once when it ends, in either direction.
#[test]
fn an_operator_is_told_once_an_episode() {
    for ahead in [31_000, -31_000, 3 * HOUR, -3 * HOUR] {
        let mut world = three(438);
        world.run_for(MINUTE);
        assert_eq!(told(&world, city(1)), [], "a clock that agrees is nothing to tell");
        set_clock(&mut world, city(1), ahead);
        world.run_for(10 * MINUTE);
        let begun = told(&world, city(1));
        assert!(begun.len() == 1 && begun[0].differs(), "{ahead}: {begun:?}");
        set_clock(&mut world, city(1), 0);
        world.run_for(10 * MINUTE);
        let ended = told(&world, city(1));
        assert!(ended.len() == 2 && !ended[1].differs(), "{ahead}: {ended:?}");
    }
}

/// Alone, a clock years ahead signs what nobody can ever follow. Its operator is told once, that key says nothing more, and a
/// rotation makes the city fresh with every partner: R76 binds each key by itself.
#[test]
fn a_city_that_signed_in_the_future_becomes_fresh_again_by_rotating() {
    for ahead in [HOUR, DAY, 30 * YEAR] {
        let mut world = three(439);
        list(&mut world, city(1), 1);
        assert!(world.run_until(2 * MINUTE, |world| fresh(world, city(1), city(2))));
        for other in [city(2), city(3)] {
            world.disconnect(city(1), other);
            world.line.cut_between(city(1), other);
        }
        set_clock(&mut world, city(1), ahead);
        list(&mut world, city(1), 2);
        world.run_for(3 * MINUTE);
        assert!(lines_ahead(&world, city(1)) > ahead - MINUTE, "{ahead}: there is nobody to hold it against");
        set_clock(&mut world, city(1), 0);
        world.line.heal();
        for other in [city(2), city(3)] {
            world.connect(city(1), other);
        }
        world.run_for(10 * MINUTE);
        let signed = lines_ahead(&world, city(1));
        assert!(!fresh(&world, city(1), city(2)), "{ahead}: its key is bound");
        let warned = |world: &World| {
            world.city(city(1)).events.iter().filter(|event| matches!(event, Event::SignedAhead { .. })).count()
        };
        assert_eq!(warned(&world), 1, "{ahead}");
        world.run_for(10 * MINUTE);
        assert!(lines_ahead(&world, city(1)) < signed, "{ahead}: it signs no more of these");
        rotate(&mut world, city(1)).unwrap();
        assert!(world.run_until(2 * MINUTE, |world| [city(2), city(3)].iter().all(|at| fresh(world, city(1), *at))));
        assert_eq!(world.city(city(3)).roster().city(city(1)).unwrap().current().epoch, Epoch(2));
        assert!(lines_ahead(&world, city(1)) <= 0, "{ahead}: the key in force is bound by nothing");
        list(&mut world, city(1), 3);
        assert!(world.run_until(MINUTE, |world| counts(world, city(2), 3)));
        let ruling = world.ruling(city(2), city(2), &huxin_tests::world::subject(3));
        assert!(ruling.entries.iter().all(|entry| !entry.stale), "{ahead}: fresh in partners' rulings");
        assert_eq!(warned(&world), 1, "{ahead}");
    }
}

/// A node that is behind leaves out the lines of all others (R92), and asks for them once in ten minutes and partner, not in every
/// round. Set right it has them soon.
#[test]
fn lines_that_are_left_out_are_not_asked_for_in_every_round() {
    let mut world = three(440);
    for code in world.codes() {
        list(&mut world, code, 1);
    }
    assert!(world.run_until(MINUTE, World::agree));
    world.run_for(MINUTE);
    set_clock(&mut world, city(3), -DAY);
    world.run_for(MINUTE);
    // New heads, whose lines are all ahead of the third city.
    for code in [city(1), city(2)] {
        list(&mut world, code, 2);
    }
    world.run_for(2 * MINUTE);
    world.meter = huxin_tests::world::Meter::default();
    world.run_for(30 * MINUTE);
    let (rounds, asked) = (world.meter.asked("heads"), world.meter.asked("segment"));
    assert!(rounds > 200, "{rounds} comparisons");
    assert!(asked <= 3 * 12, "{asked} questions for lines in half an hour, of {rounds} comparisons");
    assert!(asked > 0, "they are asked for");
    set_clock(&mut world, city(3), 0);
    let equal = |world: &World| {
        let digests: Vec<_> = world.codes().iter().map(|code| world.heads(*code)).collect();
        digests.windows(2).all(|two| two[0] == two[1])
    };
    assert!(world.run_until(2 * MINUTE, equal), "every line is held by everybody");
}
