//! Reading the whole book again. Everything that can be made anew is made anew and compared with what is stored, both ways:
//! what should be there and is not, and what is there and should not be.
//!
//! The log proves itself: leaves give the tree, the tree gives the root, the root stands in a checkpoint, and the checkpoint
//! under a key that the genesis and the key records name. The indexes follow from leaves and bodies through the one
//! derivation that admission writes with ([`crate::index`]); a body from its commitment. What proves nothing by itself
//! (audit numbers, names in Meta) is checked for its shape.
//!
//! A finding names its row, a stable code, a sentence and the mend. Rows that follow from proved ones can be mended in place
//! ([`Report::mend`]); a damaged log, head or record cannot, and comes back from a backup or from partners.
//!
//! Memory stays bounded: the book is walked city by city in chunks, and only the first [`FINDINGS`] findings are kept.

mod derived;
mod finding;
mod log;
mod shape;
mod signed;

pub use finding::{Fault, Finding, Mend};

use crate::ledger::{Batch, Family, LedgerRead, ReadFault};
use derived::Righted;
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::roster::Roster;
use std::collections::BTreeSet;

/// Findings that are kept; more are counted. Whoever has so many restores.
pub const FINDINGS: usize = 10_000;
/// Rows read at once: with the longest statements 2 MiB.
const CHUNK: usize = 512;

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub cities: u64,
    pub leaves: u64,
    /// Leaves that say nothing at their place; they are kept all the same (R100).
    pub void_leaves: u64,
    /// Statements whose own signature was checked.
    pub signatures: u64,
    pub bodies: u64,
    pub lacking: u64,
    /// Rows of the indexes, the tree included.
    pub index_rows: u64,
    pub records: u64,
    pub cosignatures: u64,
    pub abandoned: u64,
    pub evidence: u64,
    pub audit: u64,
}

/// How far the walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub city: CityCode,
    /// Leaves of this city that were read.
    pub leaves: u64,
    /// Leaves that its head says there are.
    pub size: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the walk, at most [`FINDINGS`].
    pub findings: Vec<Finding>,
    /// Findings beyond those kept.
    pub more: u64,
    pub counts: Counts,
    /// Cities whose log, head or records do not prove themselves: nothing that follows from them is mended.
    unproved: BTreeSet<CityCode>,
}

impl Report {
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// What can be mended in place, as one batch: rows that follow from proved leaves are made anew or taken out, bodies that
    /// do not hold are taken out and fetched again. Nothing of a city whose log is not proved.
    #[must_use]
    pub fn mend(&self) -> Batch {
        let mut batch = Batch::default();
        for finding in &self.findings {
            if finding.city.is_some_and(|city| self.unproved.contains(&city)) {
                continue;
            }
            for (family, key, value) in &finding.repair {
                match value {
                    Some(value) => batch.put(*family, key.clone(), value.clone()),
                    None => batch.delete(*family, key.clone()),
                }
            }
        }
        batch
    }

