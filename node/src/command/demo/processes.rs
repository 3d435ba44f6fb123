//! The cities' processes: this same program, started with `run`. They end with the demonstration in every case: in order
//! by SIGTERM, after a fault by the destructor, and should the demonstration itself be killed, by the end of their
//! standard input.

use super::Stop;
use super::cities::StandIn;
use crate::client::Client;
use crate::fault::{Exit, Fault};
use crate::settings;
use huxin_protocol::ids::CityCode;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a city gets to end in order.
const GRACE: Duration = Duration::from_secs(15);

/// One city at work.
pub struct Node {
    pub code: CityCode,
    pub name: String,
    pub pid: u32,
    /// Address of its API.
    pub api: String,
    pub client: Client,
    child: Child,
    /// Held open: its end tells the child that we are gone.
    _stdin: Option<ChildStdin>,
}

/// All cities. Dropping it ends them.
pub struct Nodes {
    pub all: Vec<Node>,
}

/// A city that was started and has not yet said that it is up.
struct Starting {
    line: crossbeam_channel::Receiver<String>,
    log: PathBuf,
    token: String,
}

#[derive(Deserialize)]
struct Ready {
    api: String,
}

impl Nodes {
    /// Starts every city and waits until each says that it is up.
    pub fn start(configs: &[PathBuf], stand_ins: &[StandIn], stop: &Stop) -> Result<Self, Fault> {
        let mut nodes = Self { all: Vec::new() };
        let mut starting = Vec::new();
        for (config, stand_in) in configs.iter().zip(stand_ins) {
            starting.push(nodes.launch(config, *stand_in, &[])?);
        }
        for (at, starting) in starting.iter().enumerate() {
            nodes.up(at, starting, stop)?;
        }
        Ok(nodes)
    }

    /// Starts one more city, with settings that go over its file's, and waits until it is up.
    pub fn add(
        &mut self,
        config: &Path,
        stand_in: StandIn,
        environment: &[(&str, &str)],
        stop: &Stop,
    ) -> Result<(), Fault> {
        let starting = self.launch(config, stand_in, environment)?;
        self.up(self.all.len() - 1, &starting, stop)
    }

    fn launch(&mut self, config: &Path, stand_in: StandIn, environment: &[(&str, &str)]) -> Result<Starting, Fault> {
        let program = std::env::current_exe().map_err(Fault::unexpected)?;
        let log = config.with_file_name("node.log");
        let log_file = std::fs::File::create(&log).map_err(|source| Fault::file("make", &log, &source))?;
        let mut child = Command::new(&program)
            .arg("--config")
            .arg(config)
            .args(["run", "--end-with-input"])
            .envs(environment.iter().copied())
            // Ctrl-C at the terminal is for the demonstration, which ends the cities in order.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .spawn()
            .map_err(|source| Fault::unexpected(format_args!("a city's process could not be started: {source}")))?;
        let (stdin, stdout, pid) = (child.stdin.take(), child.stdout.take(), child.id());
        let settings = settings::load_plain(config)?;
        let token = settings::read_token(&settings)?;
        self.all.push(Node {
            code: stand_in.code()?,
            name: stand_in.name.to_owned(),
            pid,
            api: settings.listen.api.to_string(),
            client: Client::new(&settings.listen.api.to_string(), &token),
            child,
            _stdin: stdin,
        });
        let (line_in, line) = crossbeam_channel::bounded(1);
        std::thread::spawn(move || {
            let mut text = String::new();
            if let Some(stdout) = stdout {
                let _ = BufReader::new(stdout).read_line(&mut text);
            }
            let _ = line_in.send(text);
        });
        Ok(Starting { line, log, token })
    }

    fn up(&mut self, at: usize, starting: &Starting, stop: &Stop) -> Result<(), Fault> {
        let text = stop.until("that a city is up", || Ok(starting.line.try_recv().ok()))?;
        let node = &mut self.all[at];
        let ready: Ready = serde_json::from_str(&text).map_err(|_| ended(node.code, &starting.log))?;
        node.client = Client::new(&ready.api, &starting.token);
        node.api = ready.api;
        Ok(())
    }

    /// Ends one city in order; its folder stays.
    ///
    /// # Errors
    /// It did not end well.
    pub fn take_away(&mut self, at: usize) -> Result<(), Fault> {
        let mut node = self.all.remove(at);
        node.terminate();
        ended_well(&mut node)
    }

    /// A fault if a city has ended by itself.
    pub fn check(&mut self) -> Result<(), Fault> {
        for node in &mut self.all {
            if let Ok(Some(status)) = node.child.try_wait() {
                return Err(Fault::new(
                    Exit::Unexpected,
                    "city_ended",
                    format_args!("the process of {} ended: {status}", node.code),
                )
                .trying("look at its node.log with --folder"));
            }
        }
        Ok(())
    }

    /// Ends all cities in order and waits for them.
    ///
    /// # Errors
    /// One of them did not end well.
    pub fn stop(mut self) -> Result<(), Fault> {
        self.terminate();
        let mut outcome = Ok(());
        for node in &mut self.all {
            outcome = outcome.and(ended_well(node));
        }
        outcome
    }

    fn terminate(&self) {
        self.all.iter().for_each(Node::terminate);
    }
}

impl Node {
    fn terminate(&self) {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Waits for a city that was told to end. One that does not is killed.
fn ended_well(node: &mut Node) -> Result<(), Fault> {
    let status = wait(&mut node.child, GRACE);
    if status.is_some_and(|status| status.success()) {
        return Ok(());
    }
    let _ = node.child.kill();
    let _ = node.child.wait();
    Err(Fault::new(Exit::Unexpected, "city_ended", format_args!("the process of {} did not end well", node.code))
        .trying("look at its node.log with --folder"))
}

impl Drop for Nodes {
    fn drop(&mut self) {
        // After `stop` every child was waited for, and there is nobody left to signal.
        self.all.retain_mut(|node| matches!(node.child.try_wait(), Ok(None)));
        self.terminate();
        for node in &mut self.all {
            if wait(&mut node.child, GRACE).is_none() {
                let _ = node.child.kill();
                let _ = node.child.wait();
            }
        }
    }
}

/// Waits for a child for a while.
fn wait(child: &mut Child, grace: Duration) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + grace;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(10)),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// A city that ended before it was up: the last lines of its log say why.
fn ended(code: CityCode, log: &Path) -> Fault {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let tail: Vec<&str> = text.lines().rev().take(4).collect();
    let tail = tail.into_iter().rev().collect::<Vec<_>>().join(" | ");
    Fault::new(Exit::Unexpected, "city_ended", format_args!("the process of {code} ended before it was up: {tail}"))
        .trying("look at its node.log with --folder")
}
