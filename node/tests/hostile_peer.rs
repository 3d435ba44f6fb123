//! A hostile peer against a whole running node: half-open connections by the thousand, frames that lie about their length or
//! never end, protocols that do not exist, floods of everything, and a member of the federation that does only what it may,
//! but all the time. The victim is a real `huxin run`, and so is the honest city that goes on publishing meanwhile; the
//! hostile peer (`tests/hostile`) speaks the lower layers by itself.
//!
//! After each attack the same is asked: memory and file handles stayed below their bounds, entries of the honest city took
//! no longer than a stated multiple of what they took in calm, the log did not swell, both hold equal heads, and a metric
//! tells what happened (`hostile_peer/table.rs`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
#[path = "hostile_peer/floods.rs"]
mod floods;
#[path = "hostile_peer/frames.rs"]
mod frames;
mod lone;
#[path = "hostile_peer/rumours.rs"]
mod rumours;
#[path = "hostile_peer/table.rs"]
mod table;
#[path = "hostile_peer/trial.rs"]
mod trial;
#[path = "hostile_peer/watched.rs"]
mod watched;
#[path = "hostile_peer/world.rs"]
mod world;

use table::TABLE;
use trial::endured;

#[test]
fn every_row_of_the_table_has_its_test() {
    let tests = include_str!("hostile_peer.rs");
    for row in TABLE {
        assert_eq!(tests.matches(&format!("endured(\"{}\"", row.title)).count(), 1, "{}", row.title);
        assert!(!row.samples.is_empty(), "{}: no metric tells of it", row.title);
    }
}

#[test]
fn half_open_connections() {
    endured("half_open_connections", floods::half_open);
}

#[test]
fn strangers() {
    endured("strangers", floods::strangers);
}

#[test]
fn a_member_with_many_connections() {
    endured("a_member_with_many_connections", floods::many_connections);
}

#[test]
fn a_member_that_comes_and_goes() {
    endured("a_member_that_comes_and_goes", floods::comes_and_goes);
}

#[test]
fn unknown_protocols() {
    endured("unknown_protocols", floods::unknown_protocols);
}

#[test]
fn thousands_of_substreams() {
    endured("thousands_of_substreams", floods::substreams);
}

#[test]
fn oversize_frames() {
    endured("oversize_frames", frames::oversize);
}

#[test]
fn trickled_frames() {
    endured("trickled_frames", frames::trickled);
}

#[test]
fn answers_that_nobody_reads() {
    endured("answers_that_nobody_reads", frames::not_read);
}

#[test]
fn ranges_never_finished() {
    endured("ranges_never_finished", frames::not_finished);
}

#[test]
fn useless_questions() {
    endured("useless_questions", frames::useless);
}

#[test]
fn answers_that_never_come() {
    endured("answers_that_never_come", frames::never_answers);
}

#[test]
fn answers_of_garbage() {
    endured("answers_of_garbage", frames::answers_garbage);
}

#[test]
fn subscription_flood() {
    endured("subscription_flood", rumours::subscriptions);
}

#[test]
fn gossip_of_junk() {
    endured("gossip_of_junk", rumours::junk);
}

#[test]
fn gossip_on_other_topics() {
    endured("gossip_on_other_topics", rumours::other_topics);
}

#[test]
fn gossip_with_an_author() {
    endured("gossip_with_an_author", rumours::with_an_author);
}

#[test]
fn gossip_replayed() {
    endured("gossip_replayed", rumours::replayed);
}

#[test]
fn gossip_in_altered_envelopes() {
    endured("gossip_in_altered_envelopes", rumours::altered);
}

#[test]
fn gossip_of_false_witnesses() {
    endured("gossip_of_false_witnesses", rumours::false_witnesses);
}

#[test]
fn gossip_of_control() {
    endured("gossip_of_control", rumours::control);
}
