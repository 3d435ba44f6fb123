//! Partners that lie about how far they hold a log, or keep back what they hold. Every answer is checked as if it came
//! from a stranger (R90), so a lie can only cost time; here is how much.

use crate::words::{city, counts, entry, list};
use huxin_engine::heads::Heads;
use huxin_engine::ledger::LedgerRead;
use huxin_engine::serve::serve;
use huxin_engine::wire::{HeadSummary, Request, Response};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::limits::PAGE_BYTES;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::Segment;
use huxin_protocol::time::Millis;
use huxin_tests::world::{Liar, World};
use std::sync::Arc;

/// Far more than anybody has.
const HUGE: Size = Size(1 << 40);
/// Statements that the liars would hide: more than a window of 512.
const STATEMENTS: u64 = 1_200;

/// Says to hold a log up to [`HUGE`].
fn boast(response: Response, log: CityCode) -> Response {
    let Response::Heads(mut heads) = response else { return response };
    for head in heads.iter_mut().filter(|head| head.city == log) {
        (head.size, head.proved, head.root) = (HUGE, HUGE, TreeHash([0x5a; 32]));
    }
    Response::Heads(heads)
}

/// Says to hold another history of a log, or one of an epoch that nobody opened.
fn pretend(response: Response, log: CityCode, epoch: Option<Epoch>) -> Response {
    let Response::Heads(mut heads) = response else { return response };
    for head in heads.iter_mut().filter(|head| head.city == log) {
        match epoch {
            Some(epoch) => (head.epoch, head.record) = (epoch, Digest([0x5a; 32])),
            None => head.root = TreeHash([0x5a; 32]),
        }
    }
    Response::Heads(heads)
}

pub fn pretender(world: &World, code: CityCode, log: CityCode, epoch: Option<Epoch>) -> Liar {
    let heads = heads_of(world, code);
    Box::new(move |_, request, honest| match request {
        Request::Heads { .. } => Some(pretend(Response::Heads(heads()), log, epoch)),
        _ => Some(honest),
    })
}

/// A node that says "equal" cannot boast: its heads are what it would have answered.
fn heads_of(world: &World, code: CityCode) -> impl Fn() -> Vec<HeadSummary> + use<> {
    let (store, roster) = (Arc::clone(&world.city(code).store), Roster::new(&world.genesis));
    move || Heads::read(&*store, &roster).unwrap().all().to_vec()
}

/// Boasts of `log` and answers questions for pages of it with `page`.
pub fn boaster(
    world: &World,
    code: CityCode,
    log: CityCode,
    mut page: impl FnMut(&Request, Response) -> Option<Response> + 'static,
) -> Liar {
    let heads = heads_of(world, code);
    Box::new(move |_, request, honest| match request {
        Request::Heads { .. } => Some(boast(Response::Heads(heads()), log)),
        Request::Segment { city, .. } if *city == log => page(request, honest),
        _ => Some(honest),
    })
}

/// Answers with one statement a page, whatever is asked for.
fn dribbler(world: &World, code: CityCode, log: CityCode) -> Liar {
    let (store, roster) = (Arc::clone(&world.city(code).store), Roster::new(&world.genesis));
    boaster(world, code, log, move |request, _| {
        let Request::Segment { city, from, epoch, .. } = request else { return None };
        let request = Request::Segment { city: *city, from: *from, count: 1, epoch: *epoch };
        Some(serve(&*store, &roster, &Heads::default(), log, &request, Millis(0)).unwrap())
    })
}

