//! No acknowledged statement is ever lost, as long as one disk has it.

use crate::sim::{Country, Gravity};
use huxin_engine::gather;

pub(super) fn last(country: &mut Country) {
    let members = country.honest();
    let mut lost = Vec::new();
    for said in country.diary.said.iter().filter(|said| !said.excused) {
        // Every node agreed before; the issuer's and one other stand for all.
        let other = members.iter().copied().find(|city| *city != said.id.city);
        for node in std::iter::once(said.id.city).chain(other) {
            let city = country.world.city(node);
            let held = gather::statement(&*city.store, &city.roster(), said.id).ok().flatten();
            let same = held.is_some_and(|(statement, _)| statement.header.kind == said.kind);
            if !same {
                lost.push(format!(
                    "{} of {:?}, acknowledged at {:?}, is not in the log at {node}",
                    said.id, said.kind, said.at
                ));
            }
        }
    }
    for text in lost {
        country.object("acknowledged", Gravity::Correctness, text);
    }
}
