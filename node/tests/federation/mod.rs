//! A federation of stand-in cities, for tests that need the whole of it: three on this machine's loopback, or as many as a
//! test has seats for. Each test uses its part.
#![allow(dead_code, reason = "no test uses all of it")]

use huxin::client::Client;
use huxin::command::{federation, init};
use huxin::settings;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const ZHOUSHAN: &str = "330900";
pub const HEZHOU: &str = "451100";
pub const LANZHOU: &str = "620100";
/// Lines of each node's log that a failed test prints.
const LOG_SHOWN: usize = 15;
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

/// A founding city: where its node listens, and where partners reach it.
pub struct Founder<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub listen: String,
    /// Where empty, what it listens on.
    pub announce: Vec<String>,
    pub api: String,
}

/// Founds three cities with addresses on loopback; their settings files.
pub fn found(folder: &Path) -> Vec<PathBuf> {
    found_with(folder, &CITIES, &[])
}

/// Founds `cities` with addresses on loopback, and `guests`: members whom nobody can dial. The settings files of all.
pub fn found_with(folder: &Path, cities: &[(&str, &str)], guests: &[(&str, &str)]) -> Vec<PathBuf> {
    let held: Vec<TcpListener> = cities.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let open = held.iter().map(|port| format!("/ip4/127.0.0.1/tcp/{}", port.local_addr().unwrap().port()));
    let listening = open.map(|address| (address.clone(), vec![address]));
    let silent = guests.iter().map(|_| ("/ip4/0.0.0.0/tcp/0".to_owned(), vec!["none".to_owned()]));
    let seats = cities.iter().chain(guests).zip(listening.chain(silent));
    let founders = seats.map(|((code, name), (listen, announce))| Founder {
        code,
        name,
        listen,
        announce,
        api: "127.0.0.1:0".to_owned(),
    });
    found_at(folder, &founders.collect::<Vec<_>>())
}

/// Founds a federation of these cities; their settings files.
pub fn found_at(folder: &Path, founders: &[Founder<'_>]) -> Vec<PathBuf> {
    let made: Vec<_> = founders
        .iter()
        .map(|founder| {
            init::make(&init::Args {
                p2p: vec![founder.listen.clone()],
                announce: founder.announce.clone(),
                api: Some(founder.api.parse().unwrap()),
                passphrase: Some("none".to_owned()),
                language: Some(huxin_config::Language::English),
                editions: ["demo", "mdb"].map(huxin_config::EditionChoice::built_in).to_vec(),
                ..init::Args::in_folder(founder.code.parse().unwrap(), founder.name, folder.join(founder.code))
            })
            .unwrap()
        })
        .collect();
    let joins: Vec<PathBuf> = made.iter().map(|made| made.join.clone()).collect();
    let keys: Vec<PathBuf> = made.iter().map(|made| made.keys.clone()).collect();
    let genesis = federation::found_here("test", &joins, &keys).unwrap();
    for made in &made {
        fs::write(made.config.with_file_name("genesis.cbor"), genesis.bytes()).unwrap();
    }
    made.into_iter().map(|made| made.config).collect()
}

/// The folder of real data, or a skip that is printed; with `CI=true` a skip is a failure.
pub fn data(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("HUXIN_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let found = named.or(Some(beside)).filter(|folder| folder.is_dir());
    if found.is_none() {
        skipped(test, "there is no ../shared/data; HUXIN_DATA may name another folder");
    }
    found
}

/// Prints that a test does not run on this machine; with `CI=true` a skip is a failure.
pub fn skipped(test: &str, why: &str) {
    // Past the test's captured output: a skip is told also where everything passes.
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test}: a skip is a failure in CI: {why}");
}

/// Where a city's node runs.
pub trait Seat {
    /// Does something there: the sockets that it opens and the processes that it starts are on the node's machine.
    fn within<T>(&self, act: impl FnOnce() -> T) -> T;
}

/// This machine, like every other node.
pub struct Here;

impl Seat for Here {
    fn within<T>(&self, act: impl FnOnce() -> T) -> T {
        act()
    }
}

struct Node<S> {
    seat: S,
    config: PathBuf,
    process: Option<Child>,
    /// As the settings say, then as the running process printed it.
    api: String,
}

pub struct Federation<S: Seat = Here> {
    folder: tempfile::TempDir,
    nodes: BTreeMap<&'static str, Node<S>>,
}

impl Federation {
    /// Three running cities that can all do their work.
    pub fn started() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configs = found(folder.path());
        let seats = CITIES.iter().zip(configs).map(|((code, _), config)| (*code, Here, config));
        let mut federation = Self::seated(folder, seats);
        federation.start_all();
        federation
    }
}

