//! Codes and names are promises: metrics, alerts, scripts and stores rest on them.

use crate::words::city;
use huxin_engine::input::Road;
use huxin_engine::ledger::FAMILIES;
use huxin_engine::wire::WireFault;
use huxin_engine::{ClosedReason, Refusal, SigningState};
use huxin_protocol::cbor::CborFault;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::IssueFault;
use huxin_protocol::ids::Size;
use huxin_tests::world::{at, peer_of};

#[test]
fn refusals_have_stable_codes_and_sentences_that_name_what_they_are_about() {
    let id = at(city(1), 7);
    let by = at(city(1), 9);
    for (refusal, code, named) in [
        (Refusal::NotSigning(SigningState::Held), "not_signing", "held for a key record"),
        (Refusal::AlreadyListed(id), "already_listed", "amend that one instead"),
        (Refusal::GroundEnded(by), "ground_ended", "needs a new decision"),
        (Refusal::AlreadyEnded(id, by), "already_ended", "ended by"),
        (Refusal::NoSuchStatement(id), "no_such_statement", "in the logs held here"),
        (Refusal::NotOurs(id), "not_ours", "only the city that listed"),
        (Refusal::WrongTarget(id), "wrong_target", "not of a kind"),
        (Refusal::Incomplete("a ground tag"), "incomplete", "lacks a ground tag"),
        (Refusal::Listing(Box::new(IssueFault::SeverityMissing)), "severity_missing", "severity"),
        (Refusal::UnknownEdition(Digest([1; 32])), "unknown_edition", "does not hold"),
        (Refusal::TooLong, "too_long", "too long"),
        (Refusal::Segment { code: "gap" }, "gap", "(gap)"),
        (Refusal::Record { code: "record_root" }, "record_root", "(record_root)"),
        (Refusal::NoSuchCity(city(4)), "no_such_city", "c04"),
        (Refusal::Store, "store", "huxin fsck"),
    ] {
        assert_eq!(refusal.code(), code);
        assert!(refusal.to_string().contains(named), "{refusal}");
    }
}

#[test]
fn states_of_signing_have_stable_codes_and_say_what_to_try() {
    for (state, code, named) in [
        (SigningState::Ready, "ready", "ready"),
        (SigningState::Asking { heard: 1, needed: 2 }, "asking_partners", "(1 of 2)"),
        (SigningState::Closed(ClosedReason::NotContinued), "store_not_continued", "not the continuation"),
        (SigningState::Closed(ClosedReason::HeardFurther(Size(5))), "own_log_further_elsewhere", "up to 5"),
        (SigningState::Closed(ClosedReason::HeardOther), "own_log_differs_elsewhere", "another history"),
        (SigningState::Closed(ClosedReason::NoKeys), "no_keys_for_epoch", "key folder"),
        (SigningState::Held, "held_for_key_record", "held for a key record"),
    ] {
        assert_eq!(state.code(), code);
        assert!(state.to_string().contains(named), "{state}");
        assert_eq!(state.next_step().is_none(), state == SigningState::Ready, "{state}");
    }
}

#[test]
fn roads_families_and_faults_of_messages_have_stable_names() {
    let from = peer_of(city(2));
    let roads = [Road::Own, Road::Gossip { from: from.clone() }, Road::Sync { from }, Road::Disk];
    assert_eq!(roads.map(|road| road.name()), ["own", "gossip", "sync", "disk"]);
    let faults = [WireFault::Cbor(CborFault::Truncated), WireFault::Shape, WireFault::TooLong];
    assert_eq!(faults.map(WireFault::code), ["wire_not_canonical", "wire_shape", "wire_too_long"]);
    let names = [
        "meta",
        "log",
        "body",
        "tree",
        "head",
        "record",
        "cosignature",
        "about",
        "ground",
        "subject",
        "trust",
        "reference",
        "lacking",
        "abandoned",
        "evidence",
        "audit",
        "chain",
        "erased",
    ];
    assert_eq!(FAMILIES.map(|family| family.name()), names);
}
