//! In the calm every city that has ever said anything is heard by everybody, and by nobody as of a time to come: whoever signed in
//! the future has changed its keys.

use crate::sim::{Country, Gravity};
use huxin_engine::gather;
use huxin_protocol::limits::CLOCK_TOLERANCE_MS;

pub(super) fn last(country: &mut Country) {
    let mut found = Vec::new();
    for node in country.honest() {
        let city = country.world.city(node);
        let Ok(sources) = gather::sources(&*city.store, &city.roster()) else { continue };
        for (log, source) in sources.iter().filter(|(_, source)| source.size.0 > 0 && source.lacking.is_empty()) {
            match source.freshness {
                None => found.push(format!("{node} has no sign of life of {log} by its key in force")),
                Some(time) if time.0 > country.world.now.0 + CLOCK_TOLERANCE_MS => {
                    found.push(format!(
                        "{node} has a sign of life of {log} from {time:?}, and it is {:?}",
                        country.world.now
                    ));
                }
                Some(_) => {}
            }
        }
    }
    for text in found {
        country.object("fresh", Gravity::Liveness, text);
    }
}
