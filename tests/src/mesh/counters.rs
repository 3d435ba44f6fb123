//! What one node's gossip cost.

use super::Frame;

/// Counts since the start; they only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Whole messages that arrived, every copy.
    pub copies_received: u64,
    /// Of them, those that had been seen. Copies less duplicates is what was needed.
    pub duplicates: u64,
    /// Whole messages that left.
    pub copies_sent: u64,
    /// Frames of every other kind that left and arrived.
    pub control_sent: u64,
    pub control_received: u64,
    /// Messages that announcements brought out as missing here.
    pub asked_for: u64,
    /// Frames dropped since the queue was full.
    pub dropped: u64,
    /// Messages dropped since they had waited too long.
    pub late: u64,
    /// Messages taken out of a queue since the partner had them.
    pub withdrawn: u64,
    /// Bytes of frames, by direction and kind.
    pub message_bytes_sent: u64,
    pub control_bytes_sent: u64,
    pub message_bytes_received: u64,
    pub control_bytes_received: u64,
}

impl Counters {
    pub(super) fn arrived(&mut self, frame: &Frame) {
        let length = frame.length() as u64;
        if frame.is_message() {
            self.copies_received += 1;
            self.message_bytes_received += length;
        } else {
            self.control_received += 1;
            self.control_bytes_received += length;
        }
    }

    pub(super) fn left(&mut self, frame: &Frame) {
        let length = frame.length() as u64;
        if frame.is_message() {
            self.copies_sent += 1;
            self.message_bytes_sent += length;
        } else {
            self.control_sent += 1;
            self.control_bytes_sent += length;
        }
    }

    /// The sum over several nodes.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            copies_received: self.copies_received + other.copies_received,
            duplicates: self.duplicates + other.duplicates,
            copies_sent: self.copies_sent + other.copies_sent,
            control_sent: self.control_sent + other.control_sent,
            control_received: self.control_received + other.control_received,
            asked_for: self.asked_for + other.asked_for,
            dropped: self.dropped + other.dropped,
            late: self.late + other.late,
            withdrawn: self.withdrawn + other.withdrawn,
            message_bytes_sent: self.message_bytes_sent + other.message_bytes_sent,
            control_bytes_sent: self.control_bytes_sent + other.control_bytes_sent,
            message_bytes_received: self.message_bytes_received + other.message_bytes_received,
            control_bytes_received: self.control_bytes_received + other.control_bytes_received,
        }
    }

    /// Copies received for each that was needed; 1 where none was.
    #[must_use]
    pub fn redundancy(&self) -> f64 {
        let needed = self.copies_received - self.duplicates;
        if needed == 0 { 1.0 } else { self.copies_received as f64 / needed as f64 }
    }
}
