//! What the public standards say about our bytes: test vectors that nobody here wrote, most of them wrong answers that
//! must be refused. They are read from the data folder; each file asserts how many it found, so that a folder that lost
//! some cannot pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blake3_vectors;
mod cbor_appendix;
mod cose_examples;
mod merkle_proofs;
mod signatures;

/// The bytes of a vector file.
fn read(folder: &std::path::Path, name: &str) -> String {
    let path = folder.join("vectors").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}
