//! Status over HTTP: first as fast as a few kept connections go, then at half of that rate on a fixed timetable. Times of
//! the second part count from the moment at which a request was due, so that a slow answer is not excused by the requests
//! that it delayed.

use super::super::demo::processes::Node;
use super::connection::Connection;
use super::figure::{Figure, Goal};
use super::latency::Latency;
use crate::fault::Fault;
use huxin_protocol::subject::SubjectId;
use serde::Serialize;
use std::time::{Duration, Instant};

/// Connections at once.
const CLIENTS: usize = 4;
/// Milliseconds that 99 of 100 answers take at most.
const P99_MS: f64 = 2.0;

/// What was seen beside the figures.
#[derive(Debug, Serialize)]
pub struct Asking {
    pub subjects: usize,
    pub connections: usize,
    pub at_most: Latency,
    pub at_half: Latency,
}

/// Measures each part for `long`.
pub fn measure(node: &Node, subjects: &[SubjectId], long: Duration) -> Result<(Vec<Figure>, Asking), Fault> {
    // Half a second of asking wakes what start-up left cold.
    ask(node, subjects, Duration::from_millis(500), None)?;
    let at_most = ask(node, subjects, long, None)?;
    let pace = Duration::from_secs_f64(2.0 * CLIENTS as f64 / at_most.per_s.max(1.0));
    let at_half = ask(node, subjects, long, Some(pace))?;
    let figures = vec![
        Figure::alone("status_per_s", "answers/s", at_most.per_s, Goal::None),
        Figure::alone("status_p50_ms at half of that rate", "ms", at_half.p50_ms, Goal::None),
        Figure::alone("status_p99_ms at half of that rate", "ms", at_half.p99_ms, Goal::Below(P99_MS)),
    ];
    Ok((figures, Asking { subjects: subjects.len(), connections: CLIENTS, at_most, at_half }))
}

/// Asks over all connections, each as soon as it may or, with `pace`, once in that time.
fn ask(node: &Node, subjects: &[SubjectId], long: Duration, pace: Option<Duration>) -> Result<Latency, Fault> {
    let begun = Instant::now();
    let client = |number: usize| -> Result<Vec<Duration>, Fault> {
        let mut connection = Connection::open(&node.api, node.client.authorization())?;
        let mut times = Vec::new();
        // Connections begin one after the other within the first pace.
        let mut due = begun + pace.unwrap_or_default().mul_f64(number as f64 / CLIENTS as f64);
        while begun.elapsed() < long {
            if pace.is_some() {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            } else {
                due = Instant::now();
            }
            // A step that shares no factor with usual counts, so that neighbours on disk are not asked one after another.
            let subject = &subjects[(number * 104_729 + times.len() * 7919) % subjects.len()];
            connection.get(&format!("/v1/subjects/{subject}/status"))?;
            times.push(due.elapsed());
            due += pace.unwrap_or_default();
        }
        Ok(times)
    };
    let times = std::thread::scope(|scope| {
        let client = &client;
        let threads: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        let mut times = Vec::new();
        for thread in threads {
            times.extend(thread.join().map_err(|_| Fault::unexpected("a client ended"))??);
        }
        Ok::<_, Fault>(times)
    })?;
    Ok(Latency::of(times, begun.elapsed()))
}
