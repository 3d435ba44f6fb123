//! What people see of the demonstration.

use super::Shown;
use super::measure::Propagation;
use super::processes::Node;
use crate::say;
use std::path::{Path, PathBuf};

pub fn banner(folder: &Path) {
    say!("┌──────────────────────────────────────────────────────────────────────────────┐");
    say!("│ 互信 演示：城市均为替身，名单均为合成样例，没有任何真实机关参与。            │");
    say!("│ Huxin demonstration: the cities are stand-ins, all entries are synthetic,    │");
    say!("│ and no real office takes part.                                               │");
    say!("└──────────────────────────────────────────────────────────────────────────────┘");
    say!("folder: {}", folder.display());
}

pub fn round(shown: &Shown, nodes: &[Node]) {
    let mut table = super::super::table(&["city", "name", "pid", "entries", "log size", "root", "connected"]);
    for (city, node) in shown.cities.iter().zip(nodes) {
        let up = node.client.peers().map_or_else(
            |fault| fault.code,
            |peers| format!("{} of {}", peers.peers.iter().filter(|peer| peer.up).count(), peers.peers.len()),
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
    say!("every process holds every log at equal heads: {}", if shown.converged { "yes" } else { "no" });

    let mut table = super::super::table(&["until a partner shows it, ms", "p50", "p99", "max"]);
    let row = |name: &str, times: &Propagation| {
        [name.to_owned(), format!("{:.1}", times.p50), format!("{:.1}", times.p99), format!("{:.1}", times.max)]
    };
    table.add_row(row("a new entry", &shown.entry_propagation_ms));
    table.add_row(row("its repair", &shown.repair_propagation_ms));
    say!("{table}");

    if let Some(first) = shown.status.first() {
        say!("{} {}", first.subject, first.subject_name);
    }
    let mut table = super::super::table(&["seen from", "what counts", "measures"]);
    for status in &shown.status {
        let says = format!("{}\n{}", status.text_zh, status.text_en);
        table.add_row([status.city.to_string(), says, status.measures.join(" ")]);
    }
    say!("{table}");
}

pub fn running(configs: &[PathBuf], nodes: &[Node]) {
    say!("the cities run on; Ctrl-C ends them");
    for (config, node) in configs.iter().zip(nodes) {
        say!("  {} {}  {}", node.code, node.name, node.client.base());
        say!("      huxin --config {} federation show", config.display());
    }
}
