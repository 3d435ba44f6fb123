//! The docket: the facts of a case in one order, and what their headers alone decide (R101 to R105).
//!
//! Nothing here looks at a body, so that whatever becomes of bodies, the same statements are void, not yet or sound on
//! every node; that is what lets an ending win for ever by its header (R105).

use super::case::{BodyState, CaseFile, Fact};
use crate::ids::{Epoch, Seq, StatementId};
use crate::kind::{Kind, Misfit};
use crate::limits::CLOCK_TOLERANCE_MS;
use crate::ruling::ReasonCode;

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
        let findings = facts.iter().map(|fact| find(&facts, fact)).collect();
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

/// The finding of one fact. The first reason in the order of R101 is given.
fn find(facts: &[&Fact], fact: &Fact) -> Finding {
    let header = &fact.header;
    let about = find_about(facts, fact);
    let void = if fact.id != header.id() || header.issuer.city != header.city {
        Some(ReasonCode::Misplaced)
    } else if fact.abandoned && !header.kind.is_ending() {
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
fn find_about(facts: &[&Fact], fact: &Fact) -> Result<Option<usize>, Standing> {
    let header = &fact.header;
    let kind = header.kind;
    let Some(about) = header.about.filter(|_| kind.looks_at_about()) else {
        return if kind.needs_about() { Err(Standing::Void(ReasonCode::NoAbout)) } else { Ok(None) };
    };
    let row = kind.row();
    if row.is_some_and(|row| row.may_act_on_log(header.city, about.id.city).is_err()) {
        return Err(Standing::Void(ReasonCode::NotTheListingCity));
    }
    // Needs nothing to be present: the reference itself says it.
    if about.id.city == fact.id.city && place(&about.id) >= place(&fact.id) {
        return Err(Standing::Void(ReasonCode::AboutNotEarlier));
    }
    let from = facts.partition_point(|other| other.id < about.id);
    let mut held = facts[from..].iter().take_while(|other| other.id == about.id).enumerate().peekable();
    if held.peek().is_none() {
        return Err(Standing::NotYet(ReasonCode::NotYet));
    }
    let target = held.find(|(_, other)| other.digest == about.digest).map(|(offset, _)| from + offset);
    let Some(target) = target else {
        return Err(Standing::Void(ReasonCode::AboutMismatch));
    };
    let on = facts[target].header.kind;
    match row.map_or(Ok(()), |row| row.may_act_on(header.city, facts[target].id.city, on)) {
        Ok(()) => Ok(Some(target)),
        Err(Misfit::NotTheListingCity) => Err(Standing::Void(ReasonCode::NotTheListingCity)),
        Err(Misfit::WrongTarget) => Err(Standing::Void(ReasonCode::WrongTarget)),
    }
}
