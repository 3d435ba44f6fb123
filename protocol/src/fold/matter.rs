//! Chains and matters: what an ending ends (R106 to R122).
//!
//! An Entry and the amendments that lead back to it are a *chain*. Chains of one city that share a ground tag are one
//! *matter*: the same decision, listed or imported again. An ending of any link ends the whole matter, and whatever the
//! city lists later under an ended tag has no effect: this is what keeps a repaired entry from coming back by replay,
//! from a backup or by importing the same file again (DOMAIN rule 6).
//!
//! Everything here reads headers only and walks each city's statements in order of place, so neither bodies nor the
//! order of arrival can change it. Links that have no effect tie nothing together, unless an effective relief names them:
//! then the city itself has said what it meant.

use super::docket::{Docket, Standing, place};
use crate::digest::Digest;
use crate::ids::CityCode;
use crate::kind::Kind;
use crate::ruling::ReasonCode;
use std::collections::BTreeMap;

/// An Entry with its amendments; or, where the Entry is not here, amendments that hang in the air.
pub(super) struct Chain {
    /// The first link.
    pub root: usize,
    /// All links by place, whether they have an effect or not.
    pub links: Vec<usize>,
    /// The first link is an Amendment whose Entry cannot be reached: nothing of the chain has an effect.
    pub hangs: Option<ReasonCode>,
    /// The Entry itself came under the ended tag of this chain's matter (R109). It adds nothing to that matter.
    pub stillborn: Option<usize>,
}

/// All chains of a case, and which matter each belongs to.
pub(super) struct Matters {
    pub chains: Vec<Chain>,
    /// Chain of each fact of a listing kind.
    chain_of: Vec<Option<usize>>,
    parent: Vec<usize>,
    /// Effective endings by matter (at the matter's first chain).
    endings: Vec<Vec<usize>>,
    /// Effective Suspensions by matter: its measures rest by order (R147).
    suspensions: Vec<Vec<usize>>,
    /// Sound links that have no effect all the same.
    idle: BTreeMap<usize, ReasonCode>,
    /// The Reinstatement that cancels an ending, and the Resumption that cancels a Suspension.
    cancelled_by: BTreeMap<usize, usize>,
}

impl Matters {
    pub fn gather(docket: &Docket<'_>) -> Self {
        let mut out = Self::tie_chains(docket);
        let cancelled_by = cancellations(docket);
        let mut named = vec![false; docket.facts.len()];
        let effective: Vec<bool> =
            (0..docket.facts.len()).map(|at| takes_effect(docket, at) && !cancelled_by.contains_key(&at)).collect();
        for (finding, _) in docket.findings.iter().zip(&effective).filter(|(_, effective)| **effective) {
            if let Some(target) = finding.target {
                named[target] = true;
            }
        }
        out.cancelled_by = cancelled_by;
        let mut tags: BTreeMap<(CityCode, Digest), usize> = BTreeMap::new();
        // Facts are sorted by city and place, so each city's log passes in its own order.
        for at in 0..docket.facts.len() {
            if let Some(chain) = out.chain_of[at] {
                out.take_link(docket, at, chain, named[at], &mut tags);
            } else if effective[at]
                && let Some(chain) = docket.findings[at].target.and_then(|target| out.chain_of[target])
            {
                let matter = out.matter(chain);
                let reliefs = if docket.kind(at).is_ending() { &mut out.endings } else { &mut out.suspensions };
                reliefs[matter].push(at);
            }
        }
        out
    }

    /// Follows each amendment to the statement it is about. A reference holds or does not, whatever else makes a link
    /// void, so a link under a void one still finds its Entry (R106).
    fn tie_chains(docket: &Docket<'_>) -> Self {
        let mut chains: Vec<Chain> = Vec::new();
        let mut chain_of: Vec<Option<usize>> = vec![None; docket.facts.len()];
        for at in 0..docket.facts.len() {
            if !docket.kind(at).is_listing() {
                continue;
            }
            let target = docket.findings[at].target;
            // A target stands earlier in the same log, so its chain is known by now.
            if let Some(chain) = target.and_then(|target| chain_of[target]) {
                chain_of[at] = Some(chain);
                chains[chain].links.push(at);
                continue;
            }
            chain_of[at] = Some(chains.len());
            let hangs = (docket.kind(at) == Kind::Amendment).then(|| match docket.findings[at].standing {
                Standing::Void(code) | Standing::NotYet(code) => code,
                // An amendment without a target always has a reason; this arm only keeps the fold total.
                Standing::Sound => ReasonCode::NotYet,
            });
            chains.push(Chain { root: at, links: vec![at], hangs, stillborn: None });
        }
        let count = chains.len();
        Self {
            chains,
            chain_of,
            parent: (0..count).collect(),
            endings: vec![Vec::new(); count],
            suspensions: vec![Vec::new(); count],
            idle: BTreeMap::new(),
            cancelled_by: BTreeMap::new(),
        }
    }

