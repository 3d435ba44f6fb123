//! On what was measured: a figure without its machine says nothing.

use serde::Serialize;
use std::fs;
use std::process::Command;

/// The machine and the build. What the kernel does not tell stands as "unknown".
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_mib: u64,
    pub kernel: String,
    pub rustc: String,
    pub release_build: bool,
    /// Load of the last minute when the measuring began, and when it ended.
    pub load_before: f64,
    pub load_after: f64,
}

const UNKNOWN: &str = "unknown";

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The value of the first line `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Tasks that wanted to run in the last minute.
#[must_use]
pub fn load() -> f64 {
    text("/proc/loadavg").split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// Threads that may run at once.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Resident memory of a process in bytes.
#[must_use]
pub fn resident_bytes(pid: u32) -> Option<u64> {
    let value = field(&text(&format!("/proc/{pid}/status")), "VmRSS")?;
    value.strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

impl Machine {
    #[must_use]
    pub fn look() -> Self {
        let kib = field(&text("/proc/meminfo"), "MemTotal");
        let kib = kib.and_then(|value| value.strip_suffix(" kB").and_then(|number| number.trim().parse::<u64>().ok()));
        // The compiler need not be on the machine that runs the binary; the oldest that can build it is known.
        let rustc = Command::new("rustc").arg("--version").output().ok().filter(|output| output.status.success());
        let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Self {
            cpu: field(&text("/proc/cpuinfo"), "model name").unwrap_or_else(|| UNKNOWN.to_owned()),
            cores: cores(),
            memory_mib: kib.unwrap_or_default() / 1024,
            kernel: Some(text("/proc/sys/kernel/osrelease").trim().to_owned())
                .filter(|release| !release.is_empty())
                .unwrap_or_else(|| UNKNOWN.to_owned()),
            rustc: rustc.unwrap_or_else(|| format!("at least {}", env!("CARGO_PKG_RUST_VERSION"))),
            release_build: !cfg!(debug_assertions),
            load_before: load(),
            load_after: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name() {
        let text = "a\t: 1\nmodel name\t: Some CPU: fast\n";
        assert_eq!(field(text, "model name").as_deref(), Some("Some CPU: fast"));
        assert_eq!(field(text, "b"), None);
    }

    #[test]
    fn this_process_has_memory_and_this_machine_cores() {
        assert!(resident_bytes(std::process::id()).is_some_and(|bytes| bytes > 1 << 20));
        let machine = Machine::look();
        assert!(machine.cores >= 1 && machine.memory_mib > 0);
    }
}
