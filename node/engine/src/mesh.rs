//! The numbers of the gossip mesh, and what names a message in it.
//!
//! Two programs spread messages by these rules: the production node through its gossip library, and the simulator
//! through a model of that library. Were the numbers written twice, the simulator would soon prove things about a mesh
//! that nobody runs. So they live here, where both can see them and nothing can be dialled. A number that the library
//! would choose by itself is set all the same where the model depends on it: a default may change with a release.
//!
//! Gossip is for speed only. Whatever these bounds let fall, anti-entropy brings.

use huxin_protocol::digest::{Context, Digest};
use std::time::Duration;

/// From how many members on the larger mesh is used.
pub const LARGE_FEDERATION: usize = 8;
/// In a federation of up to this many, an own message goes to every connected partner at once: it saves the hops, and
/// costs the sender at most so many copies.
pub const FLOOD_PUBLISH_MEMBERS: usize = 30;

/// Between two rounds of upkeep: the mesh is mended, and partners outside it hear what is new.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// The first heartbeat comes one interval and this long after the start. Long enough for the first connections.
pub const HEARTBEAT_DELAY: Duration = Duration::from_secs(1);
/// Heartbeats that a message is kept for partners who ask for it, and within which its verdict must come: twelve, so
/// that a verdict has ten seconds also where two heartbeats fall into them.
pub const HISTORY_LENGTH: usize = 12;
/// Of these, the heartbeats in which partners outside the mesh are told of the message.
pub const HISTORY_GOSSIP: usize = 3;
/// How long a message is known as seen. Longer than any copy is under way, and than a partner takes to come back.
pub const SEEN_FOR: Duration = Duration::from_secs(600);

/// At least so many partners outside the mesh are told of the latest messages…
pub const LAZY_PEERS: usize = 6;
/// …or one in so many of them, where that is more. Everybody is connected to everybody, and so hears from as many as it
/// tells: six to ten at each heartbeat. With the library's own share, a quarter, the announcements among 337 nodes were 50
/// times the bytes of the messages that they announce, and found no more (measured in the model, 1 to 30 % lost).
pub const LAZY_SHARE: usize = 32;
/// Ids in one announcement or one request, and ids that are asked of one partner between two heartbeats. As many fit
/// into [`CONTROL_BYTES`] with room to spare; what is left out, other partners announce, or anti-entropy brings.
pub const CONTROL_IDS: usize = 160;
/// Longest frame that carries ids and no message. A partner breaks off the stream of a longer one: what is sent must never
/// come near. The library keeps up to 10,000 ids that a partner does not want, of any length: 40 MiB of one, at the worst.
pub const CONTROL_BYTES: usize = 4 * 1024;
/// Announcements taken from one partner between two heartbeats. An honest one sends one.
pub const ANNOUNCEMENTS: usize = 10;
/// How often one partner may ask for the same message.
pub const RETRANSMISSIONS: u32 = 3;
/// How long a partner may take to send what it announced and was asked for; until then nobody else is asked. As long as
/// it lets the answer wait ([`PASSED_WAIT`]), and short enough that others still announce afterwards.
pub const PROMISE_FOR: Duration = PASSED_WAIT;
/// Above so many bytes, mesh partners are told not to send what has just arrived: below, telling costs as much as the
/// copy that it saves.
pub const DO_NOT_WANT_BYTES: usize = 1000;

/// How long a partner that was let go may not be taken back.
pub const BACKOFF: Duration = Duration::from_secs(60);
/// Heartbeats that are added to it on the own side, so that no partner is asked back a moment too early.
pub const BACKOFF_SLACK: u32 = 1;

/// Messages, announcements and requests that wait for one partner: twice what the node hands over at a time (256 own
/// messages), so that a burst of its own never fills it; 32 MiB at the worst. When full, the new one is dropped.
pub const QUEUE_MESSAGES: usize = 512;
/// How long an own message may wait for a partner's line before it is dropped: one of full length takes 1.8 s on a line
/// of 300 kbit/s.
pub const OWN_WAIT: Duration = Duration::from_secs(5);
/// The same for a message that is passed on, of which other copies are under way.
pub const PASSED_WAIT: Duration = Duration::from_secs(1);

