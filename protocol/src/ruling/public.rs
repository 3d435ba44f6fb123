//! What anyone may see of a ruling (DOMAIN rule 12, R139).

use super::{Ruling, Summary};
use crate::ids::StatementId;

impl Ruling {
    /// Only entries that are disclosed to the public and stand; of everything else nothing, not even its number: no id,
    /// measure, group, act or reason of another entry is left.
    #[must_use]
    pub fn for_public(&self) -> Self {
        let mut out = self.clone();
        out.entries.retain(super::EntryRuling::is_shown_to_public);
        let shown: Vec<StatementId> = out.entries.iter().map(|entry| entry.id).collect();
        for group in &mut out.groups {
            group.entries.retain(|id| shown.contains(id));
        }
        out.groups.retain(|group| group.entries.len() > 1);
        for group in &mut out.groups {
            group.counts = out.entries.iter().any(|entry| entry.counts && group.entries.contains(&entry.id));
        }
        for entry in &mut out.entries {
            entry.group = entry.group.filter(|number| out.groups.iter().any(|group| group.number == *number));
            // A reason or a link may name what the public must not see.
            entry.same_as = entry.same_as.filter(|id| shown.contains(id));
            (entry.declined_by, entry.answered_by) = (None, None);
            entry.filings.clear();
            if let Some(content) = &mut entry.content {
                content.derived_from = content.derived_from.filter(|id| shown.contains(id));
                content.linked_persons.clear();
                content.person_key = None;
            }
        }
        let public_black = out.entries.iter().any(|entry| {
            entry.counts && entry.content.as_ref().is_some_and(|content| content.list == crate::body::List::Black)
        });
        for measure in out.measures.iter_mut().chain(&mut out.incentives) {
            measure.entries.retain(|id| shown.contains(id));
            measure.confirm_with_issuer =
                out.entries.iter().any(|entry| entry.confirm_with_issuer && measure.entries.contains(&entry.id));
        }
        out.measures.retain(|measure| !measure.entries.is_empty());
        // An incentive that rests because of a black entry which the public may not see is left out, not explained.
        out.incentives.retain(|one| !one.entries.is_empty() && (one.suspended.is_none() || public_black));
        if !public_black {
            for entry in &mut out.entries {
                entry.measures.retain(|measure| {
                    measure
                        .reason
                        .as_ref()
                        .is_none_or(|reason| reason.code != super::ReasonCode::BlackSuspendsIncentives)
                });
            }
        }
        out.without_effect.clear();
        let links: Vec<StatementId> =
            out.entries.iter().flat_map(|entry| entry.links.iter().map(|link| link.id)).collect();
        let recognitions: Vec<StatementId> = out.sources.iter().filter_map(|source| source.recognised_by).collect();
        out.relied_on.retain(|id| links.contains(id) || recognitions.contains(id));
        let editions: Vec<_> =
            out.entries.iter().filter_map(|entry| entry.content.as_ref()).map(|c| c.edition).collect();
        out.editions.retain(|edition| editions.contains(&edition.digest));
        // The sources that are named only because they issued something hidden.
        out.sources.retain(|source| {
            source.city == out.viewer
                || source.recognised_by.is_some()
                || out.entries.iter().any(|entry| entry.issuer == source.city)
        });
        out.summary = Summary::of(&out.entries, &out.groups);
        out
    }
}
