//! What the machine itself can do: the lines that no node can pass. Each is measured right beside the figure that it
//! belongs to, so that both meet the same load of other programs.

use super::machine::cores;
use crate::fault::Fault;
use huxin_engine::ledger::{Batch, Family};
use huxin_keys::KeyFolder;
use huxin_protocol::ids::Epoch;
use huxin_protocol::key::{PublicKey, Sign as _};
use huxin_store::{Options, RocksStore, Store as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long each line is measured.
const LONG: Duration = Duration::from_millis(1500);
/// Operations between two looks at the clock.
const STRETCH: u32 = 64;
/// Bytes of a key of the scratch store: city and position.
const KEY_BYTES: usize = 24;

/// A key of its own and a signed message of the size that statements have.
pub struct Ed25519 {
    keys: huxin_keys::EpochSigner,
    public: PublicKey,
    message: Vec<u8>,
    signature: [u8; 64],
}

/// Repeats `once` for [`LONG`]. Answers repetitions a second.
fn rate(mut once: impl FnMut()) -> f64 {
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < LONG {
        for _ in 0..STRETCH {
            once();
        }
        count += STRETCH;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

impl Ed25519 {
    /// `folder` gets a key folder that is thrown away; `bytes` is the size of a signed message.
    pub fn new(folder: &Path, bytes: usize) -> Result<Self, Fault> {
        let city = "330900".parse().map_err(Fault::unexpected)?;
        let keys = KeyFolder::create(&folder.join("limits-keys"), city, None)?.epoch_signer(Epoch::FIRST)?;
        let message = vec![7_u8; bytes];
        let signature = keys.log.sign(&message);
        let public = keys.log.public().clone();
        public.verify(&message, &signature).map_err(Fault::unexpected)?;
        Ok(Self { keys, public, message, signature })
    }

    /// Signatures a second on one core.
    #[must_use]
    pub fn signs_per_s(&self) -> f64 {
        rate(|| {
            std::hint::black_box(self.keys.log.sign(&self.message));
        })
    }

    /// Strict checks a second on all cores together.
    #[must_use]
    pub fn checks_per_s(&self) -> f64 {
        let check = || {
            rate(|| {
                // It holds: that was seen when it was made.
                let _ = std::hint::black_box(self.public.verify(&self.message, &self.signature));
            })
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(check)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
        })
    }
}

/// Synced batches a second of a store of its own with the node's settings, each of so many rows and bytes. Bytes of values
/// are as random as signatures are.
pub fn synced_batches_per_s(folder: &Path, rows: usize, bytes: usize) -> Result<f64, Fault> {
    let store = RocksStore::open(&folder.join("limits-store"), Options::default())?;
    let value_bytes = (bytes / rows.max(1)).saturating_sub(KEY_BYTES).max(1);
    let mut random = vec![0_u8; value_bytes * rows.max(1)];
    let mut spent = Duration::ZERO;
    let (mut count, mut key) = (0_u32, 0_u64);
    while spent < LONG * 2 {
        getrandom::fill(&mut random).map_err(Fault::unexpected)?;
        let mut batch = Batch::default();
        for (row, value) in random.chunks_exact(value_bytes).enumerate() {
            key += 1;
            // Spread over families as a node's rows are.
            let family = if row.is_multiple_of(2) { Family::Log } else { Family::Body };
            let key = [&[0; KEY_BYTES - 8][..], &key.to_be_bytes()].concat();
            batch.put(family, key, value.to_vec());
        }
        let begun = Instant::now();
        store.commit(&batch)?;
        spent += begun.elapsed();
        count += 1;
    }
    Ok(f64::from(count) / spent.as_secs_f64())
}
