//! One chain of statements in a ruling: an entry with its amendments, its life and its effect for the viewer.

use super::reason::{Reason, ReasonCode};
use crate::body::{Basis, Decision, EntryBody, LinkedPerson, List, Severity, Source};
use crate::digest::Digest;
use crate::edition::{BasisItem, Edition, MeasureKind, Text, shown_name};
use crate::header::Disclosure;
use crate::ids::{CityCode, StatementId};
use crate::subject::SubjectClass;
use crate::time::{Date, Millis};
use serde::{Deserialize, Serialize};

/// Where an entry is in its life at the instant of the ruling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Listed,
    /// An objection is open; whether measures rest meanwhile is the recogniser's rule.
    Disputed,
    Repaired,
    Removed,
    Annulled,
    Expired,
    Erased,
    /// Not for this instant, or not until another statement arrives.
    NotYet,
    /// Stands, but rests: by order, disputed under a rule that suspends, or because its issuer is under review.
    Suspended,
    /// Has no effect; the reason says why.
    Void,
    /// Its effect cannot be told from what is held here.
    Unknown,
}

impl State {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Disputed => "disputed",
            Self::Repaired => "repaired",
            Self::Removed => "removed",
            Self::Annulled => "annulled",
            Self::Expired => "expired",
            Self::Erased => "erased",
            Self::NotYet => "not_yet",
            Self::Suspended => "suspended",
            Self::Void => "void",
            Self::Unknown => "unknown",
        }
    }
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Listed => ("listed", "在列"),
            Self::Disputed => ("disputed", "异议处理中"),
            Self::Repaired => ("repaired", "已修复"),
            Self::Removed => ("removed", "已移出"),
            Self::Annulled => ("annulled", "已撤销"),
            Self::Expired => ("expired", "已到期"),
            Self::Erased => ("erased", "已删除"),
            Self::NotYet => ("not yet", "尚未生效"),
            Self::Suspended => ("suspended", "暂停"),
            Self::Void => ("without effect", "无效力"),
            Self::Unknown => ("unknown", "效力不明"),
        }
    }
    /// Repaired, removed, annulled, expired or erased (DOMAIN rule 6).
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Repaired | Self::Removed | Self::Annulled | Self::Expired | Self::Erased)
    }
    /// The issuer's word still stands, whether or not it counts for the viewer.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Listed | Self::Disputed | Self::Suspended)
    }
}

/// Who may see an entry (DOMAIN rule 12), without the list of named readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisclosureLevel {
    Public,
    Federation,
    Named,
}

impl From<&Disclosure> for DisclosureLevel {
    fn from(disclosure: &Disclosure) -> Self {
        match disclosure {
            Disclosure::Public => Self::Public,
            Disclosure::Federation => Self::Federation,
            Disclosure::Named(_) => Self::Named,
        }
    }
}

/// One statement of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRuling {
    pub id: StatementId,
    pub issued_at: Millis,
    /// The link whose body is the entry's content at this instant (R106).
    pub current: bool,
    /// Why the link has no effect, where it has none.
    pub reason: Option<Reason>,
}

/// What the current link's body says. Never present for an erased entry or where the body is not held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub subject_name: String,
    pub subject_class: SubjectClass,
    pub list: List,
    pub list_name: String,
    /// Its id in the edition's registry, where the entry gives one.
    pub list_id: Option<String>,
    /// The list's own name as screens show it: with a word where it bears a name that is not its to bear (R154).
    pub list_shown: String,
    pub field: String,
    pub ground_text: String,
    pub severity: Option<Severity>,
    pub basis: Basis,
    pub decision: Decision,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub edition: Digest,
    pub edition_name: Option<String>,
    pub source: Option<Source>,
    pub derived_from: Option<StatementId>,
    pub record_ref: Option<String>,
    pub observed_on: Option<Date>,
    pub summary: String,
    /// Why it is disclosed wider than the edition's default.
    pub disclosure_reason: Option<String>,
    pub evidence: Vec<Digest>,
    /// Keyed digests only (DOMAIN rule 11).
    pub linked_persons: Vec<LinkedPerson>,
    pub person_key: Option<Digest>,
}

impl Content {
    pub(crate) fn of(body: &EntryBody, edition: Option<&Edition>) -> Self {
        Self {
            subject_name: body.subject.name.clone(),
            subject_class: body.subject.class,
            list: body.list,
            list_name: body.list_name.clone(),
            list_id: body.list_id.clone(),
            list_shown: shown_name(&body.list_name, edition),
            field: body.field.clone(),
            ground_text: body.ground_text.clone(),
            severity: body.severity,
            basis: body.basis.clone(),
            decision: body.decision.clone(),
            from: body.from,
            until: body.until,
            edition: body.edition,
            edition_name: edition.map(|edition| edition.name().to_owned()),
            source: body.source.clone(),
            derived_from: body.derived_from.map(|about| about.id),
            record_ref: body.record_ref.clone(),
            observed_on: body.observed_on,
            summary: body.summary.clone(),
            disclosure_reason: body.disclosure_reason.clone(),
            evidence: body.evidence.clone(),
            linked_persons: body.linked_persons.clone(),
            person_key: body.person_key,
        }
    }
    /// The day by which recognition judges the decision: decided, or effective where that is absent (R130).
    #[must_use]
    pub fn decided(&self) -> Option<Date> {
        self.basis.decided_on.or(self.basis.effective_on)
    }
}

