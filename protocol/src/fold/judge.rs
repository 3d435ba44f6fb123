//! The ruling of one case, put together (R100, R129 to R142).

use super::case::{BodyState, CaseFile};
use super::docket::Docket;
use super::group::form_groups;
use super::life::Life;
use super::matter::{Matters, has_begun};
use super::measure::{Terms, in_force, judge_measures};
use super::origin;
use super::recognition::{Rules, objections_of_rule};
use super::source::SourceStanding;
use super::voices::{Open, Voices};
use crate::body::{BodyFault, List};
use crate::digest::Digest;
use crate::edition::{Clock, Scope, Silence, Text, governing};
use crate::ids::{CityCode, StatementId};
use crate::kind::Kind;
use crate::ruling::{
    Content, DisclosureLevel, EditionUsed, EntryRuling, Filing, FilingKind, LinkRuling, Reason, ReasonCode, Ruling,
    State, Summary, WithoutEffect, log_digest, ruling_digest,
};
use crate::text::harmless;
use crate::time::Date;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The ruling of one case: a pure, order-independent function of the case file (R100).
#[must_use]
pub fn rule(case: &CaseFile<'_>) -> Ruling {
    rule_under(case, log_digest(case.sources.values()))
}

/// [`rule`] for callers that keep the log digest of `case.sources` between cases: with hundreds of cities it costs more
/// than the ruling itself. A digest of other sources would name a view that the ruling was not made from.
#[must_use]
pub fn rule_under(case: &CaseFile<'_>, log_digest: Digest) -> Ruling {
    Bench::sit(case).ruling(log_digest)
}

/// Everything that was found out about a case on the way to its ruling; [`super::explain`] tells it.
pub(super) struct Bench<'a> {
    pub docket: Docket<'a>,
    pub matters: Matters,
    pub lives: Vec<Life<'a>>,
    pub rules: Rules<'a>,
    pub voices: Voices,
    /// The chain that each repeated one repeats.
    pub same_as: BTreeMap<usize, usize>,
    /// Chains that are shown (R143), ascending.
    shown: Vec<usize>,
}

impl<'a> Bench<'a> {
    pub fn sit(case: &'a CaseFile<'a>) -> Self {
        let docket = Docket::open(case);
        let matters = Matters::gather(&docket);
        let lives: Vec<Life<'a>> = (0..matters.chains.len()).map(|chain| Life::of(&docket, &matters, chain)).collect();
        let rules = Rules::gather(&docket);
        let voices = Voices::hear(&docket, &matters);
        let mut bench = Self { docket, matters, lives, rules, voices, same_as: BTreeMap::new(), shown: Vec::new() };
        bench.shown = bench.find_shown();
        bench.silence_repeats();
        bench
    }

    /// Of the sound chains of one matter the first speaks; a later one repeats it and has no effect, so that the same
    /// record imported twice counts once, and counts no longer when its first listing expires (R120).
    fn silence_repeats(&mut self) {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for chain in 0..self.lives.len() {
            if !self.lives[chain].is_sound {
                continue;
            }
            let lead = *first.entry(self.matters.matter_of(chain)).or_insert(chain);
            if lead != chain {
                let life = &mut self.lives[chain];
                life.state = State::Void;
                life.reasons = vec![ReasonCode::SameGround.into()];
                self.same_as.insert(chain, lead);
            }
        }
    }

    /// The chains that are shown.
    pub fn chains(&self) -> impl Iterator<Item = usize> {
        self.shown.iter().copied()
    }

