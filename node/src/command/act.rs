//! Acts on an entry: `amend`, `annul`, `remove`, `repair`, `erase`, `reinstate`, `suspend`, `resume`, `withdraw`, `decline`.
//!
//! Each has three steps. The node rehearses it, so that what would be refused is refused before anybody is asked; what it would do, and
//! to whom, is shown ([`preview`]); and when the officer says yes it is signed. A script that says `--yes` goes to the last step at once.

pub mod preview;

use super::Context;
use super::confirm::confirm;
use super::joint::Conditions;
use super::publish::{read_entry, show_reply};
use crate::client::Client;
use crate::fault::Fault;
use huxin_api::model::{
    ActRequest, ActVerb, BodyView, DeclineRequest, EntryReply, EntryRequest, ListingView, MatterView, PublishReply,
    Receipt, RecordCommand, Warning,
};
use huxin_protocol::ids::StatementId;
use huxin_protocol::time::Date;
use preview::Act;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin amend 330900-17 corrected.toml")]
pub struct AmendArgs {
    /// The entry, or any link of its chain
    pub id: StatementId,
    /// The whole corrected entry, JSON or TOML
    pub entry: PathBuf,
    /// Do not ask before it is signed
    #[arg(long)]
    pub yes: bool,
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
    /// Do not ask before it is signed
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin repair 330900-17 --reason 已履行完毕 --rectified --commitment --yes")]
pub struct RepairArgs {
    #[command(flatten)]
    pub act: ActArgs,
    #[command(flatten)]
    pub conditions: Conditions,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  huxin suspend 330900-17 --reason 法院决定暂停执行 --document-number （2026）样例行审1号"
)]
pub struct SuspendArgs {
    #[command(flatten)]
    pub act: ActArgs,
    /// The last day of which the order speaks; its measures rest until `huxin resume` all the same
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin decline 620100-4 --reason 依据不足")]
pub struct DeclineArgs {
    /// Another city's entry
    pub id: StatementId,
    /// Why it shall not count here
    #[arg(long)]
    pub reason: String,
    /// Do not ask before it is signed
    #[arg(long)]
    pub yes: bool,
}

pub fn amend(args: &AmendArgs, context: &Context) -> Result<(), Fault> {
    let entry = read_entry(&args.entry)?;
    let client = context.client()?;
    if let Some(current) = current_link(&client, args.id)?
        && said_anew(&client, &entry, &current)?.as_ref() == Some(&current)
    {
        let sentence = format!("{} says exactly this already, so nothing was signed", current.id);
        let warning = Warning { index: 0, code: "unchanged".to_owned(), sentence };
        let reply = PublishReply { ids: Vec::new(), receipt: Receipt::Durable, warnings: vec![warning] };
        return context.show(&reply, |reply| show_reply(reply, context));
    }
    if !args.yes {
        let command = RecordCommand::Amend { id: args.id, entry: Box::new(entry.clone()) };
        let changed = match current_link(&client, args.id)? {
            Some(current) => said_anew(&client, &entry, &current)?.map(Box::new),
            None => None,
        };
        ask(&client, (args.id, Act::Amendment(changed)), command, context)?;
    }
    let reply = client.amend(args.id, &entry)?;
    context.show(&reply, |reply| show_reply(reply, context))
}

/// The link that speaks now in the chain of a statement; none where it is no listing, or has no effect any more.
fn current_link(client: &Client, id: StatementId) -> Result<Option<EntryReply>, Fault> {
    let entry = client.entry(id)?;
    match entry.matter {
        Some(MatterView::Standing { current, .. }) if current == id => Ok(Some(entry)),
        Some(MatterView::Standing { current, .. }) => client.entry(current).map(Some),
        _ => Ok(None),
    }
}

/// The current link as it would read with a correction in its place; none where that cannot be said, because its text cannot be read
/// or the edition is not loaded.
fn said_anew(client: &Client, entry: &EntryRequest, current: &EntryReply) -> Result<Option<EntryReply>, Fault> {
    let BodyView::Listing { listing } = &current.body else { return Ok(None) };
    let edition = match &entry.edition {
        None => listing.edition,
        Some(named) => {
            let editions = client.info()?.editions;
            let found = editions.iter().find(|item| item.name == *named || item.digest.to_string() == *named);
            match found {
                Some(item) => item.digest,
                None => return Ok(None),
            }
        }
    };
    let mut asked: ListingView = entry.clone().into_body(edition, None).into();
    asked.derived_from = entry.derived_from;
    // What the node fills in from the edition, it filled in before as well.
    if asked.list_id.is_none() {
        asked.list_id.clone_from(&listing.list_id);
    }
    if asked.list_name.is_empty() {
        asked.list_name.clone_from(&listing.list_name);
    }
    Ok(Some(EntryReply {
        body: BodyView::Listing { listing: Box::new(asked) },
        agency: entry.agency.clone(),
        disclosure: entry.disclosure.clone().unwrap_or_else(|| current.disclosure.clone()),
        ..current.clone()
    }))
}

pub fn act(verb: ActVerb, args: ActArgs, context: &Context) -> Result<(), Fault> {
    let (id, yes) = (args.id, args.yes);
    send(verb, id, request(args), yes, context)
}

pub fn repair(args: RepairArgs, context: &Context) -> Result<(), Fault> {
    let conditions = Some(args.conditions.into());
    let (id, yes) = (args.act.id, args.act.yes);
    send(ActVerb::Repair, id, ActRequest { conditions, ..request(args.act) }, yes, context)
}

pub fn suspend(args: SuspendArgs, context: &Context) -> Result<(), Fault> {
    let (id, yes) = (args.act.id, args.act.yes);
    send(ActVerb::Suspension, id, ActRequest { until: args.until, ..request(args.act) }, yes, context)
}

pub fn decline(args: DeclineArgs, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let (id, request) = (args.id, DeclineRequest { reason: args.reason, agency: None });
    if !args.yes {
        let act = Act::Decline { reason: request.reason.clone() };
        ask(&client, (id, act), RecordCommand::Decline { id, decline: request.clone() }, context)?;
    }
    let reply = client.decline(id, &request)?;
    context.show(&reply, |reply| show_reply(reply, context))
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

fn send(verb: ActVerb, id: StatementId, request: ActRequest, yes: bool, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    if !yes {
        let act = Act::Of { verb, reason: request.reason.clone() };
        ask(&client, (id, act), RecordCommand::Act { id, verb, act: request.clone() }, context)?;
    }
    let reply = client.act(id, verb, &request)?;
    context.show(&reply, |reply| show_reply(reply, context))
}

/// Lets the node rehearse a command, shows what it would do to whom, and asks.
pub fn ask(
    client: &Client,
    (id, act): (StatementId, Act),
    command: RecordCommand,
    context: &Context,
) -> Result<(), Fault> {
    let warnings = client.rehearse(command)?;
    let named = client.entry(id)?;
    let listing = listing_of(client, &named)?;
    confirm(&preview::lines(&act, &named, listing.as_ref(), &warnings, context), false, context)
}

/// Whom a statement is about: the link in force of the chain that it belongs to or acts on. What is in force is shown, and not what was
/// said first.
fn listing_of(client: &Client, named: &EntryReply) -> Result<Option<EntryReply>, Fault> {
    let mut at = named.clone();
    // A reinstatement names an ending, and that names a link.
    for _ in 0..3 {
        if at.matter.is_some() {
            let current = current_link(client, at.id)?;
            return Ok(Some(current.unwrap_or(at)));
        }
        let Some(about) = at.about else { return Ok(None) };
        match client.entry(about) {
            Ok(entry) => at = entry,
            // Of another city's log it may not have come yet.
            Err(fault) if fault.code == "no_such_statement" => return Ok(None),
            Err(fault) => return Err(fault),
        }
    }
    Ok(None)
}
