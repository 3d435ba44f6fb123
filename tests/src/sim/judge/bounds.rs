//! Nothing grows above its stated limit, and no node goes down over what it hears.

use crate::sim::{Canary, Country, Gravity};
use huxin_engine::mesh::QUEUE_MESSAGES;

pub(super) fn look(country: &mut Country) {
    let mut above = Vec::new();
    for name in country.world.codes() {
        for bound in country.world.city(name).bounds() {
            // A canary allows nothing, and so shows that what is held is seen.
            let limit = if country.plan.canary == Some(Canary::Bounds) { 0 } else { bound.limit };
            if bound.held > limit {
                above.push(format!("{name} holds {} {}, more than {}", bound.held, bound.name, limit));
            }
        }
        for (what, held) in country.world.spread.held(name) {
            if what == "queue" && held > QUEUE_MESSAGES {
                above.push(format!("{name} keeps {held} messages for one partner, more than {QUEUE_MESSAGES}"));
            }
        }
    }
    for (name, cause) in std::mem::take(&mut country.world.crashes) {
        above.push(format!("{name} went down: {cause}"));
    }
    for text in above {
        country.object("bounds", Gravity::Correctness, text);
    }
}
