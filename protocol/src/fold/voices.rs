//! What is said about the links of a chain beside the listing city's own word: the viewer's Declines and Responses (R131,
//! R149), and what any city filed for the subject (R132, R148).
//!
//! Whether something is filed, answered or withdrawn is read from headers alone, since only some can read the bodies.

use super::docket::Docket;
use super::matter::Matters;
use crate::ids::CityCode;
use crate::kind::Kind;
use crate::ruling::ReasonCode;
use std::collections::{BTreeMap, BTreeSet};

/// A RepairApplication or an Objection that waits for its answer.
#[derive(Clone, Copy)]
pub(super) struct Open {
    /// The fact.
    pub at: usize,
    /// Whether it is the first that its city filed of this kind about this chain: only then can an Objection suspend.
    pub is_first: bool,
}

/// The voices by chain.
#[derive(Default)]
pub(super) struct Voices {
    /// The first Decline of the viewer that was not withdrawn.
    pub declined: BTreeMap<usize, usize>,
    /// The last Response of the viewer: it stands for all before it.
    pub answered: BTreeMap<usize, usize>,
    /// Open filings by place, at most one of each kind and filing city.
    open: BTreeMap<usize, Vec<Open>>,
    /// Filings that say again what the same city has filed and what is not answered yet.
    pub repeated: BTreeMap<usize, ReasonCode>,
}

impl Voices {
    pub fn hear(docket: &Docket<'_>, matters: &Matters) -> Self {
        let closed: BTreeSet<usize> = (0..docket.facts.len())
            .filter(|at| matches!(docket.kind(*at), Kind::Ruling | Kind::Withdrawal) && docket.acts(*at))
            .filter_map(|at| docket.findings[at].target)
            .collect();
        let mut out = Self::default();
        // Of each chain, kind and filing city whether something was filed before, and whether that waits.
        let mut filed: BTreeMap<(usize, Kind, CityCode), bool> = BTreeMap::new();
        // Facts stand in order of place, so each city is heard in the order of its own log.
        for at in (0..docket.facts.len()).filter(|at| docket.acts(*at)) {
            let (kind, is_closed) = (docket.kind(at), closed.contains(&at));
            let Some(chain) = docket.findings[at].target.and_then(|target| matters.chain_of(target)) else { continue };
            match kind {
                Kind::Decline if !is_closed => {
                    out.declined.entry(chain).or_insert(at);
                }
                Kind::Response => {
                    out.answered.insert(chain, at);
                }
                _ if kind.is_filing() => {
                    let before = filed.get(&(chain, kind, docket.facts[at].id.city)).copied();
                    if !is_closed && before == Some(true) {
                        out.repeated.insert(at, ReasonCode::AlreadyFiled);
                        continue;
                    }
                    let waits = filed.entry((chain, kind, docket.facts[at].id.city)).or_default();
                    *waits |= !is_closed;
                    if !is_closed {
                        out.open.entry(chain).or_default().push(Open { at, is_first: before.is_none() });
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// What is filed about a chain and waits, by place.
    pub fn open(&self, chain: usize) -> &[Open] {
        self.open.get(&chain).map_or(&[], Vec::as_slice)
    }
}
