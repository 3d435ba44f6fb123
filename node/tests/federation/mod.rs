//! A federation of three stand-in cities, for tests that need the whole of it. Each test uses its part.
#![allow(dead_code, reason = "no test uses all of it")]

use huxin::client::Client;
use huxin::command::{federation, init};
use huxin::settings;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const ZHOUSHAN: &str = "330900";
pub const HEZHOU: &str = "451100";
pub const LANZHOU: &str = "620100";
const CITIES: [(&str, &str); 3] = [(ZHOUSHAN, "舟山市"), (HEZHOU, "贺州市"), (LANZHOU, "兰州市")];

/// Looks until `holds` answers something. Bounded by time only so that a broken build ends.
pub fn until<T>(what: &str, mut holds: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = holds() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "{what}: it did not happen");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Founds three cities with addresses on loopback; their settings files.
pub fn found(folder: &Path) -> Vec<PathBuf> {
    found_with(folder, &CITIES, &[])
}

/// Founds `cities` with addresses on loopback, and `guests`: members whom nobody can dial. The settings files of all.
pub fn found_with(folder: &Path, cities: &[(&str, &str)], guests: &[(&str, &str)]) -> Vec<PathBuf> {
    let held: Vec<TcpListener> = cities.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let open = held.iter().map(|port| format!("/ip4/127.0.0.1/tcp/{}", port.local_addr().unwrap().port()));
    // An address that means every interface is told to nobody.
    let addresses = open.chain(guests.iter().map(|_| "/ip4/0.0.0.0/tcp/0".to_owned()));
    let made: Vec<_> = cities
        .iter()
        .chain(guests)
        .zip(addresses)
        .map(|((code, name), address)| {
            init::make(&init::Args {
                city: code.parse().unwrap(),
                name: (*name).to_owned(),
                p2p: vec![address],
                announce: Vec::new(),
                api: Some("127.0.0.1:0".parse().unwrap()),
                passphrase: "none".to_owned(),
                folder: folder.join(code),
            })
            .unwrap()
        })
        .collect();
    let joins: Vec<PathBuf> = made.iter().map(|made| made.join.clone()).collect();
    let keys: Vec<PathBuf> = made.iter().map(|made| made.keys.clone()).collect();
    let genesis = federation::found_here("test", &joins, &keys).unwrap();
    for made in &made {
        std::fs::write(made.config.with_file_name("genesis.cbor"), genesis.bytes()).unwrap();
    }
    made.into_iter().map(|made| made.config).collect()
}

/// The folder of real data, or a skip that is printed; with `CI=true` a skip is a failure.
pub fn data(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("HUXIN_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let found = named.or(Some(beside)).filter(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: {test}: there is no ../shared/data; HUXIN_DATA may name another folder");
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "a skip is a failure in CI");
    }
    found
}

struct Node {
    config: PathBuf,
    process: Option<Child>,
    /// As the running process printed it.
    api: String,
}

pub struct Federation {
    folder: tempfile::TempDir,
    nodes: BTreeMap<&'static str, Node>,
}

impl Federation {
    /// Three running cities that can all do their work.
    pub fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configs = found(folder.path());
        let mut nodes = BTreeMap::new();
        for ((code, _), config) in CITIES.iter().zip(configs) {
            nodes.insert(*code, Node { config, process: None, api: String::new() });
        }
        let mut federation = Self { folder, nodes };
        for (code, _) in CITIES {
            federation.launch(code, |_| {});
        }
        for (code, _) in CITIES {
            federation.until_ready(code);
        }
        federation
    }

    pub fn genesis(&self) -> PathBuf {
        self.folder.path().join(ZHOUSHAN).join("genesis.cbor")
    }

    fn launch(&mut self, code: &'static str, arm: impl FnOnce(&mut Command)) {
        let node = self.nodes.get_mut(code).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        command
            .arg("--config")
            .arg(&node.config)
            .args(["run", "--end-with-input"])
            .env("HUXIN_NETWORK_SYNC_SECONDS", "2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        arm(&mut command);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{code} did not start: {line:?}"));
        node.api = ready["api"].as_str().unwrap().to_owned();
        node.process = Some(child);
    }

    fn until_ready(&self, code: &str) {
        until(&format!("{code} is ready"), || self.client(code).ready().ok().filter(|ready| ready.ready).map(drop));
    }

    /// Starts a node that was killed, and waits until it can do its work.
    pub fn start(&mut self, code: &'static str) {
        self.start_with(code, |_| {});
    }

    /// The same, with something done to its process first.
    pub fn start_with(&mut self, code: &'static str, arm: impl FnOnce(&mut Command)) {
        self.launch(code, arm);
        self.until_ready(code);
    }

    /// Where a city keeps all that is its own: settings, keys and store.
    pub fn folder(&self, code: &str) -> PathBuf {
        self.folder.path().join(code)
    }

    /// As by a power cut.
    pub fn kill(&mut self, code: &str) {
        if let Some(mut child) = self.nodes.get_mut(code).unwrap().process.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn client(&self, code: &str) -> Client {
        let node = &self.nodes[code];
        let token = settings::read_token(&settings::load_plain(&node.config).unwrap()).unwrap();
        Client::new(&node.api, &token)
    }

    fn command(&self, code: &str, args: &[String]) -> std::process::Output {
        let node = &self.nodes[code];
        Command::new(env!("CARGO_BIN_EXE_huxin"))
            .arg("--json")
            .arg("--config")
            .arg(&node.config)
            .args(args)
            .env("HUXIN_LISTEN_API", &node.api)
            .output()
            .unwrap()
    }

    /// Runs one command of the binary against a city's node and reads its JSON.
    pub fn json(&self, code: &str, args: &[String]) -> Value {
        let output = self.command(code, args);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "huxin {args:?} at {code}: {text} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("huxin {args:?} printed {text:?}"))
    }

    /// Until every running node holds every log at equal heads.
    pub fn until_equal(&self) {
        until("all logs are equal", || {
            let running = self.nodes.iter().filter(|(_, node)| node.process.is_some());
            let digests: BTreeSet<_> =
                running.map(|(code, _)| self.client(code).heads().map(|heads| heads.digest).ok()).collect();
            (digests.len() == 1 && !digests.contains(&None)).then_some(())
        });
    }

    /// Ends all nodes and checks every book from end to end.
    pub fn end_and_check(mut self) {
        for (code, _) in CITIES {
            self.kill(code);
            let report = self.json(code, &["fsck".to_owned()]);
            let findings = report["findings"].as_array();
            assert!(findings.is_none_or(Vec::is_empty), "{code}: {report}");
        }
    }
}

impl Drop for Federation {
    fn drop(&mut self) {
        for node in self.nodes.values_mut() {
            if let Some(mut child) = node.process.take() {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}
