//! A simulated country: the production engine of every city over a fake disk, network and clock, in one thread, from one
//! seed.
//!
//! Two acts. In the *storm* cities go on with their work while lines, disks, clocks and machines fail as the seed says.
//! In the *calm* everything is mended, and the honest cities must agree. Judges ([`judge`]) watch; each knows one promise
//! and nothing of how it is kept. A seed is a bug report: the same plan is the same run, to the last delivery.
//!
//! What is simplified, and why it may be: every signature is real, so nothing that keys are about is left out. A quiet
//! node ticks every two minutes, compares heads once an hour and says that it lives twice a day: a month of idle beats
//! would show nothing. A batch of the fake disk is there or is not, so a torn write is one of the two. A connection over a
//! line that is cut for longer than half a minute is taken down and comes back within a minute after it heals.

#![allow(clippy::expect_used, reason = "a fault of the simulation itself ends it")]

pub mod act;
pub mod canary;
pub mod country;
pub mod diary;
pub mod draft;
pub mod fault;
pub mod joint;
pub mod judge;
pub mod lie;
pub mod malice;
pub mod map;
pub mod operator;

pub use canary::Canary;
pub use country::Country;
pub use fault::Weather;

use huxin_protocol::digest::Digest;
use huxin_protocol::ids::CityCode;
use std::collections::BTreeMap;

/// What is to be run. The same plan is the same run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub cities: usize,
    pub seed: u64,
    /// Simulated days of the first act.
    pub days: u32,
    pub weather: Weather,
    /// Breaks one rule on purpose, for the judge of it to find.
    pub canary: Option<Canary>,
    /// Tells on standard error what happens, and what becomes of this city's log.
    pub tell: Option<CityCode>,
}

/// What a broken promise means for whoever hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Something that was promised did not come.
    Liveness,
    /// Something happened that must never happen.
    Correctness,
}

/// A judge objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub judge: &'static str,
    pub gravity: Gravity,
    pub text: String,
}

/// What a run showed.
#[derive(Clone, Debug)]
pub struct Report {
    pub plan: Plan,
    pub objections: Vec<Objection>,
    /// Everything that was delivered and found, as one digest.
    pub trace: Digest,
    pub figures: Figures,
}

#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub deliveries: u64,
    /// Statements that were acknowledged.
    pub acknowledged: u64,
    /// Of them, those that stood on no disk any more after one was lost.
    pub excused: u64,
    /// Faults by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Milliseconds from an ending's acknowledgement until one more city had it, ascending.
    pub reach_ms: Vec<i64>,
    /// Copies of gossip received, and how many of them were needed.
    pub copies: u64,
    pub needed: u64,
    pub gossip_bytes: u64,
    /// Statements that were admitted from others, at all nodes.
    pub admitted: u64,
}

/// Runs a plan.
#[must_use]
pub fn run(plan: &Plan) -> Report {
    let mut country = Country::found(plan);
    country.storm();
    country.calm();
    country.report()
}

/// Runs a plan twice: the judge of repeatability compares.
#[must_use]
pub fn run_twice(plan: &Plan) -> Report {
    let first = run(plan);
    let mut second = run(plan);
    if first.trace != second.trace {
        second.objections.push(Objection {
            judge: "repeatability",
            gravity: Gravity::Correctness,
            text: format!("one seed gave two runs: {} and {}", first.trace, second.trace),
        });
    }
    second
}
