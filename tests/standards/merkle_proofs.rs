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

/// The hash that a text says, and whether it was none: some cases have roots or proof hashes of another length, which our
/// types cannot even hold. They are put in as a hash of their bytes, which keeps equal ones equal and others different, so
/// that every case reaches the verifier.
fn hash(text: &str) -> (TreeHash, bool) {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("the vectors are base64");
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(hash) => (TreeHash(hash), false),
        Err(_) => (TreeHash(*blake3::hash(&bytes).as_bytes()), true),
    }
}

fn given(text: Option<&String>, stood_in: &mut bool) -> TreeHash {
    let (hash, none) = hash(text.map_or("", String::as_str));
    *stood_in |= none;
    hash
}

fn proof(texts: Option<&Vec<String>>, stood_in: &mut bool) -> Vec<TreeHash> {
    texts.into_iter().flatten().map(|text| given(Some(text), stood_in)).collect()
}

/// Whether the proof holds, and whether a hash of another length stood in.
impl Inclusion {
    fn outcome(&self) -> (bool, bool) {
        let mut stood_in = false;
        let leaf = given(self.leaf_hash.as_ref(), &mut stood_in);
        let root = given(self.root.as_ref(), &mut stood_in);
        // An empty leaf hash under an empty root would be a tree of one leaf, were they hashes.
        if self.leaf_hash == self.root && stood_in {
            return (false, true);
        }
        let hashes = proof(self.proof.as_ref(), &mut stood_in);
        (verify_inclusion(&leaf, Seq(self.leaf_idx), Size(self.tree_size), &hashes, &root).is_ok(), stood_in)
    }
}

impl Consistency {
    fn outcome(&self) -> (bool, bool) {
        let mut stood_in = false;
        let old = given(self.root1.as_ref(), &mut stood_in);
        let new = given(self.root2.as_ref(), &mut stood_in);
        let hashes = proof(self.proof.as_ref(), &mut stood_in);
        (verify_consistency(Size(self.size1), &old, Size(self.size2), &new, &hashes).is_ok(), stood_in)
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

/// Cases, how many hold, and in how many a hash of another length stood in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    cases: usize,
    shown: usize,
    stood_in: usize,
}

impl Count {
    fn add(&mut self, path: &Path, desc: &str, want_err: bool, (holds, stood_in): (bool, bool)) {
        assert_eq!(holds, !want_err, "{} ({desc})", path.display());
        self.cases += 1;
        self.shown += usize::from(holds);
        self.stood_in += usize::from(stood_in);
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
    assert_eq!(count, Count { cases: 98, shown: 6, stood_in: 26 });
}

#[test]
fn consistency_proofs_are_judged_as_the_public_vectors_say() {
    let Some(data) = require_data("standards::merkle consistency") else { return };
    let mut count = Count::default();
    for path in files(&data.join("vectors/merkle/consistency")) {
        let case: Consistency = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("the format");
        count.add(&path, &case.desc, case.want_err, case.outcome());
    }
    assert_eq!(count, Count { cases: 98, shown: 6, stood_in: 27 });
}
