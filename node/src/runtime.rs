//! The running node: what is opened in which order, who owns what, and how it all ends.
//!
//! Start: settings, keys, genesis; the store, bound to federation and city; continuity; the engine; the network; the
//! threads; the API. Each step may refuse with a fault that says what to try, and nothing signs before all of them stand.
//!
//! Threads: the *writer* (engine, effects), the *committer* (waits for the disk), the *intake* (network events, two lanes, the
//! gossip door), two *serving* threads, the *checker*, the *verifier*, the *shredder*, and one tokio runtime for the network and
//! another for HTTP, so that no question keeps partners waiting. Stop: HTTP first, so that nothing new is promised; then the writer
//! between two groups; then the network, whose end ends the rest.

mod checker;
pub mod clock;
mod committer;
mod continuity;
pub mod failpoint;
mod handles;
mod http;
mod intake;
mod memory;
mod partners;
mod serving;
pub(crate) mod shredder;
mod signer;
mod sockets;
mod verifier;
pub mod writer;

use crate::backend::{BACKUP_FOLDER, NodeBackend};
use crate::drafting::Drafter;
use crate::fault::{Exit, Fault};
use crate::metrics::Metrics;
use crate::proving::Prover;
use crate::settings::{self, Settings};
use crate::sources::SourceBook;
use checker::Checker;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use huxin_api::{Backend as _, ServerSettings};
use huxin_engine::lacks::Lacks;
use huxin_engine::{ClosedReason, Continuity, Engine, Quota, SigningState, partners_to_ask};
use huxin_keys::peer_id_bytes;
use huxin_net::NetSettings;
use huxin_protocol::ids::CityCode;
use huxin_protocol::roster::Roster;
use huxin_protocol::time::Millis;
use huxin_store::{CommitFault, Options, RocksStore, Store, Verify, free_bytes, make_folder};
use parking_lot::Mutex;
use partners::Announcements;
use prometheus_client::registry::Registry;
use shredder::Shredder;
pub use signer::NodeSigner;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;
use verifier::Verifier;
use writer::{WriterHandle, WriterParts};

/// How long the network gets to open its sockets.
const LISTEN_WAIT: Duration = Duration::from_secs(5);
/// How long a hold for a key record lasts.
const HOLD_MS: i64 = 60_000;
/// How long open HTTP requests get to end.
const DRAIN_WAIT: Duration = Duration::from_secs(5);

/// A node at work.
pub struct Running {
    pub city: CityCode,
    /// Where the API answers, with its real port.
    pub api: SocketAddr,
    /// Where partners may connect, with real ports.
    pub p2p: Vec<String>,
    pub writer: WriterHandle,
    backend: Arc<NodeBackend>,
    ended: Receiver<Result<(), Fault>>,
    stop_writer: Sender<()>,
    stop_api: watch::Sender<bool>,
    stop_checker: Sender<()>,
    stop_verifier: Sender<()>,
    stop_shredder: Sender<()>,
    api_task: tokio::task::JoinHandle<()>,
    net: huxin_net::NetHandle,
    threads: Vec<JoinHandle<()>>,
    answering: tokio::runtime::Runtime,
}

