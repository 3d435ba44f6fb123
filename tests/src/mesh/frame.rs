//! What one node tells another, and how long it is on the line.

use huxin_engine::mesh::{MESSAGE_ID_BYTES, message_id};
use huxin_protocol::time::Millis;
use std::sync::Arc;

/// Bytes of a topic's name (`huxin/`, the federation's digest, `/1`).
const TOPIC_BYTES: usize = 72;

/// Names a message by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId(pub [u8; MESSAGE_ID_BYTES]);

/// A message with its name, which is found once and not at every node that it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    id: MessageId,
    bytes: Arc<[u8]>,
}

impl Message {
    #[must_use]
    pub fn new(topic: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self { id: MessageId(message_id(topic, &bytes)), bytes }
    }
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }
    #[must_use]
    pub const fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }
    /// Length with the topic, as the library compares it with its limits.
    #[must_use]
    pub fn length(&self) -> usize {
        field(self.bytes.len()) + field(TOPIC_BYTES)
    }
}

/// One frame between two nodes.
///
/// [`Frame::Join`], [`Frame::Graft`] and [`Frame::Prune`] must not be lost or change places while the connection stands, or
/// its two ends disagree about the mesh for good. In reality TCP repeats and orders all frames: a packet that is lost is
/// a delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// "I take part": the first frame on every connection, each way.
    Join,
    /// A whole message.
    Message(Message),
    /// "I have these": to some partners outside the mesh, at a heartbeat.
    Have(Arc<[MessageId]>),
    /// "Send me these", in answer to [`Frame::Have`].
    Want(Vec<MessageId>),
    /// "I have it, send it no more", to mesh partners when a long message arrives.
    DoNotWant(MessageId),
    /// "You are in my mesh."
    Graft,
    /// "You are not in my mesh; do not ask again before so many milliseconds have passed."
    Prune { backoff: Millis },
}

impl Frame {
    /// Bytes on the line, as the library encodes it, without what encryption and multiplexing add.
    #[must_use]
    pub fn length(&self) -> usize {
        let ids = |count: usize| count * field(MESSAGE_ID_BYTES);
        let inside = match self {
            Self::Join => field(2 + field(TOPIC_BYTES)),
            Self::Message(message) => field(message.length()),
            Self::Have(have) => field(field(field(TOPIC_BYTES) + ids(have.len()))),
            Self::Want(want) => field(field(ids(want.len()))),
            Self::DoNotWant(_) => field(field(ids(1))),
            Self::Graft => field(field(field(TOPIC_BYTES))),
            Self::Prune { backoff } => field(field(field(TOPIC_BYTES) + 1 + varint(backoff.0.unsigned_abs() / 1000))),
        };
        varint(inside as u64) + inside
    }

    #[must_use]
    pub const fn is_message(&self) -> bool {
        matches!(self, Self::Message(_))
    }

    /// Whether the two ends would disagree for good if it were lost.
    #[must_use]
    pub const fn is_upkeep(&self) -> bool {
        matches!(self, Self::Join | Self::Graft | Self::Prune { .. })
    }
}

/// Bytes of a field: its number, its length, its content.
fn field(content: usize) -> usize {
    1 + varint(content as u64) + content
}

/// Bytes of a number, seven bits in each.
fn varint(number: u64) -> usize {
    (64 - number.leading_zeros() as usize).max(1).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use huxin_engine::mesh::{CONTROL_BYTES, CONTROL_IDS, topic_name};
    use huxin_protocol::digest::Digest;

    #[test]
    fn lengths_are_those_of_the_encoding() {
        assert_eq!(topic_name(&Digest([7; 32])).len(), TOPIC_BYTES);
        assert_eq!([0, 1, 127, 128, 16_383, 16_384].map(varint), [1, 1, 1, 2, 2, 3]);
        let message = Message::new("topic", vec![0; 200]);
        // 1 + 2 + 200 for the data, 1 + 1 + 72 for the topic.
        assert_eq!(message.length(), 277);
        assert_eq!(Frame::Message(message).length(), 2 + 1 + 2 + 277);
        assert_eq!(Frame::Graft.length(), 1 + 2 + 2 + 74);
        let longest = Frame::Have(vec![MessageId([0; MESSAGE_ID_BYTES]); CONTROL_IDS].into());
        assert!(longest.length() < CONTROL_BYTES);
    }

    #[test]
    fn equal_content_has_an_equal_name() {
        let named = |topic: &str, bytes: &[u8]| Message::new(topic, bytes).id();
        assert_eq!(named("a", b"segment"), named("a", b"segment"));
        assert_ne!(named("a", b"segment"), named("b", b"segment"));
        assert_ne!(named("a", b"segment"), named("a", b"segmenu"));
    }
}
