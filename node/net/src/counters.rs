//! What the network counted since it started. The node copies these into its metrics.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters since the start; they only grow.
        #[derive(Debug, Default)]
        pub struct NetCounters {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        impl NetCounters {
            /// Every counter by its name, in the order of declaration.
            #[must_use]
            pub fn all(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed)),)*]
            }
        }
    };
}

counters! {
    /// Own messages handed to at least one peer.
    gossip_published,
    /// Own messages that nobody was there to hear; anti-entropy brings them.
    gossip_no_peers,
    /// Own messages lost to full queues, here or towards all peers; anti-entropy brings them.
    gossip_queue_full,
    /// Own messages that were published before.
    gossip_repeated,
    /// Own messages above the limit.
    gossip_too_long,
    /// Messages that arrived, copies and foreign ones included.
    gossip_arrived,
    /// Messages that arrived, each content once.
    gossip_received,
    /// Of them, those dropped since the node had too many waiting, in all or of that peer.
    gossip_dropped,
    /// Messages that no node of this federation sends: another topic, too long, signed.
    gossip_foreign,
    /// Subscriptions to topics that are not this federation's.
    gossip_foreign_subscriptions,
    /// Verdicts by kind.
    gossip_accepted,
    gossip_ignored,
    gossip_idle,
    gossip_rejected,
    /// Accepted too late to be passed on.
    gossip_late_verdicts,
    /// Payload bytes of gossip.
    gossip_bytes_sent,
    gossip_bytes_received,
    /// Questions sent to peers.
    asks_sent,
    /// Questions answered `Busy` here, since too many waited for that peer.
    asks_busy,
    /// Questions that ended without an answer.
    asks_failed,
    /// Answers received.
    answers_received,
    /// Questions received from peers.
    requests_received,
    /// Questions from peers answered `Busy`, since the node had too many waiting.
    requests_busy,
    /// Of them, those of a peer that asked for more than a catch-up needs, or for the same again.
    requests_over_allowance,
    /// Questions from peers that could not be read.
    requests_unreadable,
    /// Questions from peers that did not come to an end.
    requests_unfinished,
    /// Answers sent to peers.
    answers_sent,
    /// Answers that did not reach the peer.
    answers_failed,
    /// Bytes of frames of questions and answers.
    frame_bytes_sent,
    frame_bytes_received,
    /// Connections that came to stand, and that ended.
    connections_opened,
    connections_closed,
    /// Connections turned away since too many had not shown yet who they are, in all or from one address.
    connections_no_place,
    /// Connections that broke off before the handshake was over, or were not over in time.
    handshakes_failed,
    /// Connections of peers that had enough of them.
    connections_superfluous,
    /// Strangers turned away after the handshake, and partners that are cut off.
    strangers_refused,
    /// Streams that the other side opened.
    streams_taken,
    /// Connections closed since the other side opened streams without end.
    streams_without_end,
    /// Attempts to reach a partner, and those that failed.
    dials,
    dials_failed,
    /// Faults that the node blamed on a peer.
    blames,
    /// Peers that were cut off for a while.
    cut_offs,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn add(counter: &AtomicU64, bytes: usize) {
    counter.fetch_add(bytes as u64, Ordering::Relaxed);
}
