//! What a node takes: time to start, memory, and bytes on disk for every byte that was signed or stands beside it.

use super::super::demo::Stop;
use super::super::demo::cities::StandIn;
use super::super::demo::processes::Nodes;
use super::figure::{Figure, Goal};
use crate::fault::Fault;
use crate::runtime::STORE_FOLDER;
use crate::settings;
use huxin_engine::ledger::{Family, LedgerRead as _};
use huxin_store::{Options, RocksStore};
use serde::Serialize;
use std::path::Path;
use std::time::Instant;

/// Bytes on disk for a byte of statement and body.
const GOAL: f64 = 1.5;

/// What was seen beside the figures.
#[derive(Debug, Serialize)]
pub struct Footprint {
    pub statement_bytes: u64,
    pub body_bytes: u64,
    /// As the node left the store, and after everything was merged.
    pub disk_bytes_at_stop: u64,
    pub disk_bytes_compacted: u64,
    pub start_seconds: f64,
}

/// Measures a node that is stopped: starts it once more, and then looks at its store.
pub fn measure(config: &Path, stand_in: StandIn, stop: &Stop) -> Result<(Vec<Figure>, Footprint), Fault> {
    let path = settings::load_plain(config)?.node.data.join(STORE_FOLDER);
    let disk_bytes_at_stop = folder_bytes(&path)?;
    let mut nodes = Nodes { all: Vec::new() };
    let begun = Instant::now();
    nodes.add(config, stand_in, &[], stop)?;
    let start_seconds = begun.elapsed().as_secs_f64();
    nodes.stop()?;
    let store = RocksStore::open(&path, Options { create: false, ..Options::default() })?;
    let statement_bytes = value_bytes(&store, Family::Log)?;
    let body_bytes = value_bytes(&store, Family::Body)?;
    store.compact().map_err(Fault::unexpected)?;
    drop(store);
    let disk_bytes_compacted = folder_bytes(&path)?;
    let share = disk_bytes_compacted as f64 / (statement_bytes + body_bytes).max(1) as f64;
    let figures = vec![
        Figure::alone("disk_bytes_per_byte", "bytes", share, Goal::AtMost(GOAL)),
        Figure::alone("start_up", "s", start_seconds, Goal::None),
    ];
    Ok((figures, Footprint { statement_bytes, body_bytes, disk_bytes_at_stop, disk_bytes_compacted, start_seconds }))
}

fn value_bytes(store: &RocksStore, family: Family) -> Result<u64, Fault> {
    let mut bytes = 0;
    store.scan(family, &[], &[0xff; 64], &mut |_, value| {
        bytes += value.len() as u64;
        true
    })?;
    Ok(bytes)
}

fn folder_bytes(path: &Path) -> Result<u64, Fault> {
    let fault = |source: std::io::Error| Fault::file("look at", path, &source);
    let mut bytes = 0;
    for file in std::fs::read_dir(path).map_err(fault)? {
        bytes += file.map_err(fault)?.metadata().map_err(fault)?.len();
    }
    Ok(bytes)
}
