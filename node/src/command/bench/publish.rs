//! Publishing: durable signed entries a second through the writer's handle, with many submitters who each wait for their
//! receipt before they hand in the next entry. Drafting is done before the time runs.

use super::connection::Connection;
use super::figure::{Figure, Goal};
use super::latency::Latency;
use super::limits::{Ed25519, synced_batches_per_s};
use super::node::{self, Inner, receipt};
use super::sample::{self, Maker};
use crate::fault::Fault;
use crate::runtime::STORE_FOLDER;
use crate::runtime::writer::Ordered;
use crate::settings;
use huxin_engine::ledger::{FAMILIES, LedgerRead as _};
use huxin_store::{Options, RocksStore};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Submitters at once.
const SUBMITTERS: usize = 64;
/// Of the limit.
const GOAL: f64 = 0.6;
/// Companies that the entries are about.
const SUBJECTS: usize = 1000;
/// Rows that every group writes again: head, newest checkpoint's cosignature, time of the last statement.
const REWRITTEN: f64 = 3.0;

/// What was seen beside the figure.
#[derive(Debug, Serialize)]
pub struct Publishing {
    pub entries: usize,
    /// Of one receipt.
    pub latency: Latency,
    pub groups: u64,
    pub entries_per_group: f64,
    pub rows_per_group: f64,
    pub bytes_per_group: f64,
    pub signs_per_s: f64,
    pub synced_groups_per_s: f64,
    /// Seconds that the writer spent in the disk's synced writes, and in whole groups.
    pub commit_seconds: f64,
    pub group_seconds: f64,
}

/// Measures with `entries` entries. Everything lies in `folder`.
pub fn measure(folder: &Path, entries: usize, keys: &Ed25519) -> Result<(Figure, Publishing), Fault> {
    let config = node::alone(folder)?;
    let maker = Maker::new(&settings::load_plain(&config)?, sample::subjects(SUBJECTS.min(entries))?)?;
    let mut drafts = maker.drafts(0, entries)?;
    let inner = Inner::start(&config)?;
    let token = settings::read_token(&inner.settings)?;
    let mut metrics = Connection::open(&inner.running.api.to_string(), &format!("Bearer {token}"))?;
    let groups = || inner.running.writer.board.groups.load(Ordering::Relaxed);
    let bytes_before = metrics.metric("huxin_batch_bytes_total")?;
    let (commit_before, group_before) = seconds(&mut metrics)?;
    let groups_before = groups();
    let signs_before = keys.signs_per_s();
    let share = entries.div_ceil(SUBMITTERS);
    let writer = Arc::new(inner.running.writer.clone());
    let begun = Instant::now();
    let mut submitters = Vec::new();
    while !drafts.is_empty() {
        let mine = drafts.split_off(drafts.len().saturating_sub(share));
        let writer = writer.clone();
        submitters.push(inner.runtime.spawn(async move {
            let mut times = Vec::with_capacity(mine.len());
            for draft in mine {
                let (reply_in, reply) = oneshot::channel();
                let asked = Instant::now();
                let taken = writer.command(Ordered::Publish(vec![draft]), Some(reply_in));
                taken.map_err(|not| Fault::unexpected(format_args!("the writer took no command: {not:?}")))?;
                receipt(reply.await)?;
                times.push(asked.elapsed());
            }
            Ok::<_, Fault>(times)
        }));
    }
    let mut times: Vec<Duration> = Vec::with_capacity(entries);
    for submitter in submitters {
        times.extend(inner.runtime.block_on(submitter).map_err(Fault::unexpected)??);
    }
    let took = begun.elapsed();
    let groups = groups() - groups_before;
    let bytes = metrics.metric("huxin_batch_bytes_total")? - bytes_before;
    let (commit_after, group_after) = seconds(&mut metrics)?;
    let store = inner.settings.node.data.join(STORE_FOLDER);
    drop((metrics, writer));
    inner.stop()?;

    let latency = Latency::of(times, took);
    let per_group = |whole: f64| whole / groups.max(1) as f64;
    let (rows, bytes) = (per_group(rows(&store)? as f64) + REWRITTEN, per_group(bytes));
    let signs_per_s = signs_before.midpoint(keys.signs_per_s());
    let synced_groups_per_s = synced_batches_per_s(folder, rows.round() as usize, bytes.round() as usize)?;
    let disk = synced_groups_per_s * per_group(entries as f64);
    let limit = if disk < signs_per_s {
        ("raw synced batches of this many rows and bytes", disk)
    } else {
        ("Ed25519 signatures on one core", signs_per_s)
    };
    let figure = Figure::beside("publish_per_s", "entries/s", latency.per_s, limit, Goal::Share(GOAL));
    let seen = Publishing {
        entries,
        latency,
        groups,
        entries_per_group: per_group(entries as f64),
        rows_per_group: rows,
        bytes_per_group: bytes,
        signs_per_s,
        synced_groups_per_s,
        commit_seconds: commit_after - commit_before,
        group_seconds: group_after - group_before,
    };
    Ok((figure, seen))
}

fn seconds(metrics: &mut Connection) -> Result<(f64, f64), Fault> {
    Ok((metrics.metric("huxin_commit_seconds_sum")?, metrics.metric("huxin_group_seconds_sum")?))
}

/// Rows of a stopped node's store.
fn rows(path: &Path) -> Result<u64, Fault> {
    let store = RocksStore::open(path, Options { create: false, ..Options::default() })?;
    let mut rows = 0;
    for family in FAMILIES {
        store.scan(family, &[], &[0xff; 64], &mut |_, _| {
            rows += 1;
            true
        })?;
    }
    Ok(rows)
}
