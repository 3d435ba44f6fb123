//! The table: what each attack is, and the samples of `/metrics` in which the operator sees it.

pub struct Row {
    pub title: &'static str,
    /// Beginnings of samples, and by how much each rises at least while the attack lasts.
    pub samples: &'static [(&'static str, f64)],
}

const CUT_OFF: (&str, f64) = ("huxin_net_cut_offs_total", 1.0);

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    // Before a word was said.
    Row { title: "half_open_connections",
        samples: &[("huxin_net_connections_no_place_total", 1000.0), ("huxin_net_handshakes_failed_total", 1.0)] },
    Row { title: "strangers", samples: &[("huxin_net_strangers_refused_total", 10.0)] },
    Row { title: "a_member_with_many_connections", samples: &[("huxin_net_connections_superfluous_total", 10.0)] },
    Row { title: "a_member_that_comes_and_goes", samples: &[("huxin_net_connections_opened_total", 100.0), CUT_OFF] },
    Row { title: "unknown_protocols",
        samples: &[("huxin_net_streams_taken_total", 1000.0), ("huxin_net_streams_without_end_total", 1.0), CUT_OFF] },
    // The multiplexer ends a connection on which too many stand at one time.
    Row { title: "thousands_of_substreams",
        samples: &[("huxin_net_streams_taken_total", 1000.0), ("huxin_net_connections_closed_total", 2.0)] },
    // Questions and answers.
    Row { title: "oversize_frames", samples: &[("huxin_net_requests_unreadable_total", 100.0), CUT_OFF] },
    Row { title: "trickled_frames", samples: &[("huxin_net_requests_unfinished_total", 8.0)] },
    Row { title: "answers_that_nobody_reads", samples: &[("huxin_net_answers_failed_total", 1.0)] },
    Row { title: "ranges_never_finished", samples: &[("huxin_net_answers_failed_total", 1.0)] },
    Row { title: "useless_questions", samples: &[("huxin_net_requests_over_allowance_total", 100.0), CUT_OFF] },
    Row { title: "answers_that_never_come",
        samples: &[("huxin_net_asks_failed_total", 1.0), ("huxin_refused_total{code=\"ask_timeout\",road=\"sync\"}", 1.0)] },
    Row { title: "answers_of_garbage", samples: &[("huxin_refused_total{code=\"wire_", 1.0)] },
    // Gossip.
    Row { title: "subscription_flood", samples: &[("huxin_net_gossip_foreign_subscriptions_total", 100.0), CUT_OFF] },
    Row { title: "gossip_of_junk",
        samples: &[("huxin_net_gossip_rejected_total", 100.0), ("huxin_refused_total{code=\"segment_", 100.0), CUT_OFF] },
    Row { title: "gossip_on_other_topics", samples: &[("huxin_net_gossip_foreign_total", 100.0), CUT_OFF] },
    Row { title: "gossip_with_an_author", samples: &[("huxin_net_gossip_rejected_total", 100.0), CUT_OFF] },
    Row { title: "gossip_replayed", samples: &[("huxin_net_gossip_arrived_total", 30_000.0), CUT_OFF] },
    Row { title: "gossip_in_altered_envelopes",
        samples: &[("huxin_net_gossip_idle_total", 1000.0), ("huxin_segments_repeated_total{road=\"gossip\"}", 1000.0), CUT_OFF] },
    Row { title: "gossip_of_false_witnesses",
        samples: &[("huxin_refused_total{code=\"cosignature_signature\",road=\"gossip\"}", 100.0), CUT_OFF] },
    Row { title: "gossip_of_control", samples: &[("gossipsub_idontwant_msgs_ids_total", 100.0)] },
];
