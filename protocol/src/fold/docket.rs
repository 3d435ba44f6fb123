//! The docket: the facts of a case in one order, and what their headers alone decide (R101 to R105).
//!
//! Nothing here looks at a body, so that whatever becomes of bodies, the same statements are void, not yet or sound on
//! every node; that is what lets an ending win for ever by its header (R105).

use super::case::{BodyState, CaseFile, Fact};
use crate::ids::{CityCode, Epoch, Seq, StatementId};
use crate::kind::{Kind, Misfit, Named};
use crate::limits::{CLOCK_TOLERANCE_MS, HEARD_AT_MOST};
use crate::ruling::ReasonCode;
use std::collections::BTreeMap;

/// What the header decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Sound,
    /// May become sound when another statement arrives.
    NotYet(ReasonCode),
    Void(ReasonCode),
}

/// One fact's finding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding {
    /// Index of the statement acted on, where the reference itself holds, whatever else makes the fact void.
    pub target: Option<usize>,
    pub standing: Standing,
}

/// Facts sorted by id and digest, without repeats, each with its finding.
pub(super) struct Docket<'a> {
    pub case: &'a CaseFile<'a>,
    pub facts: Vec<&'a Fact>,
    pub findings: Vec<Finding>,
}

/// Place within a city's log. A later epoch comes after whatever an earlier one held, abandoned leaves included; within
/// the log itself this is the order of positions.
pub(super) const fn place(id: &StatementId) -> (Epoch, Seq) {
    (id.epoch, id.seq)
}

/// Held before readable-later before erased, so that of two copies of one fact the fuller one is judged.
const fn fullness(body: &BodyState) -> u8 {
    match body {
        BodyState::Held(_) => 0,
        BodyState::Malformed(_) => 1,
        BodyState::Erased => 2,
        BodyState::Lacking => 3,
        BodyState::NotReader => 4,
    }
}

impl<'a> Docket<'a> {
    pub fn open(case: &'a CaseFile<'a>) -> Self {
        let mut facts: Vec<&Fact> = case.facts.iter().collect();
        facts.sort_by(|a, b| {
            (a.id, a.digest, fullness(&a.body), a.voided, !a.abandoned).cmp(&(
                b.id,
                b.digest,
                fullness(&b.body),
                b.voided,
                !b.abandoned,
            ))
        });
        facts.dedup_by(|later, earlier| later.id == earlier.id && later.digest == earlier.digest);
        let mut heard = Heard::new(case.view.viewer);
        let (facts, unheard): (Vec<&Fact>, Vec<&Fact>) = facts.into_iter().partition(|fact| heard.hears(fact));
        let findings = facts.iter().map(|fact| find(&facts, &unheard, fact)).collect();
        Self { case, facts, findings }
    }

    pub fn is_sound(&self, at: usize) -> bool {
        self.findings[at].standing == Standing::Sound
    }

    /// Whether a fact was issued by the instant of the ruling, give or take five minutes (R104).
    pub fn is_issued(&self, at: usize) -> bool {
        self.facts[at].header.issued_at.0 <= self.case.view.at.0.saturating_add(CLOCK_TOLERANCE_MS)
    }

    /// Sound and issued: it has its effect at this instant, as far as headers go.
    pub fn acts(&self, at: usize) -> bool {
        self.is_sound(at) && self.is_issued(at)
    }

    /// Why a fact does not act, if it does not.
    pub fn silence(&self, at: usize) -> Option<ReasonCode> {
        match self.findings[at].standing {
            Standing::Void(code) | Standing::NotYet(code) => Some(code),
            Standing::Sound if !self.is_issued(at) => Some(ReasonCode::NotYetIssued),
            Standing::Sound => None,
        }
    }

    pub fn kind(&self, at: usize) -> Kind {
        self.facts[at].header.kind
    }
}

/// What a ruling listens to (R146). Whoever lists is heard in full about its own listings; of what others say about a
/// statement, each city is heard a number of times, so that nobody makes the rulings of another's entries costly.
pub struct Heard {
    viewer: CityCode,
    counted: BTreeMap<(CityCode, Seq, CityCode, Kind), usize>,
}

impl Heard {
    #[must_use]
    pub const fn new(viewer: CityCode) -> Self {
        Self { viewer, counted: BTreeMap::new() }
    }

    /// Whether a kind that a city says is heard at all: a Feedback and a Step change no ruling, and a Decline and a Response bind
    /// the city alone that says them.
    #[must_use]
    pub fn hears_kind(&self, city: CityCode, kind: Kind) -> bool {
        match kind {
            Kind::Feedback | Kind::Step => false,
            Kind::Decline | Kind::Response => city == self.viewer,
            // What a kind that is about nothing names is not looked at (R103).
            _ => kind.row().is_none_or(crate::kind::Row::needs_about),
        }
    }

