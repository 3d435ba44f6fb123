//! `huxin demo`: a federation of stand-in cities on this machine, as real as it gets on one: an operating-system process
//! per city, RocksDB, libp2p and HTTP on loopback. It founds, recognises, publishes samples, waits until all logs agree,
//! measures how long a fresh entry and a repair take to the last partner, and shows what each city now says.
//!
//! The samples are made up and say so; no real office takes part.

pub(crate) mod cities;
mod measure;
pub(super) mod processes;
pub(super) mod sample;
mod screen;
mod story;

use super::{Context, federation, init};
use crate::client::Client;
use crate::fault::{Exit, Fault};
use crate::say;
use crate::settings;
use cities::StandIn;
use huxin_api::model::{HeadItem, PublishRequest, StatusQuery};
use huxin_config::EditionChoice;
use huxin_protocol::body::{List, RecognitionBody};
use huxin_protocol::ids::CityCode;
use huxin_protocol::ruling::Ruling;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Date;
use measure::Propagation;
use processes::{Node, Nodes};
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the cities get to find each other, and their logs to agree. On an idle machine both take a second.
const PATIENCE: Duration = Duration::from_secs(120);
/// Time between two looks at something that takes milliseconds to seconds.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin demo                        three cities, until Ctrl-C\n  huxin demo --once --json          one round for a script\n  huxin demo --story                one entry from its listing to its repair\n  huxin demo --cities 6 --folder ./federation"
)]
pub struct Args {
    /// Number of stand-in cities
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(2..=cities::MOST as i64))]
    pub cities: u8,
    /// Tell one entry's story through five cities: listed, answered, disputed, suspended, repaired
    #[arg(long, conflicts_with_all = ["cities", "data"])]
    pub story: bool,
    /// End after one round instead of running on
    #[arg(long)]
    pub once: bool,
    /// New folder for the cities' files; without one they are temporary
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Folder whose *.json files hold entries to publish instead of the built-in samples, each file `{"entries": [...]}` as
    /// for `POST /v1/entries`; or one such file
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Shown {
    cities: Vec<ShownCity>,
    converged: bool,
    entry_propagation_ms: Propagation,
    repair_propagation_ms: Propagation,
    status: Vec<ShownStatus>,
}

#[derive(Debug, Serialize)]
struct ShownCity {
    code: CityCode,
    name: String,
    pid: u32,
    /// Size and root of the city's own log, as it holds it.
    size: u64,
    root: String,
    /// Entries that the city published.
    entries: usize,
}

/// What one city says of the example subject.
#[derive(Debug, Serialize)]
struct ShownStatus {
    city: CityCode,
    subject: SubjectId,
    subject_name: String,
    text_zh: String,
    text_en: String,
    states: Vec<&'static str>,
    measures: Vec<String>,
}

