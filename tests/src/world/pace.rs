//! How often nodes tick. A node that has something to do ticks every second, as the real one does; one that has been
//! quiet may tick less often, or a simulated month would be nothing but idle ticks.

use super::World;
use super::traffic::Delivery;
use huxin_engine::input::Input;
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

/// Milliseconds between ticks of a busy node.
const TICK_MS: i64 = 1000;
/// A node is busy for so long after it wrote something.
const BUSY_MS: i64 = 12_000;

#[derive(Clone, Debug)]
pub struct Pace {
    /// Milliseconds between ticks of a quiet node.
    pub quiet_ms: i64,
    planned: BTreeMap<CityCode, Planned>,
}

#[derive(Clone, Copy, Debug)]
struct Planned {
    number: u64,
    at: Millis,
    busy_until: Millis,
}

impl Default for Pace {
    fn default() -> Self {
        Self { quiet_ms: TICK_MS, planned: BTreeMap::new() }
    }
}

impl World {
    /// Plans the next tick of a node, in place of the one that was planned.
    pub(super) fn tick_at(&mut self, to: CityCode, at: Millis) {
        let busy_until = Millis(self.now.0 + BUSY_MS);
        let planned = self.pace.planned.entry(to).or_insert(Planned { number: 0, at, busy_until });
        planned.number += 1;
        planned.at = at;
        let number = planned.number;
        self.send(at, Delivery::Tick { to, number });
    }

    /// A node wrote something: it ticks within a second.
    pub(super) fn hurry(&mut self, node: CityCode) {
        let soon = Millis(self.now.0 + TICK_MS);
        let busy_until = Millis(self.now.0 + BUSY_MS);
        let Some(planned) = self.pace.planned.get_mut(&node) else { return };
        planned.busy_until = busy_until;
        if planned.at > soon {
            self.tick_at(node, soon);
        }
    }

    pub(super) fn tick(&mut self, to: CityCode, number: u64) {
        let Some(planned) = self.pace.planned.get(&to).copied().filter(|planned| planned.number == number) else {
            return;
        };
        self.give(to, Input::Tick);
        let busy = self.now < planned.busy_until;
        let again = if busy { TICK_MS } else { self.pace.quiet_ms };
        // The tick itself may have hurried it.
        if self.pace.planned.get(&to).is_some_and(|planned| planned.number == number) {
            self.tick_at(to, Millis(self.now.0 + again));
        }
    }
}
