//! Times of many operations: rate, median, 99th of a hundred, longest.

use serde::Serialize;
use std::time::Duration;

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    pub per_s: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Latency {
    /// `took` is the time from the first operation to the end of the last.
    #[must_use]
    pub fn of(mut times: Vec<Duration>, took: Duration) -> Self {
        times.sort_unstable();
        let millis = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            times.get(rank.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1e3
        };
        Self {
            per_s: times.len() as f64 / took.as_secs_f64(),
            p50_ms: millis(0.50),
            p99_ms: millis(0.99),
            max_ms: millis(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_counted_from_one() {
        let latency = Latency::of((1..=200).map(Duration::from_millis).collect(), Duration::from_secs(2));
        assert!((latency.per_s - 100.0).abs() < 1e-9);
        assert!((latency.p50_ms - 100.0).abs() < 1e-9 && (latency.p99_ms - 198.0).abs() < 1e-9);
        assert!((latency.max_ms - 200.0).abs() < 1e-9);
    }
}
