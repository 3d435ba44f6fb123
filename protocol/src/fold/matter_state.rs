//! Whether a listing's matter stands, is over, or never had an effect: the one answer to "has this ended?".
//!
//! Rulings, the door of issue and imports all ask it here, so that none of them looks at acts by itself. It reads headers
//! only (R105): an ending that a key record voided ends nothing, a reinstated ending ends nothing, and an ending that
//! stands ends the whole matter.

use super::case::{CaseFile, Fact, Viewpoint};
use super::docket::Docket;
use super::matter::Matters;
use crate::ids::StatementId;
use crate::subject::SubjectId;
use std::collections::BTreeMap;

/// What became of the matter of one listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatterState {
    /// It stands; this link of the chain speaks. While one of `suspensions`, by place, is in effect it rests (R147).
    Standing { current: StatementId, suspensions: Vec<StatementId> },
    /// It is over. `by` is the ending that gives the state; `endings` are all that have an effect, by place.
    Ended { by: StatementId, endings: Vec<StatementId> },
    /// Nothing of the chain has an effect: it is void, or not in view.
    Void,
}

/// The state of the matter of `listing`, any link of a chain. `facts` hold every link of its chain, the listings that share
/// a ground with one of them with their chains, and every statement about any of these.
#[must_use]
pub fn matter_state(facts: Vec<Fact>, view: Viewpoint, listing: &StatementId) -> MatterState {
    let (subject, editions) = (SubjectId::nobody(), BTreeMap::new());
    let case = CaseFile { subject, view, facts, sources: BTreeMap::new(), editions: &editions };
    let docket = Docket::open(&case);
    let matters = Matters::gather(&docket);
    // Of two statements at one place the one that acts is meant.
    let at_place = |at: &usize| docket.facts[*at].id == *listing && matters.chain_of(*at).is_some();
    let found = (0..docket.facts.len()).filter(at_place).min_by_key(|at| !docket.acts(*at));
    let Some(chain) = found.and_then(|at| matters.chain_of(at)) else { return MatterState::Void };
    if let Some(by) = matters.leading_ending(&docket, chain) {
        let endings = matters.endings(chain).iter().map(|at| docket.facts[*at].id).collect();
        return MatterState::Ended { by: docket.facts[by].id, endings };
    }
    if matters.chains[chain].hangs.is_some() {
        return MatterState::Void;
    }
    let mut links = matters.chains[chain].links.iter().rev();
    match links.find(|at| matters.silence(&docket, **at).is_none()) {
        Some(current) => MatterState::Standing {
            current: docket.facts[*current].id,
            suspensions: matters.suspensions(chain).iter().map(|at| docket.facts[*at].id).collect(),
        },
        None => MatterState::Void,
    }
}