    pub fn ruling(&self, log_digest: Digest) -> Ruling {
        let case = self.docket.case;
        let mut entries: Vec<EntryRuling> = self.chains().map(|chain| self.entry(chain)).collect();
        let groups = form_groups(&mut entries);
        let (measures, incentives) = in_force(&mut entries, case.editions);
        let editions: BTreeSet<Digest> = self.chains().flat_map(|chain| self.editions_of(chain)).collect();
        let editions: Vec<Digest> = editions.into_iter().collect();
        let ruling_digest = ruling_digest(&log_digest, &case.view, &editions, case.sources.values());
        Ruling {
            subject: case.subject.clone(),
            viewer: case.view.viewer,
            at: case.view.at,
            at_text: case.view.at.text(),
            now: case.view.now,
            summary: Summary::of(&entries, &groups),
            measures,
            incentives,
            without_effect: self.without_effect(),
            sources: self.sources(&entries),
            relied_on: self.relied_on(&entries),
            editions: editions
                .into_iter()
                .map(|digest| EditionUsed { digest, name: case.editions.get(&digest).map(|e| e.name().to_owned()) })
                .collect(),
            entries,
            groups,
            crosswalk: case.view.crosswalk,
            log_digest,
            ruling_digest,
        }
    }

    /// The editions that a shown entry was judged by: the one that it names, and those that govern its list (R141, R154).
    fn editions_of(&self, chain: usize) -> Vec<Digest> {
        let life = &self.lives[chain];
        let (Some(body), Some(current)) = (life.body, life.current) else { return Vec::new() };
        let (city, issued_on) = {
            let fact = self.docket.facts[current];
            (Some(fact.id.city), fact.header.issued_at.date())
        };
        let governing = governing(self.docket.case.editions, &body.list_name, city, issued_on);
        governing.into_iter().map(crate::edition::Edition::digest).chain([body.edition]).collect()
    }

    fn entry(&self, chain: usize) -> EntryRuling {
        let life = &self.lives[chain];
        let links = &self.matters.chains[chain];
        let root = self.docket.facts[links.root];
        let speaking = life.current.map_or(root, |at| self.docket.facts[at]);
        let source = self.source_standing(root.id.city);
        let listed_on = root.header.issued_at.date();
        let is_late = life.starts_at.is_some_and(|start| start.date() < listed_on);
        let issuer_name = self.source(root.id.city).map_or_else(String::new, |source| source.name.clone());
        let narrowest =
            links.links.iter().map(|at| DisclosureLevel::from(&self.docket.facts[*at].header.disclosure)).max();
        let is_burden = life.body.is_none_or(|body| body.list != List::Red);
        let beyond_complete = source
            .first_lacking
            .is_some_and(|lacking| is_burden && links.links.iter().any(|at| self.docket.facts[*at].id.seq >= lacking));
        let mut out = EntryRuling {
            id: root.id,
            current: life.current.map(|at| self.docket.facts[at].id),
            links: self.links(chain),
            issuer: root.id.city,
            attribution: attribution(life.body, root.id.city, &issuer_name),
            issuer_name,
            agency: speaking.header.issuer.agency.clone(),
            disclosure: narrowest.unwrap_or(DisclosureLevel::Named),
            issued_at: root.header.issued_at,
            listed_here_on: is_late.then_some(listed_on),
            content: life.body.map(|body| Content::of(body, life.edition)),
            starts_at: life.starts_at,
            ends_at: life.ends_at,
            public_until: life.public_until,
            state: life.state,
            ended: life.state.is_ended() || life.ended_by.is_some(),
            counts: false,
            reasons: life.reasons.clone(),
            measures: Vec::new(),
            recognised_by: None,
            declined_by: None,
            answered_by: self.voices.answered.get(&chain).map(|at| self.docket.facts[*at].id),
            suspended_by: None,
            filings: self.voices.open(chain).iter().map(|open| self.filing(chain, open)).collect(),
            ended_by: life.ended_by.map(|at| self.docket.facts[at].id),
            same_as: self.same_as.get(&chain).map(|lead| self.docket.facts[self.matters.chains[*lead].root].id),
            group: None,
            confirm_with_issuer: false,
            stale: source.is_stale,
            beyond_complete,
            history_cut: source.history_cut,
            basis_lacks: life.basis_lacks.clone(),
        };
        self.judge_effect(chain, &mut out, source);
        self.add_cautions(chain, &mut out, is_burden, life.link_unreadable);
        self.add_measures(chain, speaking.header.issued_at.date(), &mut out);
        out
    }

