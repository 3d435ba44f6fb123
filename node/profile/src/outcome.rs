//! What became of one row of a file. Every row has exactly one outcome, so their sum is the number of rows.

use huxin_protocol::ids::StatementId;
use serde::Serialize;

/// The words of a report, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new entry was signed.
    Listed,
    /// A corrected successor was signed.
    Amended,
    /// The record was taken off the list.
    Removed,
    /// The record stands here and says the same.
    Unchanged,
    /// The record has ended here; a new listing needs a new decision.
    AlreadyEnded,
    /// The record stands here and says something else; nothing was signed because nobody asked for amendments.
    Changed,
    /// Under this key another subject is known. It is never amended.
    SubjectChanged,
    /// Two different rows of this file have one key. None of them is signed.
    SameKeyTwice,
    /// The row takes a record off the list that is not known here.
    UnknownToRemove,
    /// The row says exactly what an earlier row said.
    Duplicate,
    /// A later row of this file replaces this one.
    Superseded,
    /// The listing was over before this day, and the profile says to tell it only.
    Over,
    /// The row cannot be an entry, here or by the node's word.
    Rejected,
    /// The run stopped before this row.
    NotReached,
}

impl Outcome {
    pub const ALL: [Self; 14] = [
        Self::Listed,
        Self::Amended,
        Self::Removed,
        Self::Unchanged,
        Self::AlreadyEnded,
        Self::Changed,
        Self::SubjectChanged,
        Self::SameKeyTwice,
        Self::UnknownToRemove,
        Self::Duplicate,
        Self::Superseded,
        Self::Over,
        Self::Rejected,
        Self::NotReached,
    ];

    /// The stable word of files and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Amended => "amended",
            Self::Removed => "removed",
            Self::Unchanged => "unchanged",
            Self::AlreadyEnded => "already_ended",
            Self::Changed => "changed",
            Self::SubjectChanged => "subject_changed",
            Self::SameKeyTwice => "same_key_twice",
            Self::UnknownToRemove => "unknown_to_remove",
            Self::Duplicate => "duplicate",
            Self::Superseded => "superseded",
            Self::Over => "over",
            Self::Rejected => "rejected",
            Self::NotReached => "not_reached",
        }
    }

    /// In Chinese and in English, for people.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Listed => ("已列入", "listed"),
            Self::Amended => ("已更正", "amended"),
            Self::Removed => ("已移出", "removed"),
            Self::Unchanged => ("无变化", "unchanged"),
            Self::AlreadyEnded => ("此前已终止", "already ended"),
            Self::Changed => ("有变化，未更正", "changed, not amended"),
            Self::SubjectChanged => ("主体不同，未处理", "another subject, left alone"),
            Self::SameKeyTwice => ("记录键重复，未处理", "two rows with one key, left alone"),
            Self::UnknownToRemove => ("要移出的记录未知", "unknown record to remove"),
            Self::Duplicate => ("与前行完全相同", "same as an earlier row"),
            Self::Superseded => ("被后面的行取代", "superseded by a later row"),
            Self::Over => ("已期满，仅提示", "over already, told only"),
            Self::Rejected => ("未通过", "rejected"),
            Self::NotReached => ("未处理到", "not reached"),
        }
    }

    /// Whether somebody has to look at the row before it can be right: these go into the file of rejects and give the run
    /// the exit code of "done with rejects".
    #[must_use]
    pub const fn needs_somebody(self) -> bool {
        matches!(self, Self::Rejected | Self::SameKeyTwice | Self::SubjectChanged)
    }

    /// Whether something was signed for the row.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Listed | Self::Amended | Self::Removed)
    }
}

/// The answer to one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowAnswer {
    /// Data row, from 1.
    pub row: u64,
    /// Line of the file or row of the sheet; 0 where it is not known.
    pub line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_ref: Option<String>,
    pub outcome: Outcome,
    /// Stable reason code, where the outcome has a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// The statement that was signed for the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_word_of_its_own() {
        for (at, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert!(Outcome::ALL[..at].iter().all(|other| other.word() != outcome.word()));
            assert_eq!(serde_json::to_string(&outcome).ok(), Some(format!("\"{}\"", outcome.word())));
        }
    }
}
