//! The naive resolver and the fold agree: at the end of written scenarios, over random logs that no node would sign, for
//! every subject, viewer and instant; and a resolver that breaks a rule is caught.

mod book;
mod mixture;

use crate::words::{act, amendment, city, date, end, entry_of, list, publish, recognise, three};
use book::{Book, Say};
use huxin_engine::fsck::check;
use huxin_engine::input::{Consent, Input, Ticket};
use huxin_engine::ledger::{Family, LedgerRead, body_key};
use huxin_protocol::body::{ActBody, Body, DeclineBody, List, Severity};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::{ReasonCode, State};
use huxin_protocol::time::Millis;
use huxin_tests::naive::{Decoded, Question, Slip, disagreements, held, resolve};
use huxin_tests::world::{World, draft, entry_body, subject};
use mixture::{Mixture, START, Spice};

const DAY_MS: i64 = 86_400_000;

/// Compares one node's rulings on everything that it holds, now and at some instants; how many were compared.
fn compare(world: &World, node: CityCode, instants: &[Millis], slip: Slip, found: &mut Vec<String>) -> usize {
    let viewer = world.city(node).code;
    let decoded = Decoded::new(&held(world, node));
    let mut compared = 0;
    for subject in decoded.subjects() {
        let moments = instants.iter().map(|at| (*at, false)).chain([(world.now, true)]);
        for (at, now) in moments {
            let question = Question { viewer, at, now, subject: subject.clone(), slip };
            let ruling = world.ruling_at(node, viewer, &subject, at, now);
            found.extend(disagreements(&resolve(&decoded, &question), &ruling));
            compared += 1;
        }
    }
    compared
}

/// The instants at which something about a node's subjects changes, and a millisecond to either side.
fn borders(world: &World, node: CityCode) -> Vec<Millis> {
    let viewer = world.city(node).code;
    let decoded = Decoded::new(&held(world, node));
    let mut instants = Vec::new();
    for subject in decoded.subjects() {
        let question = Question { viewer, at: world.now, now: true, subject, slip: Slip::None };
        for chain in resolve(&decoded, &question).chains.values() {
            for at in [chain.starts_at, chain.ends_at, chain.public_until].into_iter().flatten() {
                instants.extend([-1, 0, 1].map(|step| Millis(at.0 + step)));
            }
        }
    }
    instants.sort_unstable();
    instants.dedup();
    instants
}

