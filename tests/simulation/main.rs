//! The simulated country in `make test`: fixed seeds, one from the commit, and every canary. The binary `sim` runs the large
//! sets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_tests::sim::{Canary, Plan, Report, Weather, run, run_twice};

fn storm(cities: usize, days: u32, seed: u64) -> Plan {
    Plan { cities, seed, days, weather: Weather::Storm, canary: None, tell: None }
}

fn nobody_objects(report: &Report) {
    let Plan { cities, seed, days, .. } = report.plan;
    assert!(
        report.objections.is_empty(),
        "{:#?}\nrepeat: cargo run --release -p huxin-tests --bin sim -- --cities {cities} --seeds {seed} --days {days}",
        report.objections
    );
    assert!(report.figures.acknowledged > 0, "seed {seed}: nothing was acknowledged, so nothing was shown");
}

#[test]
fn storms_of_fixed_seeds_end_in_agreement() {
    let mut faults = std::collections::BTreeSet::new();
    for seed in 1..=12 {
        let report = run(&storm(12, 13, seed));
        nobody_objects(&report);
        faults.extend(report.figures.faults.into_keys());
    }
    assert!(faults.len() >= 21, "these seeds draw too few kinds of faults: {faults:?}");
}

/// Another storm with every commit: what lands has seen a seed that nobody chose.
#[test]
fn a_storm_of_the_commits_own_seed_ends_in_agreement() {
    let asked = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output();
    let commit = asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let seed = u64::from_str_radix(commit.get(..12).unwrap_or("0"), 16).unwrap_or(0);
    println!("seed {seed} of commit {commit:?}");
    nobody_objects(&run(&storm(10, 10, seed)));
}

#[test]
fn one_seed_is_one_run() {
    let first = run_twice(&storm(5, 6, 77));
    nobody_objects(&first);
    assert_ne!(first.trace, run(&storm(5, 6, 78)).trace, "another seed is another run");
}

#[test]
fn in_a_calm_endings_reach_every_city_at_once() {
    let report = run(&Plan { cities: 40, seed: 5, days: 1, weather: Weather::Calm, canary: None, tell: None });
    nobody_objects(&report);
    assert!(report.figures.reach_ms.len() >= 39 * 5, "too few endings were followed");
}

#[test]
fn every_judge_catches_its_canary() {
    for canary in Canary::ALL {
        // Some canaries need something to be there that they spoil: a few seeds are enough.
        let caught = (1..=6).any(|seed| {
            let plan = Plan { cities: 5, seed, days: 8, weather: canary.weather(), canary: Some(canary), tell: None };
            let report = if canary == Canary::Repeatability { run_twice(&plan) } else { run(&plan) };
            report.objections.iter().any(|objection| objection.judge == canary.judge())
        });
        assert!(caught, "the judge {} let its canary pass", canary.judge());
    }
}
