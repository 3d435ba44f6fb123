//! `huxin bench`: what this machine does with whole nodes, beside what the machine itself can do in the same run: one figure
//! without the other says nothing. Files lie in a temporary folder, nodes talk over loopback sockets, every commit is synced.
//!
//! Publishing goes through the writer's handle of a node in this process that is a federation of its own; rulings are asked of the
//! store of such a node. For catching up
//! one of two cities is filled, and the other, a process with an empty store, fetches everything from it; status, memory,
//! bytes on disk and start-up time are those of that second process. Build with `--release` before you quote a figure.

mod catch_up;
mod connection;
mod figure;
mod fill;
mod footprint;
mod latency;
mod limits;
mod machine;
mod node;
mod publish;
mod rulings;
mod sample;
mod status;

use super::Context;
use super::demo::cities;
use super::demo::processes::Nodes;
use super::demo::{Stop, agree, make_folders, ready, recognise};
use crate::fault::Fault;
use crate::{say, tell};
use figure::{Figure, Goal};
use limits::Ed25519;
use machine::Machine;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// Bytes that a statement's signature is over: a header of this federation in its Sig_structure.
const SIGNED_BYTES: usize = 330;
/// Statements to catch up with.
const STATEMENTS: (u32, u32) = (200_000, 20_000);
/// Entries to publish one by one.
const ENTRIES: (usize, usize) = (30_000, 5_000);
/// Answers a second of a larger log, of those of the first.
const GOAL_SIZE: f64 = 0.8;
/// Seconds of each part of asking.
const SECONDS: (u64, u64) = (10, 3);

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin bench --quick --json")]
pub struct Args {
    /// A tenth of everything: a minute instead of several
    #[arg(long)]
    pub quick: bool,
    /// Statements to catch up with (200,000; with --quick 20,000), two to a subject; several sizes one after another, as 200000,1000000
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1_000..=20_000_000))]
    pub statements: Vec<u32>,
    /// Folder on the disk that is to be measured, made where there is none; without one, the system's for temporary files. A million statements take some 3 GB
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Shown {
    machine: Machine,
    quick: bool,
    /// Least and most bytes of a body.
    body_bytes: [usize; 2],
    signed_bytes: usize,
    /// Of publishing, of rulings by themselves, and what the sizes say beside each other.
    figures: Vec<Figure>,
    publishing: publish::Publishing,
    sizes: Vec<AtSize>,
}

/// What was measured with two cities whose log has so many statements.
#[derive(Debug, Serialize)]
struct AtSize {
    statements: u32,
    figures: Vec<Figure>,
    catching_up: catch_up::CatchingUp,
    asking: status::Asking,
    footprint: footprint::Footprint,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let stop = Stop::listen()?;
    if let Some(folder) = &args.folder {
        std::fs::create_dir_all(folder).map_err(|source| Fault::file("make", folder, &source))?;
    }
    let folder = args.folder.as_ref().map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let folder = folder.map_err(Fault::unexpected)?;
    let say = |what: &str| {
        if !context.json {
            tell!("{what} …");
        }
    };
    let usual = if args.quick { STATEMENTS.1 } else { STATEMENTS.0 };
    let sizes = if args.statements.is_empty() { vec![usual] } else { args.statements.clone() };
    let mut machine = Machine::look();
    let keys = Ed25519::new(folder.path(), SIGNED_BYTES)?;

    say("publishing");
    let entries = if args.quick { ENTRIES.1 } else { ENTRIES.0 };
    let (published, publishing) = publish::measure(&place(&folder, "alone")?, entries, &keys)?;
    say("rulings by themselves");
    let rulings = rulings::measure(&place(&folder, "rulings")?)?;
    let long = Duration::from_secs(if args.quick { SECONDS.1 } else { SECONDS.0 });
    let mut measured = Vec::new();
    for statements in sizes {
        measured.push(two_cities(&folder, statements, &keys, long, &say, &stop)?);
    }
    machine.load_after = machine::load();
    let mut figures = vec![published];
    figures.extend(rulings);
    figures.extend(beside_the_first(&measured));
    let body_bytes = [sample::LEAST, sample::MOST];
    let shown = Shown {
        machine,
        quick: args.quick,
        body_bytes,
        signed_bytes: SIGNED_BYTES,
        figures,
        publishing,
        sizes: measured,
    };
    context.show(&shown, |shown| print(shown, context))
}

