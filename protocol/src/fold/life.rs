//! The life of one chain at one instant: which link speaks, whether it can be read, what it rests on, and its term
//! (R105 to R107, R123 to R128, R143, R154). The issuer's side only; what counts for the viewer comes after.

use super::case::BodyState;
use super::docket::Docket;
use super::matter::Matters;
use crate::body::{Body, EntryBody};
use crate::edition::{BasisItem, Edition, ListRules, belongs_elsewhere, is_built_in};
use crate::header::Disclosure;
use crate::kind::Kind;
use crate::ruling::{Reason, ReasonCode, State};
use crate::time::{Date, Millis};

/// A chain as its issuer left it.
pub(super) struct Life<'a> {
    pub state: State,
    pub reasons: Vec<Reason>,
    pub current: Option<usize>,
    /// What the current link says, where it may be shown.
    pub body: Option<&'a EntryBody>,
    pub edition: Option<&'a Edition>,
    pub starts_at: Option<Millis>,
    pub ends_at: Option<Millis>,
    /// First instant at which the public no longer sees it (R156); `None` where nothing bounds its publication.
    pub public_until: Option<Millis>,
    /// First instant after the longest term of an entry that does not end there by itself (R156).
    pub maximum_at: Option<Millis>,
    /// The earliest decision day of the chain (R124).
    pub counted_from: Option<Date>,
    pub ended_by: Option<usize>,
    pub basis_lacks: Vec<BasisItem>,
    /// Another link than the current one has effect and cannot be read here: the term may be shorter (R124).
    pub link_unreadable: bool,
    /// Readable, of this subject and with effect, in its term or not: what a later repeat of the same ground repeats.
    pub is_sound: bool,
}

impl<'a> Life<'a> {
    fn bare(state: State, reason: Option<Reason>) -> Self {
        Self {
            state,
            reasons: reason.into_iter().collect(),
            current: None,
            body: None,
            edition: None,
            starts_at: None,
            ends_at: None,
            public_until: None,
            maximum_at: None,
            counted_from: None,
            ended_by: None,
            basis_lacks: Vec::new(),
            link_unreadable: false,
            is_sound: false,
        }
    }

    fn halted(self, state: State, reason: Reason) -> Self {
        let mut out = self;
        out.state = state;
        out.reasons.insert(0, reason);
        out
    }

    pub fn of(docket: &Docket<'a>, matters: &Matters, chain: usize) -> Self {
        let links = &matters.chains[chain];
        if let Some(ending) = matters.leading_ending(docket, chain) {
            return Self::ended(docket, matters, chain, ending);
        }
        if let Some(code) = links.hangs {
            let waits = code == ReasonCode::NotYet;
            return Self::bare(if waits { State::NotYet } else { State::Void }, Some(code.into()));
        }
        let speaking = links.links.iter().rev().copied().find(|at| matters.silence(docket, *at).is_none());
        let Some(current) = speaking else {
            return Self::silent(docket, matters, chain);
        };
        Self::judged(docket, &Counting::of(docket, matters, chain), current, current != links.root)
    }

    /// Nothing of the chain has an effect at this instant.
    fn silent(docket: &Docket<'a>, matters: &Matters, chain: usize) -> Self {
        let links = &matters.chains[chain].links;
        let later = links.iter().any(|at| docket.silence(*at) == Some(ReasonCode::NotYetIssued));
        if later {
            return Self::bare(State::NotYet, Some(ReasonCode::NotYetIssued.into()));
        }
        Self::bare(State::Void, matters.silence(docket, matters.chains[chain].root).map(Reason::from))
    }