    /// Whether a standing entry counts for the viewer, and if not, each reason why (R129 to R132, R135).
    fn judge_effect(&self, chain: usize, out: &mut EntryRuling, source: SourceStanding) {
        let view = &self.docket.case.view;
        let life = &self.lives[chain];
        let is_own = out.issuer == view.viewer;
        let rule = if is_own { None } else { self.rules.of(out.issuer) };
        out.recognised_by = rule.map(|rule| rule.id);
        let (true, Some(body)) = (out.state.stands(), life.body) else { return };
        let mut against: Vec<ReasonCode> =
            if is_own { Vec::new() } else { objections_of_rule(rule, body, out.issued_at.date(), view.at) };
        let mut rests = false;
        if let Some(order) = self.matters.suspensions(chain).first() {
            out.suspended_by = Some(self.docket.facts[*order].id);
            against.push(ReasonCode::SuspendedByOrder);
            rests = true;
        }
        if let Some(decline) = self.voices.declined.get(&chain) {
            out.declined_by = Some(self.docket.facts[*decline].id);
            out.reasons.push(self.decline_reason(*decline));
        }
        let objections = || out.filings.iter().filter(|filing| filing.kind == FilingKind::Objection);
        let disputed = objections().next().is_some();
        let overdue = objections().any(|filing| filing.overdue);
        // Only the first Objection of a city suspends, and an overdue one as long as the edition lets it (R132).
        let suspends = objections().any(|filing| filing.suspends);
        if disputed {
            out.state = State::Disputed;
            out.reasons.push(ReasonCode::Disputed.into());
            if overdue {
                out.reasons.push(ReasonCode::ObjectionOverdue.into());
            }
            if suspends && rule.is_some_and(|rule| rule.body.suspend_while_disputed) {
                against.push(ReasonCode::SuspendedDisputed);
                rests = true;
            }
        }
        if let (Some(about), Some(current)) = (&body.derived_from, life.current) {
            if origin::is_gone(&self.docket, &self.matters, current, about) {
                against.push(ReasonCode::OriginEnded);
            }
            if rule.is_some_and(|rule| !rule.is_expired && !rule.body.lists.is_empty() && !rule.body.derived) {
                against.push(ReasonCode::DerivedNotRecognised);
            }
        }
        if source.is_frozen {
            against.push(ReasonCode::IssuerUnderReview);
            rests = true;
        }
        if rests {
            out.state = State::Suspended;
        }
        out.counts = against.is_empty() && out.declined_by.is_none();
        out.reasons.extend(against.into_iter().map(Reason::from));
    }

    /// A filing that waits, with the last day on which the issuer is to answer it (R148). Where the edition, or the body that names
    /// it, is not here, no clock is shown, and the careful answer for the subject holds.
    fn filing(&self, chain: usize, open: &Open) -> Filing {
        let fact = self.docket.facts[open.at];
        let life = &self.lives[chain];
        let is_objection = fact.header.kind == Kind::Objection;
        let clock = if is_objection { Clock::Object } else { Clock::Answer };
        let edition = life.edition;
        let until = edition.zip(life.body).and_then(|(edition, body)| {
            let days = edition.clock_days_for(body, clock)?;
            Some(edition.last_day_of_clock(fact.header.issued_at.date(), days))
        });
        let overdue = until.is_some_and(|until| self.docket.case.view.at >= until.end());
        let keeps = edition.is_some_and(|edition| edition.objection_silence() == Silence::Keep);
        Filing {
            id: fact.id,
            kind: if is_objection { FilingKind::Objection } else { FilingKind::RepairApplication },
            filed_at: fact.header.issued_at,
            until,
            overdue,
            suspends: is_objection && open.is_first && !(overdue && keeps),
        }
    }

