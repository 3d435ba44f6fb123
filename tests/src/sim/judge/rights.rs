//! What was ended, rests by order or was erased burdens nobody: where the relief has arrived the entry does not count, carries no
//! measure that is in force, and is shown to no stranger; of what was erased no content is shown to anybody.

use crate::sim::diary::Said;
use crate::sim::{Country, Gravity};
use crate::world::subject;
use huxin_protocol::ids::CityCode;
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::Ruling;

/// Reliefs that a node is asked about at one look.
const MOST: usize = 12;

/// Some of what eases a burden, at one node.
pub(super) fn ask(country: &mut Country, node: CityCode) {
    if !country.world.city(node).runs() {
        return;
    }
    let mut relieved = country.diary.relieved();
    country.chance.shuffle(&mut relieved);
    let mut found = Vec::new();
    for (listing, relief) in relieved.iter().filter(|(_, relief)| has(country, node, relief)).take(MOST) {
        let Some(number) = listing.subject else { continue };
        let ruling = country.world.ruling(node, node, &subject(number));
        let wrongs = wrongs(&ruling, listing, relief);
        found.extend(
            wrongs.into_iter().map(|wrong| format!("{node} {wrong} {}, of which {} is held", listing.id, relief.id)),
        );
    }
    for text in found {
        country.object("rights", Gravity::Correctness, text);
    }
}

/// Whether the relief stands in the log as far as the node counts it.
fn has(country: &Country, node: CityCode, relief: &Said) -> bool {
    let city = country.world.city(node);
    let proved = city.heads().get(relief.id.city).map_or(0, |head| head.proved.0);
    let roster = city.roster();
    let in_force = |epoch| epoch == relief.id.epoch;
    proved > relief.id.seq.0
        && roster.city(relief.id.city).is_some_and(|member| in_force(member.epoch_at(relief.id.seq)))
}

fn wrongs(ruling: &Ruling, listing: &Said, relief: &Said) -> Vec<&'static str> {
    let id = listing.id;
    let entry = ruling.entry(id);
    let mut in_force = ruling.measures.iter().chain(&ruling.incentives).filter(|one| one.suspended.is_none());
    let rules = [
        (entry.is_some_and(|entry| entry.counts), "counts"),
        (entry.is_some_and(|entry| entry.measures.iter().any(|measure| measure.holds)), "applies measures of"),
        (in_force.any(|measure| measure.entries.contains(&id)), "has measures in force by"),
        (ruling.for_public().entry(id).is_some(), "shows strangers"),
        (relief.kind == Kind::Erasure && entry.is_some_and(|entry| entry.content.is_some()), "shows the content of"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, wrong)| wrong).collect()
}