fn agree_everywhere(world: &World, what: &str) {
    let mut found = Vec::new();
    let mut compared = 0;
    for node in world.codes() {
        let mut instants = borders(world, node);
        for days in [-400, -40, -1, 30, 400] {
            instants.push(Millis(world.now.0 + days * DAY_MS));
        }
        // Before and after the decision of the usual entry, and around the issue of everything here.
        for day in ["2025-11-30", "2025-12-01", "2026-01-01"] {
            instants.push(date(day).start());
        }
        compared += compare(world, node, &instants, Slip::None, &mut found);
    }
    assert!(compared > 0, "{what}: nothing was compared");
    assert!(found.is_empty(), "{what}: {} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn agrees_on_an_entry_and_its_endings() {
    for (seed, kind) in [(1, Kind::Repair), (2, Kind::Removal), (3, Kind::Annulment), (4, Kind::Erasure)] {
        let mut world = three(seed);
        let id = list(&mut world, city(1), 7);
        list(&mut world, city(2), 7);
        list(&mut world, city(1), 8);
        assert!(world.run_until(10_000, World::agree));
        agree_everywhere(&world, "listed");
        let ending = end(&mut world, city(1), kind, id);
        assert!(world.run_until(10_000, World::agree));
        agree_everywhere(&world, kind.name());
        let back = act(&world, city(1), Kind::Reinstatement, ending);
        publish(&mut world, city(1), back).unwrap();
        assert!(world.run_until(10_000, World::agree));
        agree_everywhere(&world, "reinstated");
    }
}

#[test]
fn agrees_on_amendments_declines_and_named_readers() {
    let mut world = three(5);
    let id = list(&mut world, city(1), 7);
    let other = list(&mut world, city(2), 7);
    let corrected = amendment(&world, city(1), id, 8, "corrected to another company");
    publish(&mut world, city(1), corrected).unwrap();
    let named = Body::Listing(Box::new(entry_body(9, "Decision 9")));
    let secrets = &world.city(city(1)).secrets;
    let readers = Disclosure::Named(vec![city(2)]);
    let named = draft(secrets, &world.genesis.id(), Kind::Entry, None, named, readers);
    publish(&mut world, city(1), named).unwrap();
    assert!(world.run_until(120_000, World::agree));
    let reason = Body::Decline(DeclineBody { reason: "synthetic".to_owned() });
    let secrets = &world.city(city(3)).secrets;
    let decline = draft(secrets, &world.genesis.id(), Kind::Decline, Some(other), reason, Disclosure::Public);
    publish(&mut world, city(3), decline).unwrap();
    world.run_for(120_000);
    agree_everywhere(&world, "corrected, named and declined");
    // A day later every source but the own is silent for too long.
    world.line.cut_between(city(1), city(2));
    world.line.cut_between(city(1), city(3));
    world.line.cut_between(city(2), city(3));
    world.run_for(25 * 3_600_000);
    agree_everywhere(&world, "stale");
}

/// R60 and R124: minor three months, general one year, serious three, each to its last millisecond in UTC+8.
#[test]
fn agrees_at_the_border_of_every_severity() {
    let mut world = three(6);
    let cases = [
        (1, Severity::Minor, "2026-03-02"),
        (2, Severity::General, "2026-12-02"),
        (3, Severity::Serious, "2028-12-02"),
    ];
    for (number, severity, _) in cases {
        let mut body = entry_body(number, &format!("Decision {number}"));
        body.severity = Some(severity);
        body.disclosure_reason = Some("synthetic".to_owned());
        let body = Body::Listing(Box::new(body));
        let secrets = &world.city(city(1)).secrets;
        let draft = draft(secrets, &world.genesis.id(), Kind::Entry, None, body, Disclosure::Public);
        publish(&mut world, city(1), draft).unwrap();
    }
    assert!(world.run_until(10_000, World::agree));
    for (number, severity, over) in cases {
        let end = date(over).start();
        for (step, state) in [(-1, State::Listed), (0, State::Expired), (1, State::Expired)] {
            for viewer in world.codes() {
                let at = Millis(end.0 + step);
                let question = Question { viewer, at, now: false, subject: subject(number), slip: Slip::None };
                let naive = resolve(&Decoded::new(&held(&world, viewer)), &question);
                let chain = naive.chains.values().next().unwrap();
                assert_eq!((chain.state, chain.ends_at), (state, Some(end)), "{severity:?} {step}");
                let ruling = world.ruling_at(viewer, viewer, &subject(number), at, false);
                assert_eq!(disagreements(&naive, &ruling), [""; 0], "{severity:?} {step}");
            }
        }
    }
    agree_everywhere(&world, "three severities");
}

#[test]
fn agrees_after_rotations_and_cuts() {
    for (seed, tail) in [(7, Tail::Endings), (8, Tail::Void)] {
        let mut world = three(seed);
        let id = list(&mut world, city(1), 1);
        crate::restart::rotate(&mut world, city(1)).unwrap();
        let second = list(&mut world, city(1), 2);
        let size = world.sizes(city(1))[&city(1)];
        assert!(world.run_until(60_000, World::agree));
        let root = huxin_engine::ledger::HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier.root();
        end(&mut world, city(1), Kind::Repair, id);
        let gone = end(&mut world, city(1), Kind::Removal, second);
        list(&mut world, city(1), 66);
        assert!(world.run_until(60_000, World::agree));
        let previous = match world.command(city(1), |ticket| Input::Hold { ticket }).unwrap() {
            huxin_engine::Outcome::Held { last_record, .. } => last_record,
            other => panic!("{other:?}"),
        };
        let federation = world.genesis.id();
        let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
        let record = secrets.record(&federation, Epoch(3), previous, (size, root), tail);
        let bytes = record.bytes().to_vec();
        world.command(city(1), |ticket| Input::Record { ticket, bytes, consent: Consent::ANYTHING }).unwrap();
        assert!(world.run_until(120_000, World::agree));
        agree_everywhere(&world, "cut");
        if tail == Tail::Endings {
            let back = act(&world, city(1), Kind::Reinstatement, gone);
            publish(&mut world, city(1), back).unwrap();
        }
        list(&mut world, city(1), 3);
        assert!(world.run_until(120_000, World::agree));
        agree_everywhere(&world, "and on");
    }
}

#[test]
fn agrees_where_two_cities_list_one_decision() {
    let mut world = World::started(4, 9);
    for other in 2..=4 {
        recognise(&mut world, city(1), city(other));
    }
    for (by, decision) in [(2, "No 1"), (3, "No 1"), (4, "No 2"), (1, "No 2")] {
        let draft = entry_of(&world, city(by), 7, decision);
        publish(&mut world, city(by), draft).unwrap();
    }
    assert!(world.run_until(60_000, World::agree));
    agree_everywhere(&world, "grouped");
    let ruling = world.ruling(city(1), city(1), &subject(7));
    assert_eq!((ruling.groups.len(), ruling.summary.black), (2, 2));
}

/// The case file of an amendment that leads through a misplaced one comes to an end: it went round for ever once, and so
/// would every node that was asked about the company (R106).
#[test]
fn a_case_file_comes_to_an_end() {
    let mut book = Book::new(3);
    let listing = Body::Listing(Box::new(entry_body(7, "Decision 7")));
    let ground = Some(huxin_protocol::digest::Digest([1; 32]));
    let entry = book.say(city(1), Say { ground, ..Say::new(Kind::Entry, START, &listing) });
    let about = Some(book.about(entry));
    let misplaced =
        book.say(city(1), Say { about, ground, misplaced: true, ..Say::new(Kind::Amendment, START, &listing) });
    let about = Some(book.about(misplaced));
    let last = book.say(city(1), Say { about, ground, ..Say::new(Kind::Amendment, START, &listing) });
    let world = book.read_by(city(1), Millis(START.0 + DAY_MS));
    let ruling = world.ruling(city(1), city(1), &subject(7));
    let links: Vec<_> =
        ruling.entries[0].links.iter().map(|link| (link.id, link.reason.as_ref().map(|reason| reason.code))).collect();
    assert_eq!(links, [(entry, None), (misplaced, Some(ReasonCode::Misplaced)), (last, None)]);
    let mut found = Vec::new();
    compare(&world, city(1), &[START], Slip::None, &mut found);
    assert_eq!(found, [""; 0]);
}

/// An ending that names a misplaced listing ends its ground (R108), also where nothing else leads to it.
#[test]
fn a_ground_ended_through_a_misplaced_listing_does_not_come_back() {
    let mut book = Book::new(3);
    let listing = Body::Listing(Box::new(entry_body(7, "Decision 7")));
    let ground = Some(huxin_protocol::digest::Digest([1; 32]));
    let entry = book.say(city(1), Say { ground, misplaced: true, ..Say::new(Kind::Entry, START, &listing) });
    let about = Some(book.about(entry));
    book.say(city(1), Say { about, ..Say::new(Kind::Repair, START, &listing) });
    let again = book.say(city(1), Say { ground, ..Say::new(Kind::Entry, START, &listing) });
    let world = book.read_by(city(1), Millis(START.0 + DAY_MS));
    let ruling = world.ruling(city(1), city(1), &subject(7));
    let entry = ruling.entry(again).unwrap();
    assert_eq!((entry.state, entry.reasons[0].code), (State::Void, ReasonCode::GroundEnded));
}

/// An Erasure of an amendment that names other words erases that amendment, and not the entry that it points at (R106).
#[test]
fn an_erasure_takes_no_more_than_its_chain() {
    let mut book = Book::new(3);
    let listing = Body::Listing(Box::new(entry_body(7, "Decision 7")));
    let ground = |byte| Some(huxin_protocol::digest::Digest([byte; 32]));
    let entry = book.say(city(1), Say { ground: ground(1), ..Say::new(Kind::Entry, START, &listing) });
    let mut about = book.about(entry);
    about.digest = huxin_protocol::digest::Digest([9; 32]);
    let say = Say { about: Some(about), ground: ground(2), ..Say::new(Kind::Amendment, START, &listing) };
    let astray = book.say(city(1), say);
    let about = Some(book.about(astray));
    book.say(city(1), Say { about, ..Say::new(Kind::Erasure, START, &listing) });
    let world = book.read_by(city(1), Millis(START.0 + DAY_MS));
    let ruling = world.ruling(city(1), city(1), &subject(7));
    let entry = ruling.entry(entry).unwrap();
    assert_eq!((entry.state, entry.counts, entry.content.is_some()), (State::Listed, true, true));
}

/// R86: a city that is restored twice from one backup leaves two endings that had one place, and both keep their effect.
#[test]
fn endings_left_at_one_place_in_two_epochs_both_count() {
    for kind in [Kind::Repair, Kind::Suspension] {
        let mut book = Book::new(3);
        let ground = |byte| Some(huxin_protocol::digest::Digest([byte; 32]));
        let entries = [7, 8].map(|number| {
            let listing = Body::Listing(Box::new(entry_body(number, &format!("Decision {number}"))));
            book.say(city(1), Say { ground: ground(number as u8), ..Say::new(Kind::Entry, START, &listing) })
        });
        let act = Body::Act(ActBody { reason: "synthetic".to_owned(), ..ActBody::default() });
        for entry in entries {
            let about = Some(book.about(entry));
            book.say(city(1), Say { about, ..Say::new(kind, START, &act) });
            book.cut(city(1), 2, None, Tail::Endings);
        }
        let listing = Body::Listing(Box::new(entry_body(9, "Decision 9")));
        let third = book.say(city(1), Say { ground: ground(9), ..Say::new(Kind::Entry, START, &listing) });
        // What is said of the statement that has the place now is said of no other.
        let about = Some(book.about(third));
        book.say(city(2), Say { about, ..Say::new(Kind::Objection, START, &act) });
        let world = book.read_by(city(1), Millis(START.0 + DAY_MS));
        for (number, entry) in [7, 8].into_iter().zip(entries) {
            let ruling = world.ruling(city(1), city(1), &subject(number));
            let state = ruling.entry(entry).unwrap().state;
            let due = if kind == Kind::Repair { State::Repaired } else { State::Suspended };
            assert_eq!((state, ruling.without_effect.len()), (due, 0), "{kind:?} of company {number}");
        }
        let mut found = Vec::new();
        compare(&world, city(1), &[START], Slip::None, &mut found);
        assert_eq!(found, [""; 0]);
    }
}

/// R89: of a frozen branch the endings count, its amendments do not, and nobody's rules come from it.
#[test]
fn of_a_frozen_branch_only_endings_count() {
    let mut book = Book::new(3);
    let listing = Body::Listing(Box::new(entry_body(7, "Decision 7")));
    let mut worse = entry_body(7, "Decision 7");
    worse.list = List::Watch;
    let ground = |byte| Some(huxin_protocol::digest::Digest([byte; 32]));
    let amended = book.say(city(1), Say { ground: ground(1), ..Say::new(Kind::Entry, START, &listing) });
    let ended = book.say(city(1), Say { ground: ground(2), ..Say::new(Kind::Entry, START, &listing) });
    book.cut(city(1), 2, None, Tail::Void);
    let say = |book: &Book, kind, of: StatementId, body: &Body| Say {
        about: Some(book.about(of)),
        ground: (kind == Kind::Amendment).then_some(ground(1)).flatten(),
        ..Say::new(kind, START, body)
    };
    let late = say(&book, Kind::Amendment, amended, &Body::Listing(Box::new(worse)));
    book.say(city(1), late);
    let repair = say(&book, Kind::Repair, ended, &listing);
    book.say(city(1), repair);
    book.fork(city(1), 2);
    let world = book.read_by(city(2), Millis(START.0 + DAY_MS));
    let ruling = world.ruling(city(2), city(2), &subject(7));
    let kept = ruling.entry(amended).unwrap();
    assert_eq!((kept.state, kept.current), (State::Suspended, Some(amended)));
    assert_eq!(kept.links[1].reason.as_ref().map(|reason| reason.code), Some(ReasonCode::VoidedByRecord));
    assert_eq!(ruling.entry(ended).unwrap().state, State::Repaired);
}

/// While a node catches up it holds pages that no checkpoint proves yet; both judges leave them out.
#[test]
fn agrees_at_every_moment_of_catching_up() {
    let mut partial = 0;
    for seed in 11..14 {
        let mut world = World::new(3, seed);
        world.start(city(1));
        world.start(city(2));
        world.run_for(3_000);
        recognise(&mut world, city(2), city(1));
        let id = list(&mut world, city(1), 7);
        for number in 100..900 {
            list(&mut world, city(1), number);
        }
        end(&mut world, city(1), Kind::Repair, id);
        assert!(world.run_until(60_000, World::agree));
        // Pages arrive one after the other.
        world.line.jitter_ms = 300;
        world.start(city(3));
        let mut found = Vec::new();
        for _ in 0..200 {
            let held = held(&world, city(3));
            let proved: usize = held.logs.values().map(Vec::len).sum();
            partial += usize::from(proved < world.city(city(3)).store.content().count(Family::Log));
            let decoded = Decoded::new(&held);
            let question =
                Question { viewer: city(3), at: world.now, now: true, subject: subject(7), slip: Slip::None };
            found.extend(disagreements(&resolve(&decoded, &question), &world.ruling(city(3), city(3), &subject(7))));
            world.run_for(5);
        }
        assert_eq!(found, [""; 0]);
        assert!(world.run_until(60_000, World::agree));
    }
    assert!(partial > 0, "no moment was caught at which a page lay there that nothing proved yet");
}

/// Random logs held by every city in turn: the differences, each once, and how many rulings were compared.
fn differences(seed: u64, spice: Spice, slip: Slip) -> (Vec<String>, usize) {
    let mut mixture = Mixture::new(seed, 3, 90, spice);
    let (mut found, mut compared) = (Vec::new(), 0);
    for reader in 1..=3 {
        let now = Millis(mixture.now.0 + mixture.chance.below(30 * DAY_MS as u64) as i64);
        let world = mixture.book.read_by(city(reader), now);
        let mut instants = borders(&world, city(reader));
        mixture.chance.shuffle(&mut instants);
        instants.truncate(24);
        for _ in 0..8 {
            let days = mixture.chance.below(500) as i64 - 200;
            instants.push(Millis(START.0 + days * DAY_MS + mixture.chance.below(DAY_MS as u64) as i64));
        }
        compared += compare(&world, city(reader), &instants, slip, &mut found);
    }
    found.sort();
    found.dedup();
    (found, compared)
}

fn agree_over(spice: Spice, seeds: std::ops::Range<u64>) {
    let mut compared = 0;
    // For a longer search: HUXIN_NAIVE_SEEDS=500.
    let more = std::env::var("HUXIN_NAIVE_SEEDS").ok().and_then(|count| count.parse().ok());
    let seeds = more.map_or(seeds.clone(), |count: u64| seeds.start * 1000..seeds.start * 1000 + count);
    for seed in seeds {
        let (found, rulings) = differences(seed, spice, Slip::None);
        compared += rulings;
        if !found.is_empty() {
            let mut mixture = Mixture::new(seed, 3, 90, spice);
            let world = mixture.book.read_by(city(1), mixture.now);
            println!("What city 1 holds:\n{}", Decoded::new(&held(&world, city(1))).told());
        }
        let shown = found.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
        assert!(found.is_empty(), "seed {seed} of {spice:?}: {} differences, among them:\n{shown}", found.len());
    }
    println!("{spice:?}: {compared} rulings agree with the naive resolver");
    assert!(compared > 1000, "{compared} rulings are too few to say anything");
}

#[test]
fn agrees_on_what_honest_offices_sign() {
    agree_over(Spice::Plain, 0..25);
}

#[test]
fn agrees_on_what_no_node_would_sign() {
    agree_over(Spice::Wild, 100..130);
}

#[test]
fn agrees_on_cut_and_voided_stretches() {
    agree_over(Spice::Cut, 200..230);
}

#[test]
fn agrees_on_frozen_branches() {
    agree_over(Spice::Forked, 300..320);
}

#[test]
fn agrees_on_what_is_said_by_the_hundred() {
    agree_over(Spice::Loud, 400..408);
}

/// Whatever a log holds, reading the book again derives the rows that admission wrote, and no others.
#[test]
fn the_books_of_random_logs_are_clean() {
    for (spice, seed) in [(Spice::Wild, 0), (Spice::Cut, 20), (Spice::Forked, 40), (Spice::Loud, 60)] {
        for seed in seed..seed + 12 {
            let mut mixture = Mixture::new(seed, 3, 90, spice);
            let world = mixture.book.read_by(city(1), mixture.now);
            let roster = Roster::new(&world.genesis);
            let report = check(&*world.city(city(1)).store, roster, city(1), false, &mut |_| {});
            let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
            assert!(report.is_clean(), "seed {seed} of {spice:?}: {}", found.join("\n"));
        }
    }
}

/// What waits in one group with its erasure keeps no body either (R105, R134).
#[test]
fn an_amendment_and_its_erasure_in_one_group_leave_no_body() {
    let mut world = three(10);
    let id = list(&mut world, city(1), 7);
    let corrected = amendment(&world, city(1), id, 7, "corrected");
    let erasure = act(&world, city(1), Kind::Erasure, id);
    let inputs = [corrected, erasure].into_iter().enumerate();
    let inputs = inputs.map(|(n, draft)| Input::Publish { ticket: Ticket(1_000_000 + n as u64), drafts: vec![draft] });
    world.give_group(city(1), inputs.collect());
    let size = world.sizes(city(1))[&city(1)].0;
    assert_eq!(size, id.seq.0 + 3, "both were signed");
    let read = &*world.city(city(1)).store;
    for seq in [id.seq.0, id.seq.0 + 1] {
        let key = body_key(city(1), Epoch::FIRST, Seq(seq));
        assert_eq!(read.get(Family::Body, &key).unwrap(), None, "the body at {seq} is gone");
    }
    assert!(world.run_until(10_000, World::agree));
    let report = check(&*world.city(city(1)).store, Roster::new(&world.genesis), city(1), false, &mut |_| {});
    assert!(report.is_clean());
}

/// Each rule broken on purpose is noticed, within a few seeds.
#[test]
fn a_resolver_that_breaks_a_rule_is_caught() {
    let slips = [
        Slip::IgnoresReinstatement,
        Slip::ExpiresADayEarly,
        Slip::ForgetsCivilTime,
        Slip::EndsOneChainOnly,
        Slip::IgnoresDeclines,
        Slip::OldRulesComeBack,
        Slip::IgnoresBasis,
        Slip::IgnoresRegistry,
        Slip::RenewsTerms,
        Slip::UnstatedSeverityPasses,
        Slip::IgnoresSuspensions,
        Slip::IgnoresResumption,
        Slip::IgnoresAnswers,
        Slip::FilesTwice,
        Slip::IgnoresResponses,
        Slip::IgnoresOrigins,
        Slip::HearsEverything,
        Slip::PublishesForEver,
        Slip::EndsAtEveryMaximum,
        Slip::IgnoresWhoseMeasure,
        Slip::IgnoresWhoseLayer,
    ];
    for slip in slips {
        let spice = if slip == Slip::HearsEverything { Spice::Loud } else { Spice::Plain };
        let caught = (0..12).find_map(|seed| {
            let (found, _) = differences(seed, spice, slip);
            found.first().map(|first| format!("seed {seed}: {} differences, the first: {first}", found.len()))
        });
        assert!(caught.is_some(), "{slip:?} passes twelve seeds unnoticed");
        println!("{slip:?} is caught by {}", caught.unwrap_or_default());
    }
}
