//! A whole node as a process, and what the kernel and the node itself say about it.

use super::federation::until;
use huxin::client::Client;
use huxin::settings;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct Watched {
    process: Child,
    pub client: Client,
    /// Where partners connect, as a multiaddress and as a socket's address.
    pub p2p: String,
    pub socket: SocketAddr,
    log: PathBuf,
}

impl Watched {
    /// Starts `huxin run`. Its log goes to a file, since how much it writes is one of the things that are looked at.
    pub fn start(config: &Path) -> Self {
        let log = config.with_file_name("log");
        let mut process = Command::new(env!("CARGO_BIN_EXE_huxin"))
            .arg("--config")
            .arg(config)
            .args(["run", "--end-with-input"])
            .env("HUXIN_NETWORK_SYNC_SECONDS", "5")
            // Guests run no node, so that half of the partners are never there.
            .env("HUXIN_PUBLISH_PARTNERS_BEFORE_SIGNING", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the node did not start: {line:?}"));
        let token = settings::read_token(&settings::load_plain(config).unwrap()).unwrap();
        let text = |at: &Value| at.as_str().unwrap().to_owned();
        let (api, p2p) = (text(&ready["api"]), text(&ready["p2p"][0]));
        let port = p2p.rsplit('/').next().unwrap().parse().unwrap();
        let client = Client::new(&api, &token);
        Self { process, client, p2p, socket: SocketAddr::from(([127, 0, 0, 1], port)), log }
    }

    pub fn until_ready(&self) {
        until("the node is ready", || self.client.ready().ok().filter(|ready| ready.ready).map(drop));
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.process.id().to_string()).join(name)
    }

    /// Open file handles: files, sockets and all else.
    pub fn handles(&self) -> usize {
        fs::read_dir(self.proc("fd")).unwrap().count()
    }

    /// Bytes of one line of the kernel's account of this process.
    fn account(&self, name: &str) -> u64 {
        let status = fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of this name");
        line.trim_start_matches(':').trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Resident memory now.
    pub fn resident(&self) -> u64 {
        self.account("VmRSS")
    }

    /// The most resident memory since [`Watched::forget_peak`].
    pub fn peak(&self) -> u64 {
        self.account("VmHWM")
    }

    pub fn forget_peak(&self) {
        fs::write(self.proc("clear_refs"), "5").unwrap();
    }

    /// Bytes that were written to the log so far.
    pub fn log_bytes(&self) -> u64 {
        fs::metadata(&self.log).unwrap().len()
    }

    /// The end of the log, for whoever reads of a failure.
    pub fn log_end(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(4096)..]).into_owned()
    }

    pub fn metrics(&self) -> String {
        self.client.metrics().unwrap()
    }

    /// Adds up all samples of `/metrics` whose name and labels begin like this.
    pub fn metric(&self, sample: &str) -> f64 {
        let text = self.metrics();
        let values = text.lines().filter(|line| line.starts_with(sample)).filter_map(|line| line.rsplit_once(' '));
        values.map(|(_, value)| value.parse::<f64>().unwrap()).sum()
    }

    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.kill();
    }
}
