//! A node whose clock was years ahead when it signed, seen by its operator: what the screens, the interface and the figures say
//! before and after the clock was set right, and after the rotation that mends it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lone;

use huxin::client::Client;
use huxin::runtime::clock::now;
use huxin_protocol::ids::Epoch;
use lone::{alone, entry, fsck, start};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const YEAR_MS: i64 = 365 * 86_400_000;

fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: it did not happen");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn run(config: &Path, client: &Client, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huxin"));
    command.env("HUXIN_LISTEN_API", client.base().trim_start_matches("http://"));
    let done = command.arg("--config").arg(config).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// A figure of this one city; every age is told as it is and never below nought or without end.
fn figure(client: &Client, name: &str) -> f64 {
    let text = client.metrics().unwrap();
    for line in text.lines().filter(|line| line.starts_with("huxin_head_age") || line.starts_with("huxin_head_ahead")) {
        let value: f64 = line.rsplit_once(' ').unwrap().1.parse().unwrap();
        assert!(value.is_finite() && value >= 0.0, "{line}");
    }
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn a_city_that_signed_in_the_future_is_told_until_it_rotates() {
    let folder = tempfile::tempdir().unwrap();
    let (config, clock) = (alone(folder.path()), folder.path().join("clock"));
    let set = |seconds: i64| {
        // Whole at once: a reader never sees half a number.
        std::fs::write(clock.with_extension("new"), seconds.to_string()).unwrap();
        std::fs::rename(clock.with_extension("new"), &clock).unwrap();
    };
    let library = std::env::current_exe().unwrap().with_file_name("libhuxin_skewed.so");
    assert!(library.is_file(), "{} is built with this test", library.display());
    set(0);
    let (mut child, client) = start(&config, |command| {
        command.env("LD_PRELOAD", &library).env("HUXIN_SKEWED_SECONDS", &clock);
    });
    let client = client.unwrap();
    assert_eq!(figure(&client, "huxin_head_seen{city=\"330900\"}"), 0.0, "it has signed nothing yet");
    assert!(!client.metrics().unwrap().contains("huxin_head_age_seconds{"), "so it has no age");
    client.publish(&entry(0)).unwrap();
    let info = client.info().unwrap();
    assert_eq!((info.clock.state.as_str(), info.clock.signed_until), ("not_compared", None));
    assert!(!run(&config, &client, &["peers"]).contains("keys rotate"));
    assert_eq!(figure(&client, "huxin_head_seen{city=\"330900\"}"), 1.0);

    set(3 * YEAR_MS / 1000);
    until("the clock leaps", || client.info().unwrap().now.0 - now().0 > 2 * YEAR_MS);
    client.publish(&entry(1)).unwrap();
    assert!(figure(&client, "huxin_head_age_seconds{city=\"330900\"}") < 60.0);
    set(0);
    until("the clock is right", || (client.info().unwrap().now.0 - now().0).abs() < 60_000);

    let signed = client.info().unwrap().clock.signed_until.unwrap();
    assert!(signed.0 - now().0 > 2 * YEAR_MS, "{signed:?}");
    assert_eq!(client.peers().unwrap().clock.signed_until, Some(signed));
    assert_eq!(figure(&client, "huxin_head_age_seconds{city=\"330900\"}"), 0.0);
    assert!(figure(&client, "huxin_head_ahead_seconds{city=\"330900\"}") > 300.0);
    assert!(figure(&client, "huxin_clock_signed_ahead_seconds") > 300.0);
    for (language, due) in [("en", "signed at a time that lies ahead"), ("zh-CN", "本市签过超前的时间")] {
        let screen = run(&config, &client, &["--language", language, "peers"]);
        assert!(screen.contains(due) && screen.contains("huxin keys rotate"), "{screen}");
    }

    run(&config, &client, &["keys", "rotate"]);
    assert_eq!(client.info().unwrap().epoch, Epoch(2));
    until("the new key is heard", || figure(&client, "huxin_head_ahead_seconds{city=\"330900\"}") < 1.0);
    assert_eq!(client.info().unwrap().clock.signed_until, None);
    assert_eq!(figure(&client, "huxin_clock_signed_ahead_seconds"), 0.0);
    assert!(!run(&config, &client, &["peers"]).contains("keys rotate"));
    client.publish(&entry(2)).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    fsck(&config);
}
