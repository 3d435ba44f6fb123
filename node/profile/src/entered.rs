//! Stands here until `huxin_protocol::subject::enter_code` is merged; then this file goes and the re-export names that one.

use huxin_protocol::subject::{SubjectFault, SubjectId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredCode {
    pub id: SubjectId,
    pub cleaning: Option<Cleaning>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleaning {
    Apostrophe,
}

pub type CodeFault = SubjectFault;

pub fn enter_code(scheme: &str, entered: &str) -> Result<EnteredCode, CodeFault> {
    SubjectId::new(scheme, entered.trim()).map(|id| EnteredCode { id, cleaning: None })
}

pub const fn code_of(_: &CodeFault) -> &'static str {
    "code_shape"
}