impl<S: Seat> Federation<S> {
    /// A founded federation, each city with its seat; nothing runs yet.
    pub fn seated(folder: tempfile::TempDir, seats: impl IntoIterator<Item = (&'static str, S, PathBuf)>) -> Self {
        let node = |seat, config: PathBuf| {
            let api = settings::load_plain(&config).unwrap().listen.api.to_string();
            Node { seat, config, process: None, api }
        };
        Self { folder, nodes: seats.into_iter().map(|(code, seat, config)| (code, node(seat, config))).collect() }
    }

    pub fn cities(&self) -> Vec<&'static str> {
        self.nodes.keys().copied().collect()
    }

    pub fn seat(&self, code: &str) -> &S {
        &self.nodes[code].seat
    }

    pub fn is_running(&self, code: &str) -> bool {
        self.nodes[code].process.is_some()
    }

    /// Starts every city and waits until all can do their work.
    pub fn start_all(&mut self) {
        for code in self.cities() {
            self.launch(code, |_| {});
        }
        for code in self.cities() {
            self.until_ready(code);
        }
    }

    pub fn genesis(&self) -> PathBuf {
        self.folder.path().join(ZHOUSHAN).join("genesis.cbor")
    }

    /// Starts a node, and waits only until it is up.
    pub fn launch(&mut self, code: &'static str, arm: impl FnOnce(&mut Command)) {
        self.spawn(code, arm);
        let node = self.nodes.get_mut(code).unwrap();
        let output = node.process.as_mut().and_then(|child| child.stdout.take()).unwrap();
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{code} did not start: {line:?}"));
        node.api = ready["api"].as_str().unwrap().to_owned();
    }

    /// What a node says that is started and does not come up.
    pub fn refused_start(&mut self, code: &'static str, arm: impl FnOnce(&mut Command)) -> String {
        self.spawn(code, |command| {
            command.stderr(Stdio::piped());
            arm(command);
        });
        let child = self.nodes.get_mut(code).unwrap().process.take().unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.stdout.is_empty(), "{code} came up: {}", String::from_utf8_lossy(&output.stdout));
        assert!(!output.status.success(), "{code} ended well");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Starts a node's process, and waits for nothing. What it logs goes into the file `log` of its folder.
    pub fn spawn(&mut self, code: &'static str, arm: impl FnOnce(&mut Command)) {
        let log = File::options().create(true).append(true).open(self.log(code)).unwrap();
        let node = self.nodes.get_mut(code).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        command
            .arg("--config")
            .arg(&node.config)
            .args(["run", "--end-with-input"])
            .env("HUXIN_NETWORK_SYNC_SECONDS", "2")
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        arm(&mut command);
        node.process = Some(node.seat.within(|| command.spawn()).unwrap());
    }

