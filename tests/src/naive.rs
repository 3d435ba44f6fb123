//! A second opinion: what counts for a subject, worked out from `protocol/SPEC.md` alone.
//!
//! Two nodes that run one program agree also where the program is wrong. So the rules R100 to R149 and R172 are written down here
//! once more, by someone who read the specification and not the fold, in the plainest way that follows its sentences:
//! every question is a walk over all statements of a log, nothing is indexed, nothing is remembered between questions.
//! Where this and the fold differ, one of them misread the specification or the specification can be read in two ways;
//! each difference is a sentence that names its rule ([`disagreements`]).
//!
//! What is shared with the production code is only reading of bytes (COSE, headers, bodies, key records, editions), civil
//! dates, and the names of states and reasons. No index, no roster, no step of the fold is used.
//!
//! The stations, a file each: [`held`] takes from a node's disk what it holds; `decoded` reads it and finds the epoch of
//! every place; `law` is the table of kinds; `effect` judges statements by their headers; `matter` ties chains and grounds, ends
//! and rests them; `terms` reads the current link against its edition; `recognition` asks the viewer's rule, `response` its
//! answer; `filings` looks for what waits for an answer, `origin` for what an entry was taken over from; `groups` finds one
//! decision on two lists; `compare` holds the outcome against a production ruling.

mod compare;
mod decoded;
mod effect;
mod filings;
mod groups;
mod held;
mod law;
mod matter;
mod origin;
mod recognition;
mod resolve;
mod response;
mod terms;

pub use compare::disagreements;
pub use decoded::Decoded;
pub use filings::Open;
pub use held::{Heartbeat, Held, held};
pub use resolve::resolve;

use huxin_protocol::digest::Digest;
use huxin_protocol::edition::{BasisItem, MeasureKind};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::ruling::{ReasonCode, State};
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::{Date, Millis};
use std::collections::{BTreeMap, BTreeSet};

/// What is asked of the logs.
#[derive(Clone, Debug)]
pub struct Question {
    pub viewer: CityCode,
    pub at: Millis,
    /// Whether `at` is the present (R100).
    pub now: bool,
    pub subject: SubjectId,
    /// A rule that is broken on purpose, to see that somebody notices.
    pub slip: Slip,
}

/// Rules that a canary breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    None,
    /// R121 is forgotten: what was ended stays ended.
    IgnoresReinstatement,
    /// R60: the last day is taken for the first day on which nothing counts.
    ExpiresADayEarly,
    /// R60: civil dates are taken as UTC.
    ForgetsCivilTime,
    /// R108: an ending ends only the chain that it names.
    EndsOneChainOnly,
    /// R131 is forgotten.
    IgnoresDeclines,
    /// R129: an older rule comes back when the newer one has run out.
    OldRulesComeBack,
    /// R125: a missing basis is let pass.
    IgnoresBasis,
    /// R154: any edition will do for any list.
    IgnoresRegistry,
    /// R124: an amendment's date begins the term anew.
    RenewsTerms,
    /// R130: a missing severity passes a minimum.
    UnstatedSeverityPasses,
    /// R147 is forgotten.
    IgnoresSuspensions,
    /// R147: what rests by order is never resumed.
    IgnoresResumption,
    /// R148: nothing is ever answered or withdrawn.
    IgnoresAnswers,
    /// R148: what is filed again before there is an answer has an effect of its own.
    FilesTwice,
    /// R149 is forgotten.
    IgnoresResponses,
    /// R172 is forgotten.
    IgnoresOrigins,
    /// R146 is forgotten.
    HearsEverything,
    /// R156: the public sees an entry as long as it lasts.
    PublishesForEver,
    /// R156: no authority decides, every maximum ends its entry.
    EndsAtEveryMaximum,
    /// R157: a measure is for every list and ground.
    IgnoresWhoseMeasure,
    /// R155: a layer is for every city.
    IgnoresWhoseLayer,
}

/// One chain, as the specification judges it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// First link.
    pub id: StatementId,
    /// Links by place, each with the reason why it has no effect.
    pub links: Vec<(StatementId, Option<ReasonCode>)>,
    pub current: Option<StatementId>,
    /// Some link that can be read names the subject.
    pub names_subject: bool,
    /// Begins with an Entry.
    pub rooted: bool,
    pub state: State,
    /// Why the state is void, not yet or unknown; absent for the other states.
    pub why: Option<ReasonCode>,
    /// An ending has effect, or the term is over.
    pub ended: bool,
    pub ended_by: Option<StatementId>,
    pub same_as: Option<StatementId>,
    pub counts: bool,
    /// Every reason of R129 to R131 that keeps a partner's standing entry from counting.
    pub objections: BTreeSet<ReasonCode>,
    pub declined_by: Option<StatementId>,
    /// Whatever of R132, R147 and R172 is said of it while it stands.
    pub resting: BTreeSet<ReasonCode>,
    /// Open filings about it (R148).
    pub filings: Vec<Open>,
    /// The first Suspension by which it rests (R147).
    pub suspended_by: Option<StatementId>,
    /// The viewer's Response that narrows it (R149).
    pub answered_by: Option<StatementId>,
    /// Whether anybody may be shown it (R139).
    pub is_public: bool,
    /// The viewer's rule for the issuer.
    pub rule: Option<StatementId>,
    pub starts_at: Option<Millis>,
    pub ends_at: Option<Millis>,
    /// R156.
    pub public_until: Option<Millis>,
    /// Of R156: its longest term is over, its publication is.
    pub over: BTreeSet<ReasonCode>,
    /// R173.
    pub regional: bool,
    pub listed_here_on: Option<Date>,
    pub lacks: Vec<BasisItem>,
    /// Whether content may be shown.
    pub shows_content: bool,
    /// A link at or beyond the first lacking body (R134).
    pub beyond_complete: bool,
    pub stale: bool,
    pub confirm: bool,
    /// Codes in the order of the body, with the reason why one does not hold.
    pub measures: Vec<(String, bool, Option<ReasonCode>)>,
}

/// The answer for one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// By first link.
    pub chains: BTreeMap<StatementId, Chain>,
    /// Measures and incentives that hold, with the entries that they rest on.
    pub in_force: BTreeMap<(Digest, String), InForce>,
    /// Entries of one decision (R137), each of two or more.
    pub groups: BTreeSet<BTreeSet<StatementId>>,
    /// Red, black, watch: entries that count, groups once.
    pub counted: [u32; 3],
    /// Grounds that have ended and not come back, in the logs of cities that speak of this subject (R108).
    pub ended_grounds: BTreeSet<(CityCode, Digest)>,
    /// Every act in those logs that has no effect, with its reason (R101 to R104).
    pub without_effect: BTreeMap<StatementId, ReasonCode>,
    /// Chains that may be shown or not: nothing of them can be read here, and no ground ties them to the subject.
    pub untold: BTreeSet<StatementId>,
    /// Lacking bodies and frozen, by city.
    pub sources: BTreeMap<CityCode, Source>,
}

/// A code that counting entries carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    pub kind: MeasureKind,
    pub entries: BTreeSet<StatementId>,
    /// R138: rests while a black entry counts.
    pub suspended: bool,
    pub confirm: bool,
}

/// One city's log as it is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub lacking: u64,
    pub frozen: bool,
    pub stale: bool,
    pub freshness: Option<Millis>,
    pub rule: Option<StatementId>,
}
