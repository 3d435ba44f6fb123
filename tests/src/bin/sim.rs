//! Runs simulated countries: `cargo run --release -p huxin-tests --bin sim -- --cities N --seeds A..B --days D --faults
//! calm|storm [--canary JUDGE] [--json]`.
//!
//! Exit codes: 0 no judge objects; 2 the words are off; 3 a promise was not kept in time (liveness); 4 something happened that
//! must never happen (correctness); 101 the program itself broke off (crash). The last line of a failure repeats it.

use clap::{Parser, ValueEnum};
use huxin_protocol::ids::CityCode;
use huxin_tests::sim::{Canary, Gravity, Plan, Report, Weather, run, run_twice};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

#[derive(Clone, Copy, ValueEnum)]
enum Faults {
    Calm,
    Storm,
}

/// A simulated country under storm or calm, from seeds.
#[derive(Parser)]
struct Words {
    /// Number of cities, up to the 337 of the map.
    #[arg(long, default_value_t = 20)]
    cities: usize,
    /// Seeds to run: A..B (B not included), or one.
    #[arg(long, default_value = "1..11", value_parser = seeds)]
    seeds: (u64, u64),
    /// Simulated days of storm.
    #[arg(long, default_value_t = 30)]
    days: u32,
    #[arg(long, value_enum, default_value = "storm")]
    faults: Faults,
    /// Break the rule of this judge on purpose.
    #[arg(long, value_parser = canary)]
    canary: Option<Canary>,
    /// Run every seed twice and compare.
    #[arg(long)]
    twice: bool,
    /// Tell what happens, and what becomes of this city's log.
    #[arg(long, value_parser = city)]
    tell: Option<CityCode>,
    /// Seeds at once.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// One JSON object a seed.
    #[arg(long)]
    json: bool,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("{text} is no number"));
    match text.split_once("..") {
        Some((from, to)) => Ok((number(from)?, number(to)?)),
        None => number(text).map(|seed| (seed, seed + 1)),
    }
}

fn city(text: &str) -> Result<CityCode, String> {
    CityCode::new(text).map_err(|fault| fault.to_string())
}

fn canary(text: &str) -> Result<Canary, String> {
    let known = || Canary::ALL.map(Canary::judge).join(", ");
    Canary::ALL.into_iter().find(|canary| canary.judge() == text).ok_or_else(|| format!("one of {}", known()))
}

fn main() -> ExitCode {
    let words = Words::parse();
    let begun = Instant::now();
    let next = AtomicU64::new(words.seeds.0);
    let reports: Mutex<Vec<Report>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..words.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= words.seeds.1 {
                        return;
                    }
                    let weather = match (words.canary, words.faults) {
                        (Some(canary), _) => canary.weather(),
                        (None, Faults::Calm) => Weather::Calm,
                        (None, Faults::Storm) => Weather::Storm,
                    };
                    let plan = Plan {
                        cities: words.cities,
                        seed,
                        days: words.days,
                        weather,
                        canary: words.canary,
                        tell: words.tell,
                    };
                    let from = Instant::now();
                    // A panic names its seed before it ends everything.
                    let announced = AnnounceOnPanic { repeat: repeat(&plan) };
                    let twice = words.twice || words.canary == Some(Canary::Repeatability);
                    let report = if twice { run_twice(&plan) } else { run(&plan) };
                    std::mem::forget(announced);
                    print(&report, from.elapsed().as_secs_f64(), words.json);
                    if let Ok(mut all) = reports.lock() {
                        all.push(report);
                    }
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap_or_default();
    sum(&reports, begun.elapsed().as_secs_f64(), words.json);
    let worst = reports.iter().flat_map(|report| report.objections.iter().map(move |o| (o.gravity, report)));
    match worst.max_by_key(|(gravity, _)| *gravity) {
        None => ExitCode::SUCCESS,
        Some((gravity, report)) => {
            eprintln!("repeat: {}", repeat(&report.plan));
            ExitCode::from(if gravity == Gravity::Correctness { 4 } else { 3 })
        }
    }
}

