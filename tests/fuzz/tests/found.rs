//! Everything that fuzzing found: each input under a title, with what it broke. The short run tries them all in every
//! build; here each is held to what must come of it, and no input is without a line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_fuzz::corpus::{folder, inputs};
use huxin_fuzz::{TARGETS, Target};
use std::collections::BTreeSet;

/// Target, title, and what it broke.
const FOUND: &[(&str, &str, &str)] = &[
    ("sheet", "two-cells-in-opposite-corners", "a table of seventeen thousand million empty cells was asked for"),
    ("sheet", "a-cell-a-million-rows-below", "the same by one changed digit: 124 MB held for a file of 3 KB"),
    ("sheet", "a-row-number-of-33-bits", "the library's reckoning ran over: a panic, or row 1 where it is not checked"),
    ("sheet", "a-column-of-ten-letters", "the same in the other direction"),
    ("workbook", "a-damaged-cell-name", "the library's reckoning ran over"),
    ("key-file", "scrypt-with-a-work-factor-of-nought", "the library reckoned below zero: a panic"),
    ("http", "an-id-that-is-no-text", "the refusal was a bare line of the library's and no problem document"),
    ("engine", "an-entry-for-nobody", "a header that does not read back was signed and acknowledged"),
    (
        "engine",
        "two-records-of-one-predecessor-that-open-different-epochs",
        "the evidence stood under the epoch of whichever record came last",
    ),
    ("engine", "a-rival-of-an-older-record-and-a-restart", "no node that had heard of the rival started again"),
    ("engine", "rival-records-and-a-restart", "after a restart the roster was of the other of two rival branches"),
    ("engine", "an-erasure-that-a-record-cut-off", "a body was neither held nor lacking nor erased"),
    (
        "engine",
        "an-amendment-and-the-erasure-of-its-chain-in-one-group",
        "the amendment's body stayed, though its chain was erased",
    ),
    (
        "engine",
        "an-erasure-and-an-amendment-of-its-chain-in-one-request",
        "what the request itself had ended was amended, and the body kept",
    ),
];

#[test]
fn every_input_that_once_broke_something_comes_back() {
    huxin_fuzz::hush();
    for (target, title, broke) in FOUND {
        let target = Target::find(target).unwrap();
        let bytes = std::fs::read(folder().join("found").join(target.name).join(title)).unwrap();
        println!("{}: {title}: {broke}", target.name);
        target.run(&bytes);
        target.judge(&bytes);
    }
}

#[test]
fn every_found_input_has_its_line() {
    let listed: BTreeSet<String> = FOUND.iter().map(|(target, title, _)| format!("found/{target}/{title}")).collect();
    let mut lying = BTreeSet::new();
    for target in TARGETS {
        lying.extend(inputs("found", target.name).unwrap().into_iter().map(|input| input.name));
    }
    assert_eq!(listed, lying);
    assert_eq!(listed.len(), FOUND.len(), "two lines of one title");
}