fn place(folder: &TempDir, name: &str) -> Result<PathBuf, Fault> {
    let place = folder.path().join(name);
    std::fs::create_dir_all(&place).map_err(|source| Fault::file("make", &place, &source))?;
    Ok(place)
}

/// Fills one of two cities with so many statements, and measures the other, which fetches them.
fn two_cities(
    folder: &TempDir,
    statements: u32,
    keys: &Ed25519,
    long: Duration,
    say: &dyn Fn(&str),
    stop: &Stop,
) -> Result<AtSize, Fault> {
    say(&format!("filling one of two cities with {statements} statements"));
    let stand_ins = cities::first(2);
    let [first, second] = [stand_ins[0], stand_ins[1]];
    let home = place(folder, &format!("two-{statements}"))?;
    let configs = make_folders(&home, &stand_ins)?;
    let subjects = sample::subjects(statements as usize / 2)?;
    fill::fill(&configs[0], subjects.clone(), statements as usize)?;

    say("catching up, and checking signatures");
    let mut nodes = Nodes { all: Vec::new() };
    let (mut figures, catching_up) =
        catch_up::measure(&mut nodes, [&configs[0], &configs[1]], [first, second], keys, stop)?;

    say("status");
    ready(&nodes.all, stop)?;
    recognise(&nodes.all)?;
    agree(&nodes.all, stop)?;
    let (measured, asking) = status::measure(&nodes.all[1], &subjects, long)?;
    figures.extend(measured);
    let resident = catching_up.resident_bytes as f64 / f64::from(1 << 20);
    figures.push(Figure::alone("resident_memory", "MiB", resident, Goal::None));
    nodes.stop()?;

    say("start-up and disk");
    let (measured, footprint) = footprint::measure(&configs[1], second, stop)?;
    figures.extend(measured);
    // The next size needs the room.
    std::fs::remove_dir_all(&home).map_err(|source| Fault::file("remove", &home, &source))?;
    Ok(AtSize { statements, figures, catching_up, asking, footprint })
}

/// A larger log must not make a question dearer: answers a second at every further size beside those at the first.
fn beside_the_first(sizes: &[AtSize]) -> Vec<Figure> {
    let Some((first, further)) = sizes.split_first() else { return Vec::new() };
    let limit = ("of the first size in the same run", first.asking.at_most.per_s);
    let beside = |size: &AtSize| {
        Figure::beside("status_per_s beside", "answers/s", size.asking.at_most.per_s, limit, Goal::Share(GOAL_SIZE))
    };
    further.iter().map(beside).collect()
}

fn print(shown: &Shown, context: &Context) {
    let machine = &shown.machine;
    if !machine.release_build {
        let english = "this is a build for development: quote no figure of it";
        say!("{}", context.choose(english, "这是开发用的构建，其数字不可引用"));
    }
    say!(
        "{} × {}, {} MiB, Linux {}, {}; load {:.1} before, {:.1} after",
        machine.cores,
        machine.cpu,
        machine.memory_mib,
        machine.kernel,
        machine.rustc,
        machine.load_before,
        machine.load_after
    );
    let show = |figures: &[Figure]| {
        let mut table = super::table(&[
            context.choose("figure", "指标"),
            context.choose("measured", "实测"),
            context.choose("limit in the same run", "同次运行的极限"),
            context.choose("ratio", "比"),
            context.choose("goal", "目标"),
            context.choose("met", "达到"),
        ]);
        for figure in figures {
            table.add_row(figure.row());
        }
        say!("{table}");
    };
    show(&shown.figures);
    for size in &shown.sizes {
        say!("{} {}", size.statements, context.choose("statements", "条声明"));
        show(&size.figures);
    }
}
