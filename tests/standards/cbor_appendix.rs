//! The 82 encodings of RFC 8949 appendix A against our one strict door for CBOR. Most of what the standard allows this
//! protocol does not use: each is either accepted or refused for the reason that stands here. Shows R1 to R5.

use huxin_protocol::cbor::{CborFault, check};
use huxin_tests::data::require_data;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Example {
    hex: String,
    roundtrip: bool,
    decoded: Option<serde_json::Value>,
    diagnostic: Option<String>,
}

/// What the protocol's rules say about an example, told from what the public file says it means and not from its bytes'
/// parse: floats, tags, `undefined` and unassigned simple values are not used; of the rest only the form that the file
/// calls a round trip is deterministic, and the file's other forms are all of indefinite length.
fn expected(example: &Example) -> Result<(), CborFault> {
    let float = ["f9", "fa", "fb"].iter().any(|head| example.hex.starts_with(head));
    // The file shows tagged numbers and big numbers without saying so.
    let tagged = example.hex.starts_with('c') || example.hex.starts_with('d');
    let unused_simple =
        matches!(example.diagnostic.as_deref(), Some(text) if text == "undefined" || text.starts_with("simple("));
    if float || tagged || unused_simple {
        Err(CborFault::Unused)
    } else if !example.roundtrip {
        Err(CborFault::Indefinite)
    } else {
        Ok(())
    }
}

#[test]
fn appendix_a_is_accepted_or_refused_for_the_stated_reason() {
    let Some(data) = require_data("standards::cbor") else { return };
    let examples: Vec<Example> = serde_json::from_str(&crate::read(&data, "cbor/appendix_a.json")).expect("the format");
    let mut counts = BTreeMap::new();
    for example in &examples {
        let bytes = hex::decode(&example.hex).expect("the vectors are hex");
        let outcome = check(&bytes);
        assert_eq!(outcome, expected(example), "{} {:?}", example.hex, example.decoded);
        *counts.entry(outcome.map_or_else(CborFault::code, |()| "accepted")).or_insert(0) += 1;

        if outcome.is_ok() {
            // Any accepted item is refused when cut short or followed by anything.
            for end in 0..bytes.len() {
                assert_eq!(check(&bytes[..end]), Err(CborFault::Truncated), "{} up to {end}", example.hex);
            }
            assert_eq!(check(&[bytes.as_slice(), &[0]].concat()), Err(CborFault::Trailing), "{}", example.hex);
        }
    }
    assert_eq!(examples.len(), 82);
    assert_eq!(counts, BTreeMap::from([("accepted", 37), ("cbor_indefinite", 11), ("cbor_unused", 34)]));
}

/// Deterministic form beyond the appendix, which has no example of it: section 4.2.1.
#[test]
fn what_is_not_deterministic_is_refused() {
    let cases = [
        ("1817", CborFault::NotShortest, "23 in two bytes"),
        ("190018", CborFault::NotShortest, "24 in three bytes"),
        ("1a0000ffff", CborFault::NotShortest, "65535 in five bytes"),
        ("1b00000000ffffffff", CborFault::NotShortest, "2^32-1 in nine bytes"),
        ("3817", CborFault::NotShortest, "-24 in two bytes"),
        ("5801ff", CborFault::NotShortest, "length of a byte string"),
        ("780161", CborFault::NotShortest, "length of a text"),
        ("980100", CborFault::NotShortest, "length of an array"),
        ("b8010000", CborFault::NotShortest, "length of a map"),
        ("a202000100", CborFault::KeyOrder, "keys 2, 1"),
        ("a2200001 00", CborFault::KeyOrder, "keys -1, 1: bytewise, not by value"),
        ("a2616200616100", CborFault::KeyOrder, "keys b, a"),
        ("a201000100", CborFault::DuplicateKey, "key 1 twice"),
        ("61ff", CborFault::Text, "not UTF-8"),
        ("6365cc81", CborFault::Text, "e and a combining accent: not NFC"),
        ("63eda080", CborFault::Text, "a surrogate"),
        ("1c", CborFault::Unused, "reserved additional information"),
        ("fe", CborFault::Unused, "reserved simple value"),
        ("", CborFault::Truncated, "nothing"),
    ];
    for (text, fault, title) in cases {
        let bytes = hex::decode(text.replace(' ', "")).expect("hex");
        assert_eq!(check(&bytes), Err(fault), "{title}: {text}");
    }
}