    fn decline_reason(&self, decline: usize) -> Reason {
        match &self.docket.facts[decline].body {
            super::case::BodyState::Held(crate::body::Body::Decline(body)) => {
                Reason::with(ReasonCode::Declined, &body.reason, &body.reason)
            }
            _ => ReasonCode::Declined.into(),
        }
    }

    /// What a reader must be told of the source before acting (DOMAIN rule 9, R133, R134, R136).
    fn add_cautions(&self, chain: usize, out: &mut EntryRuling, is_burden: bool, link_unreadable: bool) {
        if !out.state.stands() {
            return;
        }
        if out.stale {
            out.reasons.push(ReasonCode::Stale.into());
        }
        if out.beyond_complete {
            out.reasons.push(ReasonCode::SourceIncomplete.into());
        }
        if out.history_cut {
            out.reasons.push(ReasonCode::HistoryCut.into());
        }
        // An earlier link may hold an earlier decision day, and then the term is over sooner (R124).
        if link_unreadable {
            out.reasons.push(ReasonCode::LinkUnreadable.into());
        }
        let (own, life) = (out.issuer == self.docket.case.view.viewer, &self.lives[chain]);
        let row = life.edition.zip(life.body).and_then(|(edition, body)| edition.rules_for(body).row());
        if !own && row.is_some_and(|row| row.scope == Scope::Regional) {
            out.reasons.push(ReasonCode::RegionalList.into());
        }
        out.confirm_with_issuer = is_burden && (out.stale || out.beyond_complete || link_unreadable);
    }

    fn add_measures(&self, chain: usize, issued_on: Date, out: &mut EntryRuling) {
        let life = &self.lives[chain];
        let Some(body) = life.body else { return };
        let rule = if out.issuer == self.docket.case.view.viewer { None } else { self.rules.of(out.issuer) };
        let none_holds = if out.is_basis_incomplete() {
            Some(ReasonCode::BasisIncomplete)
        } else if out.suspended_by.is_some() {
            Some(ReasonCode::SuspendedByOrder)
        } else if out.counts {
            None
        } else if self.source_standing(out.issuer).is_frozen && out.state.stands() {
            Some(ReasonCode::IssuerUnderReview)
        } else {
            Some(ReasonCode::EntryNotCounting)
        };
        let response = self.voices.answered.get(&chain).map(|at| &self.docket.facts[*at].body);
        let (edition, counted_from, at) = (life.edition, life.counted_from, self.docket.case.view.at);
        out.measures =
            judge_measures(body, &Terms { edition, issued_on, counted_from, at, rule, none_holds, response });
    }

    fn links(&self, chain: usize) -> Vec<LinkRuling> {
        let current = self.lives[chain].current;
        self.matters.chains[chain]
            .links
            .iter()
            .map(|at| LinkRuling {
                id: self.docket.facts[*at].id,
                issued_at: self.docket.facts[*at].header.issued_at,
                current: current == Some(*at),
                reason: self.matters.silence(&self.docket, *at).map(Reason::from),
            })
            .collect()
    }

