//! Acts on an entry: `amend`, `annul`, `remove`, `repair`, `erase`, `reinstate`, `decline`.

use super::Context;
use super::publish::{read_entry, show_reply};
use crate::fault::Fault;
use huxin_api::model::{ActRequest, ActVerb, DeclineRequest};
use huxin_protocol::body::RepairConditions;
use huxin_protocol::ids::StatementId;
use huxin_protocol::time::Date;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin amend 330900-17 corrected.toml")]
pub struct AmendArgs {
    /// The entry, or any link of its chain
    pub id: StatementId,
    /// The whole corrected entry, JSON or TOML
    pub entry: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct ActArgs {
    /// The statement that is acted on, for instance 330900-17
    pub id: StatementId,
    /// Why; it is signed and shown to partners
    #[arg(long)]
    pub reason: String,
    /// Number of the decision
    #[arg(long)]
    pub document_number: Option<String>,
    /// Who decided
    #[arg(long)]
    pub authority: Option<String>,
    /// When it was decided
    #[arg(long, value_name = "DATE")]
    pub decided_on: Option<Date>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin repair 330900-17 --reason 已履行完毕 --rectified --commitment")]
pub struct RepairArgs {
    #[command(flatten)]
    pub act: ActArgs,
    /// The subject has put things right
    #[arg(long)]
    pub rectified: bool,
    /// It has given a signed promise
    #[arg(long)]
    pub commitment: bool,
    /// It took part in training
    #[arg(long)]
    pub training: bool,
    /// It handed in a credit report
    #[arg(long)]
    pub credit_report: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin decline 620100-4 --reason 依据不足")]
pub struct DeclineArgs {
    /// Another city's entry
    pub id: StatementId,
    /// Why it shall not count here
    #[arg(long)]
    pub reason: String,
}

pub fn amend(args: &AmendArgs, context: &Context) -> Result<(), Fault> {
    let entry = read_entry(&args.entry)?;
    let reply = context.client()?.amend(args.id, &entry)?;
    context.show(&reply, show_reply)
}

pub fn act(verb: ActVerb, args: ActArgs, context: &Context) -> Result<(), Fault> {
    send(verb, args.id, request(args), context)
}

pub fn repair(args: RepairArgs, context: &Context) -> Result<(), Fault> {
    let conditions = RepairConditions {
        rectified: args.rectified,
        commitment: args.commitment,
        training: args.training,
        credit_report: args.credit_report,
    };
    let id = args.act.id;
    send(ActVerb::Repair, id, ActRequest { conditions: Some(conditions), ..request(args.act) }, context)
}

pub fn decline(args: DeclineArgs, context: &Context) -> Result<(), Fault> {
    let reply = context.client()?.decline(args.id, &DeclineRequest { reason: args.reason, agency: None })?;
    context.show(&reply, show_reply)
}

fn request(args: ActArgs) -> ActRequest {
    ActRequest {
        reason: args.reason,
        document_number: args.document_number,
        authority: args.authority,
        decided_on: args.decided_on,
        ..ActRequest::default()
    }
}

fn send(verb: ActVerb, id: StatementId, request: ActRequest, context: &Context) -> Result<(), Fault> {
    let reply = context.client()?.act(id, verb, &request)?;
    context.show(&reply, show_reply)
}