    /// The matter has an effective ending: by header alone, whatever the bodies say (R105).
    fn ended(docket: &Docket<'a>, matters: &Matters, chain: usize, ending: usize) -> Self {
        let (state, code) = match docket.kind(ending) {
            Kind::Erasure => (State::Erased, ReasonCode::Erased),
            Kind::Annulment => (State::Annulled, ReasonCode::Annulled),
            Kind::Removal => (State::Removed, ReasonCode::Removed),
            _ => (State::Repaired, ReasonCode::Repaired),
        };
        let links = &matters.chains[chain];
        let mut out = if links.stillborn.is_some() {
            Self::bare(State::Void, Some(ReasonCode::GroundEnded.into()))
        } else {
            Self::bare(state, Some(code.into()))
        };
        out.ended_by = Some(ending);
        out.current = links.links.iter().rev().copied().find(|at| matters.silence(docket, *at).is_none());
        // Of erased matter nothing is shown, also where another copy of it is still held; and nothing of a chain without its
        // Entry, whose links no rule puts before or after the ending (R106).
        if state != State::Erased
            && links.hangs.is_none()
            && let Some(current) = out.current
            && let Some(body) = listing(docket, current).filter(|body| body.subject.id == docket.case.subject)
        {
            out.body = Some(body);
            out.edition = docket.case.editions.get(&body.edition);
            let rules = out.edition.map(|edition| edition.rules_for(body));
            Term::of(body, rules, &Counting::of(docket, matters, chain)).told(&mut out);
        }
        out
    }

    fn judged(docket: &Docket<'a>, counting: &Counting, current: usize, is_amended: bool) -> Self {
        let mut life = Self::bare(State::Listed, None);
        life.current = Some(current);
        let Some(body) = listing(docket, current) else {
            let (state, reason) = unreadable(&docket.facts[current].body, is_amended);
            return life.halted(state, reason);
        };
        if body.subject.id != docket.case.subject {
            return life.halted(State::Void, ReasonCode::OtherSubject.into());
        }
        life.body = Some(body);
        life.edition = docket.case.editions.get(&body.edition);
        let rules = life.edition.map(|edition| edition.rules_for(body));
        let term = Term::of(body, rules, counting);
        life.link_unreadable = counting.link_unreadable;
        term.told(&mut life);
        if term.is_from_issue {
            life.reasons.push(ReasonCode::StartUnknown.into());
        }
        let named = matches!(docket.facts[current].header.disclosure, Disclosure::Named(_));
        if crate::edition::names_persons(body) && !named {
            return life.halted(State::Void, ReasonCode::PersonNotNamedDisclosure.into());
        }
        let (Some(edition), Some(rules)) = (life.edition, rules) else {
            // What this node holds and does not accept is another matter than what it has never seen (R159).
            let held = is_built_in(&body.edition);
            let why = if held { ReasonCode::EditionNotAccepted } else { ReasonCode::EditionUnknown };
            return life.halted(State::Unknown, why.into());
        };
        let (city, issued_on) = (docket.facts[current].id.city, docket.facts[current].header.issued_at.date());
        if !edition.is_for(Some(city)) {
            return life.halted(State::Void, ReasonCode::EditionNotForCity.into());
        }
        if belongs_elsewhere(docket.case.editions, body, Some(city), issued_on) {
            return life.halted(State::Void, ReasonCode::ListRegisteredElsewhere.into());
        }
        let lacking = rules.lacking(body);
        if !lacking.is_empty() {
            let (en, zh) = named_items(&lacking);
            if body.source.is_none() {
                return life.halted(State::Void, Reason::with(ReasonCode::BasisMissing, &en, &zh));
            }
            life.reasons.push(Reason::with(ReasonCode::BasisIncomplete, &en, &zh));
            life.basis_lacks = lacking;
        }
        life.is_sound = true;
        let at = docket.case.view.at;
        if at < term.starts_at {
            return life.halted(State::NotYet, ReasonCode::NotYetEffective.into());
        }
        if term.ends_at.is_some_and(|end| at >= end) {
            return life.halted(State::Expired, ReasonCode::Expired.into());
        }
        let is_over = |end: Option<Millis>| end.is_some_and(|end| at >= end);
        if is_over(term.maximum_at) {
            life.reasons.push(ReasonCode::MaximumReached.into());
        }
        if is_over(term.public_until) {
            life.reasons.push(ReasonCode::PublicationOver.into());
        }
        life
    }
}

