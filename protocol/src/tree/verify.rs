//! Strict verification of proofs, step by step as RFC 9162 writes it. Nothing here reads a tree.

use super::{ProofFault, empty_root, node_hash};
use crate::digest::TreeHash;
use crate::ids::{Seq, Size};

/// RFC 9162 section 2.1.3.2. The proof must have exactly the hashes that lead from the leaf to the root.
pub fn verify_inclusion(
    leaf: &TreeHash,
    index: Seq,
    size: Size,
    proof: &[TreeHash],
    root: &TreeHash,
) -> Result<(), ProofFault> {
    if index.0 >= size.0 {
        return Err(ProofFault::Range);
    }
    let mut node = index.0;
    let mut last = size.0 - 1;
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofFault::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofFault::Root) }
}

/// RFC 9162 section 2.1.4.2. Between equal sizes only the empty proof with equal roots holds, and size 0 has only the
/// empty root. From size 0 to a larger tree nothing can be shown: [`ProofFault::Range`].
pub fn verify_consistency(
    from: Size,
    from_root: &TreeHash,
    to: Size,
    to_root: &TreeHash,
    proof: &[TreeHash],
) -> Result<(), ProofFault> {
    if from > to || (from.0 == 0 && to.0 != 0) {
        return Err(ProofFault::Range);
    }
    if from == to {
        if !proof.is_empty() {
            return Err(ProofFault::Length);
        }
        let possible = from.0 != 0 || *from_root == empty_root();
        return if possible && from_root == to_root { Ok(()) } else { Err(ProofFault::Root) };
    }
    let mut hashes = proof.iter();
    // A whole left edge is not repeated in the proof: its hash is the old root.
    let first = if from.0.is_power_of_two() { from_root } else { hashes.next().ok_or(ProofFault::Length)? };
    let mut node = from.0 - 1;
    let mut last = to.0 - 1;
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*first, *first);
    for hash in hashes {
        if last == 0 {
            return Err(ProofFault::Length);
        }
        if node & 1 == 1 || node == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofFault::Length);
    }
    if old == *from_root && new == *to_root { Ok(()) } else { Err(ProofFault::Root) }
}
