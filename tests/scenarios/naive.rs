//! The naive resolver and the fold agree: at the end of written scenarios, over random logs that no node would sign, for
//! every subject, viewer and instant; and a resolver that breaks a rule is caught.

mod book;
mod mixture;

use crate::words::{act, amendment, city, date, end, list, publish, recognise, three};
use book::Book;
use huxin_protocol::ids::CityCode;
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use huxin_tests::naive::{Decoded, Question, Slip, disagreements, held, resolve};
use huxin_tests::world::World;

const DAY_MS: i64 = 86_400_000;

/// Compares one node's rulings on everything it holds, now and at some instants; how many were compared.
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
            for at in [chain.starts_at, chain.ends_at].into_iter().flatten() {
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
        instants.push(date("2025-12-01").start());
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

/// Random logs held by every city in turn: the differences, each once, and how many rulings were compared.
fn differences(seed: u64, spice: mixture::Spice, slip: Slip) -> (Vec<String>, usize) {
    let mut mixture = mixture::Mixture::new(seed, 3, 90, spice);
    let (mut found, mut compared) = (Vec::new(), 0);
    for reader in 1..=3 {
        let now = Millis(mixture.now.0 + mixture.chance.below(30 * DAY_MS as u64) as i64);
        let world = mixture.book.read_by(city(reader), now);
        let mut instants = borders(&world, city(reader));
        mixture.chance.shuffle(&mut instants);
        instants.truncate(24);
        for _ in 0..8 {
            let days = mixture.chance.below(500) as i64 - 200;
            instants.push(Millis(mixture::START.0 + days * DAY_MS + mixture.chance.below(DAY_MS as u64) as i64));
        }
        compared += compare(&world, city(reader), &instants, slip, &mut found);
    }
    found.sort();
    found.dedup();
    (found, compared)
}

fn agree_over(spice: mixture::Spice, seeds: std::ops::Range<u64>) {
    let mut compared = 0;
    for seed in seeds {
        let (found, rulings) = differences(seed, spice, Slip::None);
        compared += rulings;
        let shown = found.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
        assert!(found.is_empty(), "seed {seed}: {} differences, among them:\n{shown}", found.len());
    }
    println!("{compared} rulings agree with the naive resolver");
    assert!(compared > 1000);
}

#[test]
fn agrees_on_what_honest_offices_sign() {
    agree_over(mixture::Spice::Plain, 0..20);
}

#[test]
fn agrees_on_what_no_node_would_sign() {
    agree_over(mixture::Spice::Wild, 100..130);
}

#[test]
fn agrees_on_cut_and_voided_stretches() {
    agree_over(mixture::Spice::Cut, 200..230);
}

#[test]
fn explore() {
    let mut kinds: std::collections::BTreeMap<String, (u32, String)> = std::collections::BTreeMap::new();
    for (spice, base) in [(mixture::Spice::Plain, 0), (mixture::Spice::Wild, 1100), (mixture::Spice::Cut, 2200)] {
        for seed in base..base + 100 {
            eprintln!("begin {seed}");
            let began = std::time::Instant::now();
            let (found, _) = differences(seed, spice, Slip::None);
            println!("seed {seed} {} {:?}", found.len(), began.elapsed());
            for one in found {
                let rest = one.splitn(2, "n)").nth(1).unwrap_or(&one).to_owned();
                let key: String = rest.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
                let key = format!("{base} {}", key.chars().take(170).collect::<String>());
                let entry = kinds.entry(key).or_insert_with(|| (0, format!("seed {seed}: {one}")));
                entry.0 += 1;
            }
        }
    }
    let mut sorted: Vec<_> = kinds.into_values().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.0));
    for (count, one) in sorted.iter().take(60) {
        println!("{count} {}", one.chars().take(900).collect::<String>());
    }
}

#[test]
fn dump() {
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    let spice = match seed {
        0..100 => mixture::Spice::Plain,
        100..200 => mixture::Spice::Wild,
        _ => mixture::Spice::Cut,
    };
    let mut mixture = mixture::Mixture::new(seed, 3, 90, spice);
    let filter = std::env::var("CITY").unwrap();
    let world = mixture.book.read_by(city(std::env::var("READER").unwrap().parse().unwrap()), mixture.now);
    let decoded = Decoded::new(&held(&world, city(std::env::var("READER").unwrap().parse().unwrap())));
    decoded.dump(&filter);
}
