//! The node that everything is thrown at: a whole process with RocksDB, libp2p and HTTP on loopback, and the eyes of the
//! test on it.

use super::federation::{ZHOUSHAN, found, until};
use huxin::settings;
use huxin_engine::ledger::{CosignatureRow, FAMILIES, Family, LedgerRead as _, meta};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::Size;
use huxin_store::{Options, RocksStore};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How a road answers whoever sent something.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status, content type and JSON.
    Http(u16, String, Value),
    /// Exit code and the one JSON document on standard output.
    Exit(i32, Value),
    /// The network answers no message; what became of it shows in the metrics.
    Silence,
}

/// The rows of every column family, as one digest each.
pub type Fingerprint = Vec<(&'static str, Digest)>;

pub struct Target {
    pub folder: tempfile::TempDir,
    config: PathBuf,
    process: Child,
    pub api: String,
    pub p2p: String,
    token: String,
    agent: ureq::Agent,
}

impl Target {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = found(folder.path()).remove(0);
        let mut process = Command::new(env!("CARGO_BIN_EXE_huxin"))
            .arg("--config")
            .arg(&config)
            .args(["run", "--end-with-input"])
            .env("HUXIN_NETWORK_SYNC_SECONDS", "1")
            // What the node writes by itself as time passes would look like something stored.
            .env("HUXIN_NETWORK_HEARTBEAT_SECONDS", "3600")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the node did not start: {line:?}"));
        let token = settings::read_token(&settings::load_plain(&config).unwrap()).unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let text = |at: &Value| at.as_str().unwrap().to_owned();
        let (api, p2p) = (text(&ready["api"]), text(&ready["p2p"][0]));
        Self { folder, config, process, api, p2p, token, agent }
    }

    pub fn keys(&self, city: &str) -> PathBuf {
        let settings = settings::load_plain(&self.folder.path().join(city).join("huxin.toml")).unwrap();
        settings.node.keys
    }

    pub fn genesis(&self) -> PathBuf {
        self.folder.path().join(ZHOUSHAN).join("genesis.cbor")
    }

    /// A file beside the cities' folders.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn post_with(&self, token: &str, path: &str, body: &[u8]) -> Reply {
        let request = self.agent.post(format!("http://{}{path}", self.api));
        let request = request.header("authorization", format!("Bearer {token}"));
        let mut response = request.header("content-type", "application/octet-stream").send(body).unwrap();
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let json = serde_json::from_slice(&response.body_mut().read_to_vec().unwrap()).unwrap_or(Value::Null);
        Reply::Http(response.status().as_u16(), kind.unwrap_or_default(), json)
    }

    pub fn post(&self, path: &str, body: &[u8]) -> Reply {
        self.post_with(&self.token, path, body)
    }

    pub fn get(&self, path: &str) -> String {
        let request = self.agent.get(format!("http://{}{path}", self.api));
        let mut response = request.header("authorization", format!("Bearer {}", self.token)).call().unwrap();
        response.body_mut().read_to_string().unwrap()
    }

    pub fn get_json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }

    /// The value of one sample of `/metrics`; nought where it is not there yet.
    pub fn metric(&self, sample: &str) -> f64 {
        let text = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Runs one command of the binary against the node.
    pub fn command(&self, args: &[&str]) -> Reply {
        let output = Command::new(env!("CARGO_BIN_EXE_huxin"))
            .args(["--json", "--config"])
            .arg(&self.config)
            .args(args)
            .env("HUXIN_LISTEN_API", &self.api)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("huxin {args:?} printed {text:?}"));
        Reply::Exit(output.status.code().expect("it ended by itself"), json)
    }

    pub fn heads(&self) -> Value {
        self.get_json("/v1/heads")
    }

    /// How far the node holds a city's log.
    pub fn held(&self, city: &str) -> u64 {
        let heads = self.heads();
        let head = heads["heads"].as_array().unwrap().iter().find(|head| head["city"] == city).unwrap().clone();
        head["size"].as_u64().unwrap()
    }

    fn store(&self) -> PathBuf {
        settings::load_plain(&self.config).unwrap().node.data.join(huxin::runtime::STORE_FOLDER)
    }

    /// A copy of the store as it is now, which is complete since each commit is synced.
    fn copy(&self) -> (tempfile::TempDir, RocksStore) {
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.store()).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
            }
        }
        let options = Options { create: false, read_only: true, ..Options::default() };
        let store = RocksStore::open(copy.path(), options).unwrap();
        (copy, store)
    }

    /// Reads every row of every family. How far the background check of signatures has come is no input's doing, so that
    /// row is left out.
    pub fn fingerprint(&self) -> Fingerprint {
        let (_folder, store) = self.copy();
        let digest = |family| {
            let mut hasher = huxin_protocol::digest::Context::View.hasher();
            let mut visit = |key: &[u8], value: &[u8]| {
                if family == Family::Meta && key.starts_with(meta::CHECKED) {
                    return true;
                }
                for part in [key, value] {
                    hasher.update(&(part.len() as u64).to_be_bytes());
                    hasher.update(part);
                }
                true
            };
            store.scan(family, &[], &[0xff; 64], &mut visit).unwrap();
            Digest(*hasher.finalize().as_bytes())
        };
        FAMILIES.into_iter().map(|family| (family.name(), digest(family))).collect()
    }

    /// Waits until the node has cosigned what it holds of a city's log: a moment after something came, and by itself.
    pub fn until_cosigned(&self, city: &str) {
        let held = Size(self.held(city));
        until(&format!("the node cosigns {city}"), || {
            let (_folder, store) = self.copy();
            let row = CosignatureRow::read(&store, city.parse().unwrap(), ZHOUSHAN.parse().unwrap()).unwrap();
            row.filter(|row| row.size == held).map(drop)
        });
    }

    /// The process runs, and can do its work.
    pub fn is_well(&mut self) {
        assert!(self.process.try_wait().unwrap().is_none(), "the node ended");
        assert_eq!(self.get_json("/readyz")["ready"], true);
    }

    /// Ends the node and checks its book from end to end.
    pub fn end_and_check(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let Reply::Exit(code, report) = self.command(&["fsck"]) else { unreachable!("a command exits") };
        assert_eq!((code, &report["clean"]), (0, &Value::Bool(true)), "{report}");
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A federation of the same cities that is another one: its genesis file and id.
pub fn other_federation(folder: &Path) -> (PathBuf, Digest) {
    let configs = found(folder);
    let genesis = configs[0].with_file_name("genesis.cbor");
    let id = huxin_protocol::genesis::Genesis::decode(&std::fs::read(&genesis).unwrap()).unwrap().id();
    (genesis, id)
}
