//! `huxin entry`: one statement as it was signed, and what was said about it.

use super::Context;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::{BodyView, EntryReply};
use huxin_protocol::ids::StatementId;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin entry 330900-17")]
pub struct Args {
    /// For instance 330900-17, and from the second epoch on 330900.2-17
    pub id: StatementId,
}

pub fn run(args: &Args, context: &Context) -> Result<(), Fault> {
    context.show(&context.client()?.entry(args.id)?, show)
}

fn show(entry: &EntryReply) {
    let mut table = super::table(&["field", "value"]);
    let mut row = |name: &str, value: String| {
        table.add_row([name.to_owned(), value]);
    };
    row("statement", format!("{} {}", entry.kind, entry.id));
    row("issuer", format!("{} {}", entry.city, entry.city_name));
    row("issued at", entry.issued_at_text.clone());
    row("digest", entry.digest.to_string());
    if let Some(about) = entry.about {
        row("about", about.to_string());
    }
    match &entry.body {
        BodyView::Listing { listing } => {
            row("subject", format!("{} {}", listing.subject.id, listing.subject.name));
            row("list", format!("{:?}: {}", listing.list, listing.list_name));
            row("ground", listing.ground_text.clone());
            row("authority", listing.basis.authority.clone());
            row("law", listing.basis.law.clone().unwrap_or_default());
            row("measures", listing.measures.join(", "));
            row("until", listing.until.map(|until| until.to_string()).unwrap_or_default());
            row("summary", listing.summary.clone());
        }
        BodyView::Act { act } => row("reason", act.reason.clone()),
        BodyView::Decline { decline } => row("reason", decline.reason.clone()),
        other => row("body", serde_json::to_string(other).unwrap_or_default()),
    }
    say!("{table}");
    for act in &entry.acts {
        say!("{}  {}  {}", act.issued_at_text, act.kind, act.id);
    }
}
