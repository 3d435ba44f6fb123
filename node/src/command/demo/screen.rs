//! What people see of the demonstration.

use super::Shown;
use super::measure::Propagation;
use super::processes::Node;
use crate::command::Context;
use crate::say;
use std::path::{Path, PathBuf};

pub fn banner(folder: &Path, context: &Context) {
    say!("┌──────────────────────────────────────────────────────────────────────────────┐");
    say!("│ 互信 演示：城市均为替身，名单均为合成样例，没有任何真实机关参与。            │");
    say!("│ Huxin demonstration: the cities are stand-ins, all entries are synthetic,    │");
    say!("│ and no real office takes part.                                               │");
    say!("└──────────────────────────────────────────────────────────────────────────────┘");
    say!("{} {}", context.choose("folder:", "文件夹："), folder.display());
}

pub fn round(shown: &Shown, nodes: &[Node], context: &Context) {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let mut table = super::super::table(&[
        say("city", "城市"),
        say("name", "名称"),
        say("pid", "进程"),
        say("entries", "条目"),
        say("log size", "日志条数"),
        say("root", "根"),
        say("connected", "已连接"),
    ]);
    for (city, node) in shown.cities.iter().zip(nodes) {
        let up = node.client.peers().map_or_else(
            |fault| fault.code,
            |peers| format!("{}/{}", peers.peers.iter().filter(|peer| peer.up).count(), peers.peers.len()),
        );
        table.add_row([
            city.code.to_string(),
            city.name.clone(),
            city.pid.to_string(),
            city.entries.to_string(),
            city.size.to_string(),
            format!("{}…", city.root.get(..16).unwrap_or(&city.root)),
            up,
        ]);
    }
    say!("{table}");
    let equal = if shown.converged { say("yes", "是") } else { say("no", "否") };
    say!("{} {equal}", say("every process holds every log at equal heads:", "各进程所持日志头一致："));

    let mut table =
        super::super::table(&[say("until a partner shows it, ms", "伙伴显示所需毫秒"), "p50", "p99", "max"]);
    let row = |name: &str, times: &Propagation| {
        [name.to_owned(), format!("{:.1}", times.p50), format!("{:.1}", times.p99), format!("{:.1}", times.max)]
    };
    table.add_row(row(say("a new entry", "新条目"), &shown.entry_propagation_ms));
    table.add_row(row(say("its repair", "信用修复"), &shown.repair_propagation_ms));
    say!("{table}");

    if let Some(first) = shown.status.first() {
        say!("{} {}", first.subject, first.subject_name);
    }
    let mut table =
        super::super::table(&[say("seen from", "查询城市"), say("what counts", "判定"), say("measures", "措施")]);
    for status in &shown.status {
        let says = format!("{}\n{}", status.text_zh, status.text_en);
        table.add_row([status.city.to_string(), says, status.measures.join(" ")]);
    }
    say!("{table}");
}

pub fn running(configs: &[PathBuf], nodes: &[Node], context: &Context) {
    say!("{}", context.choose("the cities run on; Ctrl-C ends them", "各城市继续运行；按 Ctrl-C 结束"));
    for (config, node) in configs.iter().zip(nodes) {
        say!("  {} {}  {}", node.code, node.name, node.client.base());
        say!("      huxin --config {} federation show", config.display());
    }
}
