//! Catching up: an empty node is started beside a full one and fetches its log over TCP, proves it and makes it durable with
//! all its indexes. Then the background check looks at every statement's own signature.
//!
//! Both nodes share this machine, so the full one's reading and sending is in the figure too.

use super::super::demo::Stop;
use super::super::demo::cities::StandIn;
use super::super::demo::processes::{Node, Nodes};
use super::connection::Connection;
use super::figure::{Figure, Goal};
use super::limits::Ed25519;
use super::machine::resident_bytes;
use crate::fault::{Exit, Fault};
use crate::runtime::clock;
use huxin_protocol::ids::CityCode;
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, Instant};

/// Of the strict checks that all cores do.
const GOAL: f64 = 2.0;
/// Of the same limit, for the background check.
const GOAL_CHECKED: f64 = 0.8;
/// Between two looks at the catching node: each costs it some 100 µs.
const LOOK: Duration = Duration::from_millis(50);
/// The whole of it, on a slow and busy machine; and for every thousand statements more.
const PATIENCE: Duration = Duration::from_secs(600);
const PATIENCE_PER_THOUSAND: Duration = Duration::from_millis(500);

fn patience(statements: u64) -> Duration {
    PATIENCE + PATIENCE_PER_THOUSAND * u32::try_from(statements / 1000).unwrap_or(u32::MAX)
}
/// A check that does not move for this long has come to its end.
const QUIET: Duration = Duration::from_secs(2);
const CHECKED: &str = "huxin_signatures_checked_total";

/// What was seen beside the figures.
#[derive(Debug, Serialize)]
pub struct CatchingUp {
    pub statements: u64,
    pub seconds: f64,
    pub statements_per_group: f64,
    /// Seconds that the catching node's writer spent in synced writes, and in whole groups.
    pub commit_seconds: f64,
    pub group_seconds: f64,
    pub check_seconds: f64,
    pub resident_bytes: u64,
}

/// Looks again and again until `holds` answers something.
fn until<T>(
    stop: &Stop,
    patience: Duration,
    what: &str,
    mut holds: impl FnMut() -> Result<Option<T>, Fault>,
) -> Result<T, Fault> {
    let begun = Instant::now();
    loop {
        if let Some(found) = holds()? {
            return Ok(found);
        }
        if stop.asked() {
            return Err(Fault::refused("interrupted", "stopped before the measuring was over"));
        }
        if begun.elapsed() > patience {
            return Err(Fault::new(Exit::Unexpected, "bench_timeout", format_args!("{what} did not happen"))
                .trying("measure with fewer --statements, or on a machine that is less busy"));
        }
        std::thread::sleep(LOOK);
    }
}

/// Waits until the background check of a node has nothing left to do.
fn quiet(node: &Node, patience: Duration, stop: &Stop) -> Result<(), Fault> {
    let mut metrics = Connection::open(&node.api, node.client.authorization())?;
    let mut last = (metrics.metric(CHECKED)?, Instant::now());
    until(stop, patience, "the end of the background check", || {
        let checked = metrics.metric(CHECKED)?;
        if checked > last.0 {
            last = (checked, Instant::now());
        }
        Ok((last.1.elapsed() > QUIET).then_some(()))
    })
}

fn proved(node: &Node, city: CityCode) -> Result<u64, Fault> {
    let heads = node.client.heads()?.heads;
    Ok(heads.iter().find(|head| head.city == city).map_or(0, |head| head.proved.0.min(head.size.0)))
}

/// Starts the full node and then the empty one, and measures. Both run on.
pub fn measure(
    nodes: &mut Nodes,
    configs: [&Path; 2],
    stand_ins: [StandIn; 2],
    keys: &Ed25519,
    stop: &Stop,
) -> Result<(Vec<Figure>, CatchingUp), Fault> {
    nodes.add(configs[0], stand_ins[0], &[], stop)?;
    let full = nodes.all[0].code;
    let due = proved(&nodes.all[0], full)?;
    let patience = patience(due);
    quiet(&nodes.all[0], patience, stop)?;
    let before = keys.checks_per_s();
    nodes.add(configs[1], stand_ins[1], &[], stop)?;
    let node = &nodes.all[1];
    let since = until(stop, patience, "a connection", || {
        Ok(node.client.peers()?.peers.iter().find(|peer| peer.up).and_then(|peer| peer.since))
    })?;
    let ended = until(stop, patience, "the whole log", || Ok((proved(node, full)? >= due).then(clock::now)))?;
    let seconds = (ended.0 - since.0) as f64 / 1000.0;
    let begun = Instant::now();
    let mut metrics = Connection::open(&node.api, node.client.authorization())?;
    let checked_before = metrics.metric(CHECKED)?;
    let commits = metrics.metric("huxin_commit_seconds_count")?;
    let commit_seconds = metrics.metric("huxin_commit_seconds_sum")?;
    let group_seconds = metrics.metric("huxin_group_seconds_sum")?;
    let between = keys_are_checked(&mut metrics, due, stop)?;
    let check_seconds = begun.elapsed().as_secs_f64();
    let after = keys.checks_per_s();
    let limit = ("strict Ed25519 checks on all cores", before.midpoint(after));
    let figures = vec![
        Figure::beside("catch_up_per_s", "statements/s", due as f64 / seconds, limit, Goal::Share(GOAL)),
        Figure::beside(
            "signatures_checked_per_s",
            "signatures/s",
            (between - checked_before) / check_seconds,
            limit,
            Goal::Share(GOAL_CHECKED),
        ),
    ];
    let seen = CatchingUp {
        statements: due,
        seconds,
        statements_per_group: due as f64 / commits.max(1.0),
        commit_seconds,
        group_seconds,
        check_seconds,
        resident_bytes: resident_bytes(node.pid).unwrap_or_default(),
    };
    Ok((figures, seen))
}

/// Waits until as many signatures are checked as statements are held.
fn keys_are_checked(metrics: &mut Connection, due: u64, stop: &Stop) -> Result<f64, Fault> {
    until(stop, patience(due), "the check of all signatures", || {
        let checked = metrics.metric(CHECKED)?;
        Ok((checked >= due as f64).then_some(checked))
    })
}
