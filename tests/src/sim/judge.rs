//! Judges: each knows one promise and nothing of how it is kept.

mod acknowledged;
mod agreement;
mod blame;
mod bounds;
mod consent;
mod contradiction;
mod fresh;
mod model;
mod prefix;
mod reach;
mod readers;
mod resurrection;
mod retired;
mod rights;

use super::Country;
use huxin_protocol::ids::CityCode;
use std::collections::BTreeMap;

/// What judges remember between their looks.
#[derive(Default)]
pub struct Watch {
    /// How often judges have looked.
    pub looks: u64,
    /// How many of a node's events were looked at.
    pub events_seen: BTreeMap<CityCode, usize>,
}

/// During the first act.
pub fn look(country: &mut Country) {
    country.watch.looks += 1;
    bounds::look(country);
    resurrection::look(country);
    contradiction::look(country);
    blame::look(country);
    consent::look(country);
    one(country, readers::ask);
    one(country, retired::ask);
    one(country, rights::ask);
}

/// Asks one node after another, a node at each look, while the storm goes on.
fn one(country: &mut Country, ask: fn(&mut Country, CityCode)) {
    let members = country.honest();
    let node = members[country.watch.looks as usize % members.len()];
    ask(country, node);
}

/// Asks all nodes.
fn all(country: &mut Country, ask: fn(&mut Country, CityCode)) {
    for node in country.honest() {
        ask(country, node);
    }
}

/// At the end of the calm.
pub fn last(country: &mut Country, agreed: bool) {
    bounds::look(country);
    contradiction::look(country);
    blame::look(country);
    consent::look(country);
    all(country, readers::ask);
    all(country, retired::ask);
    all(country, rights::ask);
    resurrection::last(country);
    reach::last(country);
    if agreed {
        prefix::last(country);
        acknowledged::last(country);
        agreement::last(country);
        model::last(country);
        fresh::last(country);
    }
}