/// Keeps back everything of `log` from its state now on: shows its old head and serves nothing.
fn withholder(world: &World, code: CityCode, log: CityCode) -> Liar {
    let (store, roster) = (Arc::clone(&world.city(code).store), Roster::new(&world.genesis));
    let old = store.content();
    let old = huxin_store::MemoryStore::with_content(old);
    Box::new(move |asker, request, honest| match request {
        Request::Heads { .. } | Request::Segment { .. } => {
            let heads = |read: &dyn LedgerRead| Heads::read(read, &roster).unwrap();
            let newest = serve(&*store, &roster, &heads(&*store), asker, request, Millis(0)).unwrap();
            let stale = serve(&old, &roster, &heads(&old), asker, request, Millis(0)).unwrap();
            match (newest, stale) {
                // All other logs are shown as they are.
                (Response::Heads(mut heads), Response::Heads(stale)) => {
                    heads.retain(|head| head.city != log);
                    heads.extend(stale.into_iter().filter(|head| head.city == log));
                    Some(Response::Heads(heads))
                }
                (newest, stale) => {
                    let hidden = matches!(request, Request::Segment { city, .. } if *city == log);
                    Some(if hidden { stale } else { newest })
                }
            }
        }
        _ => Some(honest),
    })
}

/// Seven cities without gossip; the last one was away while the first listed, and the line between these two stays cut.
/// The second and the third are about to lie.
fn one_behind(seed: u64) -> World {
    let mut world = World::new(7, seed);
    for code in world.codes() {
        world.cities.get_mut(&code).unwrap().settings.gossip = false;
        world.start(code);
    }
    world.run_for(3_000);
    for other in 1..=6 {
        world.line.cut_between(city(other), city(7));
    }
    for from in (0..STATEMENTS).step_by(200) {
        let drafts = (from..from + 200).map(|number| entry(&world, city(1), number)).collect();
        world.publish(city(1), drafts).unwrap();
    }
    let all = Size(STATEMENTS);
    assert!(world.run_until(120_000, |w| (2..=6).all(|n| w.sizes(city(n))[&city(1)] == all)), "seed {seed}");
    world
}

fn heal_but_the_issuer(world: &mut World) {
    world.line.heal();
    world.line.cut_between(city(1), city(7));
}

fn has_all(world: &World) -> bool {
    world.sizes(city(7))[&city(1)] == Size(STATEMENTS)
}

#[test]
fn lying_relay_cannot_hide_a_newer_head_forever() {
    type Make = fn(&World, CityCode) -> Liar;
    let log = city(1);
    let lies: [(&str, Make); 8] = [
        ("nothing behind a huge head", |w, code| boaster(w, code, city(1), |_, _| Some(Response::Nothing))),
        ("always busy", |w, code| boaster(w, code, city(1), |_, _| Some(Response::Busy { retry_after_ms: 50 }))),
        ("never an answer", |w, code| boaster(w, code, city(1), |_, _| None)),
        ("no answer to anything", |_, _| Box::new(|_, _, _| None)),
        ("one statement a page", |w, code| dribbler(w, code, city(1))),
        ("another root", |w, code| pretender(w, code, city(1), None)),
        ("an epoch that nobody opened", |w, code| pretender(w, code, city(1), Some(Epoch(9)))),
        ("an old head", |w, code| withholder(w, code, city(1))),
    ];
    for (number, (name, make)) in lies.into_iter().enumerate() {
        let seed = 500 + number as u64;
        let mut world = one_behind(seed);
        // One lies in this way, and another keeps back what is newest.
        let liar = make(&world, city(2));
        world.liars.insert(city(2), liar);
        let liar = withholder(&world, city(3), log);
        world.liars.insert(city(3), liar);
        let last = list(&mut world, city(1), STATEMENTS + 1);
        world.run_for(60_000);
        heal_but_the_issuer(&mut world);
        // A minute and a half: two rounds, and the time in which a question that nobody answers is given up.
        let all = Size(last.seq.0 + 1);
        assert!(
            world.run_until(90_000, |w| w.sizes(city(7))[&log] == all),
            "seed {seed}: {name}: {:?} of {all}",
            world.sizes(city(7))[&log]
        );
        let honest = [city(4), city(5), city(6), city(7)];
        assert!(world.blames.iter().all(|blame| !honest.contains(&blame.of)), "seed {seed}: {:?}", world.blames);
    }
}

