//! An entry that was taken over from another listing counts no longer than that one (R172).

use super::decoded::{Decoded, Leaf};
use super::effect::order;
use super::matter::matters;
use super::terms::Known;
use super::{Question, Slip};

/// The listing that the current link says it is derived from, where that one is held and stands before it.
fn origin<'a>(all: &'a Decoded, known: &Known<'_>) -> Option<&'a Leaf> {
    let about = known.body.derived_from?;
    let link = known.link.place;
    if about.id.city == link.city && order(about.id) >= order(link) {
        return None;
    }
    let listing = all.leaf(about.id).filter(|leaf| leaf.chain.is_some())?;
    listing.said.as_ref().is_some_and(|(_, digest)| *digest == about.digest).then_some(listing)
}

/// Whether the matter of that listing has ended, or rests.
pub(super) fn is_over(all: &Decoded, known: &Known<'_>, question: &Question) -> bool {
    if question.slip == Slip::IgnoresOrigins {
        return false;
    }
    let Some(listing) = origin(all, known) else { return false };
    let matters = matters(all, listing.place.city, question);
    let matter = matters.of_listing(listing);
    matter.is_some_and(|matter| !matter.endings.is_empty() || !matter.suspensions.is_empty())
}
