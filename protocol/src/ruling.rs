//! The ruling: what counts for one subject, for one viewer, at one instant, and why.
//!
//! A ruling says no more than "city X signed this, city Y recognised it by rule Z, as of checkpoint N" (DOMAIN rule 18),
//! so it names every statement and every source that it rests on, and prints the digests of its view (R140, R141). It is
//! plain data that serialises the same on every node: [`Ruling::content_bytes`] is what two nodes with equal log
//! digests, viewer and instant must agree on to the byte (R142).
//!
//! Everything in it is for members. [`Ruling::for_public`] is what anyone may see (DOMAIN rule 12).

mod digests;
mod entry;
mod public;
mod reason;
mod summary;

pub use digests::{log_digest, ruling_digest};
pub use entry::{Content, DisclosureLevel, EntryRuling, Filing, FilingKind, LinkRuling, MeasureRuling, State};
pub use reason::{Reason, ReasonCode};
pub use summary::{Group, MeasureInForce, Seen, SourceRuling, Summary, WithoutEffect, Witness};

use crate::digest::Digest;
use crate::ids::{CityCode, StatementId};
use crate::subject::SubjectId;
use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// One step of the chain that `--explain` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The statement that the step is about; absent where it is about the whole.
    pub id: Option<StatementId>,
    /// The rule that it follows: `R122`, or `DOMAIN 8`.
    pub rule: String,
    pub text_en: String,
    pub text_zh: String,
}

/// A catalogue edition that an entry of the ruling names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EditionUsed {
    pub digest: Digest,
    /// Absent where the edition is not held here.
    pub name: Option<String>,
}

/// What counts for a subject, for a viewer, at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    pub subject: SubjectId,
    pub viewer: CityCode,
    /// Milliseconds since 1970.
    pub at: Millis,
    /// The same instant as RFC 3339 text in UTC+8.
    pub at_text: String,
    /// Whether `at` was the present when the ruling was made (R122).
    pub now: bool,
    pub summary: Summary,
    /// Punishments and calls for attention in force, in order of their codes.
    pub measures: Vec<MeasureInForce>,
    /// Incentives in force, and those that a black entry suspends (DOMAIN rule 10).
    pub incentives: Vec<MeasureInForce>,
    /// Every chain of the subject, in order of ids.
    pub entries: Vec<EntryRuling>,
    /// Entries that are two listings of one decision (DOMAIN rule 14).
    pub groups: Vec<Group>,
    /// Acts that have no effect, each with its reason (R101 to R104).
    pub without_effect: Vec<WithoutEffect>,
    /// The logs relied on: the viewer's, every issuer's, every recognised partner's.
    pub sources: Vec<SourceRuling>,
    /// Every statement relied on, sorted.
    pub relied_on: Vec<StatementId>,
    pub editions: Vec<EditionUsed>,
    /// Digest of the crosswalk file in use.
    pub crosswalk: Option<Digest>,
    pub log_digest: Digest,
    pub ruling_digest: Digest,
}

impl Ruling {
    /// The entry whose chain contains a statement.
    #[must_use]
    pub fn entry(&self, id: StatementId) -> Option<&EntryRuling> {
        self.entries.iter().find(|entry| entry.links.iter().any(|link| link.id == id))
    }

    /// Says of the viewer's own standing entries that this node does not know yet whether it holds all of its own log, so that
    /// an ending may be missing (R144).
    pub fn doubt_own_log(&mut self) {
        let doubted = |entry: &&mut EntryRuling| entry.issuer == self.viewer && entry.state.stands();
        for entry in self.entries.iter_mut().filter(doubted) {
            entry.confirm_with_issuer = true;
            entry.reasons.push(ReasonCode::OwnLogUnconfirmed.into());
        }
        self.confirm_measures();
    }

    /// What rests on an entry that is to be confirmed is to be confirmed as well.
    fn confirm_measures(&mut self) {
        let entries = &self.entries;
        let confirm =
            |ids: &[StatementId]| entries.iter().any(|entry| entry.confirm_with_issuer && ids.contains(&entry.id));
        for measure in self.measures.iter_mut().chain(&mut self.incentives) {
            measure.confirm_with_issuer = confirm(&measure.entries);
        }
        self.summary = Summary::of(&self.entries, &self.groups);
    }

    /// The ruling as JSON without what depends on heartbeats and witnesses: times of freshness, staleness and what
    /// follows from it, witnesses, and the ruling digest that covers them. Equal for equal log digest, viewer and
    /// instant, whatever the order in which facts arrived (R142).
    #[must_use]
    pub fn content_bytes(&self) -> Vec<u8> {
        let mut content = self.clone();
        content.ruling_digest = Digest([0; 32]);
        for source in &mut content.sources {
            source.freshness = None;
            source.stale = false;
            source.witnesses.clear();
        }
        for entry in &mut content.entries {
            entry.stale = false;
            entry.confirm_with_issuer = entry.beyond_complete;
            entry.reasons.retain(|reason| ![ReasonCode::Stale, ReasonCode::OwnLogUnconfirmed].contains(&reason.code));
        }
        content.confirm_measures();
        // Texts, numbers and lists only: this serialisation has no way to fail.
        serde_json::to_vec(&content).unwrap_or_default()
    }
}
