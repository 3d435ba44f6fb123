//! Which statements have an effect, by their headers alone (R101 to R104).

use super::Question;
use super::decoded::{Decoded, Leaf, Standing};
use super::law::{By, is_listing, is_relief, law};
use huxin_protocol::ids::{Epoch, Seq, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::ReasonCode;

/// R104: clocks of cities may differ by this much.
const AHEAD_MS: i64 = 5 * 60 * 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Stands,
    Void(ReasonCode),
    NotYet(ReasonCode),
    /// R146: no ruling hears it, so it has no effect and is not shown.
    Unheard,
}

impl Effect {
    pub(super) const fn reason(self) -> Option<ReasonCode> {
        match self {
            Self::Stands | Self::Unheard => None,
            Self::Void(reason) | Self::NotYet(reason) => Some(reason),
        }
    }
}

/// R102: places of one log are compared by epoch and seq.
pub(super) const fn order(place: StatementId) -> (Epoch, Seq) {
    (place.epoch, place.seq)
}

/// R101 to R103, the first of them that applies.
pub(super) fn header_effect(all: &Decoded, leaf: &Leaf) -> Effect {
    let Some((header, _)) = &leaf.said else { return Effect::Void(ReasonCode::NeedsNewerNode) };
    if leaf.is_misplaced() {
        return Effect::Void(ReasonCode::Misplaced);
    }
    let relief = is_relief(header.kind);
    match leaf.standing {
        Standing::Abandoned { reliefs_kept } if !(relief && reliefs_kept) => {
            return Effect::Void(ReasonCode::Abandoned);
        }
        Standing::Voided => return Effect::Void(ReasonCode::VoidedByRecord),
        Standing::Frozen { .. } if !relief => return Effect::Void(ReasonCode::VoidedByRecord),
        _ => {}
    }
    if matches!(header.kind, Kind::Unknown(_)) {
        return Effect::Void(ReasonCode::NeedsNewerNode);
    }
    if is_listing(header.kind) && header.ground.is_none() {
        return Effect::Void(ReasonCode::NoGround);
    }
    match about_holds(all, leaf) {
        Ok(_) => Effect::Stands,
        Err(effect) => effect,
    }
}

/// R102 and R103: the statement that this one acts on, where it needs one or names one.
pub(super) fn about_holds<'a>(all: &'a Decoded, leaf: &Leaf) -> Result<Option<&'a Leaf>, Effect> {
    let Some((header, _)) = &leaf.said else { return Err(Effect::Void(ReasonCode::NeedsNewerNode)) };
    let kind = header.kind;
    let Some(law) = law(kind) else { return Ok(None) };
    let Some(about) = header.about else { return Err(Effect::Void(ReasonCode::NoAbout)) };
    // R103, its first sentence: no statement that may still arrive can mend it, so it is asked first.
    let own = about.id.city == leaf.place.city;
    match law.by {
        By::ListingCity if !own => return Err(Effect::Void(ReasonCode::NotTheListingCity)),
        By::SameCity if !own => return Err(Effect::Void(ReasonCode::NotTheSameCity)),
        _ => {}
    }
    // R102.
    if about.id.city == leaf.place.city && order(about.id) >= order(leaf.place) {
        return Err(Effect::Void(ReasonCode::AboutNotEarlier));
    }
    let Some(target) = all.leaf(about.id) else { return Err(Effect::NotYet(ReasonCode::NotYet)) };
    // R106: what is kept of what was left behind can be taken back, and nothing else acts on it.
    if target.is_left_behind() && !matches!(kind, Kind::Reinstatement | Kind::Resumption) {
        return Err(Effect::NotYet(ReasonCode::NotYet));
    }
    // R21: a leaf that cannot be read is no statement.
    let Some((target_header, digest)) = &target.said else { return Err(Effect::NotYet(ReasonCode::NotYet)) };
    if *digest != about.digest {
        return Err(Effect::Void(ReasonCode::AboutMismatch));
    }
    // R103, the rest.
    if !(law.about)(target_header.kind) || (law.by == By::OtherCity && own) {
        return Err(Effect::Void(ReasonCode::WrongTarget));
    }
    let listed = target_header.about.map(|about| about.id.city);
    if law.by == By::CityThatListed && listed != Some(leaf.place.city) {
        return Err(Effect::Void(ReasonCode::NotTheListingCity));
    }
    Ok(Some(target))
}

/// R104 and R146 on top: what the effect is for one instant. Reliefs have R122 instead.
pub(super) fn effect_at(leaf: &Leaf, question: &Question) -> Effect {
    if !leaf.heard && question.slip != super::Slip::HearsEverything {
        return Effect::Unheard;
    }
    match (leaf.effect, leaf.header()) {
        (Effect::Stands, Some(header))
            if !is_relief(header.kind) && header.issued_at.0 > question.at.0.saturating_add(AHEAD_MS) =>
        {
            Effect::NotYet(ReasonCode::NotYetIssued)
        }
        (effect, _) => effect,
    }
}

/// R121, R122 and R147: whether an ending ends, or a Suspension rests, at this instant.
pub(super) fn relieves(all: &Decoded, relief: &Leaf, question: &Question) -> bool {
    let Some(header) = relief.header() else { return false };
    if !is_relief(header.kind) || relief.effect != Effect::Stands {
        return false;
    }
    has_not_begun(relief, question).is_none() && !is_cancelled(all, relief, question)
}

/// R122: a Removal, Repair or Suspension of later than the instant leaves the entry as it stood.
pub(super) fn has_not_begun(relief: &Leaf, question: &Question) -> Option<ReasonCode> {
    let timed = [Kind::Removal, Kind::Repair, Kind::Suspension];
    let later = relief.header().is_some_and(|header| timed.contains(&header.kind) && header.issued_at > question.at);
    (later && !question.now).then_some(ReasonCode::NotYetIssued)
}

/// R121 and R147: some effective Reinstatement names this ending, or some effective Resumption this Suspension.
fn is_cancelled(all: &Decoded, relief: &Leaf, question: &Question) -> bool {
    let (by, slip) = if relief.is(Kind::Suspension) {
        (Kind::Resumption, super::Slip::IgnoresResumption)
    } else {
        (Kind::Reinstatement, super::Slip::IgnoresReinstatement)
    };
    question.slip != slip && is_named_by(all, relief, &[by], question)
}

/// Whether a statement of one of these kinds, with effect at the instant, names this one.
pub(super) fn is_named_by(all: &Decoded, named: &Leaf, kinds: &[Kind], question: &Question) -> bool {
    all.all().any(|leaf| {
        kinds.iter().any(|kind| leaf.is(*kind))
            && leaf.about() == Some(named.place)
            && effect_at(leaf, question) == Effect::Stands
    })
}

/// Whether a cosignature's time is too far ahead of the instant to say anything (R133).
pub(super) const fn is_ahead(time_ms: i64, at_ms: i64) -> bool {
    time_ms > at_ms.saturating_add(AHEAD_MS)
}
