//! The Merkle tree of RFC 9162 section 2.1 over SHA-256: hashes, the growing frontier, inclusion and consistency
//! proofs, and their strict verification.

use crate::digest::TreeHash;
use crate::ids::{Seq, Size};

/// Hash of a leaf: SHA-256 of `0x00 ‖ leaf`.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> TreeHash {
    let _ = leaf;
    todo!()
}
/// Hash of an inner node: SHA-256 of `0x01 ‖ left ‖ right`.
#[must_use]
pub fn node_hash(left: &TreeHash, right: &TreeHash) -> TreeHash {
    let _ = (left, right);
    todo!()
}
/// Root of the empty tree: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> TreeHash {
    todo!()
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

impl Frontier {
    /// Rebuilds a stored frontier; the number of nodes must be the number of one bits of `size`.
    pub fn from_parts(size: Size, nodes: Vec<TreeHash>) -> Result<Self, ProofFault> {
        let _ = (size, nodes);
        todo!()
    }
    #[must_use]
    pub const fn size(&self) -> Size {
        Size(self.size)
    }
    #[must_use]
    pub fn nodes(&self) -> &[TreeHash] {
        &self.nodes
    }
    /// Appends a leaf hash and hands every subtree that this completes (levels ≥ 1) to `completed`.
    pub fn push(&mut self, leaf: TreeHash, completed: &mut dyn FnMut(NodePlace, TreeHash)) {
        let _ = (leaf, completed);
        todo!()
    }
    #[must_use]
    pub fn root(&self) -> TreeHash {
        todo!()
    }
}

/// Where complete subtrees are read from. `node` is asked only for subtrees that lie wholly within the log.
pub trait NodeRead {
    type Fault;
    fn node(&self, place: NodePlace) -> Result<TreeHash, Self::Fault>;
}

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MakeFault<E> {
    #[error("the index or sizes are out of range")]
    Range,
    #[error("the tree could not be read")]
    Read(E),
}

/// Root of the first `size` leaves.
pub fn root_at<N: NodeRead>(nodes: &N, size: Size) -> Result<TreeHash, MakeFault<N::Fault>> {
    let _ = (nodes, size);
    todo!()
}
/// Frontier of the first `size` leaves.
pub fn frontier_at<N: NodeRead>(nodes: &N, size: Size) -> Result<Frontier, MakeFault<N::Fault>> {
    let _ = (nodes, size);
    todo!()
}
/// RFC 9162 section 2.1.3.1.
pub fn inclusion_proof<N: NodeRead>(nodes: &N, leaf: Seq, size: Size) -> Result<Vec<TreeHash>, MakeFault<N::Fault>> {
    let _ = (nodes, leaf, size);
    todo!()
}
/// RFC 9162 section 2.1.4.1. Empty where the sizes are equal or `from` is 0.
pub fn consistency_proof<N: NodeRead>(nodes: &N, from: Size, to: Size) -> Result<Vec<TreeHash>, MakeFault<N::Fault>> {
    let _ = (nodes, from, to);
    todo!()
}
/// RFC 9162 section 2.1.3.2.
pub fn verify_inclusion(
    leaf: &TreeHash,
    index: Seq,
    size: Size,
    proof: &[TreeHash],
    root: &TreeHash,
) -> Result<(), ProofFault> {
    let _ = (leaf, index, size, proof, root);
    todo!()
}
/// RFC 9162 section 2.1.4.2. From size 0 only the empty proof holds (and the empty root); from equal sizes only the empty proof with equal roots.
pub fn verify_consistency(
    from: Size,
    from_root: &TreeHash,
    to: Size,
    to_root: &TreeHash,
    proof: &[TreeHash],
) -> Result<(), ProofFault> {
    let _ = (from, from_root, to, to_root, proof);
    todo!()
}
