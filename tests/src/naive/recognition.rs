//! What counts for the viewer: its own rule for the issuer, its declines, freshness and completeness (R129 to R131, R133, R134,
//! R172).

use super::decoded::{Content, Decoded, Leaf};
use super::effect::{Effect, effect_at, is_ahead, is_named_by, order};
use super::terms::Known;
use super::{Question, Slip};
use huxin_protocol::body::{List, RecognitionBody};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::ReasonCode;
use huxin_protocol::time::Millis;
use std::collections::BTreeSet;

/// R133: without a rule.
const DEFAULT_HOURS: i64 = 24;

/// The viewer's rule for a partner, also one that withdraws or has run out (R129).
pub(super) fn rule_for<'a>(
    all: &'a Decoded,
    partner: CityCode,
    question: &Question,
) -> Option<(StatementId, &'a RecognitionBody)> {
    let mut rule = None;
    for leaf in all.log(question.viewer) {
        if effect_at(leaf, question) != Effect::Stands {
            continue;
        }
        if let Content::Recognition(body) = &leaf.content
            && body.partner == partner
            && body.valid_from.start() <= question.at
        {
            let run_out = body.valid_until.is_some_and(|last| last.end() <= question.at);
            if run_out && question.slip == Slip::OldRulesComeBack {
                continue;
            }
            // Leaves come in order of place, so the last one that fits stands highest.
            rule = Some((leaf.place, body));
        }
    }
    rule
}

/// R129 and R130: every reason why a partner's entry does not count by the rule.
pub(super) fn objections(
    rule: Option<(StatementId, &RecognitionBody)>,
    known: &Known<'_>,
    first: &Leaf,
    question: &Question,
) -> BTreeSet<ReasonCode> {
    let Some((_, rule)) = rule else { return BTreeSet::from([ReasonCode::NotRecognised]) };
    if rule.valid_until.is_some_and(|last| last.end() <= question.at) {
        return BTreeSet::from([ReasonCode::RecognitionExpired]);
    }
    if rule.lists.is_empty() {
        return BTreeSet::from([ReasonCode::NotRecognised]);
    }
    let body = known.body;
    let mut against = BTreeSet::new();
    // R172.
    if body.derived_from.is_some() && !rule.derived && question.slip != Slip::IgnoresOrigins {
        against.insert(ReasonCode::DerivedNotRecognised);
    }
    if !rule.lists.contains(&body.list) {
        against.insert(ReasonCode::ListNotRecognised);
    }
    if rule.fields.as_ref().is_some_and(|fields| !fields.contains(&body.field)) {
        against.insert(ReasonCode::FieldNotRecognised);
    }
    if rule.editions.as_ref().is_some_and(|editions| !editions.contains(&body.edition)) {
        against.insert(ReasonCode::EditionNotRecognised);
    }
    if let Some(minimum) = rule.minimum_severity
        && matches!(body.list, List::Black | List::Watch)
    {
        let reaches = match body.severity {
            Some(severity) => severity >= minimum,
            None => question.slip == Slip::UnstatedSeverityPasses,
        };
        if !reaches {
            against.insert(ReasonCode::BelowMinimumSeverity);
        }
    }
    let decided = body.basis.decided_on.or(body.basis.effective_on);
    match decided {
        None if rule.decided_within_months.is_some() || rule.decided_since.is_some() => {
            against.insert(ReasonCode::DecisionDateUnknown);
        }
        None => {}
        Some(decided) => {
            if let Some(months) = rule.decided_within_months
                && question.at >= decided.add_months(i32::from(months)).end()
            {
                against.insert(ReasonCode::DecidedTooLongAgo);
            }
        }
    }
    // R130: not before decided_since; where that is absent, not before the rule's own first day, and an entry without a date
    // is of the day on which it was listed.
    let listed = first.header().map(|header| header.issued_at.date());
    let before = match rule.decided_since {
        Some(since) => decided.is_some_and(|decided| decided < since),
        None => decided.or(listed).is_some_and(|day| day < rule.valid_from),
    };
    if before {
        against.insert(ReasonCode::DecidedBeforeRecognition);
    }
    against
}

/// R131: an effective Decline by the viewer of any link that no effective Withdrawal takes back.
pub(super) fn declined_by(all: &Decoded, links: &[&Leaf], question: &Question) -> Option<StatementId> {
    if question.slip == Slip::IgnoresDeclines {
        return None;
    }
    let of_link = |leaf: &&Leaf| {
        leaf.is(Kind::Decline)
            && effect_at(leaf, question) == Effect::Stands
            && links.iter().any(|link| leaf.about() == Some(link.place))
            && !is_named_by(all, leaf, &[Kind::Withdrawal], question)
    };
    all.log(question.viewer).iter().find(of_link).map(|leaf| leaf.place)
}

/// R134: places of live leaves whose body is due here and not held, in order.
pub(super) fn lacking(all: &Decoded, city: CityCode) -> Vec<StatementId> {
    // The bodies of all other kinds enter no ruling.
    let kinds = [Kind::Entry, Kind::Amendment, Kind::Recognition, Kind::Decline, Kind::Response];
    let lacks = |leaf: &&Leaf| {
        leaf.owes_body() && matches!(leaf.content, Content::Lacking) && kinds.iter().any(|kind| leaf.is(*kind))
    };
    all.log(city).iter().filter(lacks).map(|leaf| leaf.place).collect()
}

/// R134: whether any link lies at or beyond the first lacking position.
pub(super) fn is_beyond_complete(all: &Decoded, links: &[&Leaf]) -> bool {
    let Some(city) = links.first().map(|link| link.place.city) else { return false };
    let Some(first) = lacking(all, city).first().copied() else { return false };
    links.iter().any(|link| order(link.place) >= order(first))
}

/// R133: time of the newest own cosignature that says something for this instant.
pub(super) fn freshness(all: &Decoded, city: CityCode, question: &Question) -> Option<Millis> {
    let beat = all.cities.get(&city)?.heartbeat?;
    let complete = lacking(all, city).first().map_or(u64::MAX, |place| place.seq.0);
    let time = i64::try_from(beat.time_s).ok()?.checked_mul(1000)?;
    let says_nothing = question.now && is_ahead(time, question.at.0);
    (beat.size <= complete && !says_nothing).then_some(Millis(time))
}

/// R133.
pub(super) fn is_stale(all: &Decoded, city: CityCode, question: &Question) -> bool {
    let hours = rule_for(all, city, question).map_or(DEFAULT_HOURS, |(_, rule)| i64::from(rule.freshness_hours));
    city != question.viewer
        && freshness(all, city, question).is_none_or(|time| question.at.0 - time.0 > hours * 3_600_000)
}
