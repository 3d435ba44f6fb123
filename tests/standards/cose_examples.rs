//! The COSE working group's examples for Sign1 and EdDSA. One of the 13 is an Ed25519 COSE_Sign1: its signature holds
//! over the Sig_structure as we build it. Our envelope is one shape (R13 to R15), and refuses every one of the 13: that
//! one because its key id stands in the unprotected header, the others for that and more.

use huxin_protocol::cose::{CoseFault, Sign1, sig_structure};
use huxin_protocol::key::PublicKey;
use huxin_tests::data::require_data;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What else is wrong with the example for us, beside its unprotected header.
const EXAMPLES: [(&str, &str); 13] = [
    ("eddsa-examples/eddsa-01.json", "COSE_Sign with signers, tag 98"),
    ("eddsa-examples/eddsa-02.json", "COSE_Sign with signers, tag 98, Ed448"),
    ("eddsa-examples/eddsa-sig-01.json", "content type in the protected header"),
    ("eddsa-examples/eddsa-sig-02.json", "Ed448, a signature of 114 bytes"),
    ("sign1-tests/sign-fail-01.json", "tag 998, ES256"),
    ("sign1-tests/sign-fail-02.json", "ES256, changed payload"),
    ("sign1-tests/sign-fail-03.json", "algorithm -999"),
    ("sign1-tests/sign-fail-04.json", "algorithm as a text"),
    ("sign1-tests/sign-fail-06.json", "ES256, added header"),
    ("sign1-tests/sign-fail-07.json", "ES256, removed header"),
    ("sign1-tests/sign-pass-01.json", "ES256 named in the unprotected header"),
    ("sign1-tests/sign-pass-02.json", "ES256"),
    ("sign1-tests/sign-pass-03.json", "ES256, no tag"),
];

fn example(data: &Path, name: &str) -> Value {
    serde_json::from_str(&crate::read(data, &format!("cose/{name}"))).expect("the format")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("a text")).expect("hex")
}

#[test]
fn the_ed25519_example_verifies_over_our_sig_structure() {
    let Some(data) = require_data("standards::cose eddsa-sig-01") else { return };
    let example = example(&data, "eddsa-examples/eddsa-sig-01.json");
    let message = bytes(&example["output"]["cbor"]);

    // Taken apart with minicbor, since our own envelope refuses it.
    let mut decoder = minicbor::Decoder::new(&message);
    assert_eq!(decoder.tag().expect("a tag").as_u64(), 18);
    assert_eq!(decoder.array().expect("an array"), Some(4));
    let protected = decoder.bytes().expect("a protected header");
    decoder.skip().expect("an unprotected header");
    let payload = decoder.bytes().expect("a payload");
    let signature: [u8; 64] = decoder.bytes().expect("a signature").try_into().expect("64 bytes");
    assert_eq!(payload, example["input"]["plaintext"].as_str().expect("a text").as_bytes());

    let signed = sig_structure(protected, &[], payload);
    assert_eq!(signed, bytes(&example["intermediates"]["ToBeSign_hex"]));

    let key: [u8; 32] = bytes(&example["input"]["sign0"]["key"]["x_hex"]).try_into().expect("32 bytes");
    let key = PublicKey::new(&key).expect("a key");
    assert_eq!(key.verify(&signed, &signature), Ok(()));

    // External data is bound: the same signature does not hold under any.
    assert!(key.verify(&sig_structure(protected, b"huxin/statement/v1", payload), &signature).is_err());
}

#[test]
fn the_envelope_refuses_all_thirteen() {
    let Some(data) = require_data("standards::cose envelope") else { return };
    let mut found = BTreeMap::new();
    for folder in ["eddsa-examples", "sign1-tests"] {
        for entry in std::fs::read_dir(data.join("vectors/cose").join(folder)).expect("the vectors are readable") {
            let name = entry.expect("the vectors are readable").file_name().into_string().expect("a name");
            found.insert(format!("{folder}/{name}"), ());
        }
    }
    let known: BTreeMap<String, ()> = EXAMPLES.iter().map(|(name, _)| ((*name).to_owned(), ())).collect();
    assert_eq!(found, known);

    for (name, why) in EXAMPLES {
        let message = bytes(&example(&data, name)["output"]["cbor"]);
        assert_eq!(Sign1::parse(&message), Err(CoseFault::Shape), "{name}: {why}");
    }
}

/// That it is the named defect which is refused, and not some other: each defect alone, planted into a message that
/// the envelope accepts.
#[test]
fn each_defect_alone_is_refused() {
    let key = [7; 32];
    let payload = b"This is the content.";
    let good = huxin_protocol::cose::assemble(&huxin_protocol::digest::Digest(key), payload, &[9; 64]);
    assert!(Sign1::parse(&good).is_ok());
    let text = hex::encode(&good);
    let protected = format!("5826a201270458 20{}", hex::encode(key)).replace(' ', "");
    assert!(text.contains(&protected));
    let header = |fields: &str| {
        let bytes = hex::decode(fields).expect("hex");
        format!("58{:02x}{fields}", bytes.len())
    };
    let kid = format!("045820{}", hex::encode(key));
    let defects = [
        ("another tag (COSE_Sign, 98)", text.replacen("d284", "d86284", 1)),
        ("another tag (998)", text.replacen("d284", "d903e684", 1)),
        ("no tag", text.replacen("d284", "84", 1)),
        ("ES256", text.replacen(&protected, &header(&format!("a20126{kid}")), 1)),
        ("algorithm -999", text.replacen(&protected, &header(&format!("a2013903e6{kid}")), 1)),
        ("algorithm as a text", text.replacen(&protected, &header(&format!("a20167756e6b6e6f776e{kid}")), 1)),
        ("content type beside it", text.replacen(&protected, &header(&format!("a301270300{kid}")), 1)),
        ("no key id", text.replacen(&protected, "43a10127", 1)),
        ("empty protected header", text.replacen(&protected, "41a0", 1)),
        (
            "key id in the unprotected header",
            text.replacen(&format!("{protected}a0"), &format!("{protected}a104423131"), 1),
        ),
        ("payload detached", text.replacen(&format!("54{}", hex::encode(payload)), "f6", 1)),
        ("signature of 114 bytes", text.replacen(&"09".repeat(64), &"09".repeat(114), 1).replacen("5840", "5872", 1)),
        ("a byte after it", format!("{text}00")),
    ];
    for (title, changed) in defects {
        assert_ne!(changed, text, "{title}: nothing was changed");
        let bytes = hex::decode(&changed).expect("hex");
        assert_eq!(Sign1::parse(&bytes), Err(CoseFault::Shape), "{title}");
    }
}
