//! Imports: many records in one request, each a command of its own, and what the city knows of a source's records.
//! A command of one statement is rehearsed here too, before an officer is asked whether it is meant.
//!
//! A list of a thousand rows must not fail because one of them is wrong. So every command here is checked and signed by
//! itself, in the order given, and answered by itself. A rehearsal runs the same checks in the same order and signs nothing.

use super::{ActRequest, ActVerb, DeclineRequest, EntryRequest, JointRequest, ListingView, Warning};
use crate::problem::Problem;
use huxin_protocol::ids::StatementId;
use serde::{Deserialize, Serialize};

/// What is asked for one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum RecordCommand {
    /// A new entry.
    List { entry: Box<EntryRequest> },
    /// The whole corrected entry, as the successor of a link of its chain.
    Amend { id: StatementId, entry: Box<EntryRequest> },
    /// An ending or a reinstatement; of an import the removal of a record that its publisher took off the list.
    Act { id: StatementId, verb: ActVerb, act: ActRequest },
    /// A reasoned opt-out from another city's entry.
    Decline { id: StatementId, decline: DeclineRequest },
    /// Joint action on an entry, or on what was filed about one.
    Joint { id: StatementId, joint: Box<JointRequest> },
}

impl RecordCommand {
    /// Whether it only takes somebody off a list.
    #[must_use]
    pub const fn is_ending(&self) -> bool {
        matches!(self, Self::Act { verb, .. } if verb.kind().is_relief())
    }
}

/// `POST /v1/records`: at most [`super::BATCH_ENTRIES`] commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordsRequest {
    pub commands: Vec<RecordCommand>,
    /// Check everything as for signing, each command after the ones before it, and sign nothing.
    #[serde(default)]
    pub rehearse: bool,
}

/// One outcome for each command, in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsReply {
    pub outcomes: Vec<RecordOutcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordOutcome {
    /// Signed and durable; in a rehearsal `ids` is empty.
    Ok {
        ids: Vec<StatementId>,
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        warnings: Vec<Warning>,
    },
    Refused(Problem),
}

/// `POST /v1/references`: which of these source records has the own city signed already? At most 1,000 at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferencesRequest {
    pub refs: Vec<String>,
}

/// In the order of the request and, for one reference, of the log; references that are not known here are left out.
/// `GET /v1/references/{record_ref}` answers the same for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferencesReply {
    pub known: Vec<ReferenceItem>,
}

/// Whether a record's matter stands. Asked of the same fold that makes rulings, so a reinstated one is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    Live,
    Ended,
}

/// One chain of the own log whose record bears the reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceItem {
    pub record_ref: String,
    /// The first link of the chain.
    pub first: StatementId,
    /// The link that speaks now; of an ended chain, the one that spoke last.
    pub id: StatementId,
    pub state: RecordState,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_by: Option<StatementId>,
    /// What `id` says; absent where its text was erased. An erased record keeps its reference as a digest only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub listing: Option<Box<ListingView>>,
}

/// `POST /v1/references/live`: the live records of one source, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveRequest {
    /// What every reference of the source begins with, such as `worldbank:`.
    pub prefix: String,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<StatementId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveReply {
    pub live: Vec<ReferenceItem>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<StatementId>,
}