/// One measure that an entry names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureRuling {
    pub code: String,
    /// Absent where the edition does not know the code.
    pub kind: Option<MeasureKind>,
    pub content: Option<Text>,
    /// Whether it holds for the viewer at this instant.
    pub holds: bool,
    /// Why not.
    pub reason: Option<Reason>,
}

/// What a city filed for the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingKind {
    RepairApplication,
    Objection,
}

/// An application or an objection that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// Its city filed it.
    pub id: StatementId,
    pub kind: FilingKind,
    pub filed_at: Millis,
    /// The last day on which the issuer is to answer; absent where no clock is known here.
    pub until: Option<Date>,
    pub overdue: bool,
    /// An objection by which the entry rests, where the viewer's rule suspends disputed entries.
    pub suspends: bool,
}

/// An entry with its amendments, as the viewer sees it at the instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRuling {
    /// Where the chain begins: the Entry.
    pub id: StatementId,
    /// The link whose content is shown and judged.
    pub current: Option<StatementId>,
    /// Entry and amendments by place.
    pub links: Vec<LinkRuling>,
    pub issuer: CityCode,
    pub issuer_name: String,
    pub agency: Option<String>,
    /// The narrowest disclosure of any link.
    pub disclosure: DisclosureLevel,
    /// When the Entry was signed.
    pub issued_at: Millis,
    /// The day of issue, where the entry was listed later than it took effect.
    pub listed_here_on: Option<Date>,
    pub content: Option<Content>,
    /// First instant at which it counts.
    pub starts_at: Option<Millis>,
    /// First instant at which it no longer counts by itself; `None` where nothing bounds it.
    pub ends_at: Option<Millis>,
    /// First instant at which the public no longer sees it; `None` where only its end bounds that (R156).
    pub public_until: Option<Millis>,
    pub state: State,
    /// An ending has taken effect, or its term is over: the public sees nothing of it (DOMAIN rule 12).
    pub ended: bool,
    /// Whether it counts for the viewer at the instant.
    pub counts: bool,
    pub reasons: Vec<Reason>,
    pub measures: Vec<MeasureRuling>,
    /// The viewer's Recognition by which it is judged; absent for the viewer's own entries.
    pub recognised_by: Option<StatementId>,
    pub declined_by: Option<StatementId>,
    /// The viewer's last Response to it, where its measures are answered one by one (R149).
    pub answered_by: Option<StatementId>,
    /// The Suspension by which it rests, where it would stand otherwise (R147).
    pub suspended_by: Option<StatementId>,
    /// Applications and objections that wait for the issuer's answer, by place (R148).
    pub filings: Vec<Filing>,
    /// The ending that gave the state.
    pub ended_by: Option<StatementId>,
    /// The entry that this one repeats (R120).
    pub same_as: Option<StatementId>,
    /// Number in [`super::Ruling::groups`].
    pub group: Option<u32>,
    /// Confirm with the issuer before acting: the source is stale, or not complete up to here (DOMAIN rule 9, R134).
    pub confirm_with_issuer: bool,
    pub stale: bool,
    /// A link lies beyond the point up to which the source is complete here.
    pub beyond_complete: bool,
    pub history_cut: bool,
    /// Items that the basis lacks, where it is kept all the same (DOMAIN rule 1).
    pub basis_lacks: Vec<BasisItem>,
    /// Who is to be named first: the deciding authority and the publisher, then the city that signed (DOMAIN rule 14).
    pub attribution: Text,
}

impl EntryRuling {
    /// Whether some required item is missing and the entry is kept as an imported record (DOMAIN rule 1).
    #[must_use]
    pub const fn is_basis_incomplete(&self) -> bool {
        !self.basis_lacks.is_empty()
    }
    /// Whether anyone may see it: disclosed to the public, standing without resting, and still published (DOMAIN rule 12, R139, R156).
    #[must_use]
    pub fn is_shown_to_public(&self) -> bool {
        matches!(self.disclosure, DisclosureLevel::Public)
            && matches!(self.state, State::Listed | State::Disputed)
            && !self.ended
            && !self.reasons.iter().any(|reason| reason.code == ReasonCode::PublicationOver)
            && self.content.is_some()
    }
}
