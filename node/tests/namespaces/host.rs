//! A host of its own: a network namespace with a loopback and nothing else until a line is laid to it. Whatever a test does
//! to its network stays in there; the machine's own network is never touched, and the namespace goes with the value, also
//! when the test panics. Names carry this process's id, so that tests running beside each other never meet.
//!
//! A thread *enters* a host for the length of one act. Sockets that it opens and processes that it starts meanwhile belong to
//! the host for good, which is all that `ip netns exec` does, without a process in between: the child's id is the node's own.

use super::federation::{Seat, skipped};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The host's end of its line.
pub const LINE: &str = "net0";
/// Where `ip netns` keeps the namespaces.
const NAMES: &str = "/run/netns";
/// Every name begins with it; this process's id follows.
const PREFIX: &str = "huxin-";
static MADE: AtomicU32 = AtomicU32::new(0);

/// Whether this machine lets us make hosts. If not, says that `test` is skipped and why.
pub fn permitted(test: &str) -> bool {
    sweep();
    let refused =
        if rustix::process::geteuid().is_root() { Host::make("probe").err() } else { Some("it needs root".to_owned()) };
    if let Some(why) = &refused {
        skipped(test, why);
    }
    refused.is_none()
}

/// Takes away what a test process left behind that was killed itself: namespaces that bear the id of no process.
fn sweep() {
    for found in std::fs::read_dir(NAMES).into_iter().flatten().flatten() {
        let name = found.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists()) {
            // Somebody else may have swept it meanwhile.
            let _ = run("ip", &["netns", "del", &name], "");
        }
    }
}

/// Runs one program on this machine with `input`, and gives what it printed; its complaint where it did not succeed.
pub fn run(program: &str, args: &[&str], input: &str) -> Result<String, String> {
    let mut command = Command::new(program);
    // Debian keeps these tools where only root's PATH looks.
    let path = std::env::var("PATH").unwrap_or_default();
    command.args(args).env("PATH", format!("{path}:/usr/sbin:/sbin"));
    let output = with_input(command, input).map_err(|fault| format!("{program} is missing ({fault})"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}

fn with_input(mut command: Command, input: &str) -> std::io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    child.wait_with_output()
}

#[derive(Clone, Debug)]
pub struct Host(Arc<Namespace>);

#[derive(Debug)]
struct Namespace {
    name: String,
    /// What threads enter by.
    door: File,
}

impl Host {
    /// # Errors
    /// Why this machine does not let us.
    pub fn make(what: &str) -> Result<Self, String> {
        let name = format!("{PREFIX}{}-{}-{what}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        run("ip", &["netns", "add", &name], "")?;
        let door = File::open(Path::new(NAMES).join(&name)).map_err(|fault| fault.to_string())?;
        let host = Self(Arc::new(Namespace { name, door }));
        host.ip("link set lo up")?;
        Ok(host)
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Commands of `ip` in this host, one a line.
    pub fn ip(&self, commands: &str) -> Result<(), String> {
        run("ip", &["-n", self.name(), "-batch", "-"], commands).map(drop)
    }

    /// Takes the host's line as it is: `qdisc` words of `tc`, for what leaves by `device`.
    pub fn shape(&self, device: &str, discipline: &str) -> Result<(), String> {
        let words = format!("-n {} qdisc replace dev {device} root {discipline}", self.name());
        run("tc", &words.split(' ').collect::<Vec<_>>(), "").map(drop)
    }

    pub fn unshape(&self, device: &str) {
        run("tc", &["-n", self.name(), "qdisc", "del", "dev", device, "root"], "").unwrap();
    }

    /// Packet filter rules in this host.
    pub fn nft(&self, args: &[&str], rules: &str) -> Result<String, String> {
        self.within(|| run("nft", args, rules))
    }
}

impl Seat for Host {
    fn within<T>(&self, act: impl FnOnce() -> T) -> T {
        let _back = Back(File::open("/proc/thread-self/ns/net").unwrap());
        enter(&self.0.door).unwrap();
        act()
    }
}

fn enter(door: &File) -> rustix::io::Result<()> {
    move_into_link_name_space(door.as_fd(), Some(LinkNameSpaceType::Network))
}

/// Brings the thread back to where it came from.
struct Back(File);

impl Drop for Back {
    fn drop(&mut self) {
        if let Err(fault) = enter(&self.0) {
            // A thread that is lost in a host would do everything else there too.
            eprintln!("the way back from a host is shut: {fault}");
            std::process::abort();
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(fault) = run("ip", &["netns", "del", &self.name], "") {
            eprintln!("a namespace stays behind: {fault}");
        }
    }
}
