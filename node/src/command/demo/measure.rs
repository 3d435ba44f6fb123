//! How long a fresh entry, and then its repair, takes to every partner. The time runs from the moment the officer's request
//! leaves until a partner's own status shows it: drafting, signing, the synced write, the road, the partner's door and its
//! synced write are all in it.

use super::processes::Node;
use super::{PATIENCE, Stop, ruling, sample};
use crate::fault::{Exit, Fault};
use huxin_api::model::{ActRequest, ActVerb, PublishRequest};
use huxin_protocol::body::RepairConditions;
use huxin_protocol::ruling::State;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Date;
use serde::Serialize;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Entries that are measured; with two partners that is twice as many figures.
const PROBES: usize = 20;
/// Time between two looks: short against what is measured, long enough to leave the cores to those who work.
const POLL: Duration = Duration::from_micros(500);

/// Milliseconds until a partner had it, over all partners and probes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Propagation {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Propagation {
    /// Nearest rank; the sample is small, so p99 is often the largest.
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let millis = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            let time = times.get(rank.saturating_sub(1)).copied().unwrap_or_default();
            (time.as_secs_f64() * 1e6).round() / 1e3
        };
        Self { p50: millis(0.50), p99: millis(0.99), max: millis(1.0) }
    }
}

/// Measures entries and repairs, one after the other, from each city in turn. Answers also how many entries each city
/// published for it.
pub fn propagation(nodes: &[Node], today: Date, stop: &Stop) -> Result<(Propagation, Propagation, Vec<usize>), Fault> {
    let (mut entry_times, mut repair_times) = (Vec::new(), Vec::new());
    let mut counts = vec![0; nodes.len()];
    for number in 0..PROBES {
        let at = number % nodes.len();
        let issuer = &nodes[at];
        let request = sample::probe(number, today)?;
        let subject = request.subject.id.clone();
        let mut id = None;
        entry_times.extend(timed(nodes, at, &subject, State::Listed, stop, || {
            id = issuer.client.publish(&PublishRequest { entries: vec![request] })?.ids.first().copied();
            Ok(())
        })?);
        counts[at] += 1;
        let id = id.ok_or_else(|| Fault::unexpected("an entry was published and has no id"))?;
        repair_times.extend(timed(nodes, at, &subject, State::Repaired, stop, || {
            let repair = ActRequest {
                reason: "已履行义务，合成样例".to_owned(),
                conditions: Some(RepairConditions { rectified: true, commitment: true, ..RepairConditions::default() }),
                ..ActRequest::default()
            };
            issuer.client.act(id, ActVerb::Repair, &repair).map(|_| ())
        })?);
    }
    Ok((Propagation::of(entry_times), Propagation::of(repair_times), counts))
}

/// Every partner looks, each on a thread of its own, while `act` is done; answers how long after its beginning each saw it.
fn timed(
    nodes: &[Node],
    issuer: usize,
    subject: &SubjectId,
    due: State,
    stop: &Stop,
    act: impl FnOnce() -> Result<(), Fault>,
) -> Result<Vec<Duration>, Fault> {
    let partners: Vec<&Node> = nodes.iter().enumerate().filter(|(at, _)| *at != issuer).map(|(_, node)| node).collect();
    let barrier = Barrier::new(partners.len() + 1);
    std::thread::scope(|scope| {
        let watches: Vec<_> = partners
            .iter()
            .map(|partner| {
                let barrier = &barrier;
                scope.spawn(move || {
                    // The connection is opened before the time runs.
                    let opened = ruling(&partner.client, subject);
                    barrier.wait();
                    opened?;
                    watch(partner, subject, due, stop)
                })
            })
            .collect();
        barrier.wait();
        let begun = Instant::now();
        act()?;
        watches
            .into_iter()
            .map(|watch| {
                let seen = watch.join().map_err(|_| Fault::unexpected("a watching thread ended"))??;
                Ok(seen.saturating_duration_since(begun))
            })
            .collect()
    })
}

/// Looks until the partner shows the state. Answers when it did.
fn watch(partner: &Node, subject: &SubjectId, due: State, stop: &Stop) -> Result<Instant, Fault> {
    let begun = Instant::now();
    loop {
        let ruling = ruling(&partner.client, subject)?;
        let seen = Instant::now();
        if ruling.entries.iter().any(|entry| entry.state == due) {
            return Ok(seen);
        }
        if stop.asked() {
            return Err(Fault::refused("interrupted", "stopped before the round was over"));
        }
        if begun.elapsed() > PATIENCE {
            return Err(Fault::new(
                Exit::Unexpected,
                "demo_timeout",
                format_args!("{} did not show {} within two minutes", partner.code, due.name()),
            )
            .trying("look at its node.log with --folder"));
        }
        std::thread::sleep(POLL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        let propagation = Propagation::of(times);
        assert!((propagation.p50 - 50.0).abs() < 1e-9);
        assert!((propagation.p99 - 99.0).abs() < 1e-9);
        assert!((propagation.max - 100.0).abs() < 1e-9);
        let one = Propagation::of(vec![Duration::from_micros(1500)]);
        assert!((one.p50 - 1.5).abs() < 1e-9 && (one.max - 1.5).abs() < 1e-9);
    }
}
