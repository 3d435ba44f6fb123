//! Measures: which of those that an entry names hold, and what is in force over all entries (DOMAIN rules 2 and 10,
//! R127, R138).

use super::case::BodyState;
use super::recognition::Rule;
use super::response;
use crate::body::{EntryBody, List};
use crate::digest::Digest;
use crate::edition::{Edition, Measure, MeasureKind};
use crate::ruling::{EntryRuling, MeasureInForce, MeasureRuling, Reason, ReasonCode, State};
use crate::time::{Date, Millis};
use std::collections::BTreeMap;

/// What the measures of one entry are judged by.
pub(super) struct Terms<'a> {
    pub edition: Option<&'a Edition>,
    /// The day on which the current link was issued.
    pub issued_on: Date,
    /// The earliest decision day of the chain, from which periods of measures are counted.
    pub counted_from: Option<Date>,
    /// `None` for the viewer's own entries.
    pub rule: Option<Rule<'a>>,
    /// Why none of the entry's measures holds, where that is so.
    pub none_holds: Option<ReasonCode>,
    /// The viewer's last Response to the entry.
    pub response: Option<&'a BodyState>,
    pub at: Millis,
}

/// Judges each measure of an entry. One that does not hold leaves the entry standing (DOMAIN rule 2).
pub(super) fn judge_measures(entry: &EntryBody, terms: &Terms<'_>) -> Vec<MeasureRuling> {
    entry
        .measures
        .iter()
        .map(|code| {
            let measure = terms.edition.and_then(|edition| edition.measure(code));
            let reason = match (terms.edition, measure) {
                (None, _) => Some(ReasonCode::EditionUnknown),
                (Some(_), None) => Some(ReasonCode::MeasureUnknown),
                (Some(edition), Some(_)) if !edition.binds_on(terms.issued_on) => Some(ReasonCode::EditionNotBinding),
                (Some(edition), Some(measure)) => not_meant(edition, measure, entry, terms),
            };
            let filtered = terms
                .rule
                .and_then(|rule| rule.body.measures.as_ref())
                .is_some_and(|measures| !measures.contains(code))
                .then_some(ReasonCode::MeasureNotRecognised);
            let reason = reason.or(terms.none_holds).or(filtered).map(Reason::from);
            let reason = reason.or_else(|| response::against(terms.response?, code, terms.at));
            MeasureRuling {
                code: code.clone(),
                kind: measure.map(|measure| measure.kind),
                content: measure.map(|measure| measure.content.clone()),
                holds: reason.is_none(),
                reason,
            }
        })
        .collect()
}

/// Why a measure of the edition is none for this entry at this instant (R127, R157).
fn not_meant(edition: &Edition, measure: &Measure, entry: &EntryBody, terms: &Terms<'_>) -> Option<ReasonCode> {
    let last = terms.counted_from.and_then(|day| measure.last_day(day));
    if !measure.applies_to.classes.contains(&entry.subject.class) {
        Some(ReasonCode::MeasureNotForClass)
    } else if !edition.is_meant_for(measure, entry) {
        Some(ReasonCode::MeasureNotForCase)
    } else if last.is_some_and(|last| terms.at >= last.end()) {
        Some(ReasonCode::MeasurePeriodOver)
    } else {
        None
    }
}

/// Measures and incentives in force, each once per code and edition; and lets a counting black entry suspend the
/// incentives of editions that say so (DOMAIN rule 10).
pub(super) fn in_force(
    entries: &mut [EntryRuling],
    editions: &BTreeMap<Digest, Edition>,
) -> (Vec<MeasureInForce>, Vec<MeasureInForce>) {
    // A record whose basis is incomplete carries no measure, so it does not take incentives away either (R138).
    let black = entries.iter().any(|entry| {
        entry.counts
            && !entry.is_basis_incomplete()
            && entry.content.as_ref().is_some_and(|content| content.list == List::Black)
    });
    let mut gathered: BTreeMap<(bool, String, Digest), MeasureInForce> = BTreeMap::new();
    for entry in entries {
        debug_assert!(!entry.counts || matches!(entry.state, State::Listed | State::Disputed));
        let Some(edition) = entry.content.as_ref().and_then(|content| editions.get(&content.edition)) else { continue };
        for ruling in entry.measures.iter_mut().filter(|ruling| ruling.holds) {
            let Some(measure) = edition.measure(&ruling.code) else { continue };
            let is_incentive = measure.kind == MeasureKind::Incentive;
            let suspended = (is_incentive && black && edition.black_suspends_incentives())
                .then_some(ReasonCode::BlackSuspendsIncentives);
            if let Some(code) = suspended {
                ruling.holds = false;
                ruling.reason = Some(code.into());
            }
            let one = gathered.entry((is_incentive, measure.code.clone(), edition.digest())).or_insert_with(|| {
                MeasureInForce {
                    code: measure.code.clone(),
                    edition: edition.digest(),
                    kind: measure.kind,
                    category: measure.category,
                    content: measure.content.clone(),
                    legal_basis: measure.legal_basis.clone(),
                    agency: measure.agency.clone(),
                    entries: Vec::new(),
                    confirm_with_issuer: false,
                    suspended: suspended.map(Reason::from),
                }
            });
            one.entries.push(entry.id);
            one.confirm_with_issuer |= entry.confirm_with_issuer;
        }
    }
    let mut measures = Vec::new();
    let mut incentives = Vec::new();
    for ((is_incentive, ..), one) in gathered {
        if is_incentive { incentives.push(one) } else { measures.push(one) }
    }
    (measures, incentives)
}
