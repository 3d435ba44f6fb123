//! What is filed about this city's entries, and what this city filed: applications for repair and objections, and how far they are.

use huxin_protocol::ids::StatementId;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::{Date, Millis};
use serde::{Deserialize, Serialize};

/// Filings in one answer.
pub const FILINGS_PAGE: usize = 200;

/// `GET /v1/filings?open=&after=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilingsQuery {
    /// Only what waits for its answer.
    pub open: bool,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<StatementId>,
}

/// By filing city, and of one city by place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingsReply {
    /// About entries of this city: it is to answer them.
    pub to_answer: Vec<FilingItem>,
    /// By this city, about entries of others.
    pub filed_here: Vec<FilingItem>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<StatementId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingItem {
    /// Its city filed it.
    pub id: StatementId,
    pub city_name: String,
    /// `RepairApplication` or `Objection`.
    pub kind: String,
    pub kind_zh: String,
    /// The entry that it is about.
    pub entry: StatementId,
    pub filed_at: Millis,
    pub filed_at_text: String,
    pub state: FilingState,
    /// The ruling or withdrawal that closed it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_by: Option<StatementId>,
    /// The newest word of the city that listed on how far it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub step: Option<StatementId>,
    /// The last day on which it is to be answered; absent where it does not wait, or no clock is known here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    pub overdue: bool,
    /// Absent where the entry cannot be read here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<SubjectId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject_name: Option<String>,
    /// What it says, in short; absent where its text cannot be read here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub says_en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub says_zh: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingState {
    /// It waits for the city that listed.
    Open,
    /// A ruling answered it.
    Answered,
    /// Its city took it back.
    Withdrawn,
    /// It says nothing, for instance because its city had filed the same before.
    WithoutEffect,
}

impl FilingState {
    /// English and Chinese.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("waits for its answer", "待答复"),
            Self::Answered => ("answered", "已答复"),
            Self::Withdrawn => ("withdrawn", "已撤回"),
            Self::WithoutEffect => ("without effect", "不发生效力"),
        }
    }
}
