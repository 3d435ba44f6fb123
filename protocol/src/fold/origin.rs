//! Where an entry comes from that says it was taken over from another listing (R172): it rests on that one, so what is over
//! there is over here.

use super::case::CaseFile;
use super::docket::{Docket, place};
use super::life::listing;
use super::matter::Matters;
use crate::header::About;

/// What the current links of a case say that they are derived from: the listings whose matters a ruling must see as well. To be
/// asked of a case that holds all of these links' own matters.
#[must_use]
pub fn origins(case: &CaseFile<'_>) -> Vec<About> {
    let docket = Docket::open(case);
    let matters = Matters::gather(&docket);
    let current = |chain: usize| {
        let links = &matters.chains[chain].links;
        links.iter().rev().copied().find(|at| matters.silence(&docket, *at).is_none())
    };
    (0..matters.chains.len()).filter_map(|chain| listing(&docket, current(chain)?)?.derived_from).collect()
}

/// Whether the matter that the listing at `own` says it is derived from has ended, or rests by order. By headers alone. What is not
/// here, or is no listing, says nothing; nor does what comes later in the same log.
pub(super) fn is_gone(docket: &Docket<'_>, matters: &Matters, own: usize, about: &About) -> bool {
    let own = docket.facts[own].id;
    if own.city == about.id.city && place(&about.id) >= place(&own) {
        return false;
    }
    let from = docket.facts.partition_point(|fact| fact.id < about.id);
    let mut held = docket.facts[from..].iter().take_while(|fact| fact.id == about.id);
    let found = held.position(|fact| fact.digest == about.digest).map(|offset| from + offset);
    let Some(chain) = found.and_then(|at| matters.chain_of(at)) else { return false };
    !matters.endings(chain).is_empty() || !matters.suspensions(chain).is_empty()
}