    fn add(&mut self, finding: Finding) {
        let proves = matches!(finding.family, Family::Log | Family::Head | Family::Record);
        if (proves && finding.mend() == Mend::Restore || matches!(finding.fault, Fault::Unreadable { .. }))
            && let Some(city) = finding.city
        {
            self.unproved.insert(city);
        }
        if self.findings.len() < FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}

/// Reads the whole ledger. `roster` is fresh from the genesis; stored key records are taken up here. `me` is the city whose
/// ledger this is. `signatures` says whether every statement's own signature is checked too, which takes most of the
/// time (about 40 µs each). A part that cannot be read is a finding, and the walk goes on behind it.
pub fn check(
    read: &dyn LedgerRead,
    roster: Roster,
    me: CityCode,
    signatures: bool,
    progress: &mut dyn FnMut(Progress),
) -> Report {
    let federation = roster.federation();
    let (chains, report) = (Righted::new(), Report::default());
    let mut walk = Walk { read, roster, federation, me, signatures, chains, report };
    walk.part(None, Walk::records);
    walk.part(None, Walk::meta);
    let cities: Vec<_> = walk.roster.cities().map(|member| member.code).collect();
    for city in cities {
        walk.report.counts.cities += 1;
        walk.part(Some(city), |walk| walk.log(city, progress));
        walk.part(Some(city), |walk| walk.tree_surplus(city));
        walk.part(Some(city), |walk| walk.cosignatures(city));
        walk.part(Some(city), |walk| walk.abandoned(city));
    }
    for family in [
        Family::Body,
        Family::About,
        Family::Ground,
        Family::Subject,
        Family::Trust,
        Family::Reference,
        Family::Lacking,
        Family::Chain,
        Family::Erased,
    ] {
        walk.part(None, |walk| walk.surplus(family));
    }
    walk.part(None, Walk::evidence);
    walk.part(None, Walk::audit);
    walk.strangers();
    walk.report
}

/// One walk through a ledger.
struct Walk<'a> {
    read: &'a dyn LedgerRead,
    roster: Roster,
    federation: Digest,
    me: CityCode,
    signatures: bool,
    chains: Righted,
    report: Report,
}

/// Where a finding is.
type Place = (Family, Option<CityCode>, Option<Seq>);
/// Rows that mend it: family, key, and the value or nothing.
type Repair = Vec<(Family, Vec<u8>, Option<Vec<u8>>)>;

impl Walk<'_> {
    fn find(&mut self, (family, city, seq): Place, fault: Fault, repair: Repair) {
        self.report.add(Finding { family, city, seq, fault, repair });
    }

    /// Walks one part; what cannot be read there is a finding.
    fn part(&mut self, city: Option<CityCode>, walk: impl FnOnce(&mut Self) -> Result<(), ReadFault>) {
        if let Err(fault) = walk(self) {
            self.find((fault.family, city, None), Fault::Unreadable { cause: fault.cause }, Vec::new());
        }
    }

    /// Visits every row of a stretch in chunks, so that the visitor may read and remember.
    fn rows(
        &mut self,
        family: Family,
        start: &[u8],
        end: &[u8],
        visit: &mut dyn FnMut(&mut Self, &[u8], &[u8]) -> Result<(), ReadFault>,
    ) -> Result<(), ReadFault> {
        let mut start = start.to_vec();
        loop {
            let mut chunk: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(CHUNK);
            self.read.scan(family, &start, end, &mut |key, value| {
                chunk.push((key.to_vec(), value.to_vec()));
                chunk.len() < CHUNK
            })?;
            for (key, value) in &chunk {
                visit(self, key, value)?;
            }
            match chunk.pop() {
                Some((mut last, _)) if chunk.len() + 1 == CHUNK => {
                    // The first key behind the last one.
                    last.push(0);
                    start = last;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Visits every row of a city in a family whose keys begin with the city.
    fn city_rows(
        &mut self,
        family: Family,
        city: CityCode,
        visit: &mut dyn FnMut(&mut Self, &[u8], &[u8]) -> Result<(), ReadFault>,
    ) -> Result<(), ReadFault> {
        let (start, end) = city_range(city);
        self.rows(family, &start, &end, visit)
    }

    /// Visits every row of a family.
    fn all_rows(
        &mut self,
        family: Family,
        visit: &mut dyn FnMut(&mut Self, &[u8], &[u8]) -> Result<(), ReadFault>,
    ) -> Result<(), ReadFault> {
        self.rows(family, &[], &END, visit)
    }
}

/// Behind every key of every family: cities, schemes and names are ASCII, a digest of nothing but 0xff does not occur.
const END: [u8; 96] = [0xff; 96];

/// All keys that begin with a city.
fn city_range(city: CityCode) -> (Vec<u8>, Vec<u8>) {
    let start = city.key_bytes().to_vec();
    let mut end = start.clone();
    // A city's last byte is a letter, a digit or zero, so one more never runs over.
    if let Some(byte) = end.last_mut() {
        *byte += 1;
    }
    (start, end)
}
