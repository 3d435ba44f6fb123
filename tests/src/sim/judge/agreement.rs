//! Equal heads and one instant give the same ruling, byte for byte, on every node.

use crate::sim::act::FOR_NAMED_READERS;
use crate::sim::{Country, Gravity};
use crate::world::subject;
use huxin_protocol::ids::CityCode;
use std::collections::BTreeMap;

/// Companies asked about; in a large country fewer. Never one of which only named readers may know.
const COMPANIES: usize = 40;

pub(super) fn last(country: &mut Country) {
    let members = country.honest();
    let open = country.diary.subjects.iter().copied().filter(|number| *number < FOR_NAMED_READERS);
    let numbers: Vec<u64> = open.take(COMPANIES * 20 / members.len().max(20)).collect();
    let viewers: Vec<CityCode> = members.iter().copied().step_by(members.len().div_ceil(4)).collect();
    let mut found = Vec::new();
    for number in numbers {
        for viewer in &viewers {
            // Nodes of one view give one answer; what each abandoned is part of its view.
            let mut answers: BTreeMap<_, (CityCode, Vec<u8>)> = BTreeMap::new();
            for node in &members {
                let ruling = country.world.ruling(*node, *viewer, &subject(number));
                let view = ruling.log_digest;
                let content = ruling.content_bytes();
                match answers.get(&view) {
                    Some((other, known)) if *known != content => {
                        found.push((number, *viewer, *other, *node));
                    }
                    Some(_) => {}
                    None => {
                        answers.insert(view, (*node, content));
                    }
                }
            }
        }
    }
    for (number, viewer, one, other) in found {
        let text = format!("{one} and {other} hold the same and answer {viewer} otherwise about S{number:06}");
        country.object("agreement", Gravity::Correctness, text);
    }
}
