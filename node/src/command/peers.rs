//! `huxin peers`: partners, connections, and how far every log is held.

use super::Context;
use crate::fault::Fault;
use crate::runtime::clock;
use crate::say;
use huxin_api::model::{HeadItem, HeadsReply, PeerItem, PeersReply};
use huxin_config::Language;
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
        say("link", "连接"),
        say("why not", "未连接原因"),
        say("log", "日志"),
        say("lacking", "缺正文"),
        say("fresh", "新鲜度"),
        say("seen by", "见证"),
    ]);
    for head in &shown.heads.heads {
        let peer = shown.peers.peers.iter().find(|peer| peer.city == head.city);
        table.add_row([
            format!("{} {}", head.city, head.name),
            match peer {
                Some(peer) if peer.up => say("yes", "是"),
                Some(_) => say("no", "否"),
                None => say("self", "本市"),
            }
            .to_owned(),
            peer.map(|peer| why_not(peer, context)).unwrap_or_default(),
            held(head, context),
            head.lacking.to_string(),
            fresh(head.fresh_at.map(|at| clock::now().0 - at.0), context),
            head.cosignatures.iter().filter(|line| line.city != head.city).count().to_string(),
        ]);
    }
    say!("{table}");
    for peer in &shown.peers.peers {
        for line in quota_lines(peer, context) {
            say!("{line}");
        }
    }
    say!("{} {}", say("heads digest", "日志头摘要"), shown.heads.digest);
}

/// How much of a log is held, and where that is more than a checkpoint proves, how much of it is proved.
fn held(head: &HeadItem, context: &Context) -> String {
    let frozen = if head.frozen { context.choose(" (frozen)", "(已冻结)") } else { "" };
    if head.size == head.proved {
        return format!("{}{frozen}", head.size);
    }
    format!("{} ({} {}){frozen}", head.size, context.choose("proved", "已证明"), head.proved)
}

/// How long ago a city's newest sign of life was, in the largest unit that fits.
fn fresh(age_ms: Option<i64>, context: &Context) -> String {
    let Some(age) = age_ms.map(|age| age / 1000) else { return context.choose("never", "从未").to_owned() };
    if age < 0 {
        return context.choose("ahead", "超前").to_owned();
    }
    let (number, english, chinese) = match age {
        0..=119 => (age, "s", "秒"),
        120..=7_199 => (age / 60, "min", "分"),
        7_200..=172_799 => (age / 3_600, "h", "时"),
        _ => (age / 86_400, "d", "天"),
    };
    format!("{number} {}", context.choose(english, chinese))
}

/// What quotas do between this city and a partner, on either side.
fn quota_lines(peer: &PeerItem, context: &Context) -> Vec<String> {
    let name = format!("{} {}", peer.city, peer.name);
    let mut lines = Vec::new();
    if peer.over_quota {
        lines.push(match context.language {
            Language::English => format!(
                "{name} is over its quota ([limits] member_…): its log is fetched slowly,\nand its entries show \"confirm\" until it is here"
            ),
            Language::Chinese => {
                format!("{name} 超出配额([limits] member_…):其日志缓慢接收,\n在收齐之前其条目显示“请核实”")
            }
        });
    }
    if peer.slows_us {
        lines.push(match context.language {
            Language::English => format!(
                "{name} says that this city is over its quota there and fetches our log\nslowly; talk to its operator about its [limits] member_…"
            ),
            Language::Chinese => format!(
                "{name} 表示本市超出其配额,缓慢接收本市日志;\n请与其运维人员商议其 [limits] member_… 设置"
            ),
        });
    }
    lines
}

/// Why there is no connection, in a column of its own: the last thing that went wrong, or what has to happen first.
fn why_not(peer: &PeerItem, context: &Context) -> String {
    if peer.up {
        return String::new();
    }
    match &peer.failure {
        // The other side may have chosen some of these words.
        Some(failure) => failure.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
        None if peer.addresses.is_empty() => {
            context.choose("no address is known: it has to dial this node", "没有已知地址:须由对方拨入").to_owned()
        }
        None => context.choose("not tried yet", "尚未尝试").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn freshness_is_told_in_the_largest_unit_that_fits() {
        let english = Context { config: "x".into(), json: false, language: Language::English };
        for (age, due) in [
            (None, "never"),
            (Some(-2_000), "ahead"),
            (Some(999), "0 s"),
            (Some(119_999), "119 s"),
            (Some(120_000), "2 min"),
            (Some(7_200_000), "2 h"),
            (Some(172_800_000), "2 d"),
        ] {
            assert_eq!(fresh(age, &english), due);
        }
    }

    #[test]
    fn why_not_says_what_went_wrong_or_what_has_to_happen() {
        let english = Context { config: "x".into(), json: false, language: Language::English };
        let peer = |up, failure: Option<&str>, addresses: &[&str]| PeerItem {
            city: "330900".parse().unwrap(),
            name: "舟山市".to_owned(),
            up,
            peer_id: "p".to_owned(),
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
            since: None,
            failure: failure.map(str::to_owned),
            over_quota: false,
            slows_us: false,
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
