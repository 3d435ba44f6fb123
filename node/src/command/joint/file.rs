//! What is handed in at this city about another one's entry: an application for repair, or an objection.

use super::{Conditions, Sending, or_today, send};
use crate::command::Context;
use crate::fault::Fault;
use huxin_api::model::{ApplicationRequest, JointRequest, ObjectionRequest};
use huxin_protocol::body::{FiledBy, ObjectionTo};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::StatementId;
use huxin_protocol::time::Date;

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ByChoice {
    Subject,
    Agent,
    City,
}

impl From<ByChoice> for FiledBy {
    fn from(choice: ByChoice) -> Self {
        match choice {
            ByChoice::Subject => Self::Subject,
            ByChoice::Agent => Self::Agent,
            ByChoice::City => Self::City,
        }
    }
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ToChoice {
    Content,
    Term,
    RepairResult,
}

impl From<ToChoice> for ObjectionTo {
    fn from(choice: ToChoice) -> Self {
        match choice {
            ToChoice::Content => Self::Content,
            ToChoice::Term => Self::Term,
            ToChoice::RepairResult => Self::RepairResult,
        }
    }
}

/// What both filings say.
#[derive(Debug, clap::Args)]
pub struct Filing {
    /// Another city's entry
    pub id: StatementId,
    /// What the applicant says; the city that listed reads it
    #[arg(long)]
    pub reason: String,
    /// Who handed it in
    #[arg(long, value_enum, default_value = "subject")]
    pub by: ByChoice,
    /// The day on which it was handed in; without it today
    #[arg(long, value_name = "DATE")]
    pub filed_on: Option<Date>,
    /// Digest of a document that was handed in with it
    #[arg(long, value_name = "DIGEST")]
    pub evidence: Vec<Digest>,
    /// Number under which it is filed here
    #[arg(long)]
    pub record_ref: Option<String>,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin apply 620100-4 --reason 已履行完毕 --rectified --commitment")]
pub struct ApplyArgs {
    #[command(flatten)]
    pub filing: Filing,
    #[command(flatten)]
    pub conditions: Conditions,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin object 620100-4 --to content --reason 文书所载主体并非本公司")]
pub struct ObjectArgs {
    #[command(flatten)]
    pub filing: Filing,
    /// What it is to
    #[arg(long, value_enum, default_value = "content")]
    pub to: ToChoice,
}

pub fn apply(args: ApplyArgs, context: &Context) -> Result<(), Fault> {
    let Filing { id, reason, by, filed_on, evidence, record_ref, sending } = args.filing;
    let request = ApplicationRequest {
        reason,
        filed_on: or_today(filed_on),
        by: by.into(),
        conditions: args.conditions.into(),
        evidence,
        record_ref,
        agency: sending.agency,
    };
    send(id, JointRequest::Application(request), sending.yes, context)
}

pub fn object(args: ObjectArgs, context: &Context) -> Result<(), Fault> {
    let Filing { id, reason, by, filed_on, evidence, record_ref, sending } = args.filing;
    let request = ObjectionRequest {
        reason,
        filed_on: or_today(filed_on),
        by: by.into(),
        to: args.to.into(),
        evidence,
        record_ref,
        agency: sending.agency,
    };
    send(id, JointRequest::Objection(request), sending.yes, context)
}
