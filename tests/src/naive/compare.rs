//! The second opinion beside the first. Every difference is a sentence that names the rule of SPEC.md and both answers.

use super::{Chain, Open, Resolution};
use huxin_protocol::ids::StatementId;
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::{EntryRuling, Filing, FilingKind, MeasureInForce, ReasonCode, Ruling};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// Differences found, as sentences.
struct Differences {
    of: String,
    found: Vec<String>,
}

impl Differences {
    fn same<T: PartialEq + Debug>(&mut self, rule: &str, what: &str, naive: &T, ruling: &T) {
        if naive != ruling {
            let of = &self.of;
            self.found.push(format!("{of}: {what} by {rule} is {naive:?}, and the ruling says {ruling:?}"));
        }
    }
}

/// Every difference between the naive answer and a ruling of the production code; empty where they agree.
#[must_use]
pub fn disagreements(naive: &Resolution, ruling: &Ruling) -> Vec<String> {
    let moment = if ruling.now { "now" } else { "then" };
    let of = format!("{} for {} at {} ({moment})", ruling.subject, ruling.viewer, ruling.at_text);
    let mut differences = Differences { of, found: Vec::new() };
    let told = |id: &StatementId| !naive.untold.contains(id);
    let readable = |id: &StatementId| naive.chains.get(id).is_some_and(|chain| chain.names_subject) || told(id);
    let ids: BTreeSet<StatementId> = naive.chains.keys().copied().filter(readable).collect();
    let theirs: BTreeSet<StatementId> = ruling.entries.iter().map(|entry| entry.id).filter(readable).collect();
    differences.same("R106", "the set of chains", &ids, &theirs);
    for entry in &ruling.entries {
        if let Some(chain) = naive.chains.get(&entry.id) {
            let of = format!("{}, entry {}", differences.of, entry.id);
            let mut within = Differences { of, found: Vec::new() };
            compare_entry(&mut within, chain, entry);
            differences.found.append(&mut within.found);
        }
    }
    compare_whole(&mut differences, naive, ruling);
    differences.found
}

fn compare_entry(differences: &mut Differences, chain: &Chain, entry: &EntryRuling) {
    let links: Vec<(StatementId, Option<ReasonCode>)> =
        entry.links.iter().map(|link| (link.id, link.reason.as_ref().map(|reason| reason.code))).collect();
    differences.same("R101 to R109", "links without effect", &chain.links, &links);
    let flagged = entry.links.iter().find(|link| link.current).map(|link| link.id);
    differences.same("R106", "the link marked current", &entry.current, &flagged);
    // Of a chain without its Entry nothing is current (R106), whatever is shown.
    if chain.rooted {
        differences.same("R106", "the current link", &chain.current, &entry.current);
        differences.same("R143, R139", "whether content is shown", &chain.shows_content, &entry.content.is_some());
    }
    differences.same("R105 to R132", "the state", &chain.state, &entry.state);
    differences.same("R129 to R135", "whether it counts", &chain.counts, &entry.counts);
    differences.same("R122, R123", "whether it has ended", &chain.ended, &entry.ended);
    differences.same("R122", "the ending that gave the state", &chain.ended_by, &entry.ended_by);
    differences.same("R120", "the entry that it repeats", &chain.same_as, &entry.same_as);
    if let Some(why) = chain.why {
        let given: BTreeSet<ReasonCode> = entry.reasons.iter().map(|reason| reason.code).collect();
        differences.same("R101 to R128", "the reason for that state", &true, &given.contains(&why));
        if !given.contains(&why) {
            let of = &differences.of;
            differences.found.push(format!("{of}: {why:?} is not among the reasons {given:?}"));
        }
    }
    let open: Vec<Open> = entry
        .filings
        .iter()
        .map(|filing| {
            let Filing { id, kind, until, overdue, suspends, filed_at: _ } = *filing;
            let kind = match kind {
                FilingKind::RepairApplication => Kind::RepairApplication,
                FilingKind::Objection => Kind::Objection,
            };
            Open { id, kind, until, overdue, suspends }
        })
        .collect();
    differences.same("R148", "what is open about it", &chain.filings, &open);
    if !chain.state.stands() {
        return;
    }
    let ours: BTreeSet<ReasonCode> = chain.objections.clone();
    let theirs: BTreeSet<ReasonCode> =
        entry.reasons.iter().map(|reason| reason.code).filter(|code| RECOGNITION.contains(code)).collect();
    differences.same("R129 to R131", "every reason against counting", &ours, &theirs);
    differences.same("R129", "the rule that judges it", &chain.rule, &entry.recognised_by);
    differences.same("R131", "the decline", &chain.declined_by, &entry.declined_by);
    let theirs: BTreeSet<ReasonCode> =
        entry.reasons.iter().map(|reason| reason.code).filter(|code| RESTING.contains(code)).collect();
    differences.same("R132, R147, R172", "what is said of its rest", &chain.resting, &theirs);
    differences.same("R147", "the Suspension", &chain.suspended_by, &entry.suspended_by);
    differences.same("R149", "the viewer's Response", &chain.answered_by, &entry.answered_by);
    differences.same("R123", "the start", &chain.starts_at, &entry.starts_at);
    differences.same("R124", "the end", &chain.ends_at, &entry.ends_at);
    differences.same("R156", "the end of its publication", &chain.public_until, &entry.public_until);
    let over: BTreeSet<ReasonCode> =
        entry.reasons.iter().map(|reason| reason.code).filter(|code| OVER.contains(code)).collect();
    differences.same("R156", "which of its terms are over", &chain.over, &over);
    let regional = entry.reasons.iter().any(|reason| reason.code == ReasonCode::RegionalList);
    differences.same("R173", "whether its list is one region's", &chain.regional, &regional);
    differences.same("R123", "listed here on", &chain.listed_here_on, &entry.listed_here_on);
    differences.same("R125", "what the basis lacks", &chain.lacks, &entry.basis_lacks);
    differences.same("R133", "staleness", &chain.stale, &entry.stale);
    differences.same("R134", "beyond the complete point", &chain.beyond_complete, &entry.beyond_complete);
    differences.same("R133, R134", "confirm with the issuer", &chain.confirm, &entry.confirm_with_issuer);
    let measures: Vec<(String, bool, Option<ReasonCode>)> = entry
        .measures
        .iter()
        .map(|measure| (measure.code.clone(), measure.holds, measure.reason.as_ref().map(|reason| reason.code)))
        .collect();
    differences.same("R127, R130", "its measures", &chain.measures, &measures);
}