/// Starts a node on `runtime`.
///
/// # Errors
/// The first thing that is not in order. What was begun until then ends with the process.
pub fn start(settings: &Settings, runtime: &Handle) -> Result<Running, Fault> {
    let city = settings.node.city;
    handles::raise(settings)?;
    let genesis = settings::read_genesis(&settings.node.genesis)?;
    let editions = settings::editions(settings)?;
    let crosswalk = settings::crosswalk(settings)?;
    let token = settings::read_or_make_token(&settings.listen.token)?;
    let read_token = settings::read_or_make_token(&settings.listen.read_token)?;
    let (folder, passphrase) = settings::open_keys(settings)?;
    let roster = Roster::new(&genesis);
    let listener = sockets::bind_http(settings.listen.api)?;
    sockets::probe(&settings.listen.p2p)?;
    let member = roster.city(city).ok_or_else(|| {
        Fault::usage("not_a_member", format_args!("the genesis names no city {city}"))
            .trying("check [node] city and [node] genesis")
    })?;
    if folder.city() != city || folder.show().root != member.root {
        return Err(Fault::usage(
            "keys_foreign",
            format_args!("the key folder {} is not that of {city}", folder.path().display()),
        )
        .trying("check [node] keys, and that the genesis was founded with these keys"));
    }
    let (ground, transport) = (folder.ground_secret()?, folder.transport()?);
    let peer_id = peer_id_bytes(transport.public().bytes());
    let signer = NodeSigner::open(folder, passphrase)?;
    let exporter = NodeSigner::open_again(&signer)?;

    let rocks = Arc::new(open_store(settings)?);
    let store: Arc<dyn Store> = rocks.clone();
    huxin_store::bind(&*store, genesis.id(), city)?;
    let continuity = continuity::establish(&*store, city, signer.folder())?;
    if continuity == Continuity::Broken {
        let state = SigningState::Closed(ClosedReason::NotContinued);
        tracing::error!(code = state.code(), "signing: {state}; next: {}", state.next_step().unwrap_or_default());
    }

    let members = roster.cities().count();
    let own_name =
        genesis.manifest().members.iter().find(|member| member.code == city).map(|member| member.name.clone());
    let own_names: Vec<String> = own_name.into_iter().collect();
    let engine_settings = huxin_engine::Settings {
        city,
        editions: editions.clone(),
        allow_natural_persons: settings.rights.allow_natural_persons,
        own_names: own_names.clone(),
        sync_every_ms: millis(settings.network.sync_every()),
        heartbeat_every_ms: millis(settings.network.heartbeat_every()),
        gossip: settings.network.gossip,
        anti_entropy: settings.network.anti_entropy,
        partners_before_signing: match settings.publish.partners_before_signing {
            // More than there are would never be heard.
            Some(told) => (told as usize).min(members.saturating_sub(1)),
            None => partners_to_ask(members),
        },
        hold_ms: HOLD_MS,
        quota: quota(settings, genesis.manifest().founded_at),
        witnesses: huxin_engine::witness::WITNESSES,
    };
    let engine = Engine::open(engine_settings, roster, continuity, &store)?;

    let metrics = Arc::new(Metrics::new()?);
    let mut libp2p = Registry::default();
    let founding = partners::founding_nodes(&genesis, settings)?;
    let net_settings = NetSettings {
        federation: genesis.id(),
        secret: transport.seed(),
        listen: settings.listen.p2p.iter().map(|address| address.as_str().to_owned()).collect(),
        members: founding.clone(),
        gossip: settings.network.gossip,
    };
    let (net, events) = huxin_net::start(net_settings, runtime, &mut libp2p)?;

    let thread = |source: std::io::Error| Fault::unexpected(format_args!("a thread could not be started: {source}"));
    let (writer, handle, stop_writer) = writer::make(WriterParts {
        engine,
        signer,
        store: store.clone(),
        net: net.clone(),
        metrics: metrics.clone(),
        city,
        batch_max: settings.publish.batch_max as usize,
        queue: settings.limits.writer_queue as usize,
        broken: continuity == Continuity::Broken,
        announcements: Announcements::new(founding),
        lacks: Lacks::read(&store)?,
    })
    .map_err(thread)?;
    let (ended_in, ended) = crossbeam_channel::bounded(1);
    let damaged_in = ended_in.clone();
    let mut threads = Vec::new();
    let write = move || {
        let _ = ended_in.send(writer.run());
    };
    threads.push(Builder::new().name("writer".to_owned()).spawn(write).map_err(thread)?);
    let (serving, serving_threads) = serving::start(&store, &handle, &net, &metrics).map_err(thread)?;
    threads.extend(serving_threads);
    let (listening_in, listening) = crossbeam_channel::unbounded();
    let intake = intake::Intake {
        federation: genesis.id(),
        store: store.clone(),
        writer: handle.clone(),
        net: net.clone(),
        metrics: metrics.clone(),
        listening: Box::new(move |address| drop(listening_in.send(address))),
    };
    threads.extend(intake::start(intake, events, serving).map_err(thread)?);
    let (stop_verifier, verifier_stop) = crossbeam_channel::bounded::<()>(1);
    let verifier = Verifier { store: rocks.clone(), writer: handle.clone(), metrics: metrics.clone() };
    let verify = move || {
        let rest = |rest| !matches!(verifier_stop.recv_timeout(rest), Err(RecvTimeoutError::Timeout));
        if let Err(fault) = verifier.run(rest) {
            // Whoever waits for the end of the writer hears of it, unless the writer has ended already.
            tracing::error!(code = fault.code, %fault, "the store does not hold; the node ends");
            let _ = damaged_in.try_send(Err(fault));
        }
    };
    threads.push(Builder::new().name("verifier".to_owned()).spawn(verify).map_err(thread)?);
    let (stop_checker, checker_stop) = crossbeam_channel::bounded::<()>(1);
    let checker =
        Checker { federation: genesis.id(), store: store.clone(), writer: handle.clone(), metrics: metrics.clone() };
    let check = move || checker.run(|rest| !matches!(checker_stop.recv_timeout(rest), Err(RecvTimeoutError::Timeout)));
    threads.push(Builder::new().name("checker".to_owned()).spawn(check).map_err(thread)?);
    let (stop_shredder, shredder_stop) = crossbeam_channel::bounded::<()>(1);
    let shredder = Shredder {
        store: rocks.clone(),
        writer: handle.clone(),
        metrics: metrics.clone(),
        copy: rocks.path().with_file_name(BACKUP_FOLDER),
    };
    let shred =
        move || shredder.run(|rest| !matches!(shredder_stop.recv_timeout(rest), Err(RecvTimeoutError::Timeout)));
    threads.push(Builder::new().name("shredder".to_owned()).spawn(shred).map_err(thread)?);
    let p2p = heard(&listening, settings.listen.p2p.len())?;

    let backend = NodeBackend {
        drafter: Drafter {
            federation: genesis.id(),
            city,
            ground,
            editions,
            allow_natural_persons: settings.rights.allow_natural_persons,
            own_names,
        },
        crosswalk,
        store,
        rocks: Some(rocks),
        writer: handle.clone(),
        net: net.clone(),
        metrics,
        libp2p: Mutex::new(libp2p),
        backing_up: Mutex::new(()),
        prover: Prover { city, genesis: genesis.bytes().to_vec(), signer: Mutex::new(exporter) },
        sources: SourceBook::default(),
        federation_name: genesis.manifest().name.clone(),
        peer_id,
        started_at: clock::now(),
    };
    let (stop_api, api_stop) = watch::channel(false);
    let server = ServerSettings {
        token,
        read_token: Some(read_token),
        hosts: vec![settings.listen.api.ip().to_string()],
        request_bytes: settings.limits.request_bytes(),
    };
    let backend = Arc::new(backend);
    let router = huxin_api::router(backend.clone(), server);
    let api = listener.local_addr().map_err(Fault::unexpected)?;
    let answering = http::threads()?;
    let api_task = http::serve(listener, router, api_stop, answering.handle())?;
    Ok(Running {
        backend,
        city,
        api,
        p2p,
        writer: handle,
        ended,
        stop_writer,
        stop_api,
        stop_checker,
        stop_verifier,
        stop_shredder,
        api_task,
        net,
        threads,
        answering,
    })
}