/// Bytes of a message id: the first of a digest under `huxin gossip v1`.
pub const MESSAGE_ID_BYTES: usize = 20;

/// How many peers a node passes full messages to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeshNumbers {
    /// Wished number.
    pub n: usize,
    /// Below this, more are taken in.
    pub low: usize,
    /// From this on, some are let go.
    pub high: usize,
    /// Of them, at least so many that this side dialled.
    pub outbound_min: usize,
}

/// Mesh numbers for a federation of so many members.
#[must_use]
pub const fn mesh(members: usize) -> MeshNumbers {
    if members < LARGE_FEDERATION {
        MeshNumbers { n: 3, low: 1, high: 4, outbound_min: 1 }
    } else {
        MeshNumbers { n: 6, low: 4, high: 12, outbound_min: 2 }
    }
}

/// Whether own messages go to every connected partner in a federation of so many members.
#[must_use]
pub const fn floods(members: usize) -> bool {
    members <= FLOOD_PUBLISH_MEMBERS
}

/// How many of the `outside` partners that are not in the mesh are told of the latest messages at a heartbeat.
#[must_use]
pub fn told(outside: usize) -> usize {
    LAZY_PEERS.max(outside / LAZY_SHARE)
}

/// The one topic of a federation.
#[must_use]
pub fn topic_name(federation: &Digest) -> String {
    format!("huxin/{federation}/1")
}

/// Message id (R161): BLAKE3 under `huxin gossip v1` over topic and data, first 20 bytes. Equal content, equal id, whoever
/// sends it.
#[must_use]
pub fn message_id(topic: &str, data: &[u8]) -> [u8; MESSAGE_ID_BYTES] {
    let mut hasher = Context::Gossip.hasher();
    hasher.update(topic.as_bytes());
    hasher.update(data);
    let mut id = [0; MESSAGE_ID_BYTES];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..MESSAGE_ID_BYTES]);
    id
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn mesh_numbers_hold_the_rules_of_the_library() {
        for members in 1..400 {
            let MeshNumbers { n, low, high, outbound_min } = mesh(members);
            assert!(outbound_min <= low && low <= n && n <= high, "{members}");
            assert!(outbound_min * 2 <= n, "{members}");
        }
        assert_eq!(mesh(7), MeshNumbers { n: 3, low: 1, high: 4, outbound_min: 1 });
        assert_eq!(mesh(8), MeshNumbers { n: 6, low: 4, high: 12, outbound_min: 2 });
        const { assert!(HISTORY_GOSSIP <= HISTORY_LENGTH) };
    }

    #[test]
    fn the_longest_frame_of_ids_is_one_that_partners_take() {
        // Each id with its field number and its length, then the topic likewise, in three nested fields.
        let frame = CONTROL_IDS * (MESSAGE_ID_BYTES + 2) + topic_name(&Digest([7; 32])).len() + 2 + 3 * 4;
        assert!(frame < CONTROL_BYTES, "{frame}");
    }

    #[test]
    fn a_share_of_those_outside_is_told_and_never_fewer_than_six() {
        assert_eq!([0, 6, 223, 224, 324].map(told), [6, 6, 6, 7, 10]);
    }

    #[test]
    fn a_message_id_depends_on_topic_and_data_only() {
        let topic = topic_name(&Digest([7; 32]));
        assert_eq!(topic, format!("huxin/{}/1", "07".repeat(32)));
        let id = message_id(&topic, b"segment");
        assert_eq!(id, message_id(&topic, b"segment"));
        assert_ne!(id, message_id(&topic, b"segmenu"));
        assert_ne!(id, message_id(&topic_name(&Digest([8; 32])), b"segment"));
        let mut whole = topic.into_bytes();
        whole.extend_from_slice(b"segment");
        assert_eq!(id, Context::Gossip.digest(&whole).0[..MESSAGE_ID_BYTES]);
    }
}
