//! BLAKE3: the 35 official vectors in the three modes, with their extended outputs, and that our contexts are plain
//! derive-key contexts over them. Shows R16.

use huxin_protocol::digest::Context;
use huxin_tests::data::require_data;
use serde::Deserialize;
use std::io::Read as _;

#[derive(Deserialize)]
struct Vectors {
    key: String,
    context_string: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    input_len: usize,
    hash: String,
    keyed_hash: String,
    derive_key: String,
}

/// The vectors' input: 0, 1, … 250, 0, 1, …
fn input(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

fn extended(mut hasher: blake3::Hasher, input: &[u8], length: usize) -> String {
    let mut out = vec![0; length];
    hasher.update(input).finalize_xof().read_exact(&mut out).expect("an endless output");
    hex::encode(out)
}

#[test]
fn the_official_vectors_hold_in_all_three_modes() {
    let Some(data) = require_data("standards::blake3") else { return };
    let vectors: Vectors = serde_json::from_str(&crate::read(&data, "blake3/test_vectors.json")).expect("the format");
    let key: &[u8; 32] = vectors.key.as_bytes().try_into().expect("a key");
    assert_eq!(vectors.cases.len(), 35);
    for case in &vectors.cases {
        let input = input(case.input_len);
        let length = case.hash.len() / 2;
        assert_eq!(length, 131);
        assert_eq!(extended(blake3::Hasher::new(), &input, length), case.hash, "hash {}", case.input_len);
        assert_eq!(
            extended(blake3::Hasher::new_keyed(key), &input, length),
            case.keyed_hash,
            "keyed {}",
            case.input_len
        );
        let deriving = blake3::Hasher::new_derive_key(&vectors.context_string);
        assert_eq!(extended(deriving, &input, length), case.derive_key, "derive {}", case.input_len);
        // The protocol takes 32 bytes, which are the first of the extended output.
        let short = hex::encode(blake3::derive_key(&vectors.context_string, &input));
        assert_eq!(short, case.derive_key[..64], "derive {}", case.input_len);
        assert_eq!(Context::Statement.digest(&input).0, blake3::derive_key("huxin statement v1", &input));
    }
}
