//! Chains that share a ground are one matter, and what ends a link ends the matter (R106, R108, R109, R122).

use super::decoded::{Decoded, Leaf};
use super::effect::{Effect, effect_at, order, relieves};
use super::law::{is_ending, is_listing};
use super::{Question, Slip};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::{ReasonCode, State};
use std::collections::{BTreeMap, BTreeSet};

/// One city's matters at an instant.
#[derive(Debug, Default)]
pub(super) struct Matters {
    pub matters: Vec<Matter>,
    /// Links without effect by R109.
    pub silenced: BTreeMap<StatementId, ReasonCode>,
    /// The ground, ended before, of an Entry that R109 silences.
    pub came_after: BTreeMap<StatementId, Digest>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Matter {
    /// By first link.
    pub chains: BTreeSet<StatementId>,
    pub grounds: BTreeSet<Digest>,
    /// Effective endings of its links, by place.
    pub endings: Vec<(StatementId, Kind)>,
    /// R147: effective Suspensions of its links, by place.
    pub suspensions: Vec<StatementId>,
}

impl Matter {
    /// R122: Erasure gives the state, then Annulment, then the first of the others by place.
    pub(super) fn state(&self) -> Option<(State, StatementId)> {
        let first = |kinds: &[Kind]| self.endings.iter().find(|(_, kind)| kinds.contains(kind)).copied();
        let (by, kind) = first(&[Kind::Erasure])
            .or_else(|| first(&[Kind::Annulment]))
            .or_else(|| first(&[Kind::Removal, Kind::Repair]))?;
        let state = match kind {
            Kind::Erasure => State::Erased,
            Kind::Annulment => State::Annulled,
            Kind::Removal => State::Removed,
            _ => State::Repaired,
        };
        Some((state, by))
    }
}

impl Matters {
    /// R172: the matter of a listing, or for one that came after the end of its ground the matter that it came after (R109).
    pub(super) fn of_listing(&self, listing: &Leaf) -> Option<&Matter> {
        let chain = listing.chain?;
        let came_after = self.came_after.get(&chain);
        let carries = |matter: &&Matter| came_after.is_some_and(|ground| matter.grounds.contains(ground));
        self.of_chain(chain).or_else(|| self.matters.iter().find(carries))
    }
    pub(super) fn of_chain(&self, chain: StatementId) -> Option<&Matter> {
        self.matters.iter().find(|matter| matter.chains.contains(&chain))
    }
}

/// The matters of one city: its listings and reliefs are walked in order of place.
pub(super) fn matters(all: &Decoded, city: CityCode, question: &Question) -> Matters {
    let mut found = Matters::default();
    let effective: Vec<&Leaf> = all.log(city).iter().filter(|leaf| relieves(all, leaf, question)).collect();
    for leaf in all.log(city) {
        let Some(header) = leaf.header() else { continue };
        if is_listing(header.kind) {
            let named = effective.iter().any(|relief| relief.about() == Some(leaf.place));
            // R106: what leads back to no Entry has no effect.
            let rooted = leaf.chain.and_then(|chain| all.leaf(chain)).is_some_and(|first| first.is(Kind::Entry));
            let effective = rooted && effect_at(leaf, question) == Effect::Stands;
            admit(&mut found, leaf, effective, named, question);
        } else if effective.iter().any(|relief| relief.place == leaf.place)
            && let Some(chain) = leaf.about().and_then(|place| all.leaf(place)).and_then(|link| link.chain)
            && let Some(matter) = found.matters.iter_mut().find(|matter| matter.chains.contains(&chain))
        {
            if is_ending(header.kind) {
                matter.endings.push((leaf.place, header.kind));
            } else {
                matter.suspensions.push(leaf.place);
            }
        }
    }
    found
}

/// One listing in its turn.
fn admit(found: &mut Matters, leaf: &Leaf, effective: bool, named: bool, question: &Question) {
    let (Some(header), Some(chain)) = (leaf.header(), leaf.chain) else { return };
    // R108: only links with effect at T count, but for those that an effective relief names.
    if !effective && !named {
        return;
    }
    let has_ground = |matter: &&Matter| header.ground.is_some_and(|ground| matter.grounds.contains(&ground));
    let has_chain = |matter: &&Matter| matter.chains.contains(&chain);
    let ended = |matter: &&Matter| !matter.endings.is_empty();
    // R109.
    let silenced = if found.matters.iter().filter(has_ground).any(|matter| ended(&matter)) {
        Some(ReasonCode::GroundEnded)
    } else if found.matters.iter().filter(has_chain).any(|matter| ended(&matter)) {
        Some(ReasonCode::EndedBefore)
    } else if chain != leaf.place && found.silenced.contains_key(&chain) {
        // The chain of an Entry that R109 silences has no effect either.
        Some(ReasonCode::EndedBefore)
    } else {
        None
    };
    // R109 takes effect away; what has none counts only because a relief names it, and for what that relief does.
    if let Some(reason) = silenced.filter(|_| effective) {
        found.silenced.insert(leaf.place, reason);
        found.came_after.extend(header.ground.filter(|_| chain == leaf.place).map(|ground| (chain, ground)));
        if !named {
            return;
        }
    }
    let joins =
        |matter: &Matter| has_chain(&matter) || (question.slip != Slip::EndsOneChainOnly && has_ground(&matter));
    let (touched, apart): (Vec<Matter>, Vec<Matter>) = std::mem::take(&mut found.matters).into_iter().partition(joins);
    let mut joined = Matter::default();
    for matter in touched {
        joined.chains.extend(matter.chains);
        joined.grounds.extend(matter.grounds);
        joined.endings.extend(matter.endings);
        joined.suspensions.extend(matter.suspensions);
    }
    joined.chains.insert(chain);
    joined.grounds.extend(header.ground);
    joined.endings.sort_by_key(|(place, _)| order(*place));
    joined.suspensions.sort_by_key(|place| order(*place));
    found.matters = apart;
    found.matters.push(joined);
}

/// R106: the current link at T, the one at the highest place that is neither void nor not yet nor silenced.
pub(super) fn current_link<'a>(links: &[&'a Leaf], matters: &Matters, question: &Question) -> Option<&'a Leaf> {
    let usable =
        |leaf: &&&Leaf| effect_at(leaf, question) == Effect::Stands && !matters.silenced.contains_key(&leaf.place);
    links.iter().filter(usable).max_by_key(|leaf| order(leaf.place)).copied()
}
