//! Nothing that was acknowledged loses its effect by itself: a city's own node abandons own statements only where its operator was
//! shown them and agreed, and here no operator ever agrees to any.

use crate::sim::{Country, Gravity};
use huxin_engine::Event;

pub(super) fn look(country: &mut Country) {
    let mut found = Vec::new();
    for city in country.honest() {
        let events = &country.world.city(city).events;
        let seen = country.watch.events_seen.entry(city).or_default();
        for event in events.iter().skip(*seen) {
            match event {
                // Of two histories one has to go, and a machine that went back may have signed one.
                Event::Abandoned { city: of, count }
                    if *of == city
                        && *count > 0
                        && !country.diary.forked.contains_key(&city)
                        && !country.diary.rolled_back.contains(&city) =>
                {
                    found.push(format!("{city} abandoned {count} own statements, and nobody was asked"));
                }
                _ => {}
            }
        }
        *seen = events.len();
    }
    for text in found {
        country.object("consent", Gravity::Correctness, text);
    }
}
