//! The table of R30 once more, as far as an effect depends on it: by whom a kind may be said, and about what.

use huxin_protocol::kind::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Any,
    ListingCity,
    OtherCity,
    /// The city in whose log the statement stands that the filing is about.
    CityThatListed,
    SameCity,
}

/// What R30 says of a kind that is about something.
pub(super) struct Law {
    pub by: By,
    pub about: fn(Kind) -> bool,
}

/// Nothing of a kind that is about nothing, or that has no number in the table.
pub(super) fn law(kind: Kind) -> Option<Law> {
    let law = |by, about: fn(Kind) -> bool| Some(Law { by, about });
    match kind {
        Kind::Amendment | Kind::Annulment | Kind::Removal | Kind::Repair | Kind::Suspension => {
            law(By::ListingCity, is_listing)
        }
        Kind::Erasure => law(By::ListingCity, |on| is_listing(on) || is_act(on)),
        Kind::Reinstatement => law(By::ListingCity, is_ending),
        Kind::Resumption => law(By::ListingCity, |on| on == Kind::Suspension),
        Kind::Response | Kind::RepairApplication | Kind::Objection | Kind::Decline => law(By::OtherCity, is_listing),
        Kind::Feedback => law(By::Any, is_listing),
        Kind::Ruling | Kind::Step => law(By::CityThatListed, is_filing),
        Kind::Withdrawal => law(By::SameCity, |on| is_filing(on) || on == Kind::Decline),
        _ => None,
    }
}

/// R31.
pub(super) const fn is_ending(kind: Kind) -> bool {
    matches!(kind, Kind::Annulment | Kind::Removal | Kind::Repair | Kind::Erasure)
}

/// R31.
pub(super) const fn is_relief(kind: Kind) -> bool {
    is_ending(kind) || matches!(kind, Kind::Suspension)
}

/// R32.
pub(super) const fn is_listing(kind: Kind) -> bool {
    matches!(kind, Kind::Entry | Kind::Amendment)
}

/// R148.
pub(super) const fn is_filing(kind: Kind) -> bool {
    matches!(kind, Kind::RepairApplication | Kind::Objection)
}

/// R34: of a known kind, and neither a listing nor trust.
pub(super) const fn is_act(kind: Kind) -> bool {
    let trust = matches!(kind, Kind::NodeAnnouncement | Kind::Recognition | Kind::Proposal | Kind::WitnessDigest);
    !trust && !is_listing(kind) && !matches!(kind, Kind::Unknown(_))
}
