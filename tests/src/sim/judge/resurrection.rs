//! What was repaired, removed, annulled, erased or is over never counts again.

use crate::sim::diary::Said;
use crate::sim::{Country, Gravity};
use crate::world::subject;
use huxin_protocol::ids::CityCode;

/// Entries asked about at one look.
const ENTRIES: usize = 6;

/// Some entries at some node, while the storm goes on: only where the ending has arrived.
pub(super) fn look(country: &mut Country) {
    let nodes: Vec<CityCode> = country.honest().into_iter().filter(|city| country.world.city(*city).runs()).collect();
    let over: Vec<Over> = over(country);
    if nodes.is_empty() || over.is_empty() {
        return;
    }
    for _ in 0..ENTRIES {
        let node = nodes[country.chance.below(nodes.len() as u64) as usize];
        let at = country.chance.below(over.len() as u64) as usize;
        ask(country, node, &over[at]);
    }
}

/// All of them at every node.
pub(super) fn last(country: &mut Country) {
    let over = over(country);
    let members = country.honest();
    for node in members.iter().copied().step_by(members.len().div_ceil(20)) {
        for one in &over {
            ask(country, node, one);
        }
    }
}

/// A listing that is over, and by which ending; none where its time ran out.
struct Over {
    listing: Said,
    by: Option<Said>,
}

fn over(country: &Country) -> Vec<Over> {
    let ended = country.diary.ended();
    let today = country.world.now;
    let mut all = Vec::new();
    for listing in country.diary.said.iter().filter(|said| said.subject.is_some() && !said.excused) {
        if let Some(by) = ended.get(&listing.id) {
            all.push(Over { listing: listing.clone(), by: Some((*by).clone()) });
        } else if listing.until.is_some_and(|until| until.end() <= today) && !amended(country, listing) {
            all.push(Over { listing: listing.clone(), by: None });
        }
    }
    all
}

/// An amendment may have moved the last day.
fn amended(country: &Country, listing: &Said) -> bool {
    country.diary.said.iter().any(|said| said.about == Some(listing.id) && said.subject.is_some())
}

fn ask(country: &mut Country, node: CityCode, over: &Over) {
    let Some(number) = over.listing.subject else { return };
    let id = over.listing.id;
    if let Some(by) = &over.by {
        // The node counts up to the newest checkpoint that it has reached.
        let proved = country.world.city(node).heads().get(by.id.city).map_or(0, |head| head.proved.0);
        let ended_here = country
            .world
            .city(node)
            .roster()
            .city(by.id.city)
            .is_some_and(|member| member.epoch_at(by.id.seq) == by.id.epoch);
        if proved <= by.id.seq.0 || !ended_here {
            return;
        }
    }
    let ruling = country.world.ruling(node, node, &subject(number));
    if ruling.entry(id).is_some_and(|entry| entry.counts) {
        let by = over.by.as_ref().map_or("its last day".to_owned(), |by| by.id.to_string());
        let text = format!("{node} counts {id} at {:?}, which was ended by {by}", country.world.now);
        country.object("resurrection", Gravity::Correctness, text);
    }
}
