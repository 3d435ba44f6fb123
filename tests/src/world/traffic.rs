//! Messages on their way, and what the line does to them.

use super::chance::Chance;
use huxin_engine::input::{Answer, Asked};
use huxin_engine::wire::Request;
use huxin_protocol::ids::CityCode;
use std::collections::BTreeSet;

pub(super) enum Delivery {
    Tick { to: CityCode },
    Gossip { from: CityCode, to: CityCode, bytes: Vec<u8> },
    Asked { from: CityCode, to: CityCode, asked: Asked, request: Request },
    Answered { from: CityCode, to: CityCode, asked: Asked, answer: Answer },
}

impl Delivery {
    pub(super) const fn to(&self) -> CityCode {
        match self {
            Self::Tick { to } | Self::Gossip { to, .. } | Self::Asked { to, .. } | Self::Answered { to, .. } => *to,
        }
    }
}

/// How a city answers questions that are put to it.
#[derive(Clone, Copy, Debug)]
pub struct Liar {
    /// The question that it answers instead of the one that was put.
    pub understands: fn(&Request) -> Request,
    /// What it says instead of the truth.
    pub says: fn(&Request, Answer) -> Answer,
    /// How long it takes.
    pub delay_ms: i64,
}

impl Default for Liar {
    /// An honest one.
    fn default() -> Self {
        Self { understands: Request::clone, says: |_, truth| truth, delay_ms: 0 }
    }
}

/// What happens to a message on its way.
#[derive(Clone, Debug)]
pub struct Line {
    /// Shortest delay in milliseconds.
    pub delay_ms: i64,
    /// Up to this much more, by chance: messages overtake each other.
    pub jitter_ms: u64,
    /// Lost, of a thousand.
    pub loss: u64,
    /// Doubled, of a thousand.
    pub double: u64,
    /// One-way cuts: nothing goes from the first to the second.
    pub cut: BTreeSet<(CityCode, CityCode)>,
}

impl Default for Line {
    fn default() -> Self {
        Self { delay_ms: 5, jitter_ms: 10, loss: 0, double: 0, cut: BTreeSet::new() }
    }
}

impl Line {
    /// Delays of the copies that will arrive: none, one or two.
    pub(super) fn copies(&self, from: CityCode, to: CityCode, chance: &mut Chance) -> Vec<i64> {
        if self.cut.contains(&(from, to)) || chance.hits(self.loss) {
            return Vec::new();
        }
        let count = if chance.hits(self.double) { 2 } else { 1 };
        (0..count).map(|_| self.delay_ms + chance.below(self.jitter_ms + 1) as i64).collect()
    }
    /// Cuts both ways.
    pub fn cut_between(&mut self, one: CityCode, other: CityCode) {
        self.cut.insert((one, other));
        self.cut.insert((other, one));
    }
    pub fn heal(&mut self) {
        self.cut.clear();
    }
}