    /// How many statements of a kind in the log of `city` about one statement of the log of `of` are heard, by place; `None` for
    /// all of them.
    #[must_use]
    pub fn at_most(city: CityCode, of: CityCode, kind: Kind) -> Option<usize> {
        let is_own_word = matches!(kind, Kind::Decline | Kind::Response);
        let bounded = (city != of && !is_own_word) || kind == Kind::Withdrawal;
        bounded.then_some(HEARD_AT_MOST)
    }

    /// Whether this one is heard. Facts must come in order of place.
    fn hears(&mut self, fact: &Fact) -> bool {
        let (city, kind) = (fact.id.city, fact.header.kind);
        // A listing is found by what it lists, and not by what it amends.
        if kind.is_listing() {
            return true;
        }
        let Some(about) = fact.header.about.filter(|_| kind.needs_about() || kind.row().is_none()) else { return true };
        if !self.hears_kind(city, kind) {
            return false;
        }
        let Some(most) = Self::at_most(city, about.id.city, kind) else { return true };
        // A header that belongs elsewhere says nothing of another city's statement, and neither does a branch that was left.
        if fact.id != fact.header.id() || fact.abandoned {
            return false;
        }
        let counted = self.counted.entry((about.id.city, about.id.seq, city, kind)).or_default();
        *counted += 1;
        *counted <= most
    }
}

/// The finding of one fact. The first reason in the order of R101 is given. What a ruling does not hear is held all the same, so
/// that it is known of what names it whether that may (R102, R103).
fn find(facts: &[&Fact], unheard: &[&Fact], fact: &Fact) -> Finding {
    let header = &fact.header;
    let about = find_about(facts, unheard, fact);
    let void = if fact.id != header.id() || header.issuer.city != header.city {
        Some(ReasonCode::Misplaced)
    } else if fact.abandoned && !header.kind.is_relief() {
        Some(ReasonCode::Abandoned)
    } else if fact.voided && !fact.abandoned {
        Some(ReasonCode::VoidedByRecord)
    } else if matches!(header.kind, Kind::Unknown(_)) {
        Some(ReasonCode::NeedsNewerNode)
    } else if header.kind.is_listing() && header.ground.is_none() {
        Some(ReasonCode::NoGround)
    } else {
        None
    };
    let standing = match (void, about) {
        (Some(code), _) => Standing::Void(code),
        (None, Err(standing)) => standing,
        (None, Ok(_)) => Standing::Sound,
    };
    Finding { target: about.ok().flatten(), standing }
}

/// Whether the statement that a fact acts on is there, is the one meant, and may be acted on so (R102, R103).
fn find_about(facts: &[&Fact], unheard: &[&Fact], fact: &Fact) -> Result<Option<usize>, Standing> {
    let header = &fact.header;
    let kind = header.kind;
    if !kind.needs_about() {
        return Ok(None);
    }
    let Some(about) = header.about else { return Err(Standing::Void(ReasonCode::NoAbout)) };
    let row = kind.row();
    row.map_or(Ok(()), |row| row.may_act_on_log(header.city, about.id.city)).map_err(misfit)?;
    // Needs nothing to be present: the reference itself says it.
    if about.id.city == fact.id.city && place(&about.id) >= place(&fact.id) {
        return Err(Standing::Void(ReasonCode::AboutNotEarlier));
    }
    let place = place_of(facts, about.id);
    let heard = place.clone().find(|at| facts[*at].digest == about.digest);
    let unheard = &unheard[place_of(unheard, about.id)];
    let named =
        heard.map(|at| facts[at]).or_else(|| unheard.iter().find(|other| other.digest == about.digest).copied());
    let Some(named) = named else {
        return Err(match place.is_empty() && unheard.is_empty() {
            true => Standing::NotYet(ReasonCode::NotYet),
            false => Standing::Void(ReasonCode::AboutMismatch),
        });
    };
    let of = named.header.about.map(|about| about.id.city);
    let named = Named { kind: named.header.kind, city: named.id.city, about: of };
    row.map_or(Ok(()), |row| row.may_act_on(header.city, &named)).map_err(misfit)?;
    Ok(heard)
}

/// Where the facts of one place stand among facts that are sorted by id.
fn place_of(facts: &[&Fact], id: StatementId) -> std::ops::Range<usize> {
    let from = facts.partition_point(|other| other.id < id);
    from..from + facts[from..].iter().take_while(|other| other.id == id).count()
}

const fn misfit(misfit: Misfit) -> Standing {
    Standing::Void(match misfit {
        Misfit::NotTheListingCity => ReasonCode::NotTheListingCity,
        Misfit::NotTheSameCity => ReasonCode::NotTheSameCity,
        Misfit::WrongTarget => ReasonCode::WrongTarget,
    })
}
