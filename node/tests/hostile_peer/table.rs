//! The table: what each attack is, and the samples of `/metrics` in which the operator sees it.

pub struct Row {
    pub title: &'static str,
    /// Beginnings of samples; each must rise while the attack lasts.
    pub samples: &'static [&'static str],
}

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row { title: "half_open_connections", samples: &[] },
    Row { title: "strangers", samples: &["huxin_net_strangers_refused_total"] },
    Row { title: "a_member_with_many_connections", samples: &[] },
    Row { title: "a_member_that_comes_and_goes", samples: &[] },
    Row { title: "oversize_frames", samples: &["huxin_net_requests_unreadable_total"] },
    Row { title: "trickled_frames", samples: &[] },
    Row { title: "answers_that_nobody_reads", samples: &["huxin_net_answers_failed_total"] },
    Row { title: "ranges_never_finished", samples: &["huxin_net_answers_failed_total"] },
    Row { title: "unknown_protocols", samples: &[] },
    Row { title: "thousands_of_substreams", samples: &[] },
    Row { title: "subscription_flood", samples: &[] },
    Row { title: "gossip_of_junk", samples: &["huxin_refused_total{code=\"segment_"] },
    Row { title: "gossip_on_other_topics", samples: &[] },
    Row { title: "gossip_with_an_author", samples: &[] },
    Row { title: "gossip_replayed", samples: &[] },
    Row { title: "gossip_in_altered_envelopes", samples: &["huxin_segments_repeated_total{road=\"gossip\"}"] },
    Row { title: "gossip_of_control", samples: &[] },
    Row { title: "useless_questions", samples: &["huxin_net_requests_received_total"] },
    Row { title: "answers_that_never_come", samples: &["huxin_net_asks_failed_total"] },
    Row { title: "answers_of_garbage", samples: &["huxin_refused_total{code=\"wire_"] },
];
