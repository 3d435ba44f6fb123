//! Which chains of a case are shown for its subject (R143).

use super::case::BodyState;
use super::judge::Bench;
use crate::body::Body;
use crate::digest::Digest;
use crate::ids::CityCode;
use std::collections::BTreeMap;

/// What can be read of a chain's subject.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    NamesSubject,
    NamesAnother,
    /// No link can be read.
    Nothing,
}

impl Bench<'_> {
    /// R143: those of which a link that can be read names the subject, and those of which nothing can
    /// be read that share a ground tag with one of these, directly or through others. What merely lies in the case file because
    /// some reference points there, whether it holds or not, is nobody's here.
    pub(super) fn find_shown(&self) -> Vec<usize> {
        let readings: Vec<Reading> = (0..self.matters.chains.len()).map(|chain| self.reading(chain)).collect();
        let tied = self.tied_by_ground(&readings);
        let is_shown = |chain: &usize| match readings[*chain] {
            Reading::NamesSubject => true,
            Reading::NamesAnother => false,
            Reading::Nothing => tied[*chain],
        };
        (0..readings.len()).filter(is_shown).collect()
    }

    /// What the links of a chain that can be read say of its subject.
    fn reading(&self, chain: usize) -> Reading {
        let mut reading = Reading::Nothing;
        for at in &self.matters.chains[chain].links {
            if let BodyState::Held(Body::Listing(body)) = &self.docket.facts[*at].body {
                if body.subject.id == self.docket.case.subject {
                    return Reading::NamesSubject;
                }
                reading = Reading::NamesAnother;
            }
        }
        reading
    }

    /// For each chain whether ground tags lead to it from one that names the subject.
    fn tied_by_ground(&self, readings: &[Reading]) -> Vec<bool> {
        let grounds = |chain: usize| {
            let links = self.matters.chains[chain].links.iter();
            links.filter_map(|at| {
                self.docket.facts[*at].header.ground.map(|ground| (self.docket.facts[*at].id.city, ground))
            })
        };
        let mut on_ground: BTreeMap<(CityCode, Digest), Vec<usize>> = BTreeMap::new();
        for chain in 0..readings.len() {
            for ground in grounds(chain) {
                on_ground.entry(ground).or_default().push(chain);
            }
        }
        let mut tied: Vec<bool> = readings.iter().map(|reading| *reading == Reading::NamesSubject).collect();
        let mut open: Vec<usize> = (0..tied.len()).filter(|chain| tied[*chain]).collect();
        while let Some(chain) = open.pop() {
            for ground in grounds(chain) {
                // Each ground is walked once.
                for other in on_ground.remove(&ground).unwrap_or_default() {
                    if !std::mem::replace(&mut tied[other], true) {
                        open.push(other);
                    }
                }
            }
        }
        tied
    }
}
