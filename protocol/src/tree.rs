//! The Merkle tree of RFC 9162 section 2.1 over SHA-256: hashes, the growing frontier, inclusion and consistency
//! proofs, and their strict verification (R70).
//!
//! A log only grows, so whoever appends needs no more than the **frontier**: the roots of the complete subtrees that
//! the log decomposes into, one for every one bit of its size. Whoever proves needs the complete subtrees, which
//! [`Frontier::push`] hands out as they are completed and [`NodeRead`] gives back.
//!
//! Conventions where the RFC is silent, each the one of the public test vectors: between equal sizes only the empty
//! proof with equal roots holds; size 0 has but one root, [`empty_root`]; a proof from size 0 to a larger tree shows
//! nothing about that tree and is refused, so a caller that holds nothing needs no proof and checks roots instead. A
//! proof must have exactly the hashes that are used. Sizes are at most [`MAX_SIZE`], so that sums never overflow.

mod make;
mod verify;

pub use make::{MakeFault, NodeRead, consistency_proof, frontier_at, inclusion_proof, root_at};
pub use verify::{verify_consistency, verify_inclusion};

use crate::digest::TreeHash;
use crate::ids::Size;
use sha2::{Digest as _, Sha256};

/// Largest size of a log: what public tools, which count in signed 64-bit numbers, can still say.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Most hashes in one proof: a consistency proof has at most one hash per level and one more.
pub const PROOF_HASHES: usize = 64;

/// Hash of a leaf: SHA-256 of `0x00 ‖ leaf`.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> TreeHash {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(leaf);
    TreeHash(hasher.finalize().into())
}

/// Hash of an inner node: SHA-256 of `0x01 ‖ left ‖ right`.
#[must_use]
pub fn node_hash(left: &TreeHash, right: &TreeHash) -> TreeHash {
    let mut bytes = [0x01; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    TreeHash(Sha256::digest(bytes).into())
}

/// Root of the empty tree: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> TreeHash {
    TreeHash(Sha256::digest([]).into())
}

/// A complete subtree: `2^level` leaves from leaf `index * 2^level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodePlace {
    pub level: u8,
    pub index: u64,
}

/// What is needed to append: the roots of the complete subtrees that the log decomposes into, largest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<TreeHash>,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    #[error("the proof has the wrong number of hashes")]
    Length,
    #[error("the index or sizes of the proof are out of range")]
    Range,
    #[error("the proof leads to another root")]
    Root,
    #[error("the frontier has the wrong number of nodes for its size")]
    Frontier,
}

impl ProofFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "proof_length",
            Self::Range => "proof_range",
            Self::Root => "proof_root",
            Self::Frontier => "frontier",
        }
    }
}

impl Frontier {
    /// Rebuilds a stored frontier; the number of nodes must be the number of one bits of `size`, and the size at most
    /// [`MAX_SIZE`].
    pub fn from_parts(size: Size, nodes: Vec<TreeHash>) -> Result<Self, ProofFault> {
        if size.0 > MAX_SIZE || nodes.len() != size.0.count_ones() as usize {
            return Err(ProofFault::Frontier);
        }
        Ok(Self { size: size.0, nodes })
    }

    #[must_use]
    pub const fn size(&self) -> Size {
        Size(self.size)
    }

    #[must_use]
    pub fn nodes(&self) -> &[TreeHash] {
        &self.nodes
    }

    /// Appends a leaf hash and hands every subtree that this completes (levels ≥ 1) to `completed`, smallest first.
    pub fn push(&mut self, leaf: TreeHash, completed: &mut dyn FnMut(NodePlace, TreeHash)) {
        let mut hash = leaf;
        let mut place = NodePlace { level: 0, index: self.size };
        // Every trailing one bit of the size is a subtree as large as the one in hand: the two make the next larger.
        while place.index & 1 == 1 {
            let Some(left) = self.nodes.pop() else { break };
            hash = node_hash(&left, &hash);
            place = NodePlace { level: place.level + 1, index: place.index >> 1 };
            completed(place, hash);
        }
        self.nodes.push(hash);
        self.size += 1;
    }

    /// The root of all leaves pushed so far.
    #[must_use]
    pub fn root(&self) -> TreeHash {
        join(&self.nodes)
    }
}

/// The root over complete subtrees in order, largest first: the smaller ones are joined first.
fn join(nodes: &[TreeHash]) -> TreeHash {
    let Some((last, larger)) = nodes.split_last() else {
        return empty_root();
    };
    larger.iter().rev().fold(*last, |right, left| node_hash(left, &right))
}

#[cfg(test)]
mod tests;
