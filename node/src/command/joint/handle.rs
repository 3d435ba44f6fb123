//! How the city that listed handles what was filed about its entry: steps on the way, and the ruling with what carries it out.

use super::{Conditions, Sending, or_today, send};
use crate::command::Context;
use crate::command::publish::read_entry;
use crate::fault::Fault;
use huxin_api::model::{CarriedOutBy, JointRequest, RulingRequest, StepRequest};
use huxin_protocol::body::{RulingResult, Stage};
use huxin_protocol::ids::StatementId;
use huxin_protocol::time::Date;
use std::path::PathBuf;

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum StageChoice {
    Received,
    Accepted,
    SupplementAsked,
    Supplemented,
    Extended,
}

impl From<StageChoice> for Stage {
    fn from(choice: StageChoice) -> Self {
        match choice {
            StageChoice::Received => Self::Received,
            StageChoice::Accepted => Self::Accepted,
            StageChoice::SupplementAsked => Self::SupplementAsked,
            StageChoice::Supplemented => Self::Supplemented,
            StageChoice::Extended => Self::Extended,
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin step 370100-3 accepted\n  huxin step 370100-3 supplement-asked --reason 缺信用承诺书 --until 2026-03-10"
)]
pub struct StepArgs {
    /// The application or objection
    pub id: StatementId,
    /// How far it is
    #[arg(value_enum)]
    pub stage: StageChoice,
    /// What is missing, or why it takes longer
    #[arg(long)]
    pub reason: Option<String>,
    /// The day on which it was done; without it today
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// The day by which the next step is due
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin rule 370100-3 --uphold --repair --rectified --reason 已履行完毕\n  huxin rule 370100-5 --uphold --amend corrected.toml --reason 期限有误\n  huxin rule 370100-7 --reject --reason 与文书不符"
)]
pub struct RuleArgs {
    /// The application or objection
    pub id: StatementId,
    /// It is right
    #[arg(long, required_unless_present_any = ["in_part", "reject"])]
    pub uphold: bool,
    /// It is right in part
    #[arg(long, conflicts_with = "uphold")]
    pub in_part: bool,
    /// It is not right
    #[arg(long, conflicts_with_all = ["uphold", "in_part"])]
    pub reject: bool,
    /// Why; it is signed and shown to partners
    #[arg(long)]
    pub reason: String,
    /// Carried out by the repair of the entry
    #[arg(long, conflicts_with_all = ["annul", "remove", "amend"])]
    pub repair: bool,
    /// Carried out by annulling the entry
    #[arg(long, conflicts_with_all = ["remove", "amend"])]
    pub annul: bool,
    /// Carried out by taking the entry off the list
    #[arg(long, conflicts_with = "amend")]
    pub remove: bool,
    /// Carried out by a correction: the whole corrected entry, JSON or TOML
    #[arg(long, value_name = "FILE")]
    pub amend: Option<PathBuf>,
    #[command(flatten)]
    pub conditions: Conditions,
    /// When it was decided; without it today
    #[arg(long, value_name = "DATE")]
    pub decided_on: Option<Date>,
    /// Number of the decision
    #[arg(long)]
    pub document_number: Option<String>,
    /// Who decided
    #[arg(long)]
    pub authority: Option<String>,
    #[command(flatten)]
    pub sending: Sending,
}

pub fn step(args: StepArgs, context: &Context) -> Result<(), Fault> {
    let request = StepRequest {
        stage: args.stage.into(),
        on: or_today(args.on),
        reason: args.reason,
        until: args.until,
        agency: args.sending.agency,
    };
    send(args.id, JointRequest::Step(request), args.sending.yes, context)
}

pub fn rule(args: RuleArgs, context: &Context) -> Result<(), Fault> {
    let decision = match (args.reject, args.in_part) {
        (true, _) => RulingResult::Rejected,
        (false, true) => RulingResult::UpheldInPart,
        (false, false) => RulingResult::Upheld,
    };
    let carried_out_by = match (&args.amend, args.repair, args.annul, args.remove) {
        (Some(file), ..) => Some(CarriedOutBy::Amendment(Box::new(read_entry(file)?))),
        (None, true, ..) => Some(CarriedOutBy::Repair(args.conditions.into())),
        (None, _, true, _) => Some(CarriedOutBy::Annulment),
        (None, _, _, true) => Some(CarriedOutBy::Removal),
        (None, ..) => None,
    };
    let request = RulingRequest {
        decision,
        reason: args.reason,
        decided_on: or_today(args.decided_on),
        document_number: args.document_number,
        authority: args.authority,
        carried_out_by,
        agency: args.sending.agency,
    };
    send(args.id, JointRequest::Ruling(request), args.sending.yes, context)
}