/// The body of a link, where it is held and is a listing.
pub(super) fn listing<'a>(docket: &Docket<'a>, at: usize) -> Option<&'a EntryBody> {
    match &docket.facts[at].body {
        BodyState::Held(Body::Listing(body)) => Some(body),
        _ => None,
    }
}

/// What a current link means that cannot be read (R107). The chain never falls back to older content: the city has said
/// that something changed. A malformed Entry by itself is void; a malformed amendment leaves the effect unknown.
fn unreadable(body: &BodyState, is_amended: bool) -> (State, Reason) {
    match body {
        BodyState::Lacking => (State::Unknown, ReasonCode::BodyLacking.into()),
        BodyState::NotReader => (State::Unknown, ReasonCode::NotReader.into()),
        BodyState::Erased => (State::Unknown, ReasonCode::BodyErased.into()),
        BodyState::Malformed("body_version") => (State::Unknown, ReasonCode::NeedsNewerNode.into()),
        BodyState::Malformed(code) => {
            let state = if is_amended { State::Unknown } else { State::Void };
            (state, Reason::with(ReasonCode::BodyMalformed, code, code))
        }
        // A body of another kind than its header's: decoders cannot yield it, and nothing may rest on it.
        BodyState::Held(_) => (State::Void, ReasonCode::BodyMalformed.into()),
    }
}

fn named_items(items: &[BasisItem]) -> (String, String) {
    let en: Vec<&str> = items.iter().map(|item| item.text().0).collect();
    let zh: Vec<&str> = items.iter().map(|item| item.text().1).collect();
    (en.join(", "), zh.join("、"))
}

/// From which day the longest term of a chain is counted (R124).
struct Counting {
    first_issued: Millis,
    /// The earliest decision day of any link that has effect and can be read, so that amending a date never renews a term.
    earliest: Option<Date>,
    link_unreadable: bool,
}

impl Counting {
    fn of(docket: &Docket<'_>, matters: &Matters, chain: usize) -> Self {
        let chain = &matters.chains[chain];
        let effective = chain.links.iter().copied().filter(|at| matters.silence(docket, *at).is_none());
        let (mut earliest, mut link_unreadable) = (None, false);
        for at in effective {
            match listing(docket, at) {
                Some(body) => earliest = [earliest, body.decision_day()].into_iter().flatten().min(),
                None => link_unreadable = true,
            }
        }
        Self { first_issued: docket.facts[chain.root].header.issued_at, earliest, link_unreadable }
    }
}

/// From when to when an entry counts by itself (R123, R124), and until when the public sees it (R156).
struct Term {
    starts_at: Millis,
    ends_at: Option<Millis>,
    public_until: Option<Millis>,
    maximum_at: Option<Millis>,
    counted_from: Date,
    /// No date is given, so it starts at its issue.
    is_from_issue: bool,
}

impl Term {
    fn of(body: &EntryBody, rules: Option<ListRules<'_>>, counting: &Counting) -> Self {
        let given = body.basis.effective_on.or(body.from);
        let first_issued = counting.first_issued;
        let counted_from = counting.earliest.unwrap_or_else(|| first_issued.date());
        let maximum = rules.and_then(|rules| rules.last_day(body.severity, counted_from));
        let decides = rules.and_then(|rules| rules.last_day_before_the_authority_decides(body.severity, counted_from));
        let public = rules.and_then(|rules| rules.last_public_day(body.severity, counted_from));
        let earlier = |one: Option<Date>, other: Option<Date>| [one, other].into_iter().flatten().min();
        Self {
            starts_at: given.map_or(first_issued, |day| day.start()),
            ends_at: earlier(body.until, maximum).map(Date::end),
            public_until: earlier(body.decision.published_until, public).map(Date::end),
            maximum_at: decides.map(Date::end),
            counted_from,
            is_from_issue: given.is_none(),
        }
    }

    const fn told(&self, life: &mut Life<'_>) {
        (life.starts_at, life.ends_at) = (Some(self.starts_at), self.ends_at);
        (life.public_until, life.maximum_at) = (self.public_until, self.maximum_at);
        life.counted_from = Some(self.counted_from);
    }
}
