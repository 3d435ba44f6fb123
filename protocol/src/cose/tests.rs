//! The one shape of the envelope, and that nothing beside it is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::genesis::founding::TestKey;
use proptest::prelude::*;

const TYPES: [SignedType; 6] = [
    SignedType::Statement,
    SignedType::Record,
    SignedType::Genesis,
    SignedType::Introduction,
    SignedType::Standing,
    SignedType::Approval,
];

fn federation() -> Digest {
    Context::Federation.digest(b"a synthetic manifest")
}

fn external(signed_type: SignedType) -> Vec<u8> {
    [signed_type.name().as_bytes(), &federation().0].concat()
}

#[test]
fn the_sig_structure_is_that_of_the_public_example() {
    // COSE working group, eddsa-sig-01: another protected header and no external data, so only this level agrees.
    let words = sig_structure(&hex::decode("a201270300").unwrap(), b"", b"This is the content.");
    assert_eq!(
        hex::encode_upper(&words),
        "846A5369676E61747572653145A2012703004054546869732069732074686520636F6E74656E742E"
    );
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key = PublicKey::new(&hex::decode(key).unwrap().try_into().unwrap()).unwrap();
    let message = hex::decode("d28445a201270300a10442313154546869732069732074686520636f6e74656e742e58407142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb8711497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d").unwrap();
    let signature = message[message.len() - 64..].try_into().unwrap();
    assert_eq!(key.verify(&words, signature), Ok(()));
    // Its envelope has the key's name in the unprotected header.
    assert_eq!(Sign1::parse(&message), Err(CoseFault::Shape));
}

#[test]
fn every_length_of_payload_has_one_envelope() {
    let key = TestKey::new("log");
    for length in [0, 1, 23, 24, 25, 255, 256, 257, 4000, 65_535] {
        let payload = vec![0x5a; length];
        let bytes = sign(&payload, SignedType::Statement, &federation(), &key);
        crate::cbor::check(&bytes[1..]).unwrap();
        let message = Sign1::parse(&bytes).unwrap();
        assert_eq!((message.key, message.payload), (key.public().digest(), &payload[..]));
        crate::cbor::check(message.protected).unwrap();
        assert_eq!(message.verify(SignedType::Statement, &federation(), key.public()), Ok(()));
        assert_eq!(assemble(&message.key, message.payload, message.signature), bytes);
    }
    let long = sign(&vec![0; 65_536], SignedType::Statement, &federation(), &key);
    assert_eq!(Sign1::parse(&long), Err(CoseFault::Shape));
}

#[test]
fn a_payload_with_a_longer_head_is_refused() {
    let key = TestKey::new("log");
    let bytes = sign(&[7; 5], SignedType::Statement, &federation(), &key);
    let at = 2 + 2 + PROTECTED_BYTES + 1;
    assert_eq!(bytes[at], 0x45);
    for head in [&[0x58, 5][..], &[0x59, 0, 5], &[0x5a, 0, 0, 0, 5], &[0x5b, 0, 0, 0, 0, 0, 0, 0, 5], &[0x5f, 0x45]] {
        let wrong = [&bytes[..at], head, &bytes[at + 1..]].concat();
        assert_eq!(Sign1::parse(&wrong), Err(CoseFault::Shape), "{head:x?}");
    }
    // Detached.
    let wrong = [&bytes[..at], &[0xf6], &bytes[at + 6..]].concat();
    assert_eq!(Sign1::parse(&wrong), Err(CoseFault::Shape));
}

#[test]
fn type_federation_and_key_are_bound() {
    let (key, other) = (TestKey::new("log"), TestKey::new("other"));
    let bytes = sign(b"words", SignedType::Record, &federation(), &key);
    let message = Sign1::parse(&bytes).unwrap();
    for signed_type in TYPES.into_iter().filter(|other| *other != SignedType::Record) {
        let result = message.verify(signed_type, &federation(), key.public());
        assert_eq!(result, Err(CoseFault::Signature(BadSignature)), "{signed_type:?}");
    }
    let elsewhere = Context::Federation.digest(b"another manifest");
    assert_eq!(message.verify(SignedType::Record, &elsewhere, key.public()), Err(CoseFault::Signature(BadSignature)));
    assert_eq!(message.verify(SignedType::Record, &federation(), other.public()), Err(CoseFault::ForeignKey));
}

proptest! {
    #[test]
    fn pieces_and_whole_agree(payload in prop::collection::vec(any::<u8>(), 0..700), at in 0..TYPES.len()) {
        let signed_type = TYPES[at];
        let key = TestKey::new("log");
        let bytes = sign(&payload, signed_type, &federation(), &key);
        let message = Sign1::parse(&bytes).unwrap();
        let words = sig_structure(message.protected, &external(signed_type), &payload);
        prop_assert_eq!(crate::cbor::check(&words), Ok(()));
        prop_assert_eq!(&message.to_be_signed(signed_type, &federation()), &words);
        prop_assert_eq!(message.digest(Context::Record, signed_type, &federation()), Context::Record.digest(&words));
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sign1::parse(&bytes);
    }
}

#[test]
fn a_byte_string_has_the_shortest_head_and_no_other() {
    let written = |length: usize| {
        let (head, used) = byte_string_head(length);
        head[..used].to_vec()
    };
    assert_eq!(written(23), [0x57]);
    assert_eq!(written(24), [0x58, 24]);
    assert_eq!(written(0xff), [0x58, 0xff]);
    assert_eq!(written(0x100), [0x59, 1, 0]);
    assert_eq!(written(0xffff), [0x59, 0xff, 0xff]);
    assert_eq!(written(0x1_0000), [0x5a, 0, 1, 0, 0]);
    assert_eq!(written(0xffff_ffff), [0x5a, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(written(0x1_0000_0000), [0x5b, 0, 0, 0, 1, 0, 0, 0, 0]);
    for length in [0, 1, 23, 24, 255, 256, 4096] {
        let bytes = [written(length), vec![7; length], vec![9]].concat();
        assert_eq!(split_byte_string(&bytes), Some((&*vec![7; length], &[9][..])), "{length}");
    }
    // A longer head than is needed: 23 in two bytes, 255 in three.
    assert_eq!(split_byte_string(&[vec![0x58, 23], vec![7; 23]].concat()), None);
    assert_eq!(split_byte_string(&[vec![0x59, 0, 255], vec![7; 255]].concat()), None);
}

#[test]
fn codes_are_stable() {
    let codes = [CoseFault::Shape, CoseFault::TooLong, CoseFault::Signature(BadSignature), CoseFault::ForeignKey]
        .map(CoseFault::code);
    assert_eq!(codes, ["cose_shape", "cose_too_long", "cose_signature", "cose_key"]);
}
