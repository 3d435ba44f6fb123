//! Two honest cities as running nodes, one of which is the victim, and as many members as there are attacks, each of which
//! turns hostile in its own test. The tests share the world, one at a time; the last one to let go ends it.

use super::federation::{HEZHOU, ZHOUSHAN, found_with, until};
use super::lone;
use super::table::TABLE;
use super::watched::Watched;
use huxin_api::model::SegmentQuery;
use huxin_keys::KeyFolder;
use huxin_protocol::digest::Digest;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{Epoch, Seq};
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Entries that are there from the beginning: enough that a page of the log fills a frame.
const ENTRIES: usize = 1_000;

pub struct World {
    folder: tempfile::TempDir,
    configs: Vec<PathBuf>,
    pub victim: Mutex<Watched>,
    pub honest: Watched,
    federation: Digest,
    pub runtime: tokio::runtime::Runtime,
    entries: AtomicUsize,
    /// Held by the test whose turn it is.
    pub turn: Mutex<()>,
}

/// What an attack needs to know of its victim.
#[derive(Clone)]
pub struct Scene {
    pub secret: [u8; 32],
    pub address: String,
    pub socket: SocketAddr,
    pub topic: String,
    /// A page of the honest city's log, which the victim holds.
    pub page: Arc<Vec<u8>>,
    /// The newest of the victim's own log, which stands still meanwhile.
    pub quiet: Arc<Vec<u8>>,
}

static SHARED: Mutex<Weak<World>> = Mutex::new(Weak::new());

/// The world of all tests that run at the moment.
pub fn shared() -> Arc<World> {
    let mut shared = SHARED.lock();
    shared.upgrade().unwrap_or_else(|| {
        let world = Arc::new(World::start());
        *shared = Arc::downgrade(&world);
        world
    })
}

/// The code of the member that plays the attack at this place of the table.
fn guest(place: usize) -> String {
    format!("guest{place:02}")
}

impl World {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guests: Vec<String> = (0..TABLE.len()).map(guest).collect();
        let guests: Vec<(&str, &str)> = guests.iter().map(|code| (code.as_str(), "敌对节点（合成）")).collect();
        let cities = [(ZHOUSHAN, "舟山市"), (HEZHOU, "贺州市")];
        let configs = found_with(folder.path(), &cities, &guests);
        let federation = Genesis::decode(&std::fs::read(configs[0].with_file_name("genesis.cbor")).unwrap()).unwrap();
        let (victim, honest) = (Watched::start(&configs[0]), Watched::start(&configs[1]));
        victim.until_ready();
        honest.until_ready();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let world = Self {
            federation: federation.id(),
            folder,
            configs,
            victim: Mutex::new(victim),
            honest,
            runtime,
            entries: AtomicUsize::new(0),
            turn: Mutex::new(()),
        };
        let mut request = lone::entry(world.number());
        let more = (1..ENTRIES).flat_map(|_| lone::entry(world.number()).entries);
        request.entries.extend(more.collect::<Vec<_>>());
        world.honest.client.publish(&request).unwrap();
        world.until_heard();
        world.until_equal();
        world
    }

    fn number(&self) -> usize {
        self.entries.fetch_add(1, Ordering::Relaxed)
    }

    pub fn scene(&self, place: usize) -> Scene {
        let keys = self.folder.path().join(guest(place)).join("keys");
        let secret = KeyFolder::open(&keys, None).unwrap().transport().unwrap().seed();
        let victim = self.victim.lock();
        let page = |city: &str| {
            let query = SegmentQuery { city: city.parse().unwrap(), from: Seq(0), epoch: Epoch::FIRST, reader: None };
            Arc::new(victim.client.segment(&query).unwrap().bytes)
        };
        Scene {
            secret: *secret,
            address: victim.p2p.clone(),
            socket: victim.socket,
            topic: huxin_engine::mesh::topic_name(&self.federation),
            page: page(HEZHOU),
            quiet: page(ZHOUSHAN),
        }
    }

    /// Time from the moment at which the honest city has its entry durable until the victim shows it.
    pub fn passage(&self, mut meanwhile: impl FnMut(&Watched)) -> Duration {
        let id = self.honest.client.publish(&lone::entry(self.number())).unwrap().ids[0];
        let begun = Instant::now();
        let victim = self.victim.lock();
        while victim.client.entry(id).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{id} did not arrive; {}", victim.log_end());
            meanwhile(&victim);
            std::thread::park_timeout(Duration::from_millis(1));
        }
        meanwhile(&victim);
        begun.elapsed()
    }

    /// Until the honest city has what the victim publishes now: it can speak as well as hear.
    pub fn until_heard(&self) {
        let victim = self.victim.lock();
        victim.until_ready();
        let id = victim.client.publish(&lone::entry(self.number())).unwrap().ids[0];
        until(&format!("{id} arrives"), || self.honest.client.entry(id).ok().map(drop));
    }

    /// Until both honest nodes hold every log at equal heads.
    pub fn until_equal(&self) {
        until("the heads of both are equal", || {
            let victim = self.victim.lock().client.heads().ok()?.digest;
            (self.honest.client.heads().ok()?.digest == victim).then_some(())
        });
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A failed test has said enough.
        if std::thread::panicking() {
            return;
        }
        self.victim.lock().kill();
        self.honest.kill();
        for config in &self.configs[..2] {
            let fsck =
                Command::new(env!("CARGO_BIN_EXE_huxin")).arg("--config").arg(config).arg("fsck").output().unwrap();
            assert!(fsck.status.success(), "{}", String::from_utf8_lossy(&fsck.stdout));
        }
    }
}