/// Whether somebody pressed Ctrl-C; looked at in every wait.
#[derive(Clone)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(super) fn listen() -> Result<Self, Fault> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, flag.clone()).map_err(Fault::unexpected)?;
        }
        Ok(Self(flag))
    }
    pub(super) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// Looks again and again until `holds` answers something.
    pub(super) fn until<T>(&self, what: &str, mut holds: impl FnMut() -> Result<Option<T>, Fault>) -> Result<T, Fault> {
        let begun = Instant::now();
        loop {
            if let Some(found) = holds()? {
                return Ok(found);
            }
            if self.asked() {
                return Err(Fault::refused("interrupted", "stopped before the round was over"));
            }
            if begun.elapsed() > PATIENCE {
                return Err(Fault::new(
                    Exit::Unexpected,
                    "demo_timeout",
                    format_args!("{what} did not happen within two minutes"),
                )
                .trying("look at the node.log files with --folder, and whether the machine is overloaded"));
            }
            std::thread::sleep(LOOK);
        }
    }
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let stop = Stop::listen()?;
    let stand_ins = cities::first(usize::from(args.cities));
    let temporary = if args.folder.is_none() { Some(tempfile::tempdir().map_err(Fault::unexpected)?) } else { None };
    let folder = match (&args.folder, &temporary) {
        (Some(folder), _) => folder.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => return Err(Fault::unexpected("no folder")),
    };
    let loud = !context.json;
    if loud {
        screen::banner(&folder, context);
    }
    if args.story {
        return story::run(&folder, args.once, &stop, context);
    }
    let today = crate::runtime::clock::now().date();
    let entries = match &args.data {
        Some(data) => read_entries(data)?,
        None => sample::entries(today)?,
    };
    let configs = make_folders(&folder, &stand_ins)?;
    let mut nodes = Nodes::start(&configs, &stand_ins, &stop)?;
    let round = || -> Result<Shown, Fault> {
        ready(&nodes.all, &stop)?;
        recognise(&nodes.all)?;
        let (counts, example) = publish(&nodes.all, entries)?;
        agree(&nodes.all, &stop)?;
        let (entry, repair, probes) = measure::propagation(&nodes.all, today, &stop)?;
        let heads = agree(&nodes.all, &stop)?;
        let status = status(&nodes.all, &example)?;
        let cities = nodes.all.iter().zip(heads).zip(counts).enumerate().map(|(at, ((node, head), count))| ShownCity {
            code: node.code,
            name: node.name.clone(),
            pid: node.pid,
            size: head.size.0,
            root: head.root.to_string(),
            entries: count + probes.get(at).copied().unwrap_or_default(),
        });
        Ok(Shown {
            cities: cities.collect(),
            converged: true,
            entry_propagation_ms: entry,
            repair_propagation_ms: repair,
            status,
        })
    };
    // The children end in every case: in order here, by the destructor after a fault.
    let shown = round()?;
    context.show(&shown, |shown| screen::round(shown, &nodes.all, context))?;
    if !args.once {
        if loud {
            screen::running(&configs, &nodes.all, context);
        }
        while !stop.asked() {
            nodes.check()?;
            std::thread::sleep(Duration::from_millis(200));
        }
        if loud {
            say!("{}", context.choose("stopping the cities …", "正在停止各城市……"));
        }
    }
    nodes.stop()
}

/// The entries of all files of a folder, by the files' names, or of one file.
fn read_entries(data: &Path) -> Result<PublishRequest, Fault> {
    let mut files = Vec::new();
    if data.is_dir() {
        let listed = std::fs::read_dir(data).map_err(|source| Fault::file("read", data, &source))?;
        for file in listed {
            let path = file.map_err(|source| Fault::file("read", data, &source))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(Fault::usage("entries_missing", format_args!("{} holds no *.json file", data.display()))
                .trying("put files with {\"entries\": [...]} there, or leave --data out for the built-in samples"));
        }
    } else {
        files.push(data.to_owned());
    }
    let mut entries = Vec::new();
    for file in files {
        let read = PublishRequest::from_json(&settings::read_file(&file)?).map_err(|fault| {
            Fault::usage("entries_shape", format_args!("{}: {fault}", file.display()))
                .trying("write it as for POST /v1/entries: {\"entries\": [...]}")
        })?;
        entries.extend(read.entries);
    }
    Ok(PublishRequest { entries })
}

/// Ports that were free a moment ago. They are held until all are known, so that no two are the same.
fn free_ports(count: usize) -> Result<Vec<u16>, Fault> {
    let bind = |_| TcpListener::bind("127.0.0.1:0");
    let held = (0..count).map(bind).collect::<Result<Vec<_>, _>>().map_err(Fault::unexpected)?;
    held.iter().map(|listener| Ok(listener.local_addr().map_err(Fault::unexpected)?.port())).collect()
}

/// A folder per city, and the genesis that all their roots signed.
pub(crate) fn make_folders(folder: &Path, stand_ins: &[StandIn]) -> Result<Vec<PathBuf>, Fault> {
    let ports = free_ports(2 * stand_ins.len())?;
    let mut made = Vec::new();
    for (stand_in, ports) in stand_ins.iter().zip(ports.chunks_exact(2)) {
        let api = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, ports[1]));
        made.push(init::make(&init::Args {
            p2p: vec![format!("/ip4/127.0.0.1/tcp/{}", ports[0])],
            api: Some(api),
            // The samples are under it; everything here is a demonstration and says so.
            editions: ["demo", "mdb"].map(EditionChoice::built_in).to_vec(),
            passphrase: Some("none".to_owned()),
            ..init::Args::in_folder(stand_in.code()?, stand_in.name, folder.join(stand_in.code))
        })?);
    }
    let joins: Vec<PathBuf> = made.iter().map(|made| made.join.clone()).collect();
    let keys: Vec<PathBuf> = made.iter().map(|made| made.keys.clone()).collect();
    let genesis = federation::found_here("互信示范联盟（演示）", &joins, &keys)?;
    for made in &made {
        settings::write_new(&made.config.with_file_name("genesis.cbor"), genesis.bytes())?;
    }
    settings::write_new(&folder.join("genesis.cbor"), genesis.bytes())?;
    Ok(made.into_iter().map(|made| made.config).collect())
}