    pub fn until_ready(&self, code: &str) {
        let ready = || self.ask(code, Client::ready).ok().filter(|ready| ready.ready);
        until(&format!("{code} is ready"), || ready().map(drop));
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

    fn log(&self, code: &str) -> PathBuf {
        self.folder(code).join("log")
    }

    /// What a node logged.
    pub fn log_text(&self, code: &str) -> String {
        fs::read_to_string(self.log(code)).unwrap_or_default()
    }

    /// Ends a node in order; it must have been well until then.
    pub fn stop(&mut self, code: &str) {
        if let Some(mut child) = self.nodes.get_mut(code).unwrap().process.take() {
            drop(child.stdin.take());
            assert!(child.wait().unwrap().success(), "{code} did not end well");
        }
    }

    /// The process of a node, if it has not ended by itself.
    pub fn is_alive(&mut self, code: &str) -> bool {
        let process = self.nodes.get_mut(code).unwrap().process.as_mut();
        process.is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Asks a node's interface, from its own machine.
    pub fn ask<T>(&self, code: &str, question: impl FnOnce(&Client) -> T) -> T {
        let client = self.client(code);
        self.nodes[code].seat.within(|| question(&client))
    }

    /// The interface of a node; to be used where the node is.
    pub fn client(&self, code: &str) -> Client {
        let node = &self.nodes[code];
        let token = settings::read_token(&settings::load_plain(&node.config).unwrap()).unwrap();
        Client::new(&node.api, &token)
    }

    fn command(&self, code: &str, args: &[String]) -> std::process::Output {
        let node = &self.nodes[code];
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        command.arg("--json").arg("--config").arg(&node.config).args(args).env("HUXIN_LISTEN_API", &node.api);
        node.seat.within(|| command.output()).unwrap()
    }

    fn given(&self, code: &str, args: &[String], input: &str) -> std::process::Output {
        let node = &self.nodes[code];
        let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
        command.arg("--json").arg("--config").arg(&node.config).args(args).env("HUXIN_LISTEN_API", &node.api);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = node.seat.within(|| command.spawn()).unwrap();
        writeln!(child.stdin.take().unwrap(), "{input}").unwrap();
        child.wait_with_output().unwrap()
    }

    /// The JSON of a command that reads a line from its input.
    pub fn json_given(&self, code: &str, args: &[String], input: &str) -> Value {
        let output = self.given(code, args, input);
        assert!(output.status.success(), "huxin {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// All that a command says that reads a line from its input and refuses it.
    pub fn refused_given(&self, code: &str, args: &[String], input: &str) -> String {
        let output = self.given(code, args, input);
        assert!(!output.status.success(), "huxin {args:?} took it");
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
    }

    /// The limits under which a node's process runs.
    pub fn limits(&self, code: &str) -> String {
        let process = self.nodes[code].process.as_ref().unwrap().id();
        fs::read_to_string(format!("/proc/{process}/limits")).unwrap()
    }

    /// Runs one command of the binary against a city's node and reads its JSON.
    pub fn json(&self, code: &str, args: &[String]) -> Value {
        self.json_with(code, args, &[0])
    }

    /// The same, where the command may also end with one of these exit codes.
    pub fn json_with(&self, code: &str, args: &[String], exits: &[i32]) -> Value {
        let output = self.command(code, args);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.code().is_some_and(|exit| exits.contains(&exit)),
            "huxin {args:?} at {code}: {text} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("huxin {args:?} printed {text:?}"))
    }

    /// Until every running node holds every log at equal heads.
    pub fn until_equal(&self) {
        let running: Vec<_> = self.cities().into_iter().filter(|code| self.is_running(code)).collect();
        self.until_equal_among(&running);
    }

    /// Until every running node holds the same logs. Their cosignatures may differ: a node leaves out lines that are ahead of
    /// its clock (R92).
    pub fn until_logs_equal(&self) {
        until("all logs are equal", || {
            let logs = |code: &&str| {
                let heads = self.ask(code, Client::heads).ok()?.heads;
                Some(heads.into_iter().map(|head| (head.city, head.size, head.proved, head.root)).collect::<Vec<_>>())
            };
            let logs: BTreeSet<_> = self.cities().iter().filter(|code| self.is_running(code)).map(logs).collect();
            (logs.len() == 1 && !logs.contains(&None)).then_some(())
        });
    }

    /// Until these nodes hold every log at equal heads.
    pub fn until_equal_among(&self, cities: &[&str]) {
        until(&format!("all logs are equal at {cities:?}"), || {
            let digest = |code: &&str| self.ask(code, Client::heads).map(|heads| heads.digest).ok();
            let digests: BTreeSet<_> = cities.iter().map(digest).collect();
            (digests.len() == 1 && !digests.contains(&None)).then_some(())
        });
    }

    /// Ends all nodes and checks every book from end to end.
    pub fn end_and_check(mut self) {
        for code in self.cities() {
            self.kill(code);
            let report = self.json(code, &["fsck".to_owned()]);
            let findings = report["findings"].as_array();
            assert!(findings.is_none_or(Vec::is_empty), "{code}: {report}");
        }
    }
}

impl<S: Seat> Drop for Federation<S> {
    fn drop(&mut self) {
        for node in self.nodes.values_mut() {
            if let Some(mut child) = node.process.take() {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
        if std::thread::panicking() {
            // The folder is about to go, and with it what would explain the failure.
            for code in self.cities() {
                let log = fs::read_to_string(self.log(code)).unwrap_or_default();
                let from = log.lines().count().saturating_sub(LOG_SHOWN);
                eprintln!("-- last of {code}'s log");
                log.lines().skip(from).for_each(|line| eprintln!("{line}"));
            }
        }
    }
}