#[test]
fn a_slow_dribbler_gives_its_place_to_whoever_waits() {
    for seed in 520..523 {
        let mut world = one_behind(seed);
        let liar = dribbler(&world, city(2), city(1));
        world.liars.insert(city(2), liar);
        // It is asked first: the others come a little later. Each page of one statement takes it twenty seconds, just below
        // the time after which a question is given up, so that its pull always moves.
        world.line.heal();
        for other in [1, 3, 4, 5, 6] {
            world.line.cut_between(city(other), city(7));
        }
        assert!(world.run_until(60_000, |w| w.sizes(city(7))[&city(1)].0 > 0), "seed {seed}: it began with the liar");
        world.slow.insert(city(2), 20_000);
        heal_but_the_issuer(&mut world);
        assert!(world.run_until(120_000, has_all), "seed {seed}: {:?}", world.sizes(city(7))[&city(1)]);
    }
}

#[test]
fn a_huge_head_keeps_no_pull_alive() {
    for seed in 530..533 {
        let mut world = one_behind(seed);
        // Everything is served honestly but for the claim: the pull could go on for ever.
        let liar = boaster(&world, city(2), city(1), |_, honest| Some(honest));
        world.liars.insert(city(2), liar);
        heal_but_the_issuer(&mut world);
        assert!(world.run_until(60_000, has_all), "seed {seed}");
        // What comes later is not hidden behind the claim, though the liar shows nothing of it any more.
        let liar = boaster(&world, city(2), city(1), |_, _| Some(Response::Nothing));
        world.liars.insert(city(2), liar);
        list(&mut world, city(1), STATEMENTS + 1);
        assert!(world.run_until(120_000, |w| w.sizes(city(7))[&city(1)].0 == STATEMENTS + 1), "seed {seed}");
        // The claim costs a question or two a round, not a stream of them.
        world.run_for(60_000);
        world.meter = huxin_tests::world::Meter::default();
        world.run_for(120_000);
        let asked = world.meter.asked("segment");
        assert!(asked <= 5 * 6 * 4 + 20, "seed {seed}: {asked} questions for pages in two quiet minutes");
    }
}

#[test]
fn two_liars_make_nobody_ask_everybody_without_pause() {
    let mut world = one_behind(535);
    world.line.heal();
    assert!(world.run_until(60_000, has_all));
    // Each claims more and answers rubbish at once, so that each gives occasion to look for somebody better.
    for code in [city(2), city(3)] {
        let liar = boaster(&world, code, city(1), |_, _| Some(Response::Segment(vec![0xff; 8])));
        world.liars.insert(code, liar);
    }
    world.run_for(60_000);
    world.meter = huxin_tests::world::Meter::default();
    world.run_for(120_000);
    let (asked, rounds) = (world.meter.asked("heads"), 7 * 6 * 4);
    assert!(asked <= 2 * rounds + 7 * 6, "{asked} questions for heads, {rounds} are due");
}

#[test]
fn a_log_that_an_answer_names_a_hundred_times_is_asked_for_once() {
    let mut world = three_without_lies(547);
    let mut honest = pretender(&world, city(2), city(1), Some(Epoch::FIRST));
    world.liars.insert(
        city(2),
        Box::new(move |asker, request, response| match honest(asker, request, response)? {
            // Each time with another record, so that each would be worth a question.
            Response::Heads(mut heads) => {
                let named = heads.iter().find(|head| head.city == city(1)).cloned();
                heads.extend(
                    (0..100).filter_map(|n| named.clone().map(|head| HeadSummary { record: Digest([n; 32]), ..head })),
                );
                Some(Response::Heads(heads))
            }
            other => Some(other),
        }),
    );
    world.meter = huxin_tests::world::Meter::default();
    world.run_for(60_000);
    let (heads, pages) = (world.meter.asked("heads"), world.meter.asked("segment"));
    assert!(pages > 0, "the record that nobody here knows is asked for");
    assert!(heads >= 8 && pages <= 2 * heads, "{pages} questions for pages after {heads} for heads");
}