/// Reasons of R129 to R131, and of R172.
const RECOGNITION: [ReasonCode; 11] = [
    ReasonCode::NotRecognised,
    ReasonCode::RecognitionExpired,
    ReasonCode::ListNotRecognised,
    ReasonCode::FieldNotRecognised,
    ReasonCode::EditionNotRecognised,
    ReasonCode::BelowMinimumSeverity,
    ReasonCode::DecidedTooLongAgo,
    ReasonCode::DecidedBeforeRecognition,
    ReasonCode::DecisionDateUnknown,
    ReasonCode::Declined,
    ReasonCode::DerivedNotRecognised,
];

/// Reasons of R156.
const OVER: [ReasonCode; 2] = [ReasonCode::MaximumReached, ReasonCode::PublicationOver];

/// Reasons of R132, R147 and R172.
const RESTING: [ReasonCode; 5] = [
    ReasonCode::Disputed,
    ReasonCode::SuspendedDisputed,
    ReasonCode::ObjectionOverdue,
    ReasonCode::SuspendedByOrder,
    ReasonCode::OriginEnded,
];

/// R139: the public view holds what stands, does not rest and is public in all its links, and nothing of anybody else's.
fn compare_public(differences: &mut Differences, naive: &Resolution, ruling: &Ruling) {
    let public = ruling.for_public();
    let ours: BTreeSet<StatementId> =
        naive.chains.values().filter(|chain| chain.is_public).map(|chain| chain.id).collect();
    let theirs: BTreeSet<StatementId> = public.entries.iter().map(|entry| entry.id).collect();
    differences.same("R139", "what the public is shown", &ours, &theirs);
    let told: Vec<StatementId> = public
        .entries
        .iter()
        .filter(|entry| entry.declined_by.is_some() || entry.answered_by.is_some() || !entry.filings.is_empty())
        .map(|entry| entry.id)
        .collect();
    differences.same("R139", "entries of which the public is told who acted on them", &Vec::new(), &told);
    differences.same("R139", "acts that the public is shown", &0, &public.without_effect.len());
}

fn compare_whole(differences: &mut Differences, naive: &Resolution, ruling: &Ruling) {
    compare_public(differences, naive, ruling);
    type Held = BTreeMap<String, (BTreeSet<StatementId>, bool, bool)>;
    let ours: Held = naive
        .in_force
        .iter()
        .map(|((edition, code), held)| {
            (format!("{edition} {code}"), (held.entries.clone(), held.suspended, held.confirm))
        })
        .collect();
    let told = |measure: &MeasureInForce| {
        let entries = measure.entries.iter().copied().collect();
        let rests = (entries, measure.suspended.is_some(), measure.confirm_with_issuer);
        (format!("{} {}", measure.edition, measure.code), rests)
    };
    let theirs: Held = ruling.measures.iter().chain(&ruling.incentives).map(told).collect();
    differences.same("R127, R130, R138", "the measures in force", &ours, &theirs);
    let groups: BTreeSet<BTreeSet<StatementId>> =
        ruling.groups.iter().map(|group| group.entries.iter().copied().collect()).collect();
    differences.same("R137", "the groups", &naive.groups, &groups);
    let counted = [ruling.summary.red, ruling.summary.black, ruling.summary.watch];
    differences.same("R137", "the count of red, black and watch", &naive.counted, &counted);
    for act in ruling.without_effect.iter().filter(|act| !naive.untold.contains(&act.id)) {
        let ours = naive.without_effect.get(&act.id).copied();
        differences.same("R101 to R104", &format!("the reason against {}", act.id), &ours, &Some(act.reason.code));
    }
    for source in &ruling.sources {
        let Some(ours) = naive.sources.get(&source.city) else { continue };
        let narrower = format!("{}, source {}", differences.of, source.city);
        let of = std::mem::replace(&mut differences.of, narrower);
        differences.same("R134", "lacking bodies", &ours.lacking, &source.lacking);
        differences.same("R89", "frozen", &ours.frozen, &source.frozen);
        differences.same("R133", "stale", &ours.stale, &source.stale);
        differences.same("R133", "freshness", &ours.freshness, &source.freshness);
        let rule = ours.rule.filter(|_| source.city != ruling.viewer);
        differences.same("R129", "the rule", &rule, &source.recognised_by);
        differences.of = of;
    }
}
