//! `huxin peers`: partners, connections, and how far every log is held.

use super::Context;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::{HeadsReply, PeersReply};
use serde::Serialize;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin peers")]
pub struct Args {}

#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    peers: PeersReply,
    #[serde(flatten)]
    heads: HeadsReply,
}

pub fn run(_: &Args, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let shown = Shown { peers: client.peers()?, heads: client.heads()? };
    context.show(&shown, show)
}

fn show(shown: &Shown) {
    let mut table =
        super::table(&["city", "name", "connected", "log", "proved", "bodies lacking", "fresh at", "witnesses"]);
    for head in &shown.heads.heads {
        let peer = shown.peers.peers.iter().find(|peer| peer.city == head.city);
        let connected = match peer {
            Some(peer) if peer.up => "yes".to_owned(),
            Some(peer) => peer.failure.clone().unwrap_or_else(|| "no".to_owned()),
            None => "this node".to_owned(),
        };
        table.add_row([
            head.city.to_string(),
            if head.frozen { format!("{} (frozen)", head.name) } else { head.name.clone() },
            connected,
            head.size.to_string(),
            head.proved.to_string(),
            head.lacking.to_string(),
            head.fresh_at.map(huxin_protocol::time::Millis::text).unwrap_or_default(),
            head.cosignatures.iter().filter(|line| line.city != head.city).count().to_string(),
        ]);
    }
    say!("{table}");
    say!("heads digest {}", shown.heads.digest);
}
