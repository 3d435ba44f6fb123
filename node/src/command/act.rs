//! Acts on an entry: `amend`, `annul`, `remove`, `repair`, `erase`, `reinstate`, `decline`.

use super::Context;
use super::confirm::confirm;
use super::publish::{read_entry, show_reply};
use crate::client::Client;
use crate::fault::Fault;
use huxin_api::model::{
    ActRequest, ActVerb, BodyView, DeclineRequest, EntryReply, EntryRequest, ListingView, MatterView, PublishReply,
    Receipt, Warning,
};
use huxin_protocol::body::RepairConditions;
use huxin_protocol::ids::StatementId;
use huxin_protocol::text::harmless;
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
    /// Do not ask before it is signed
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin repair 330900-17 --reason 已履行完毕 --rectified --commitment --yes")]
pub struct RepairArgs {
    #[command(flatten)]
    pub act: ActArgs,
    /// The subject has put things right
    #[arg(long)]
    pub rectified: bool,
    /// It has performed the duties that the decision laid on it
    #[arg(long)]
    pub duties_performed: bool,
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
    let client = context.client()?;
    if let Some(current) = current_link(&client, args.id)?
        && says_the_same(&client, &entry, &current)?
    {
        let sentence = format!("{} says exactly this already, so nothing was signed", current.id);
        let warning = Warning { index: 0, code: "unchanged".to_owned(), sentence };
        let reply = PublishReply { ids: Vec::new(), receipt: Receipt::Durable, warnings: vec![warning] };
        return context.show(&reply, show_reply);
    }
    let reply = client.amend(args.id, &entry)?;
    context.show(&reply, show_reply)
}

/// The link that speaks now in the chain of a statement; none where it is no listing, or has no effect any more.
fn current_link(client: &Client, id: StatementId) -> Result<Option<EntryReply>, Fault> {
    let entry = client.entry(id)?;
    match entry.matter {
        Some(MatterView::Standing { current }) if current == id => Ok(Some(entry)),
        Some(MatterView::Standing { current }) => client.entry(current).map(Some),
        _ => Ok(None),
    }
}

/// Whether an entry would sign what its current link says already.
fn says_the_same(client: &Client, entry: &EntryRequest, current: &EntryReply) -> Result<bool, Fault> {
    let BodyView::Listing { listing } = &current.body else { return Ok(false) };
    let edition = match &entry.edition {
        None => listing.edition,
        Some(named) => {
            let editions = client.info()?.editions;
            let found = editions.iter().find(|item| item.name == *named || item.digest.to_string() == *named);
            match found {
                Some(item) => item.digest,
                None => return Ok(false),
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
    let disclosure = entry.disclosure.as_ref().is_none_or(|asked| *asked == current.disclosure);
    Ok(asked == **listing && entry.agency == current.agency && disclosure)
}

/// What an act would do, in the words of the entry that it ends.
fn described(verb: ActVerb, id: StatementId, entry: &EntryReply, reason: &str) -> Vec<String> {
    let (zh, en) = match verb {
        ActVerb::Annulment => ("撤销（自始无效）", "annul: void from the start"),
        ActVerb::Removal => ("移出名单", "remove: taken off the list from now on"),
        ActVerb::Repair => ("信用修复", "repair: publication, sharing and measures end"),
        ActVerb::Erasure if entry.matter.is_none() => {
            ("删除该声明的正文，其效力不变", "erase: the text of this act is gone everywhere, and its effect stays")
        }
        ActVerb::Erasure => (
            "删除正文及本市就此条目所作各项处理的正文，任何地方都不再可读",
            "erase: its text, and those of this city's acts on it, are gone everywhere, for good",
        ),
        ActVerb::Reinstatement => {
            ("恢复（撤回一次终止，条目重新生效）", "reinstate: one ending is taken back, and the entry counts again")
        }
    };
    let mut what = vec![format!("将对 {id} 执行：{zh}  would {en}")];
    match &entry.body {
        BodyView::Listing { listing } => {
            what.push(format!("  主体 subject  {} {}", listing.subject.id, harmless(&listing.subject.name)));
            what.push(format!("  名单 list     {} {}", super::list_name(listing.list), harmless(&listing.list_name)));
            what.push(format!("  认定机关 authority  {}", harmless(&listing.basis.authority)));
        }
        _ => what.push(format!("  {}: {}", entry.kind, "正文不可读  its text cannot be read here")),
    }
    let acts: Vec<String> = entry.acts.iter().map(|act| format!("{} {}", act.kind, act.id)).collect();
    let state = if acts.is_empty() { "无  none".to_owned() } else { acts.join(", ") };
    what.push(format!("  此前的处理 acts so far  {state}"));
    what.push(format!("  理由 reason   {}", harmless(reason)));
    what
}

pub fn act(verb: ActVerb, args: ActArgs, context: &Context) -> Result<(), Fault> {
    let (id, yes) = (args.id, args.yes);
    send(verb, id, request(args), yes, context)
}

pub fn repair(args: RepairArgs, context: &Context) -> Result<(), Fault> {
    let conditions = RepairConditions {
        rectified: args.rectified,
        commitment: args.commitment,
        training: args.training,
        credit_report: args.credit_report,
        duties_performed: args.duties_performed,
    };
    let (id, yes) = (args.act.id, args.act.yes);
    send(ActVerb::Repair, id, ActRequest { conditions: Some(conditions), ..request(args.act) }, yes, context)
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

fn send(verb: ActVerb, id: StatementId, request: ActRequest, yes: bool, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    if !yes {
        // What is in force is shown, and not what was said first.
        let entry = match current_link(&client, id)? {
            Some(current) => current,
            None => client.entry(id)?,
        };
        confirm(&described(verb, id, &entry, &request.reason), false, context)?;
    }
    let reply = client.act(id, verb, &request)?;
    context.show(&reply, show_reply)
}
