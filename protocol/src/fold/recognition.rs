//! Recognition (互认): the viewer's own signed rule which of a partner's entries count for it (DOMAIN rule 8, R129 to
//! R132). Nothing of another city counts without one.

use super::case::BodyState;
use super::docket::{Docket, place};
use crate::body::{Body, EntryBody, List, RecognitionBody};
use crate::ids::{CityCode, StatementId};
use crate::kind::Kind;
use crate::ruling::ReasonCode;
use crate::time::{Date, Millis};
use std::collections::BTreeMap;

/// The viewer's rule for one partner at the instant.
#[derive(Clone, Copy)]
pub(super) struct Rule<'a> {
    pub id: StatementId,
    pub body: &'a RecognitionBody,
    /// Its last day is over. An older rule does not come back in its place (R129).
    pub is_expired: bool,
}

/// The viewer's rules by partner.
pub(super) struct Rules<'a> {
    by_partner: BTreeMap<CityCode, Rule<'a>>,
}

impl<'a> Rules<'a> {
    /// Of the viewer's recognitions that have begun, the one at the highest place is the rule for its partner (R129).
    pub fn gather(docket: &Docket<'a>) -> Self {
        let view = &docket.case.view;
        let mut by_partner: BTreeMap<CityCode, Rule<'a>> = BTreeMap::new();
        for at in 0..docket.facts.len() {
            let fact = docket.facts[at];
            if fact.header.kind != Kind::Recognition || fact.id.city != view.viewer || !docket.acts(at) {
                continue;
            }
            let BodyState::Held(Body::Recognition(body)) = &fact.body else { continue };
            if body.valid_from.start() > view.at {
                continue;
            }
            let is_expired = body.valid_until.is_some_and(|until| view.at >= until.end());
            let rule = Rule { id: fact.id, body, is_expired };
            // Facts pass in order of place, so the last one stays; the comparison says so.
            match by_partner.get(&body.partner) {
                Some(known) if place(&known.id) > place(&fact.id) => {}
                _ => {
                    by_partner.insert(body.partner, rule);
                }
            }
        }
        Self { by_partner }
    }

    /// The rule in force for a partner, also where it recognises nothing.
    pub fn of(&self, partner: CityCode) -> Option<Rule<'a>> {
        self.by_partner.get(&partner).copied()
    }

    /// Partners of whom something is recognised at the instant.
    pub fn recognised(&self) -> impl Iterator<Item = (CityCode, Rule<'a>)> {
        self.by_partner
            .iter()
            .filter(|(_, rule)| !rule.is_expired && !rule.body.lists.is_empty())
            .map(|(partner, rule)| (*partner, *rule))
    }
}

/// Every way in which a rule keeps an entry, which was listed on a day, from counting (R130). Empty: it counts.
pub(super) fn objections_of_rule(
    rule: Option<Rule<'_>>,
    entry: &EntryBody,
    listed_on: Date,
    at: Millis,
) -> Vec<ReasonCode> {
    let Some(rule) = rule else {
        return vec![ReasonCode::NotRecognised];
    };
    if rule.is_expired {
        return vec![ReasonCode::RecognitionExpired];
    }
    let mut out = Vec::new();
    let terms = rule.body;
    if terms.lists.is_empty() {
        return vec![ReasonCode::NotRecognised];
    }
    if !terms.lists.contains(&entry.list) {
        out.push(ReasonCode::ListNotRecognised);
    }
    if terms.fields.as_ref().is_some_and(|fields| !fields.contains(&entry.field)) {
        out.push(ReasonCode::FieldNotRecognised);
    }
    if terms.editions.as_ref().is_some_and(|editions| !editions.contains(&entry.edition)) {
        out.push(ReasonCode::EditionNotRecognised);
    }
    let is_burden = entry.list != List::Red;
    // `None` is below every severity.
    if is_burden && terms.minimum_severity.is_some() && entry.severity < terms.minimum_severity {
        out.push(ReasonCode::BelowMinimumSeverity);
    }
    let decided = entry.basis.decided_on.or(entry.basis.effective_on);
    if decided.is_none() && (terms.decided_within_months.is_some() || terms.decided_since.is_some()) {
        out.push(ReasonCode::DecisionDateUnknown);
    }
    if let Some(decided) = decided {
        let too_old = |months: u16| at >= decided.add_months(i32::from(months)).end();
        if terms.decided_within_months.is_some_and(too_old) {
            out.push(ReasonCode::DecidedTooLongAgo);
        }
    }
    // A rule that does not say from which decisions on it means those from its own first day on: recognition is not retroactive
    // by itself. What bears no date is then taken to be of the day on which it was listed.
    let (since, judged) = match terms.decided_since {
        Some(since) => (since, decided),
        None => (terms.valid_from, Some(decided.unwrap_or(listed_on))),
    };
    if judged.is_some_and(|day| day < since) {
        out.push(ReasonCode::DecidedBeforeRecognition);
    }
    out
}
