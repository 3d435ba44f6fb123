//! Which entries of a partner count here, and by which rule.

use huxin_protocol::body::List;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::ruling::Reason;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use serde::{Deserialize, Serialize};

/// Entries in one answer.
pub const BINDINGS_PAGE: usize = 200;

/// `GET /v1/bindings?partner=&list=&field=&after=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindingsQuery {
    pub partner: CityCode,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub list: Option<List>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<StatementId>,
}

/// In the order of the partner's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingsReply {
    pub bindings: Vec<BindingItem>,
    /// Where the next page begins; absent on the last one. A page may be empty and not the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<StatementId>,
}

/// An entry that counts here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingItem {
    pub id: StatementId,
    pub subject: SubjectId,
    pub subject_name: String,
    pub list: List,
    pub list_shown: String,
    pub field: String,
    /// The measures of it that hold here.
    pub measures: Vec<String>,
    /// This city's rule by which it counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recognised_by: Option<StatementId>,
    /// This city's own answer to its measures.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered_by: Option<StatementId>,
    /// First instant at which it no longer counts by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends_at: Option<Millis>,
    pub confirm_with_issuer: bool,
    /// What is to be known of it, for instance that it is disputed.
    pub reasons: Vec<Reason>,
}
