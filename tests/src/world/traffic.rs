//! Messages on their way, and what the line does to them.

use super::chance::Chance;
use crate::mesh::Frame;
use huxin_engine::input::{Answer, Asked};
use huxin_engine::wire::Request;
use huxin_protocol::ids::CityCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) enum Delivery {
    /// `number` tells the tick that is planned from those that were planned before it.
    Tick {
        to: CityCode,
        number: u64,
    },
    Gossip {
        from: CityCode,
        to: CityCode,
        bytes: Arc<[u8]>,
    },
    Frame {
        from: CityCode,
        to: CityCode,
        frame: Frame,
    },
    /// Upkeep of a node's mesh.
    Heartbeat {
        to: CityCode,
    },
    Asked {
        from: CityCode,
        to: CityCode,
        asked: Asked,
        request: Request,
    },
    Answered {
        from: CityCode,
        to: CityCode,
        asked: Asked,
        answer: Answer,
    },
}

impl Delivery {
    pub(super) const fn to(&self) -> CityCode {
        match self {
            Self::Tick { to, .. }
            | Self::Gossip { to, .. }
            | Self::Frame { to, .. }
            | Self::Heartbeat { to }
            | Self::Asked { to, .. }
            | Self::Answered { to, .. } => *to,
        }
    }
}

/// Thousandths of a degree, east and north.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub east: i64,
    pub north: i64,
}

impl Place {
    /// 111 km a degree to the north and 91 to the east at 35°; 200 km of glass a millisecond, half as long again as the
    /// straight line.
    fn way_ms(self, other: Self) -> i64 {
        let (east, north) = ((self.east - other.east) * 91 / 1000, (self.north - other.north) * 111 / 1000);
        ((east * east + north * north).isqrt()) * 3 / 400
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
    /// Where cities lie: the way between two takes as long as light in a cable that winds.
    pub map: BTreeMap<CityCode, Place>,
    /// Slow nodes: so many milliseconds more to and from each.
    pub slow: BTreeMap<CityCode, i64>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            delay_ms: 5,
            jitter_ms: 10,
            loss: 0,
            double: 0,
            cut: BTreeSet::new(),
            map: BTreeMap::new(),
            slow: BTreeMap::new(),
        }
    }
}

impl Line {
    /// Delays of the copies that will arrive: none, one or two.
    pub(super) fn copies(&self, from: CityCode, to: CityCode, chance: &mut Chance) -> Vec<i64> {
        if self.cut.contains(&(from, to)) || chance.hits(self.loss) {
            return Vec::new();
        }
        let count = if chance.hits(self.double) { 2 } else { 1 };
        let way = self.way_ms(from, to);
        (0..count).map(|_| way + chance.below(self.jitter_ms + 1) as i64).collect()
    }
    /// Shortest time between two nodes in milliseconds.
    pub(super) fn way_ms(&self, from: CityCode, to: CityCode) -> i64 {
        let slow = |name| self.slow.get(&name).copied().unwrap_or(0);
        let far = match (self.map.get(&from), self.map.get(&to)) {
            (Some(one), Some(other)) => one.way_ms(*other),
            _ => 0,
        };
        self.delay_ms + far + slow(from) + slow(to)
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
