//! How the logs of cities stand as sources of a ruling: fresh, whole, or under review (R133 to R136).

use super::case::SourceFact;
use super::judge::Bench;
use super::recognition::Rule;
use crate::body::RecognitionBody;
use crate::ids::CityCode;
use crate::limits::CLOCK_TOLERANCE_MS;
use crate::ruling::{EntryRuling, SourceRuling, Witness};
use crate::time::Millis;
use std::collections::BTreeSet;

const HOUR_MS: i64 = 3_600_000;

/// How one city's log stands as a source at the instant.
#[derive(Clone, Copy)]
pub(super) struct SourceStanding {
    pub freshness: Option<Millis>,
    pub is_stale: bool,
    pub is_frozen: bool,
    pub history_cut: bool,
    pub first_lacking: Option<crate::ids::Seq>,
}

impl<'a> Bench<'a> {
    pub(super) fn source(&self, city: CityCode) -> Option<&'a SourceFact> {
        self.docket.case.sources.get(&city)
    }

    /// Freshness and completeness (DOMAIN rule 9, R133 to R136). A city's own log is neither stale nor incomplete to itself.
    pub fn source_standing(&self, city: CityCode) -> SourceStanding {
        let view = &self.docket.case.view;
        let source = self.source(city);
        // Now, a time that lies ahead says nothing. Of an earlier instant it does: whoever heard the city later holds what it had
        // said by then (R133). Only the newest cosignature is kept, so there is no other to ask.
        let latest = if view.now { view.at.0.saturating_add(CLOCK_TOLERANCE_MS) } else { i64::MAX };
        let freshness = source.and_then(|source| source.freshness).filter(|time| time.0 <= latest);
        let hours = self.rules.of(city).map_or(crate::body::DEFAULT_FRESHNESS_HOURS, |rule: Rule<'_>| {
            let RecognitionBody { freshness_hours, .. } = rule.body;
            *freshness_hours
        });
        let is_own = city == view.viewer;
        let oldest = view.at.0.saturating_sub(i64::from(hours) * HOUR_MS);
        SourceStanding {
            freshness,
            is_stale: !is_own && freshness.is_none_or(|time| time.0 < oldest),
            is_frozen: source.is_some_and(|source| source.frozen),
            history_cut: source.is_some_and(|source| source.history_cut),
            first_lacking: source.filter(|_| !is_own).and_then(|source| source.lacking.iter().min().copied()),
        }
    }

    pub(super) fn sources(&self, entries: &[EntryRuling]) -> Vec<SourceRuling> {
        let view = &self.docket.case.view;
        let mut cities: BTreeSet<CityCode> = self.rules.recognised().map(|(partner, _)| partner).collect();
        cities.insert(view.viewer);
        cities.extend(entries.iter().map(|entry| entry.issuer));
        cities
            .into_iter()
            .filter_map(|city| {
                let source = self.source(city)?;
                let standing = self.source_standing(city);
                let witnesses =
                    source.witnesses.iter().map(|(city, size)| Witness { city: *city, size: *size }).collect();
                let rule = self.rules.of(city).filter(|_| city != view.viewer);
                Some(SourceRuling {
                    city,
                    name: source.name.clone(),
                    epoch: source.epoch,
                    size: source.size,
                    root: source.root,
                    freshness: standing.freshness,
                    stale: standing.is_stale,
                    witnesses,
                    lacking: source.lacking.len() as u64,
                    frozen: source.frozen,
                    history_cut: source.history_cut,
                    recognised_by: rule.map(|rule| rule.id),
                })
            })
            .collect()
    }
}
