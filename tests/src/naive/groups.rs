//! Two lists, one decision (R137): standing entries of one case, pair by pair, then whatever hangs together.

use super::decoded::Leaf;
use super::terms::Known;
use huxin_protocol::ids::StatementId;
use std::collections::BTreeSet;

/// A standing entry with all its links.
pub(super) struct Standing<'a> {
    pub id: StatementId,
    pub links: &'a [&'a Leaf],
    pub known: &'a Known<'a>,
}

/// R137: compared without case and needless white space.
fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn number<'a>(one: &Standing<'a>) -> Option<&'a str> {
    one.known.body.basis.document_number.as_deref().map(str::trim).filter(|number| !number.is_empty())
}

fn one_case(one: &Standing<'_>, other: &Standing<'_>, all: &[Standing<'_>]) -> bool {
    let derived = |from: &Standing<'_>, to: &Standing<'_>| {
        from.known.body.derived_from.is_some_and(|about| to.links.iter().any(|link| link.place == about.id))
    };
    if derived(one, other) || derived(other, one) {
        return true;
    }
    let authority = |entry: &Standing<'_>| plain(&entry.known.body.basis.authority);
    let day = |entry: &Standing<'_>| entry.known.body.basis.decided_on.or(entry.known.body.basis.effective_on);
    if authority(one) != authority(other) || authority(one).is_empty() {
        return false;
    }
    match (number(one), number(other)) {
        (Some(number), Some(same)) => number == same,
        _ => {
            let list = one.known.body.list;
            if day(one).is_none() || day(one) != day(other) || list != other.known.body.list {
                return false;
            }
            let numbers: BTreeSet<&str> = all
                .iter()
                .filter(|entry| authority(entry) == authority(one) && day(entry) == day(one))
                .filter(|entry| entry.known.body.list == list)
                .filter_map(number)
                .collect();
            numbers.len() < 2
        }
    }
}

/// Groups of two or more.
pub(super) fn groups(all: &[Standing<'_>]) -> BTreeSet<BTreeSet<StatementId>> {
    let mut groups: Vec<BTreeSet<StatementId>> = all.iter().map(|entry| BTreeSet::from([entry.id])).collect();
    for one in all {
        for other in all {
            if one.id < other.id && one_case(one, other, all) {
                let (touched, mut apart): (Vec<_>, Vec<_>) =
                    groups.into_iter().partition(|group| group.contains(&one.id) || group.contains(&other.id));
                apart.push(touched.into_iter().flatten().collect());
                groups = apart;
            }
        }
    }
    groups.into_iter().filter(|group| group.len() > 1).collect()
}
