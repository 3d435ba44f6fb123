//! Signing, reading and the strictness of a leaf.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::genesis::founding::TestKey;
use crate::header::tests::{any_header, sample};
use crate::key::BadSignature;
use proptest::prelude::*;

fn federation() -> Digest {
    Context::Federation.digest(b"a synthetic manifest")
}

#[test]
fn a_signed_statement_reads_back_and_verifies() {
    let key = TestKey::new("log");
    let statement = Statement::sign(sample(), &federation(), &key);
    let read = Statement::read(statement.bytes.clone(), &federation()).unwrap();
    assert_eq!(read, statement);
    assert_eq!(read.verify(&federation(), key.public()), Ok(()));
    let other = TestKey::new("other");
    assert_eq!(read.verify(&federation(), other.public()), Err(StatementFault::Cose(CoseFault::ForeignKey)));
    // The digest is that of the words that were signed.
    let words = Sign1::parse(&read.bytes).unwrap().to_be_signed(SignedType::Statement, &federation());
    assert_eq!(read.digest, Context::Statement.digest(&words));
}

#[test]
fn other_signature_bytes_over_the_same_words_are_the_same_statement() {
    let statement = Statement::sign(sample(), &federation(), &TestKey::new("log"));
    let mut bytes = statement.bytes.clone();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let other = Statement::read(bytes, &federation()).unwrap();
    assert_eq!(other.digest, statement.digest);
    assert_eq!(
        other.verify(&federation(), TestKey::new("log").public()),
        Err(StatementFault::Cose(BadSignature.into()))
    );
}

#[test]
fn a_statement_belongs_to_its_federation() {
    let key = TestKey::new("log");
    let statement = Statement::sign(sample(), &federation(), &key);
    let elsewhere = Context::Federation.digest(b"another manifest");
    let read = Statement::read(statement.bytes.clone(), &elsewhere).unwrap();
    assert_ne!(read.digest, statement.digest);
    assert_eq!(read.verify(&elsewhere, key.public()), Err(StatementFault::Cose(BadSignature.into())));
}

#[test]
fn size_is_looked_at_before_anything_else() {
    assert_eq!(
        Statement::read(vec![0; STATEMENT_BYTES + 1], &federation()),
        Err(StatementFault::Cose(CoseFault::TooLong))
    );
    assert_eq!(Statement::read(vec![0; STATEMENT_BYTES], &federation()), Err(StatementFault::Cose(CoseFault::Shape)));
}

#[test]
fn no_beginning_and_no_longer_form_is_a_statement() {
    let bytes = Statement::sign(sample(), &federation(), &TestKey::new("log")).bytes;
    for end in 0..bytes.len() {
        assert!(Statement::read(bytes[..end].to_vec(), &federation()).is_err(), "{end}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Statement::read(longer, &federation()), Err(StatementFault::Cose(CoseFault::Shape)));
}

#[test]
fn every_single_bit_is_bound() {
    let key = TestKey::new("log");
    let statement = Statement::sign(sample(), &federation(), &key);
    let (mut unread, mut unsigned) = (0, 0);
    for bit in 0..statement.bytes.len() * 8 {
        let mut bytes = statement.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        match Statement::read(bytes, &federation()) {
            Err(_) => unread += 1,
            Ok(other) => {
                unsigned += 1;
                assert!(other.verify(&federation(), key.public()).is_err(), "bit {bit}");
                let in_signature = bit / 8 >= statement.bytes.len() - 64;
                assert_eq!(other.digest == statement.digest, in_signature, "bit {bit}");
            }
        }
    }
    assert!(unread > 400 && unsigned > 512, "{unread} refused at reading, {unsigned} at verifying");
}

proptest! {
    #[test]
    fn statements_read_back(header in any_header()) {
        let key = TestKey::new("log");
        let statement = Statement::sign(header, &federation(), &key);
        let read = Statement::read(statement.bytes.clone(), &federation()).unwrap();
        prop_assert_eq!(&read, &statement);
        prop_assert_eq!(read.verify(&federation(), key.public()), Ok(()));
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Statement::read(bytes, &federation()).is_err());
    }
}
