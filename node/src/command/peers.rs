//! `huxin peers`: partners, connections, and how far every log is held.

use super::Context;
use crate::chinese;
use crate::fault::Fault;
use crate::runtime::clock;
use crate::say;
use huxin_api::model::{ClockItem, HeadItem, HeadsReply, PeerItem, PeersReply, SigningItem};
use huxin_config::Language;
use huxin_protocol::limits::CLOCK_TOLERANCE_MS;
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
    for line in signing_lines(&shown.peers.signing, context) {
        say!("{line}");
    }
    for line in clock_lines(&shown.peers.clock, context) {
        say!("{line}");
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

/// Whether this node signs; where it does not, why and what to do, in lines of at most 80 columns.
fn signing_lines(signing: &SigningItem, context: &Context) -> Vec<String> {
    let english = context.language == Language::English;
    let chinese = chinese::sentence(&signing.state).filter(|_| !english);
    let mut text = Vec::new();
    if signing.state != "ready" {
        let lead = if english { "not signing: " } else { "未签名：" };
        text.push(format!("{lead}{}", chinese.unwrap_or(&signing.text)));
    }
    text.push(match (signing.own_log_known, english) {
        (true, true) => "own log: whole here; partners hold nothing of it that is missing".to_owned(),
        (true, false) => "本市日志：在此完整，伙伴没有此处缺少的声明".to_owned(),
        (false, true) => "own log: not known yet to be whole here; an own ending may be missing".to_owned(),
        (false, false) => "本市日志：尚未确认在此完整，可能缺少终止记录".to_owned(),
    });
    text.extend(signing.next_step.as_ref().map(|next| chinese::next_step_line(next, context.language)));
    text.iter().flat_map(|text| chinese::wrapped(text, 80).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// How this node's clock compares, in lines of at most 80 columns, and what to do about it.
fn clock_lines(clock: &ClockItem, context: &Context) -> Vec<String> {
    let english = context.language == Language::English;
    let mut lines = Vec::new();
    let (partners, ahead) = (clock.partners, clock.ahead_ms.unwrap_or(0));
    let seconds = format!("{}.{}", ahead.unsigned_abs() / 1000, ahead.unsigned_abs() % 1000 / 100);
    lines.push(match (clock.ahead_ms, english) {
        (None, true) => "clock: not yet compared with any partner".to_owned(),
        (None, false) => "时钟:尚未与任何伙伴城市比对".to_owned(),
        (_, true) => {
            let way = if ahead < 0 { "behind" } else { "ahead of" };
            format!("clock: {seconds} s {way} those of {partners} partners (median)")
        }
        (_, false) => {
            let way = if ahead < 0 { "慢" } else { "快" };
            format!("时钟:比 {partners} 个伙伴城市的中位数{way} {seconds} 秒")
        }
    });
    if matches!(clock.state.as_str(), "differs" | "ahead") {
        lines.push(
            context
                .choose("  set this machine's clock right (timedatectl)", "  请校准本机时钟(timedatectl)")
                .to_owned(),
        );
    }
    if clock.state == "ahead" {
        lines.push(
            context
                .choose(
                    "  until then only repairs, removals, annulments and erasures are signed",
                    "  校准之前只签发修复、移出、撤销和删除",
                )
                .to_owned(),
        );
    }
    if let Some(until) = clock.signed_until {
        // With four digits of a year; a clock may have been off by more than a life.
        let until = until.text();
        if english {
            lines.push(format!("This city has signed at a time that lies ahead: {until}"));
            lines.push("  until then partners call it stale. With the clock right, run".to_owned());
            lines.push("  `huxin keys rotate`, and it is fresh again".to_owned());
        } else {
            lines.push(format!("本市签过超前的时间:{until}"));
            lines.push("  在此之前伙伴城市都把本市视为不新鲜。校准时钟之后运行".to_owned());
            lines.push("  `huxin keys rotate`,即可恢复新鲜".to_owned());
        }
    }
    lines
}

/// How long ago a city's newest sign of life was, in the largest unit that fits.
fn fresh(age_ms: Option<i64>, context: &Context) -> String {
    let Some(age) = age_ms.map(|age| age / 1000) else { return context.choose("never", "从未").to_owned() };
    if age < -CLOCK_TOLERANCE_MS / 1000 {
        return context.choose("ahead", "超前").to_owned();
    }
    let age = age.max(0);
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
    use huxin_protocol::time::Millis;

    #[test]
    fn freshness_is_told_in_the_largest_unit_that_fits() {
        let english = Context { config: "x".into(), json: false, language: Language::English };
        for (age, due) in [
            (None, "never"),
            (Some(-301_000), "ahead"),
            (Some(-300_000), "0 s"),
            (Some(-2_000), "0 s"),
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
    fn the_clock_is_told_in_both_languages_within_eighty_columns() {
        let item = |state: &str, ahead_ms: Option<i64>, signed_until: Option<i64>| ClockItem {
            state: state.to_owned(),
            ahead_ms,
            partners: 336,
            signed_until: signed_until.map(Millis),
        };
        let far = Some(i64::from(u32::MAX) * 1000);
        let cases = [
            (item("not_compared", None, None), 1, "not yet compared", "尚未"),
            (item("agrees", Some(-240), None), 1, "0.2 s behind those of 336", "慢 0.2 秒"),
            (item("differs", Some(-9_876_543_210), None), 2, "timedatectl", "校准本机时钟"),
            (item("ahead", Some(94_608_000_000), None), 3, "only repairs", "只签发修复"),
            (item("agrees", Some(0), far), 4, "huxin keys rotate", "huxin keys rotate"),
        ];
        for (item, count, english, chinese) in cases {
            for (language, due) in [(Language::English, english), (Language::Chinese, chinese)] {
                let context = Context { config: "x".into(), json: false, language };
                let lines = clock_lines(&item, &context);
                assert_eq!(lines.len(), count, "{lines:?}");
                assert!(lines.iter().any(|line| line.contains(due)), "{due}: {lines:?}");
                for line in lines {
                    let columns: usize = line.chars().map(|c| if c > '\u{2e7f}' { 2 } else { 1 }).sum();
                    assert!(columns <= 80, "{columns} columns: {line}");
                }
            }
        }
    }

    /// The state and the one thing to do about it, in each state and language.
    #[test]
    fn what_keeps_a_node_from_signing_is_told_with_its_next_step() {
        use huxin_engine::{ClosedReason, SigningState};
        use huxin_protocol::ids::Size;
        let closed = |reason| SigningState::Closed(reason);
        for (state, known, english, chinese) in [
            (SigningState::Ready, true, "whole here", "在此完整"),
            (SigningState::Asking { heard: 1, needed: 2 }, false, "begins by itself", "自动开始"),
            (SigningState::Held, true, "in a moment", "稍后"),
            (closed(ClosedReason::NotContinued), false, "huxin keys rotate", "huxin keys rotate"),
            (closed(ClosedReason::HeardFurther(Size(7))), false, "any other machine", "其他机器"),
            (closed(ClosedReason::HeardOther), false, "any other machine", "其他机器"),
            (closed(ClosedReason::NoKeys), true, "key folder", "密钥目录"),
        ] {
            let item = SigningItem {
                state: state.code().to_owned(),
                text: state.to_string(),
                next_step: state.next_step().map(str::to_owned),
                own_log_known: known,
            };
            for (language, due) in [(Language::English, english), (Language::Chinese, chinese)] {
                let lines = signing_lines(&item, &Context { config: "x".into(), json: false, language });
                let text = lines.join(if language == Language::English { " " } else { "" });
                assert!(text.contains(due), "{due}: {lines:?}");
                assert_eq!(lines.len() > 1, state != SigningState::Ready, "{lines:?}");
                assert!(lines.iter().all(|line| chinese::columns(line) <= 80), "{lines:?}");
            }
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
