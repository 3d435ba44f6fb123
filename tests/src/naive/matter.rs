//! Chains that share a ground are one matter, and what ends a link ends the matter (R106, R108, R109, R122).

use super::decoded::{Decoded, Leaf};
use super::effect::{Effect, effect_at, ends, order};
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
}

#[derive(Clone, Debug, Default)]
pub(super) struct Matter {
    /// By first link.
    pub chains: BTreeSet<StatementId>,
    pub grounds: BTreeSet<Digest>,
    /// Effective endings of its links, by place.
    pub endings: Vec<(StatementId, Kind)>,
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
    pub(super) fn of_chain(&self, chain: StatementId) -> Option<&Matter> {
        self.matters.iter().find(|matter| matter.chains.contains(&chain))
    }
}

/// The matters of one city: its listings and endings are walked in order of place.
pub(super) fn matters(all: &Decoded, city: CityCode, question: &Question) -> Matters {
    let mut found = Matters::default();
    let effective: Vec<&Leaf> = all.log(city).iter().filter(|leaf| ends(all, leaf, question)).collect();
    for leaf in all.log(city) {
        let Some(header) = leaf.header() else { continue };
        if header.kind.is_listing() {
            let named = effective.iter().any(|ending| about_of(ending) == Some(leaf.place));
            // R106: what leads back to no Entry has no effect.
            let rooted = leaf.chain.and_then(|chain| all.leaf(chain)).is_some_and(|first| first.is(Kind::Entry));
            let effective = rooted && effect_at(leaf, question) == Effect::Stands;
            admit(&mut found, leaf, effective, named, question);
        } else if effective.iter().any(|ending| ending.place == leaf.place)
            && let Some(chain) = about_of(leaf).and_then(|place| all.leaf(place)).and_then(|link| link.chain)
            && let Some(matter) = found.matters.iter_mut().find(|matter| matter.chains.contains(&chain))
        {
            matter.endings.push((leaf.place, header.kind));
        }
    }
    found
}

fn about_of(leaf: &Leaf) -> Option<StatementId> {
    leaf.header().and_then(|header| header.about).map(|about| about.id)
}

/// One listing in its turn.
fn admit(found: &mut Matters, leaf: &Leaf, effective: bool, named: bool, question: &Question) {
    let (Some(header), Some(chain)) = (leaf.header(), leaf.chain) else { return };
    // R108: only links with effect at T count, but for those that an effective ending names.
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
    // R109 takes effect away; what has none counts only because an ending names it, and for what that ending ends.
    if let Some(reason) = silenced.filter(|_| effective) {
        found.silenced.insert(leaf.place, reason);
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
    }
    joined.chains.insert(chain);
    joined.grounds.extend(header.ground);
    joined.endings.sort_by_key(|(place, _)| order(*place));
    found.matters = apart;
    found.matters.push(joined);
}

/// R106: the current link at T, the one at the highest place that is neither void nor not yet nor silenced.
pub(super) fn current_link<'a>(links: &[&'a Leaf], matters: &Matters, question: &Question) -> Option<&'a Leaf> {
    let usable =
        |leaf: &&&Leaf| effect_at(leaf, question) == Effect::Stands && !matters.silenced.contains_key(&leaf.place);
    links.iter().filter(usable).max_by_key(|leaf| order(leaf.place)).copied()
}