    /// Acts on this subject's listings, and rules of the viewer, that have no effect (R101 to R104).
    fn without_effect(&self) -> Vec<WithoutEffect> {
        let mut out = Vec::new();
        // What lies in the case file since a listing was taken over from there or points there is about somebody else.
        let is_shown = |chain: usize| self.shown.binary_search(&chain).is_ok();
        let on_shown = self.acts_on(is_shown);
        let on_others = self.acts_on(|chain| !is_shown(chain));
        for at in 0..self.docket.facts.len() {
            let fact = self.docket.facts[at];
            let kind = fact.header.kind;
            if kind.is_listing() || (on_others.contains(&at) && !on_shown.contains(&at)) {
                continue;
            }
            let reason = match &fact.body {
                // Which rule a city meant cannot be told where it cannot be read.
                BodyState::Malformed(code) if kind == Kind::Recognition && self.docket.is_sound(at) => {
                    let newer = *code == BodyFault::Version.code();
                    Some(if newer { ReasonCode::NeedsNewerNode } else { ReasonCode::BodyMalformed })
                }
                // The time of a relief is its own matter: R104 does not hold for it, R122 does.
                _ if kind.is_relief() && self.docket.is_sound(at) => {
                    (!has_begun(&self.docket, at)).then_some(ReasonCode::NotYetIssued)
                }
                _ => self.docket.silence(at).or_else(|| self.voices.repeated.get(&at).copied()),
            };
            let Some(reason) = reason else { continue };
            let name = match kind {
                Kind::Unknown(number) => Cow::Owned(format!("Unknown {number}")),
                other => Cow::Borrowed(other.name()),
            };
            out.push(WithoutEffect {
                id: fact.id,
                kind: name.into_owned(),
                about: fact.header.about.map(|about| about.id),
                reason: reason.into(),
            });
        }
        out
    }

    /// The facts that name a link of one of these chains, or a fact that does.
    fn acts_on(&self, is_meant: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let place = |id: &StatementId| (id.city, id.seq);
        let mut naming: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for at in 0..self.docket.facts.len() {
            if let Some(about) = &self.docket.facts[at].header.about {
                naming.entry(place(&about.id)).or_default().push(at);
            }
        }
        let chains = self.matters.chains.iter().enumerate().filter(|(chain, _)| is_meant(*chain));
        let mut open: Vec<usize> = chains.flat_map(|(_, chain)| &chain.links).copied().collect();
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            // Each place is walked once.
            for act in naming.remove(&place(&self.docket.facts[at].id)).unwrap_or_default() {
                found.insert(act);
                open.push(act);
            }
        }
        found
    }

    /// Links, reliefs and what cancels one, the viewer's declines and responses, open filings, and the rules of the issuers.
    fn relied_on(&self, entries: &[EntryRuling]) -> Vec<StatementId> {
        let mut out: BTreeSet<StatementId> = BTreeSet::new();
        for entry in entries {
            out.extend(entry.links.iter().map(|link| link.id));
            out.extend(entry.recognised_by);
        }
        for chain in self.chains() {
            let reliefs = self.matters.endings(chain).iter().chain(self.matters.suspensions(chain)).copied();
            let own =
                [self.voices.declined.get(&chain), self.voices.answered.get(&chain)].into_iter().flatten().copied();
            let filed = self.voices.open(chain).iter().map(|open| open.at);
            out.extend(reliefs.chain(own).chain(filed).map(|at| self.docket.facts[at].id));
        }
        for at in 0..self.docket.facts.len() {
            if let Some(reinstatement) = self.matters.cancelled_by(at) {
                out.insert(self.docket.facts[at].id);
                out.insert(self.docket.facts[reinstatement].id);
            }
        }
        out.into_iter().collect()
    }
}

/// Deciding authority and publisher before the city that signed (DOMAIN rule 14); the city alone where it speaks for itself.
fn attribution(body: Option<&crate::body::EntryBody>, city: CityCode, name: &str) -> Text {
    // Names are a partner's words (R7).
    let signer = if name.is_empty() { city.to_string() } else { format!("{} ({city})", harmless(name)) };
    let Some(body) = body else {
        return Text { en: format!("signed by {signer}"), zh: format!("由 {signer} 签发") };
    };
    let authority = harmless(body.basis.authority.trim());
    match &body.source {
        Some(source) if source.publisher.trim() != body.basis.authority.trim() => Text {
            en: format!("{authority}, published by {}, signed by {signer}", harmless(&source.publisher)),
            zh: format!("{authority}，{} 发布，由 {signer} 签发", harmless(&source.publisher)),
        },
        _ => Text { en: format!("{authority}, signed by {signer}"), zh: format!("{authority}，由 {signer} 签发") },
    }
}
