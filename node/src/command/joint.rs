//! Joint action from the desk: `respond`, `feedback`, `apply`, `object`, `step`, `rule`.
//!
//! As with acts on an entry the node rehearses each command first, what it would say and about whom is shown, and it is signed when
//! the officer says yes.

mod answer;
mod file;
mod handle;

pub use answer::{FeedbackArgs, RespondArgs, feedback, respond};
pub use file::{ApplyArgs, ObjectArgs, apply, object};
pub use handle::{RuleArgs, StepArgs, rule, step};

use super::Context;
use super::act::{ask, preview::Act};
use super::publish::show_reply;
use crate::fault::Fault;
use huxin_api::model::{JointRequest, RecordCommand};
use huxin_protocol::body::RepairConditions;
use huxin_protocol::ids::StatementId;
use huxin_protocol::time::Date;

/// What every command of joint action ends with.
#[derive(Debug, clap::Args)]
pub struct Sending {
    /// Agency of the city on whose behalf it is signed
    #[arg(long)]
    pub agency: Option<String>,
    /// Do not ask before it is signed
    #[arg(long)]
    pub yes: bool,
}

/// What a repair rests on, by the subject's or the authority's word.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Conditions {
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
    /// It has performed the duties that the decision laid on it
    #[arg(long)]
    pub duties_performed: bool,
}

impl From<Conditions> for RepairConditions {
    fn from(conditions: Conditions) -> Self {
        let Conditions { rectified, commitment, training, credit_report, duties_performed } = conditions;
        Self { rectified, commitment, training, credit_report, duties_performed }
    }
}

/// The civil day of this machine, where the officer gives none.
fn or_today(day: Option<Date>) -> Date {
    day.unwrap_or_else(|| crate::runtime::clock::now().date())
}

fn send(id: StatementId, request: JointRequest, yes: bool, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    if !yes {
        let command = RecordCommand::Joint { id, joint: Box::new(request.clone()) };
        ask(&client, (id, Act::Joint(Box::new(request.clone()))), command, context)?;
    }
    let reply = client.joint(id, &request)?;
    context.show(&reply, |reply| show_reply(reply, context))
}