fn quota(settings: &Settings, founded_at: Millis) -> Quota {
    let limits = &settings.limits;
    Quota {
        founded_at,
        statements: limits.member_statements.into(),
        statements_per_day: limits.member_statements_per_day.into(),
        bytes: u64::from(limits.member_mib) << 20,
        bytes_per_day: u64::from(limits.member_mib_per_day) << 20,
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn open_store(settings: &Settings) -> Result<RocksStore, Fault> {
    let data: &Path = &settings.node.data;
    make_folder(data).map_err(|source| Fault::file("make", data, &source))?;
    let floor = settings.storage.min_free_bytes();
    // RocksDB writes while it opens, and would break off in the middle of it.
    if let Ok(free) = free_bytes(data)
        && free < floor / 2
    {
        let full = CommitFault::DiskFull { free, floor };
        return Err(Fault::not_yet(full.code(), &full).trying("make room on the disk; the node starts once there is"));
    }
    let options = Options {
        cache_mib: memory::cache_mib(settings),
        max_open_files: i32::try_from(settings.storage.max_open_files).unwrap_or(i32::MAX),
        low_bytes: settings.storage.low_bytes(),
        floor_bytes: floor,
        verify: Verify::UpTo(verifier::AT_OPENING),
        ..Options::default()
    };
    Ok(RocksStore::open(&data.join(STORE_FOLDER), options)?)
}

/// The store's own folder within the data folder.
pub const STORE_FOLDER: &str = "store";

/// Waits until every listening address has its socket.
fn heard(listening: &Receiver<String>, due: usize) -> Result<Vec<String>, Fault> {
    let until = Instant::now() + LISTEN_WAIT;
    let mut addresses = Vec::new();
    // A wildcard address answers once per interface; the first of each is enough to be reachable.
    while addresses.len() < due {
        match listening.recv_deadline(until) {
            Ok(address) => addresses.push(address),
            Err(_) => {
                return Err(Fault::not_yet(
                    "net_listen",
                    format_args!(
                        "the network did not open its addresses within {} seconds: of {due} it opened {}",
                        LISTEN_WAIT.as_secs(),
                        addresses.len()
                    ),
                )
                .trying("check [listen] p2p; the lines of the log before this one say what each socket met"));
            }
        }
    }
    Ok(addresses)
}

impl Running {
    /// What keeps the node from doing all of its work, as `/readyz` says it; empty when it is ready.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.backend.ready().missing
    }

    /// Resolves when the writer has ended by itself, which it only does for a fault.
    #[must_use]
    pub const fn ended(&self) -> &Receiver<Result<(), Fault>> {
        &self.ended
    }

    /// Ends everything in order, and waits for it.
    ///
    /// # Errors
    /// What ended the writer before it was stopped.
    pub fn stop(self) -> Result<(), Fault> {
        self.stop_api.send_replace(true);
        let mut task = self.api_task;
        let drained = self.answering.block_on(async { tokio::time::timeout(DRAIN_WAIT, &mut task).await });
        if drained.is_err() {
            task.abort();
        }
        self.answering.shutdown_background();
        let _ = self.stop_writer.try_send(());
        let outcome = self.ended.recv().unwrap_or_else(|_| {
            Err(Fault::new(Exit::Unexpected, "writer_gone", "the writer ended without a word")
                .trying("look at the log before"))
        });
        let _ = self.stop_checker.try_send(());
        let _ = self.stop_verifier.try_send(());
        let _ = self.stop_shredder.try_send(());
        self.net.shutdown();
        // The last holders of the store, apart from the threads.
        drop(self.backend);
        drop(self.writer);
        for thread in self.threads {
            let _ = thread.join();
        }
        outcome
    }
}
