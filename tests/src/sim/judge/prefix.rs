//! All views of a city are prefixes of one history, or everybody holds evidence of the fork.

use crate::sim::{Country, Gravity};
use huxin_engine::ledger::{HeadRow, LedgerTree};
use huxin_protocol::tree::root_at;

pub(super) fn last(country: &mut Country) {
    let members = country.honest();
    let mut found = Vec::new();
    for log in &members {
        let heads: Vec<_> = members
            .iter()
            .filter_map(|node| Some((*node, HeadRow::read(&*country.world.city(*node).store, *log).ok()?.frontier)))
            .collect();
        let Some(longest) = heads.iter().max_by_key(|(_, frontier)| frontier.size()) else { continue };
        let tree = LedgerTree { read: &*country.world.city(longest.0).store, city: *log };
        for (node, frontier) in &heads {
            if root_at(&tree, frontier.size()).ok() != Some(frontier.root()) {
                found.push(format!("{node} holds another history of {log} than {}", longest.0));
            }
        }
        // What was signed and is not history must be known as a fork, or have been cut by a record.
        let roster = country.world.city(longest.0).roster();
        let Some(member) = roster.city(*log) else { continue };
        for ((epoch, size), root) in country.world.signed_by(*log) {
            let cut = member.closed_at(*epoch).is_some_and(|end| *size > end);
            let stands = *size <= longest.1.size() && root_at(&tree, *size).ok() == Some(*root);
            if !cut && !stands && !country.diary.forked.contains_key(log) {
                found.push(format!("{log} signed a head of {size} in epoch {epoch} that is no prefix of its history"));
            }
        }
        let evidence: std::collections::BTreeSet<_> = members
            .iter()
            .filter_map(|node| country.world.city(*node).heads().get(*log).map(|head| head.evidence))
            .collect();
        if evidence.len() > 1 {
            found.push(format!("evidence about {log} is not held by all"));
        }
    }
    for text in found {
        country.object("prefix", Gravity::Correctness, text);
    }
}