    /// Takes one link in its place: it joins its chain to the matter of its tag, or it comes too late (R108, R109).
    fn take_link(
        &mut self,
        docket: &Docket<'_>,
        at: usize,
        chain: usize,
        named: bool,
        tags: &mut BTreeMap<(CityCode, Digest), usize>,
    ) {
        let acts = docket.acts(at) && self.chains[chain].hangs.is_none();
        let fact = docket.facts[at];
        let tag = fact.header.ground.map(|ground| (fact.id.city, ground));
        let tagged = tag.and_then(|tag| tags.get(&tag)).map(|other| self.matter(*other));
        if acts {
            let tag_ended = tagged.is_some_and(|matter| !self.endings[matter].is_empty());
            if !self.endings(chain).is_empty() {
                self.idle.insert(at, if tag_ended { ReasonCode::GroundEnded } else { ReasonCode::EndedBefore });
            } else if let (true, Some(matter)) = (tag_ended, tagged) {
                self.idle.insert(at, ReasonCode::GroundEnded);
                if self.chains[chain].root == at {
                    self.chains[chain].stillborn = Some(matter);
                }
            }
        }
        if named || (acts && !self.idle.contains_key(&at)) {
            if let Some(matter) = tagged {
                self.join(chain, matter);
            }
            if let Some(tag) = tag {
                tags.insert(tag, chain);
            }
        }
    }

    fn matter(&self, chain: usize) -> usize {
        let mut at = chain;
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.matter(one), self.matter(other));
        // The earlier chain leads, so that numbering does not depend on the road taken.
        let (lead, rest) = (one.min(other), one.max(other));
        if lead != rest {
            self.parent[rest] = lead;
            for reliefs in [&mut self.endings, &mut self.suspensions] {
                let mut joined = std::mem::take(&mut reliefs[rest]);
                reliefs[lead].append(&mut joined);
                reliefs[lead].sort_unstable();
            }
        }
    }

    /// The first chain of the matter that a chain belongs to: the matter's name.
    pub fn matter_of(&self, chain: usize) -> usize {
        self.matter(chain)
    }

    /// Effective endings of the chain's matter, by place; of an Entry that came too late, those that it came after.
    pub fn endings(&self, chain: usize) -> &[usize] {
        &self.endings[self.matter(self.chains[chain].stillborn.unwrap_or(chain))]
    }

    /// Effective Suspensions of the chain's matter, by place.
    pub fn suspensions(&self, chain: usize) -> &[usize] {
        &self.suspensions[self.matter(self.chains[chain].stillborn.unwrap_or(chain))]
    }

    /// Why a link has no effect, by its header, its time or its matter.
    pub fn silence(&self, docket: &Docket<'_>, at: usize) -> Option<ReasonCode> {
        docket.silence(at).or_else(|| self.idle.get(&at).copied())
    }

    pub fn chain_of(&self, at: usize) -> Option<usize> {
        self.chain_of[at]
    }

    /// What cancels an ending or a Suspension, if something does.
    pub fn cancelled_by(&self, relief: usize) -> Option<usize> {
        self.cancelled_by.get(&relief).copied()
    }

    /// The ending that gives the state: erasure, then annulment, then whichever of removal and repair came first.
    pub fn leading_ending(&self, docket: &Docket<'_>, chain: usize) -> Option<usize> {
        let weight = |at: &usize| match docket.kind(*at) {
            Kind::Erasure => 0,
            Kind::Annulment => 1,
            _ => 2,
        };
        self.endings(chain).iter().copied().min_by_key(|at| (weight(at), place(&docket.facts[*at].id)))
    }
}

/// Whether a relief has its effect at this instant: annulment and erasure at every instant, removal, repair and suspension from
/// their issue, and in a ruling for now as soon as they are here (R122, R147).
fn takes_effect(docket: &Docket<'_>, at: usize) -> bool {
    docket.kind(at).is_relief() && docket.is_sound(at) && has_begun(docket, at)
}

/// Whether a relief's time has come (R122).
pub(super) fn has_begun(docket: &Docket<'_>, at: usize) -> bool {
    matches!(docket.kind(at), Kind::Annulment | Kind::Erasure)
        || docket.case.view.now
        || docket.facts[at].header.issued_at <= docket.case.view.at
}

/// Effective Reinstatements and Resumptions by what each cancels: only the one it names, so a later one wins again (R121, R147).
fn cancellations(docket: &Docket<'_>) -> BTreeMap<usize, usize> {
    let mut out = BTreeMap::new();
    for at in 0..docket.facts.len() {
        if matches!(docket.kind(at), Kind::Reinstatement | Kind::Resumption)
            && docket.acts(at)
            && let Some(relief) = docket.findings[at].target
        {
            out.entry(relief).or_insert(at);
        }
    }
    out
}
