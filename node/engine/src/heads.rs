//! How far a ledger holds every member's log: what nodes compare before they ask for anything.
//!
//! A summary takes a city's head, its cosignatures and its evidence to make. In a country of hundreds of cities every
//! partner asks for all of them twice a minute, so they are kept and made anew only for cities of which something changed.

use crate::ledger::{HeadRow, LedgerRead, ReadFault};
use crate::serve::{cosignatures_on, evidence_by_epoch};
use crate::wire::HeadSummary;
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::evidence::held_digest;
use huxin_protocol::ids::{CityCode, Size};
use huxin_protocol::roster::{CityRoster, Roster};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Summaries of all members' logs, ascending by city.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    all: Vec<HeadSummary>,
    /// How often head, records, cosignatures or evidence of a city have changed since the start, also where its summary has not.
    changes: BTreeMap<CityCode, u64>,
    digest: OnceLock<Digest>,
}

impl Heads {
    /// Reads all of them from a ledger.
    pub fn read(read: &(impl LedgerRead + ?Sized), roster: &Roster) -> Result<Self, ReadFault> {
        let all = roster.cities().map(|member| summary(read, roster, member)).collect::<Result<_, _>>()?;
        Ok(Self { all, changes: BTreeMap::new(), digest: OnceLock::new() })
    }
    #[must_use]
    pub fn all(&self) -> &[HeadSummary] {
        &self.all
    }
    #[must_use]
    pub fn get(&self, city: CityCode) -> Option<&HeadSummary> {
        self.all.binary_search_by_key(&city, |head| head.city).ok().and_then(|at| self.all.get(at))
    }
    /// A number that is another whenever something of this city is.
    #[must_use]
    pub fn changes(&self, city: CityCode) -> u64 {
        self.changes.get(&city).copied().unwrap_or_default()
    }
    /// Equal digests, equal logs, witnesses and evidence (R163).
    #[must_use]
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| heads_digest(&self.all))
    }
    /// Notes which logs are over their quota here, for whoever asks.
    pub(crate) fn mark_over_quota(&mut self, cities: &BTreeSet<CityCode>) {
        for head in &mut self.all {
            head.over_quota = cities.contains(&head.city);
        }
    }
    /// Whether these logs, and no others, are marked as over their quota.
    pub(crate) fn are_over_quota(&self, cities: &BTreeSet<CityCode>) -> bool {
        self.all.iter().all(|head| head.over_quota == cities.contains(&head.city))
    }
    /// Makes one city's summary anew.
    pub(crate) fn renew(
        &mut self,
        read: &(impl LedgerRead + ?Sized),
        roster: &Roster,
        member: &CityRoster,
    ) -> Result<(), ReadFault> {
        *self.changes.entry(member.code).or_default() += 1;
        let mut summary = summary(read, roster, member)?;
        summary.over_quota = self.get(member.code).is_some_and(|before| before.over_quota);
        match self.all.binary_search_by_key(&member.code, |head| head.city) {
            Ok(at) if self.all[at] == summary => return Ok(()),
            Ok(at) => self.all[at] = summary,
            Err(at) => self.all.insert(at, summary),
        }
        self.digest = OnceLock::new();
        Ok(())
    }
}

fn summary(read: &(impl LedgerRead + ?Sized), roster: &Roster, member: &CityRoster) -> Result<HeadSummary, ReadFault> {
    let head = HeadRow::read(read, member.code)?;
    let stored = head.checkpoint()?.map(|stored| stored.checkpoint);
    let mut hasher = Context::View.hasher();
    for (cosigner, row) in cosignatures_on(read, roster, member.code, stored.as_ref())? {
        hasher.update(cosigner.key_bytes());
        hasher.update(&row.size.0.to_be_bytes());
    }
    Ok(HeadSummary {
        city: member.code,
        epoch: member.current().epoch,
        size: head.frontier.size(),
        root: head.frontier.root(),
        record: member.last_record(),
        proved: stored.map_or(Size(0), |checkpoint| checkpoint.size),
        witnesses: Digest(*hasher.finalize().as_bytes()),
        evidence: held_digest(&evidence_by_epoch(read, member.code)?),
        over_quota: false,
    })
}

fn heads_digest(heads: &[HeadSummary]) -> Digest {
    let mut hasher = Context::View.hasher();
    for head in heads {
        hasher.update(head.city.key_bytes());
        hasher.update(&head.epoch.0.to_be_bytes());
        hasher.update(&head.size.0.to_be_bytes());
        hasher.update(&head.root.0);
        hasher.update(&head.record.0);
        hasher.update(&head.proved.0.to_be_bytes());
        hasher.update(&head.witnesses.0);
        hasher.update(&head.evidence.0);
    }
    Digest(*hasher.finalize().as_bytes())
}