#[test]
fn a_busy_partner_is_asked_again_when_it_said() {
    for (seed, retry_after_ms) in [(545, 2_000), (546, 11_000)] {
        let mut world = World::new(2, seed);
        for code in world.codes() {
            world.cities.get_mut(&code).unwrap().settings.gossip = false;
            world.start(code);
        }
        world.run_for(3_000);
        let mut was_busy = false;
        let busy_once: Liar = Box::new(move |_, request, honest| match request {
            Request::Heads { .. } if !std::mem::replace(&mut was_busy, true) => Some(Response::Busy { retry_after_ms }),
            _ => Some(honest),
        });
        world.liars.insert(city(1), busy_once);
        world.meter = huxin_tests::world::Meter::default();
        list(&mut world, city(1), 1);
        assert!(world.run_until(40_000, |w| w.meter.asked_by.contains_key(&city(2))), "seed {seed}");
        let asked = world.now.0;
        assert!(world.run_until(60_000, |w| w.sizes(city(2))[&city(1)] == Size(1)), "seed {seed}");
        let waited = world.now.0 - asked;
        let told = i64::from(retry_after_ms);
        // A node looks every second whom to ask.
        assert!((told..=told + 2_000).contains(&waited), "seed {seed}: {waited} ms, and {told} were told");
    }
}

/// Changes one byte in the first statement of a page.
fn garble(response: Response) -> Response {
    let Response::Segment(bytes) = response else { return response };
    let mut segment = Segment::decode(&bytes, PAGE_BYTES + 128 * 1024).unwrap();
    if let Some(byte) = segment.items.first_mut().and_then(|item| item.statement.last_mut()) {
        *byte ^= 1;
    }
    Response::Segment(segment.encode())
}

#[test]
fn who_invents_is_blamed_and_nobody_else() {
    for seed in 540..543 {
        let mut world = one_behind(seed);
        let log = city(1);
        let liar: Liar = Box::new(move |_, request, honest| match request {
            Request::Segment { city, .. } if *city == log => Some(garble(honest)),
            _ => Some(honest),
        });
        world.liars.insert(city(2), liar);
        heal_but_the_issuer(&mut world);
        // Nobody but the liar is there at first.
        for other in 3..=6 {
            world.line.cut_between(city(other), city(7));
        }
        world.run_for(60_000);
        assert_eq!(world.sizes(city(7))[&log], Size(0), "seed {seed}: nothing of it is taken");
        assert!(!world.blames.is_empty(), "seed {seed}: the inventor was not found out");
        heal_but_the_issuer(&mut world);
        assert!(world.run_until(60_000, has_all), "seed {seed}");
        for blame in &world.blames {
            assert_eq!((blame.by, blame.of), (city(7), city(2)), "seed {seed}: {blame:?}");
        }
    }
}

pub fn three_without_lies(seed: u64) -> World {
    let mut world = crate::words::three(seed);
    list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    world
}

#[test]
fn evidence_that_proves_nothing_is_refused_and_blamed() {
    use huxin_engine::ledger::{Family, evidence_key};
    use huxin_protocol::evidence::Evidence;
    let mut world = three_without_lies(560);
    let head = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap();
    let note = head.checkpoint.unwrap();
    let made_up = [
        vec![0xff; 40],
        Evidence::TwoRoots { first: note.clone(), second: note.clone() }.encode(),
        Evidence::TwoRecords { first: note.clone(), second: note }.encode(),
    ];
    for object in made_up {
        let heads = heads_of(&world, city(2));
        world.blames.clear();
        world.liars.insert(
            city(2),
            Box::new(move |_, request, honest| match request {
                Request::Heads { .. } => {
                    let mut heads = heads();
                    heads.iter_mut().filter(|head| head.city == city(1)).for_each(|head| head.evidence.0 = [7; 32]);
                    Some(Response::Heads(heads))
                }
                Request::Evidence { .. } => Some(Response::Evidence(vec![object.clone()])),
                _ => Some(honest),
            }),
        );
        world.run_for(60_000);
        assert!(!world.blames.is_empty() && world.blames.iter().all(|blame| blame.of == city(2)), "{:?}", world.blames);
        for code in world.codes() {
            let row = world.city(code).store.get(Family::Evidence, &evidence_key(city(1), Epoch::FIRST)).unwrap();
            assert_eq!(row, None, "{code}");
        }
        assert!(counts(&world, city(3), 1));
    }
}
