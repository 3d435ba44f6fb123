//! The digests of made-up persons, which another implementation works out as well (R53 to R55).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_keys::{PersonKey, ResidentNumber};
use huxin_protocol::digest::Digest;
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    secret: Digest,
    federation: Digest,
    /// Of nobody: there is no region 99.
    number: String,
    key_id: Digest,
    digest: Digest,
}

fn case(secret: u8, federation: u8, number: &str) -> Case {
    let (secret, federation) = (Digest([secret; 32]), Digest([federation; 32]));
    let key = PersonKey::new(&Zeroizing::new(secret.0), &federation);
    let digest = key.digest(&ResidentNumber::read(number).unwrap()).unwrap();
    Case { secret, federation, number: number.to_owned(), key_id: key.id(), digest }
}

#[test]
fn digests_are_those_of_the_file() {
    let cases = [case(1, 2, "990000190001011238"), case(1, 3, "990000190001011238"), case(1, 2, "990000209912319994")];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/person.json");
    if std::env::var_os("HUXIN_WRITE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
    }
    let due: Vec<Case> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(cases.as_slice(), due.as_slice());
}
