//! What the machine itself can do, on one thread: the lines that no node can pass.

use crate::fault::Fault;
use huxin_keys::KeyFolder;
use huxin_protocol::digest::Context;
use huxin_protocol::ids::Epoch;
use huxin_protocol::key::Sign as _;
use huxin_protocol::tree::leaf_hash;
use serde::Serialize;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long each line is measured.
const LONG: Duration = Duration::from_millis(500);
/// Bytes of an ordinary statement with its body.
const BYTES: usize = 1024;

/// Operations a second.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    pub ed25519_sign_1_kib: f64,
    pub ed25519_verify_1_kib: f64,
    pub leaf_hash_1_kib: f64,
    pub blake3_1_kib: f64,
    pub synced_write_1_kib: f64,
}

impl Limits {
    pub fn rows(&self) -> [(&'static str, f64); 5] {
        [
            ("Ed25519 signatures of 1 KiB", self.ed25519_sign_1_kib),
            ("Ed25519 strict checks of 1 KiB", self.ed25519_verify_1_kib),
            ("leaf hashes of 1 KiB", self.leaf_hash_1_kib),
            ("BLAKE3 digests of 1 KiB", self.blake3_1_kib),
            ("synced writes of 1 KiB", self.synced_write_1_kib),
        ]
    }
}

fn rate(mut once: impl FnMut() -> Result<(), Fault>) -> Result<f64, Fault> {
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < LONG {
        once()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

pub fn measure(folder: &Path) -> Result<Limits, Fault> {
    let city = "330900".parse().map_err(Fault::unexpected)?;
    let keys = KeyFolder::create(&folder.join("limits-keys"), city, None)?.epoch_signer(Epoch::FIRST)?.log;
    let message = vec![7_u8; BYTES];
    let signature = keys.sign(&message);
    let path = folder.join("limits-file");
    let mut file = File::create(&path).map_err(|source| Fault::file("make", &path, &source))?;
    Ok(Limits {
        ed25519_sign_1_kib: rate(|| {
            std::hint::black_box(keys.sign(&message));
            Ok(())
        })?,
        ed25519_verify_1_kib: rate(|| keys.public().verify(&message, &signature).map_err(Fault::unexpected))?,
        leaf_hash_1_kib: rate(|| {
            std::hint::black_box(leaf_hash(&message));
            Ok(())
        })?,
        blake3_1_kib: rate(|| {
            std::hint::black_box(Context::Statement.digest(&message));
            Ok(())
        })?,
        synced_write_1_kib: rate(|| {
            let written = file.write_all(&message).and_then(|()| file.sync_data());
            written.map_err(|source| Fault::file("write", &path, &source))
        })?,
    })
}

/// Processor time that a process has used, from the kernel's account; 0 where that cannot be read.
pub fn cpu(pid: u32) -> Duration {
    // Fields 14 and 15 (user and system time) in ticks of 10 ms; the name before them stands in brackets.
    let ticks = || -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    Duration::from_millis(ticks().unwrap_or(0) * 10)
}
