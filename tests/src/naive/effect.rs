//! Which statements have an effect, by their headers alone (R101 to R104).

use super::Question;
use super::decoded::{Decoded, Leaf, Standing};
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
}

impl Effect {
    pub(super) const fn reason(self) -> Option<ReasonCode> {
        match self {
            Self::Stands => None,
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
    let ending = header.kind.is_ending();
    match leaf.standing {
        Standing::Abandoned { endings_kept } if !(ending && endings_kept) => {
            return Effect::Void(ReasonCode::Abandoned);
        }
        Standing::Voided => return Effect::Void(ReasonCode::VoidedByRecord),
        Standing::Frozen { .. } if !ending => return Effect::Void(ReasonCode::VoidedByRecord),
        _ => {}
    }
    if matches!(header.kind, Kind::Unknown(_)) {
        return Effect::Void(ReasonCode::NeedsNewerNode);
    }
    if header.kind.is_listing() && header.ground.is_none() {
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
    let Some(about) = header.about else {
        return if kind.needs_about() { Err(Effect::Void(ReasonCode::NoAbout)) } else { Ok(None) };
    };
    if !kind.needs_about() && kind != Kind::Objection {
        return Ok(None);
    }
    // R103, its first sentence: no statement that may still arrive can mend it, so it is asked first.
    let lister = kind.is_ending() || matches!(kind, Kind::Amendment | Kind::Reinstatement);
    let own = about.id.city == leaf.place.city;
    if lister && !own {
        return Err(Effect::Void(ReasonCode::NotTheListingCity));
    }
    // R102.
    if about.id.city == leaf.place.city && order(about.id) >= order(leaf.place) {
        return Err(Effect::Void(ReasonCode::AboutNotEarlier));
    }
    let Some(target) = all.leaf(about.id) else { return Err(Effect::NotYet(ReasonCode::NotYet)) };
    // R21: a leaf that cannot be read is no statement.
    let Some((target_header, digest)) = &target.said else { return Err(Effect::NotYet(ReasonCode::NotYet)) };
    if *digest != about.digest {
        return Err(Effect::Void(ReasonCode::AboutMismatch));
    }
    // R103, the rest.
    let fits = match kind {
        Kind::Reinstatement => target_header.kind.is_ending(),
        Kind::Decline => target_header.kind.is_listing() && !own,
        Kind::Response | Kind::Feedback | Kind::Ruling => true,
        Kind::Erasure => !is_trust_or_unknown(target_header.kind),
        _ => target_header.kind.is_listing(),
    };
    if fits { Ok(Some(target)) } else { Err(Effect::Void(ReasonCode::WrongTarget)) }
}

/// R145: what no Erasure may name.
const fn is_trust_or_unknown(kind: Kind) -> bool {
    matches!(kind, Kind::NodeAnnouncement | Kind::Recognition | Kind::Proposal | Kind::WitnessDigest | Kind::Unknown(_))
}

/// R104 on top: what the effect is for one instant. Endings have R122 instead.
pub(super) fn effect_at(leaf: &Leaf, question: &Question) -> Effect {
    match (leaf.effect, leaf.header()) {
        (Effect::Stands, Some(header))
            if !header.kind.is_ending() && header.issued_at.0 > question.at.0.saturating_add(AHEAD_MS) =>
        {
            Effect::NotYet(ReasonCode::NotYetIssued)
        }
        (effect, _) => effect,
    }
}

/// R121 and R122: whether an ending ends at this instant.
pub(super) fn ends(all: &Decoded, ending: &Leaf, question: &Question) -> bool {
    let Some(header) = ending.header() else { return false };
    if !header.kind.is_ending() || ending.effect != Effect::Stands {
        return false;
    }
    has_not_begun(ending, question).is_none() && !is_cancelled(all, ending, question)
}

/// R122: a Removal or Repair of later than the instant leaves the entry as it stood.
pub(super) fn has_not_begun(ending: &Leaf, question: &Question) -> Option<ReasonCode> {
    let later = ending
        .header()
        .is_some_and(|header| matches!(header.kind, Kind::Removal | Kind::Repair) && header.issued_at > question.at);
    (later && !question.now).then_some(ReasonCode::NotYetIssued)
}

/// R121: some effective Reinstatement names this ending.
fn is_cancelled(all: &Decoded, ending: &Leaf, question: &Question) -> bool {
    question.slip != super::Slip::IgnoresReinstatement
        && all.log(ending.place.city).iter().any(|leaf| {
            leaf.is(Kind::Reinstatement)
                && effect_at(leaf, question) == Effect::Stands
                && leaf.header().and_then(|header| header.about).is_some_and(|about| about.id == ending.place)
        })
}

/// Whether a cosignature's time is too far ahead of the instant to say anything (R133).
pub(super) const fn is_ahead(time_ms: i64, at_ms: i64) -> bool {
    time_ms > at_ms.saturating_add(AHEAD_MS)
}
