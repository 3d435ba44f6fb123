//! Making proofs from stored subtrees. Every answer is made of complete subtrees alone, so the store keeps one hash
//! per completed subtree and nothing for the ragged right edge, which changes with every leaf.

use super::{Frontier, NodePlace, join};
use crate::digest::TreeHash;
use crate::ids::{Seq, Size};

/// Where complete subtrees are read from. `node` is asked only for subtrees that lie wholly within the log; level 0 is
/// the hash of a leaf.
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

/// The complete subtrees that the leaves from `begin` to `end` decompose into, largest first. `begin` must be a
/// multiple of the largest of them, as it is for every half that the RFC's recursion makes.
fn subtrees<N: NodeRead>(nodes: &N, begin: u64, end: u64) -> Result<Vec<TreeHash>, MakeFault<N::Fault>> {
    let mut at = begin;
    let mut hashes = Vec::with_capacity((end - begin).count_ones() as usize);
    while at < end {
        let level = (end - at).ilog2();
        let place = NodePlace { level: level as u8, index: at >> level };
        hashes.push(nodes.node(place).map_err(MakeFault::Read)?);
        at += 1 << level;
    }
    Ok(hashes)
}

fn range_root<N: NodeRead>(nodes: &N, begin: u64, end: u64) -> Result<TreeHash, MakeFault<N::Fault>> {
    subtrees(nodes, begin, end).map(|hashes| join(&hashes))
}

/// The largest power of two smaller than `size`, which is at least 2: where the RFC splits a tree.
const fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Root of the first `size` leaves.
pub fn root_at<N: NodeRead>(nodes: &N, size: Size) -> Result<TreeHash, MakeFault<N::Fault>> {
    range_root(nodes, 0, size.0)
}

/// Frontier of the first `size` leaves.
pub fn frontier_at<N: NodeRead>(nodes: &N, size: Size) -> Result<Frontier, MakeFault<N::Fault>> {
    let hashes = subtrees(nodes, 0, size.0)?;
    Frontier::from_parts(size, hashes).map_err(|_| MakeFault::Range)
}

/// RFC 9162 section 2.1.3.1: the siblings on the way from the leaf to the root, lowest first.
pub fn inclusion_proof<N: NodeRead>(nodes: &N, leaf: Seq, size: Size) -> Result<Vec<TreeHash>, MakeFault<N::Fault>> {
    if leaf.0 >= size.0 {
        return Err(MakeFault::Range);
    }
    let (mut begin, mut end) = (0, size.0);
    let mut path = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if leaf.0 < middle {
            path.push(range_root(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(nodes, begin, middle)?);
            begin = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// RFC 9162 section 2.1.4.1. Empty where the sizes are equal or `from` is 0.
pub fn consistency_proof<N: NodeRead>(nodes: &N, from: Size, to: Size) -> Result<Vec<TreeHash>, MakeFault<N::Fault>> {
    if from > to {
        return Err(MakeFault::Range);
    }
    if from == to || from.0 == 0 {
        return Ok(Vec::new());
    }
    let (mut begin, mut end) = (0, to.0);
    let mut path = Vec::new();
    while from.0 != end {
        let middle = begin + split(end - begin);
        if from.0 <= middle {
            path.push(range_root(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(nodes, begin, middle)?);
            begin = middle;
        }
    }
    // The old tree itself needs no hash where it is one whole left edge of the new one: the verifier has its root.
    if begin != 0 {
        path.push(range_root(nodes, begin, end)?);
    }
    path.reverse();
    Ok(path)
}
