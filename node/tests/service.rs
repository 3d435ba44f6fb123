//! The systemd unit, `huxin init --system` and the program's exit codes are three texts about one thing. Here they are compared, and tried together:
//! the unit's own command as an account without rights, on a root that cannot be written (`service/try.sh`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;

use federation::skipped;
use huxin::Exit;
use std::path::{Path, PathBuf};
use std::process::Command;

fn unit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/systemd/huxin.service")
}

/// The values of a key of the unit, word by word.
fn words(key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(unit()).unwrap();
    let values = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

#[test]
fn the_unit_starts_again_after_what_passes_and_after_nothing_else() {
    let numbers = |key: &str| words(key).iter().map(|word| word.parse::<u8>().unwrap()).collect::<Vec<_>>();
    let (never, always) = (numbers("RestartPreventExitStatus"), numbers("RestartForceExitStatus"));
    // What a person has to look at, and what passes by itself. The rest is as Restart=on-failure has it.
    for (exit, stays_down) in [
        (Exit::Unexpected, false),
        (Exit::Usage, true),
        (Exit::Refused, true),
        (Exit::Damaged, true),
        (Exit::NotYet, false),
    ] {
        assert_eq!(never.contains(&(exit as u8)), stays_down, "{exit:?}");
    }
    assert_eq!(always, [Exit::NotYet as u8]);
    assert_eq!(words("Restart"), ["on-failure"]);
    // What is not there yet may take hours: five failures in ten minutes must not end it.
    assert_eq!(words("StartLimitIntervalSec"), ["0"]);
    let files: u64 = words("LimitNOFILE")[0].parse().unwrap();
    assert!(files >= 4096);
}

#[test]
fn the_documents_name_every_exit_code() {
    let operators = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operators.md");
    let text = std::fs::read_to_string(operators).unwrap();
    for exit in [
        Exit::Unexpected,
        Exit::Usage,
        Exit::Refused,
        Exit::Cosignature,
        Exit::Unreachable,
        Exit::Damaged,
        Exit::Rejects,
        Exit::Code,
        Exit::NotYet,
    ] {
        assert!(text.contains(&format!("\n| {} | ", exit as u8)), "docs/operators.md does not name {exit:?}");
    }
}

#[test]
fn what_init_lays_out_is_what_the_unit_expects() {
    let test = "what_init_lays_out_is_what_the_unit_expects";
    if !rustix::process::geteuid().is_root() {
        return skipped(test, "it needs root");
    }
    match Command::new("unshare").args(["--mount", "true"]).status() {
        Ok(done) if done.success() => {}
        _ => return skipped(test, "this machine does not let us make a mount namespace"),
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service/try.sh");
    let done = Command::new("unshare")
        .args(["--mount", "bash"])
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_huxin"))
        .arg(unit())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(told.lines().filter(|line| line.starts_with("held: ")).count(), 8, "{told}");
}
