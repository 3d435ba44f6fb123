//! Inclusion and consistency proofs of the Merkle tree (RFC 6962, the same tree in RFC 9162): 196 cases of
//! transparency-dev/merkle, one file each, 184 of which must be refused. Shows R70, R96 and R114.

use base64::Engine as _;
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{Seq, Size};
use huxin_protocol::tree::{verify_consistency, verify_inclusion};
use huxin_tests::data::require_data;
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// What a case came to: shown, refused by the proof, or never a proof because a hash has no 32 bytes.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Outcome {
    Shown,
    Refused,
    NotHashes,
}

fn hash(text: &str) -> Option<TreeHash> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("the vectors are base64");
    Some(TreeHash(bytes.try_into().ok()?))
}

fn hashes(texts: Option<&[String]>) -> Option<Vec<TreeHash>> {
    texts.unwrap_or_default().iter().map(|text| hash(text)).collect()
}

impl Inclusion {
    fn outcome(&self) -> Outcome {
        let parts = (
            hash(self.leaf_hash.as_deref().unwrap_or_default()),
            hashes(self.proof.as_deref()),
            hash(self.root.as_deref().unwrap_or_default()),
        );
        let (Some(leaf), Some(proof), Some(root)) = parts else { return Outcome::NotHashes };
        match verify_inclusion(&leaf, Seq(self.leaf_idx), Size(self.tree_size), &proof, &root) {
            Ok(()) => Outcome::Shown,
            Err(_) => Outcome::Refused,
        }
    }
}

impl Consistency {
    fn outcome(&self) -> Outcome {
        let parts = (
            hash(self.root1.as_deref().unwrap_or_default()),
            hashes(self.proof.as_deref()),
            hash(self.root2.as_deref().unwrap_or_default()),
        );
        let (Some(old), Some(proof), Some(new)) = parts else { return Outcome::NotHashes };
        match verify_consistency(Size(self.size1), &old, Size(self.size2), &new, &proof) {
            Ok(()) => Outcome::Shown,
            Err(_) => Outcome::Refused,
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the vectors are readable") {
            let path = entry.expect("the vectors are readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Cases, how many must be shown, how many are not even hashes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    cases: usize,
    shown: usize,
    not_hashes: usize,
}

impl Count {
    fn add(&mut self, path: &Path, desc: &str, want_err: bool, outcome: Outcome) {
        assert_eq!(outcome == Outcome::Shown, !want_err, "{} ({desc}): {outcome:?}", path.display());
        self.cases += 1;
        self.shown += usize::from(outcome == Outcome::Shown);
        self.not_hashes += usize::from(outcome == Outcome::NotHashes);
    }
}

#[test]
fn inclusion_proofs_are_judged_as_the_public_vectors_say() {
    let Some(data) = require_data("standards::merkle inclusion") else { return };
    let mut count = Count::default();
    for path in files(&data.join("vectors/merkle/inclusion")) {
        let case: Inclusion = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("the format");
        count.add(&path, &case.desc, case.want_err, case.outcome());
    }
    assert_eq!(count, Count { cases: 99, shown: 6, not_hashes: 11 });
}

#[test]
fn consistency_proofs_are_judged_as_the_public_vectors_say() {
    let Some(data) = require_data("standards::merkle consistency") else { return };
    let mut count = Count::default();
    for path in files(&data.join("vectors/merkle/consistency")) {
        let case: Consistency = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("the format");
        count.add(&path, &case.desc, case.want_err, case.outcome());
    }
    assert_eq!(count, Count { cases: 97, shown: 6, not_hashes: 0 });
}
