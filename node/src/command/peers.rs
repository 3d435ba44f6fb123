//! `huxin peers`: partners, connections, and how far every log is held.

use super::Context;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::{HeadItem, HeadsReply, PeerItem, PeersReply};
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
    context.show(&shown, |shown| show(shown, context))
}

fn show(shown: &Shown, context: &Context) {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let mut table = super::table(&[
        say("city", "城市"),
        say("name", "名称"),
        say("connected", "连接"),
        say("why not", "未连接原因"),
        say("log", "日志"),
        say("bodies lacking", "缺正文"),
        say("fresh at", "新鲜至"),
        say("witnesses", "见证"),
    ]);
    for head in &shown.heads.heads {
        let peer = shown.peers.peers.iter().find(|peer| peer.city == head.city);
        table.add_row([
            head.city.to_string(),
            head.name.clone(),
            match peer {
                Some(peer) if peer.up => say("yes", "是"),
                Some(_) => say("no", "否"),
                None => say("this node", "本市"),
            }
            .to_owned(),
            peer.map(|peer| why_not(peer, context)).unwrap_or_default(),
            held(head, context),
            head.lacking.to_string(),
            head.fresh_at.map(huxin_protocol::time::Millis::text).unwrap_or_else(|| say("never", "从未").to_owned()),
            head.cosignatures.iter().filter(|line| line.city != head.city).count().to_string(),
        ]);
    }
    say!("{table}");
    say!("{} {}", say("logs", "日志摘要"), shown.heads.digest);
}

/// How much of a log is held, and where that is more than a checkpoint proves, how much of it is proved.
fn held(head: &HeadItem, context: &Context) -> String {
    let frozen = if head.frozen { context.choose(" (frozen)", "(已冻结)") } else { "" };
    if head.size == head.proved {
        return format!("{}{frozen}", head.size);
    }
    format!("{} ({} {}){frozen}", head.size, context.choose("proved", "已证明"), head.proved)
}

/// Why there is no connection, in a column of its own: the last thing that went wrong, or what has to happen first.
fn why_not(peer: &PeerItem, context: &Context) -> String {
    if peer.up {
        return String::new();
    }
    match &peer.failure {
        // The other side may have chosen some of these words.
        Some(failure) => failure.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
        None if peer.addresses.is_empty() => context
            .choose("no address is known: it has to dial this node", "没有已知地址:须由对方拨入")
            .to_owned(),
        None => context.choose("not tried yet", "尚未尝试").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_config::Language;

    #[test]
    fn why_not_says_what_went_wrong_or_what_has_to_happen() {
        let english =
            Context { config: "x".into(), json: false, language: Language::English };
        let peer = |up, failure: Option<&str>, addresses: &[&str]| PeerItem {
            city: "330900".parse().unwrap(),
            name: "舟山市".to_owned(),
            up,
            peer_id: "p".to_owned(),
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
            since: None,
            failure: failure.map(str::to_owned),
        };
        let cases = [
            (peer(true, Some("refused before"), &["/x"]), ""),
            (peer(false, Some("refused"), &["/x"]), "refused"),
            (peer(false, Some("a\u{1b}[2Jb"), &["/x"]), "a\u{fffd}[2Jb"),
            (peer(false, None, &[]), "no address is known: it has to dial this node"),
            (peer(false, None, &["/x"]), "not tried yet"),
        ];
        for (peer, due) in cases {
            assert_eq!(why_not(&peer, &english), due);
        }
    }
}
