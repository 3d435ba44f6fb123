//! In a calm, endings reach every city at once: 99 of 100 within a second of their acknowledgement, all within five.

use crate::sim::{Country, Gravity};

pub(super) const MOST_P99_MS: i64 = 1_000;
pub(super) const MOST_MS: i64 = 5_000;

pub(super) fn last(country: &mut Country) {
    let mut reached = country.figures.reach_ms.clone();
    reached.sort_unstable();
    let Some(most) = reached.last().copied() else { return };
    let p99 = reached[(reached.len() - 1) * 99 / 100];
    if p99 >= MOST_P99_MS || most >= MOST_MS {
        let text = format!("endings took {p99} ms at the 99th of 100, {most} ms at most");
        country.object("reach", Gravity::Liveness, text);
    }
}
