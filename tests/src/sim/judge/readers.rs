//! No node keeps a text that it may not read: a body of which the header names other readers is on no disk but theirs.

use crate::sim::{Country, Gravity};
use huxin_engine::gather;
use huxin_engine::ledger::{Family, LedgerRead, body_key};
use huxin_protocol::ids::CityCode;

pub(super) fn ask(country: &mut Country, node: CityCode) {
    let city = country.world.city(node);
    let roster = city.roster();
    let mut found = Vec::new();
    for said in country.diary.said.iter().filter(|said| said.named) {
        let id = said.id;
        let Ok(Some(_)) = city.store.get(Family::Body, &body_key(id.city, id.epoch, id.seq)) else { continue };
        let Ok(Some((statement, _))) = gather::statement(&*city.store, &roster, id) else { continue };
        if !statement.header.disclosure.allows(id.city, node) {
            found.push(format!("{node} keeps the text of {id}, which names other readers"));
        }
    }
    for text in found {
        country.object("readers", Gravity::Correctness, text);
    }
}
