//! What speaks against a statement of joint action at the moment of issue, when it can still be put right.

use huxin_protocol::ids::StatementId;
use huxin_protocol::subject::SubjectFault;
use huxin_protocol::time::Date;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JointFault {
    #[error("the answer names no measure of the entry")]
    NoAnswer,
    #[error("measure {0} does not stand in the catalogue edition of the entry")]
    MeasureUnknown(String),
    #[error("entry {entry} does not carry measure {measure}")]
    MeasureNotCarried { entry: StatementId, measure: String },
    #[error("measure {0} is answered twice")]
    MeasureRepeated(String),
    #[error("measure {0} is declined without a reason")]
    DeclinedWithoutReason(String),
    #[error("a day is given for measure {0}, which is not applied")]
    DayOfNothing(String),
    #[error("the text of entry {0} cannot be read here, so nobody here can say which measures it carries")]
    EntryUnreadable(StatementId),
    #[error("the day in {field}, {day}, lies in the future")]
    FutureDay { field: &'static str, day: Date },
    #[error("it would end on {until}, before it begins on {from}")]
    EndsBeforeStart { from: Date, until: Date },
    #[error("the department that did it has no name")]
    DepartmentUnnamed,
    #[error("the department's code: {0}")]
    DepartmentCode(SubjectFault),
    #[error("a supplement is asked for, and nothing says what is missing")]
    SupplementUnnamed,
    #[error("an extension says why it takes longer and until which day")]
    ExtensionIncomplete,
    #[error("a filing that is rejected has nothing that carries it out")]
    RejectedCarriedOut,
}

impl JointFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoAnswer => "answer_missing",
            Self::MeasureUnknown(_) => "measure_unknown",
            Self::MeasureNotCarried { .. } => "measure_not_carried",
            Self::MeasureRepeated(_) => "measure_repeated",
            Self::DeclinedWithoutReason(_) => "answer_without_reason",
            Self::DayOfNothing(_) => "answer_day",
            Self::EntryUnreadable(_) => "entry_unreadable",
            Self::FutureDay { .. } => "day_in_future",
            Self::EndsBeforeStart { .. } => "ends_before_start",
            Self::DepartmentUnnamed => "department_missing",
            Self::DepartmentCode(_) => "department_code",
            Self::SupplementUnnamed => "supplement_unnamed",
            Self::ExtensionIncomplete => "extension_incomplete",
            Self::RejectedCarriedOut => "rejected_carried_out",
        }
    }

    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::NoAnswer => "answer at least one measure of the entry; `huxin decline` opts out of the whole of it",
            Self::MeasureUnknown(_) | Self::MeasureNotCarried { .. } => {
                "name a measure that `huxin entry` shows of the entry"
            }
            Self::MeasureRepeated(_) => "answer each measure once",
            Self::DeclinedWithoutReason(_) => "say why it is not applied here; the city that listed reads it",
            Self::DayOfNothing(_) => "leave the day out, or say that the measure is applied from it on",
            Self::EntryUnreadable(_) => {
                "ask the city that listed for the text; `huxin peers` shows what is lacking here"
            }
            Self::FutureDay { .. } => "give the day on which it was done",
            Self::EndsBeforeStart { .. } => "compare the two days",
            Self::DepartmentUnnamed => "name the department that applied or lifted the measure",
            Self::DepartmentCode(_) => "compare the code with the department's certificate, or leave it out",
            Self::SupplementUnnamed => "say in the reason which document or fact is missing",
            Self::ExtensionIncomplete => "give both the reason and the new day",
            Self::RejectedCarriedOut => "leave out what would carry it out, or say that the filing is upheld",
        }
    }
}
