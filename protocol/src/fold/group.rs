//! Two lists, one decision (DOMAIN rule 14, R137): standing entries that rest on the same decision of the same authority
//! form a group and count once. A number of the document names the decision; where one of two entries gives none, the
//! day and the kind of list do. An entry that says what it is derived from belongs to its origin.

use crate::ids::StatementId;
use crate::ruling::{EntryRuling, Group, Ruling};
use crate::time::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Authority as it is compared: without case and without needless white space.
fn folded(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Gives the entries their group numbers and answers the groups of two or more. Entries come sorted by id.
pub(super) fn form_groups(entries: &mut [EntryRuling]) -> Vec<Group> {
    let standing: Vec<usize> =
        (0..entries.len()).filter(|at| entries[*at].state.stands() && entries[*at].content.is_some()).collect();
    if standing.len() < 2 {
        return Vec::new();
    }
    let mut parent: Vec<usize> = (0..entries.len()).collect();
    join_by_decision(entries, &standing, &mut parent);
    join_by_origin(entries, &standing, &mut parent);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in standing {
        members.entry(top(&parent, at)).or_default().push(at);
    }
    let mut groups = Vec::new();
    for list in members.into_values().filter(|list| list.len() > 1) {
        let number = u32::try_from(groups.len()).unwrap_or(u32::MAX).saturating_add(1);
        let ids: Vec<StatementId> = list.iter().map(|at| entries[*at].id).collect();
        let authority =
            entries[list[0]].content.as_ref().map(|content| content.basis.authority.clone()).unwrap_or_default();
        for at in &list {
            entries[*at].group = Some(number);
        }
        groups.push(Group {
            number,
            authority,
            counts: list.iter().any(|at| entries[*at].counts),
            text_en: format!("{} lists, one decision: counts once", ids.len()),
            text_zh: format!("{} 处列名，同一决定：只计一次", ids.len()),
            entries: ids,
        });
    }
    groups
}

/// Decisions that stand behind entries of two or more rulings: the ruling of a subject and those of the subjects that a
/// crosswalk links with it (DOMAIN rules 14 and 16, R137). Two publishers give the same decision their own dates, so across
/// lists the deciding authority and the kind of list alone join, unless both entries number their documents and the numbers
/// differ. The text says that a link, not a proof, brought them together.
#[must_use]
pub fn decisions_across(rulings: &[&Ruling]) -> Vec<Group> {
    let mut by_authority: BTreeMap<(String, crate::body::List), Vec<(usize, &EntryRuling)>> = BTreeMap::new();
    for (ruling, entries) in rulings.iter().map(|ruling| &ruling.entries).enumerate() {
        for entry in entries.iter().filter(|entry| entry.state.stands()) {
            let Some(content) = &entry.content else { continue };
            let authority = folded(&content.basis.authority);
            if !authority.is_empty() {
                by_authority.entry((authority, content.list)).or_default().push((ruling, entry));
            }
        }
    }
    let mut groups = Vec::new();
    for members in by_authority.into_values() {
        let across = members.iter().map(|(ruling, _)| ruling).collect::<BTreeSet<_>>().len() > 1;
        let numbers: BTreeSet<&str> =
            members.iter().filter_map(|(_, entry)| entry.content.as_ref()?.basis.document_number.as_deref()).collect();
        if !across || numbers.len() > 1 {
            continue;
        }
        let mut entries: Vec<StatementId> = members.iter().map(|(_, entry)| entry.id).collect();
        entries.sort_unstable();
        entries.dedup();
        let authority = members[0].1.content.as_ref().map(|content| content.basis.authority.clone());
        groups.push(Group {
            number: u32::try_from(groups.len() + 1).unwrap_or(u32::MAX),
            authority: authority.unwrap_or_default(),
            counts: members.iter().any(|(_, entry)| entry.counts),
            text_en: format!(
                "{} lists, one deciding authority: by the crosswalk's link, to be counted once",
                entries.len()
            ),
            text_zh: format!("{} 处列名，同一认定机关：依对照表关联，应只计一次", entries.len()),
            entries,
        });
    }
    groups
}

fn top(parent: &[usize], mut at: usize) -> usize {
    while parent[at] != at {
        at = parent[at];
    }
    at
}

/// Joins two entries; the earlier leads, so that the outcome does not depend on the order of joining.
fn join(parent: &mut [usize], one: usize, other: usize) {
    let (one, other) = (top(parent, one), top(parent, other));
    parent[one.max(other)] = one.min(other);
}

/// Same authority and same document number; without a number, same authority, day and kind of list. An entry without a
/// number joins numbered ones only where they all give the same number: two decisions of one day are never made one.
fn join_by_decision(entries: &[EntryRuling], standing: &[usize], parent: &mut [usize]) {
    let mut by_number: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut by_day: BTreeMap<(String, Date, crate::body::List), Vec<usize>> = BTreeMap::new();
    let mut numbers: BTreeMap<usize, String> = BTreeMap::new();
    for at in standing.iter().copied() {
        let Some(content) = &entries[at].content else { continue };
        let authority = folded(&content.basis.authority);
        if authority.is_empty() {
            continue;
        }
        if let Some(number) = content.basis.document_number.as_deref().map(folded).filter(|number| !number.is_empty()) {
            numbers.insert(at, number.clone());
            let first = *by_number.entry((authority.clone(), number)).or_insert(at);
            join(parent, first, at);
        }
        if let Some(day) = content.decided() {
            by_day.entry((authority, day, content.list)).or_default().push(at);
        }
    }
    for same_day in by_day.into_values() {
        let distinct: BTreeSet<&String> = same_day.iter().filter_map(|at| numbers.get(at)).collect();
        let unnumbered: Vec<usize> = same_day.iter().copied().filter(|at| !numbers.contains_key(at)).collect();
        let joined: &[usize] = if distinct.len() <= 1 { &same_day } else { &unnumbered };
        for at in joined.iter().skip(1) {
            join(parent, joined[0], *at);
        }
    }
}

fn join_by_origin(entries: &[EntryRuling], standing: &[usize], parent: &mut [usize]) {
    for at in standing.iter().copied() {
        let origin = entries[at].content.as_ref().and_then(|content| content.derived_from);
        let Some(origin) = origin else { continue };
        let found = standing.iter().copied().find(|other| entries[*other].links.iter().any(|link| link.id == origin));
        if let Some(other) = found {
            join(parent, other, at);
        }
    }
}
