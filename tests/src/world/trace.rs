//! What happened, as one digest: two runs of one seed are the same run, or something that is not in the seed had a say.

use super::traffic::Delivery;
use huxin_protocol::digest::Digest;
use huxin_protocol::time::Millis;

/// Everything that was delivered, in order.
#[derive(Clone, Default)]
pub struct Trace {
    hasher: blake3::Hasher,
    deliveries: u64,
}

impl Trace {
    pub(super) fn note(&mut self, at: Millis, delivery: &Delivery) {
        self.deliveries += 1;
        let (tag, from, length) = match delivery {
            Delivery::Tick { to, .. } => (0, to, 0),
            Delivery::Gossip { from, bytes, .. } => (1, from, bytes.len()),
            Delivery::Frame { from, frame, .. } => (2, from, frame.length()),
            Delivery::Heartbeat { to } => (3, to, 0),
            Delivery::Asked { from, .. } => (4, from, 0),
            Delivery::Answered { from, .. } => (5, from, 0),
        };
        let mut row = [0; 49];
        row[0] = tag;
        row[1..9].copy_from_slice(&at.0.to_be_bytes());
        row[9..17].copy_from_slice(&(length as u64).to_be_bytes());
        row[17..33].copy_from_slice(from.key_bytes());
        row[33..].copy_from_slice(delivery.to().key_bytes());
        self.hasher.update(&row);
    }

    /// Something else that has to be the same: what a judge found, a root.
    pub fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(*self.hasher.finalize().as_bytes())
    }
    #[must_use]
    pub const fn deliveries(&self) -> u64 {
        self.deliveries
    }
}
