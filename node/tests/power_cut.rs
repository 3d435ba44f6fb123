//! A node that dies at every named place between "submitted" and "announced", as by a power cut, and is started again:
//! what was answered is there, the log goes on under its old epoch, and the whole book holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lone;

use huxin::runtime::failpoint::{NAMES, VARIABLE};
use huxin_protocol::ids::Epoch;
use lone::{alone, entry, fsck, lost, publish, start};
use std::os::unix::process::ExitStatusExt as _;

/// More entries than groups until any failpoint strikes.
const ENTRIES: usize = 64;
/// The passing at which the process dies.
const PASSING: u32 = 5;

#[test]
fn what_was_answered_survives_a_power_cut_at_every_place() {
    for name in NAMES {
        let folder = tempfile::tempdir().unwrap();
        let config = alone(folder.path());
        let (mut child, client) = start(&config, |command| {
            command.env(VARIABLE, format!("{name}:{PASSING}"));
        });
        let answered = client.map(|client| publish(&client, ENTRIES)).unwrap_or_default();
        // Killed, and by nothing else; a place that only speaking nodes pass is never reached alone.
        if answered.len() == ENTRIES {
            assert_eq!(name, "before_announce", "the failpoint was never passed");
            child.kill().unwrap();
        }
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal_hook::consts::SIGKILL), "{name}");

        let (mut child, client) = start(&config, |_| {});
        let client = client.unwrap();
        assert_eq!(lost(&client, &answered), [], "{name}: these were answered");
        // Whatever was not answered is there whole or not at all, and can be sent again.
        let size = client.heads().unwrap().heads[0].size.0;
        assert!(size >= answered.len() as u64 && size <= answered.len() as u64 + 1, "{name}: {size}");
        let next = client.publish(&entry(ENTRIES)).unwrap().ids[0];
        assert_eq!((next.epoch, next.seq.0), (Epoch::FIRST, size), "{name}");
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "{name}");
        fsck(&config);
    }
}
