//! `huxin bench`: what this machine does with whole nodes, each a process, beside what the machine itself can do in the
//! same run: one figure without the other says nothing.
//!
//! Publishing goes over HTTP in batches and one by one; catching up starts an empty node beside a full one; status is
//! asked over kept connections while nothing else goes on. Build with `--release` before you quote a figure.

mod limits;
mod load;

use super::demo::cities::{self, StandIn};
use super::demo::processes::{Node, Nodes};
use super::demo::{Stop, agree, make_folders, ready, recognise, sample};
use super::Context;
use crate::fault::Fault;
use crate::runtime::clock;
use huxin_api::model::{BATCH_ENTRIES, PublishRequest};
use load::Latency;
use serde::Serialize;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin bench --entries 20000 --seconds 5")]
pub struct Args {
    /// Entries to publish in batches and to catch up with
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub entries: u32,
    /// Seconds that status and single publishing are measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub seconds: u32,
    /// Connections that ask or publish at once
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub clients: u8,
}

/// Everything that was measured. Rates are per second.
#[derive(Debug, Serialize)]
struct Shown {
    debug_build: bool,
    limits: limits::Limits,
    entries: u32,
    publish_batches: Rate,
    publish_single: Latency,
    /// The processor time is that of the node that catches up.
    catch_up: Rate,
    status: Latency,
}

/// How many a second, and what one of them costs the node: the second figure holds on a busy machine too.
#[derive(Clone, Copy, Debug, Serialize)]
struct Rate {
    per_s: f64,
    cpu_us: f64,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let stop = Stop::listen()?;
    let folder = tempfile::tempdir().map_err(Fault::unexpected)?;
    let say = |what: &str| {
        if !context.json {
            eprintln!("{what} …");
        }
    };
    say("the machine itself");
    let limits = limits::measure(folder.path())?;
    let stand_ins: Vec<StandIn> = cities::first(2);
    let configs = make_folders(folder.path(), &stand_ins)?;
    let mut nodes = Nodes { all: Vec::new() };
    // The second city comes later, empty; until then nobody can confirm the first one's log.
    nodes.add(&configs[0], stand_ins[0], &[("HUXIN_PUBLISH_SIGN_WITHOUT_PARTNER", "true")], &stop)?;
    say("publishing in batches");
    let publish_batches = publish(&nodes.all[0], args.entries, usize::from(args.clients), &stop)?;
    say("publishing one by one");
    let seconds = Duration::from_secs(u64::from(args.seconds));
    let publish_single =
        load::publish_single(&nodes.all[0], args.entries as usize, usize::from(args.clients), seconds)?;
    say("catching up");
    let catch_up = catch_up(&mut nodes, &configs[1], stand_ins[1], &stop)?;
    ready(&nodes.all, &stop)?;
    recognise(&nodes.all)?;
    agree(&nodes.all, &stop)?;
    say("status");
    let subjects = (0..args.entries.min(5_000) as usize).map(|number| sample::made_up_code(number).ok_or_else(no_code));
    let subjects = subjects.collect::<Result<Vec<_>, _>>()?;
    let status = load::status(&nodes.all[1], &subjects, usize::from(args.clients), seconds)?;
    nodes.stop()?;
    let debug_build = cfg!(debug_assertions);
    let shown =
        Shown { debug_build, limits, entries: args.entries, publish_batches, publish_single, catch_up, status };
    context.show(&shown, print)
}

fn no_code() -> Fault {
    Fault::unexpected("no code for this number")
}

/// Publishes entries in full batches over several connections. Answers entries a second.
fn publish(node: &Node, entries: u32, clients: usize, stop: &Stop) -> Result<Rate, Fault> {
    let today = clock::now().date();
    let numbers: Vec<usize> = (0..entries as usize).collect();
    // The requests are made before the time runs: this measures the node.
    let requests = numbers
        .chunks(BATCH_ENTRIES)
        .map(|chunk| {
            let entries = chunk.iter().map(|number| sample::probe(*number, today)).collect::<Result<_, _>>()?;
            Ok(PublishRequest { entries })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let (begun, cpu) = (Instant::now(), limits::cpu(node.pid));
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..clients)
            .map(|client| {
                let mine: Vec<&PublishRequest> = requests.iter().skip(client).step_by(clients).collect();
                scope.spawn(move || -> Result<(), Fault> {
                    for request in mine {
                        if stop.asked() {
                            return Err(Fault::refused("interrupted", "stopped before the round was over"));
                        }
                        node.client.publish(request)?;
                    }
                    Ok(())
                })
            })
            .collect();
        senders.into_iter().try_for_each(|sender| sender.join().map_err(|_| Fault::unexpected("a sender ended"))?)
    })?;
    Ok(Rate::of(u64::from(entries), begun, cpu, node))
}

impl Rate {
    fn of(count: u64, begun: Instant, cpu_before: Duration, node: &Node) -> Self {
        let (took, cpu) = (begun.elapsed(), limits::cpu(node.pid).saturating_sub(cpu_before));
        Self { per_s: count as f64 / took.as_secs_f64(), cpu_us: cpu.as_secs_f64() * 1e6 / count.max(1) as f64 }
    }
}

/// Starts the second city with an empty store and waits until it holds the first one's log.
fn catch_up(nodes: &mut Nodes, config: &std::path::Path, stand_in: StandIn, stop: &Stop) -> Result<Rate, Fault> {
    let size = |node: &Node, city| -> Result<u64, Fault> {
        Ok(node.client.heads()?.heads.iter().find(|head| head.city == city).map_or(0, |head| head.size.0))
    };
    let first = nodes.all[0].code;
    let due = size(&nodes.all[0], first)?;
    nodes.add(config, stand_in, &[], stop)?;
    // From the first statement on, so that finding each other does not count.
    let (begun, cpu, held) = stop.until("that catching up begins", || {
        let held = size(&nodes.all[1], first)?;
        Ok((held > 0).then(|| (Instant::now(), limits::cpu(nodes.all[1].pid), held)))
    })?;
    stop.until("that it ends", || Ok((size(&nodes.all[1], first)? >= due).then_some(())))?;
    Ok(Rate::of(due - held, begun, cpu, &nodes.all[1]))
}

fn print(shown: &Shown) {
    if shown.debug_build {
        println!("this is a build for development: quote no figure of it");
    }
    let mut table = super::table(&["the machine itself", "per second"]);
    for (name, rate) in shown.limits.rows() {
        table.add_row([name.to_owned(), format!("{rate:.0}")]);
    }
    println!("{table}");
    let mut table = super::table(&["whole nodes", "per second", "node cpu µs each", "p50 ms", "p99 ms", "max ms"]);
    let dash = || "–".to_owned();
    let plain = |name: &str, rate: &Rate| {
        [name.to_owned(), format!("{:.0}", rate.per_s), format!("{:.1}", rate.cpu_us), dash(), dash(), dash()]
    };
    let timed = |name: &str, l: &Latency| {
        [
            name.to_owned(),
            format!("{:.0}", l.per_s),
            format!("{:.1}", l.cpu_us),
            format!("{:.2}", l.p50_ms),
            format!("{:.2}", l.p99_ms),
            format!("{:.2}", l.max_ms),
        ]
    };
    table.add_row(plain("entries published in batches of 1,000", &shown.publish_batches));
    table.add_row(timed("entries published one by one", &shown.publish_single));
    table.add_row(plain("statements caught up with", &shown.catch_up));
    table.add_row(timed("status of a subject", &shown.status));
    println!("{table}");
}
