//! A naive resolver, written from SPEC.md and not from the code, gives the same answers.

use crate::naive::{Decoded, Question, Slip, disagreements, held, resolve};
use crate::sim::{Country, Gravity};
use crate::world::subject;
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Millis;

/// Companies asked about.
const COMPANIES: usize = 12;
/// Nodes asked.
const NODES: usize = 3;
const DAY: i64 = 86_400_000;

pub(super) fn last(country: &mut Country) {
    let members = country.honest();
    let nodes: Vec<CityCode> = members.iter().copied().step_by(members.len().div_ceil(NODES)).collect();
    let numbers: Vec<u64> = country.diary.subjects.iter().copied().take(COMPANIES).collect();
    let now = country.world.now;
    let instants = [(now, true), (Millis(now.0 - 10 * DAY), false), (Millis(now.0 + 40 * DAY), false)];
    let mut found = Vec::new();
    for node in nodes {
        let all = Decoded::new(&held(&country.world, node));
        for number in &numbers {
            let subject = subject(*number);
            for (at, present) in instants {
                let question = Question { viewer: node, at, now: present, subject: subject.clone(), slip: Slip::None };
                let ruling = country.world.ruling_at(node, node, &subject, at, present);
                found.extend(
                    disagreements(&resolve(&all, &question), &ruling)
                        .into_iter()
                        .map(|text| format!("{node} {subject}: {text}")),
                );
            }
        }
    }
    for text in found {
        country.object("model", Gravity::Correctness, text);
    }
}