/// Waits until every city can do its work: connected, and its own log confirmed by a partner.
pub(super) fn ready(nodes: &[Node], stop: &Stop) -> Result<(), Fault> {
    for node in nodes {
        stop.until(&format!("that {} is ready", node.code), || Ok(node.client.ready()?.ready.then_some(())))?;
    }
    Ok(())
}

/// Each city recognises every other: all lists, from the first day on.
pub(super) fn recognise(nodes: &[Node]) -> Result<(), Fault> {
    let since = Date::new(2019, 1, 1).map_err(Fault::unexpected)?;
    for node in nodes {
        for partner in nodes.iter().filter(|partner| partner.code != node.code) {
            node.client.recognise(&RecognitionBody::without_limits(partner.code, List::ALL.to_vec(), since))?;
        }
    }
    Ok(())
}

/// Deals the entries out to the cities. Answers how many each published, and the first subject with more to say than
/// others: one that stands on two lists, else the first.
fn publish(nodes: &[Node], request: PublishRequest) -> Result<(Vec<usize>, SubjectId), Fault> {
    let mut seen = std::collections::BTreeSet::new();
    let twice = request.entries.iter().find(|entry| !seen.insert(entry.subject.id.clone()));
    let example = twice.or(request.entries.first()).map(|entry| entry.subject.id.clone());
    let example = example.ok_or_else(|| Fault::usage("entries_shape", "there is no entry to publish"))?;
    let mut dealt = vec![Vec::new(); nodes.len()];
    for (at, entry) in request.entries.into_iter().enumerate() {
        dealt[at % nodes.len()].push(entry);
    }
    let mut counts = Vec::new();
    for (node, entries) in nodes.iter().zip(dealt) {
        let mut count = 0;
        for batch in entries.chunks(huxin_api::model::BATCH_ENTRIES) {
            count += node.client.publish(&PublishRequest { entries: batch.to_vec() })?.ids.len();
        }
        counts.push(count);
    }
    Ok((counts, example))
}

/// Waits until every process holds every log at equal heads with every body. Answers each city's own head.
pub(super) fn agree(nodes: &[Node], stop: &Stop) -> Result<Vec<HeadItem>, Fault> {
    stop.until("that all logs agree", || {
        let mut own = Vec::new();
        let mut first: Option<Vec<_>> = None;
        for node in nodes {
            let heads = node.client.heads()?.heads;
            let place = |head: &HeadItem| (head.city, head.epoch, head.size, head.root, head.lacking);
            let places: Vec<_> = heads.iter().map(place).collect();
            let complete = heads.iter().all(|head| head.lacking == 0 && head.proved == head.size);
            if !complete || first.as_ref().is_some_and(|first| *first != places) {
                return Ok(None);
            }
            first.get_or_insert(places);
            own.extend(heads.into_iter().find(|head| head.own));
        }
        Ok((own.len() == nodes.len()).then_some(own))
    })
}

/// What each city says of one subject.
fn status(nodes: &[Node], subject: &SubjectId) -> Result<Vec<ShownStatus>, Fault> {
    nodes
        .iter()
        .map(|node| {
            let ruling = ruling(&node.client, subject)?;
            let name = ruling.entries.iter().find_map(|entry| entry.content.as_ref());
            Ok(ShownStatus {
                city: node.code,
                subject: subject.clone(),
                subject_name: name.map(|content| content.subject_name.clone()).unwrap_or_default(),
                text_zh: ruling.summary.text_zh,
                text_en: ruling.summary.text_en,
                states: ruling.entries.iter().map(|entry| entry.state.name()).collect(),
                measures: ruling.measures.iter().map(|measure| measure.code.clone()).collect(),
            })
        })
        .collect()
}

fn ruling(client: &Client, subject: &SubjectId) -> Result<Ruling, Fault> {
    serde_json::from_value(client.status(subject, &StatusQuery::default())?).map_err(Fault::unexpected)
}