struct AnnounceOnPanic {
    repeat: String,
}

impl Drop for AnnounceOnPanic {
    fn drop(&mut self) {
        eprintln!("repeat: {}", self.repeat);
    }
}

fn repeat(plan: &Plan) -> String {
    let faults = if plan.weather == Weather::Storm { "storm" } else { "calm" };
    let canary = plan.canary.map(|canary| format!(" --canary {}", canary.judge())).unwrap_or_default();
    format!(
        "cargo run --release -p huxin-tests --bin sim -- --cities {} --seeds {} --days {} --faults {faults}{canary}",
        plan.cities, plan.seed, plan.days
    )
}

fn print(report: &Report, seconds: f64, json: bool) {
    let figures = &report.figures;
    if json {
        let objections: Vec<_> =
            report.objections.iter().map(|o| serde_json::json!({"judge": o.judge, "text": o.text})).collect();
        let line = serde_json::json!({
            "seed": report.plan.seed, "cities": report.plan.cities, "days": report.plan.days, "seconds": seconds,
            "trace": report.trace.to_string(), "deliveries": figures.deliveries, "acknowledged": figures.acknowledged,
            "excused": figures.excused, "faults": figures.faults, "copies": figures.copies, "needed": figures.needed,
            "gossip_bytes": figures.gossip_bytes, "objections": objections,
        });
        println!("{line}");
        return;
    }
    println!(
        "seed {}: {} deliveries, {} statements acknowledged ({} excused), {} faults, {seconds:.1} s, trace {}",
        report.plan.seed,
        figures.deliveries,
        figures.acknowledged,
        figures.excused,
        figures.faults.values().sum::<u64>(),
        &report.trace.to_string()[..16]
    );
    for objection in &report.objections {
        println!("  {} objects: {}", objection.judge, objection.text);
    }
}

fn sum(reports: &[Report], seconds: f64, json: bool) {
    let mut reach: Vec<i64> = reports.iter().flat_map(|report| report.figures.reach_ms.iter().copied()).collect();
    reach.sort_unstable();
    let at = |share: usize| reach.get((reach.len().saturating_sub(1)) * share / 100).copied().unwrap_or_default();
    let copies: u64 = reports.iter().map(|report| report.figures.copies).sum();
    let needed: u64 = reports.iter().map(|report| report.figures.needed).sum();
    let bytes: u64 = reports.iter().map(|report| report.figures.gossip_bytes).sum();
    let said: u64 = reports.iter().map(|report| report.figures.acknowledged).sum();
    let mut faults = std::collections::BTreeMap::new();
    for (name, count) in reports.iter().flat_map(|report| &report.figures.faults) {
        *faults.entry(*name).or_insert(0) += count;
    }
    let objecting = reports.iter().filter(|report| !report.objections.is_empty()).count();
    let a_minute = reports.len() as f64 * 60.0 / seconds.max(0.001);
    let redundancy = copies as f64 / needed.max(1) as f64;
    let bytes_each = bytes / said.max(1);
    if json {
        let line = serde_json::json!({
            "seeds": reports.len(), "objecting": objecting, "seconds": seconds, "seeds_per_minute": a_minute,
            "reach_ms": {"n": reach.len(), "p50": at(50), "p99": at(99), "max": at(100)},
            "redundancy": redundancy, "gossip_bytes_per_statement": bytes_each, "faults": faults,
        });
        println!("{line}");
        return;
    }
    println!("{} seeds in {seconds:.0} s, {a_minute:.1} a minute; {objecting} with objections", reports.len());
    println!("faults: {faults:?}");
    println!("gossip: {redundancy:.2} copies for one that was needed, {bytes_each} bytes in all for a statement");
    if !reach.is_empty() {
        println!(
            "reach of endings: {} arrivals, p50 {} ms, p99 {} ms, longest {} ms",
            reach.len(),
            at(50),
            at(99),
            at(100)
        );
    }
}
