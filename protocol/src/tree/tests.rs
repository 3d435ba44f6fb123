//! The tree against the RFC's own recursive definitions, written down naively.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::ids::Seq;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Largest size that is tried for every pair.
const TRIED: u64 = 70;

fn leaf(n: u64) -> TreeHash {
    leaf_hash(&n.to_be_bytes())
}

/// MTH of RFC 9162 section 2.1.1.
fn naive_root(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(naive_split(many.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

fn naive_split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// PATH of RFC 9162 section 2.1.3.1.
fn naive_path(m: usize, leaves: &[TreeHash]) -> Vec<TreeHash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = naive_split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, other) = if m < k { (naive_path(m, left), right) } else { (naive_path(m - k, right), left) };
    path.push(naive_root(other));
    path
}

/// SUBPROOF of RFC 9162 section 2.1.4.1.
fn naive_subproof(m: usize, leaves: &[TreeHash], whole: bool) -> Vec<TreeHash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let k = naive_split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m <= k {
        let mut path = naive_subproof(m, left, whole);
        path.push(naive_root(right));
        path
    } else {
        let mut path = naive_subproof(m - k, right, false);
        path.push(naive_root(left));
        path
    }
}

/// Complete subtrees as a store keeps them.
struct Kept(BTreeMap<NodePlace, TreeHash>);

impl NodeRead for Kept {
    type Fault = NodePlace;
    fn node(&self, place: NodePlace) -> Result<TreeHash, NodePlace> {
        self.0.get(&place).copied().ok_or(place)
    }
}

fn grow(size: u64) -> (Kept, Frontier) {
    let mut kept = BTreeMap::new();
    let mut frontier = Frontier::default();
    for n in 0..size {
        kept.insert(NodePlace { level: 0, index: n }, leaf(n));
        frontier.push(leaf(n), &mut |place, hash| {
            assert!(place.level >= 1, "leaves are not handed out");
            assert_eq!(kept.insert(place, hash), None, "each subtree once");
        });
    }
    (Kept(kept), frontier)
}

fn leaves(size: u64) -> Vec<TreeHash> {
    (0..size).map(leaf).collect()
}

#[test]
fn the_empty_root_is_the_hash_of_nothing() {
    let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(empty_root().to_string(), expected);
    assert_eq!(Frontier::default().root(), empty_root());
    // RFC 9162's leaf prefix over an empty leaf, a value that public logs print.
    let empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(leaf_hash(b"").to_string(), empty_leaf);
}

#[test]
fn frontier_and_roots_agree_with_the_recursion_at_every_size() {
    let (kept, _) = grow(TRIED);
    let all = leaves(TRIED);
    for size in 0..=TRIED {
        let (_, frontier) = grow(size);
        let root = naive_root(&all[..size as usize]);
        assert_eq!(frontier.root(), root);
        assert_eq!(root_at(&kept, Size(size)).unwrap(), root);
        assert_eq!(frontier_at(&kept, Size(size)).unwrap(), frontier);
        let again = Frontier::from_parts(frontier.size(), frontier.nodes().to_vec()).unwrap();
        assert_eq!(again, frontier);
    }
}

#[test]
fn inclusion_holds_at_every_size_and_only_for_its_place() {
    let (kept, _) = grow(TRIED);
    let all = leaves(TRIED);
    for size in 1..=TRIED {
        let root = naive_root(&all[..size as usize]);
        for at in 0..size {
            let proof = inclusion_proof(&kept, Seq(at), Size(size)).unwrap();
            assert_eq!(proof, naive_path(at as usize, &all[..size as usize]));
            verify_inclusion(&leaf(at), Seq(at), Size(size), &proof, &root).unwrap();
            for other in 0..size {
                if other != at {
                    assert!(verify_inclusion(&leaf(at), Seq(other), Size(size), &proof, &root).is_err());
                }
            }
            let mut longer = proof.clone();
            longer.push(root);
            assert_eq!(verify_inclusion(&leaf(at), Seq(at), Size(size), &longer, &root), Err(ProofFault::Length));
            if let Some((_, shorter)) = proof.split_last() {
                assert_eq!(verify_inclusion(&leaf(at), Seq(at), Size(size), shorter, &root), Err(ProofFault::Length));
            }
        }
    }
}

#[test]
fn consistency_holds_between_every_two_sizes() {
    let (kept, _) = grow(TRIED);
    let all = leaves(TRIED);
    for to in 0..=TRIED {
        let to_root = naive_root(&all[..to as usize]);
        for from in 0..=to {
            let from_root = naive_root(&all[..from as usize]);
            let proof = consistency_proof(&kept, Size(from), Size(to)).unwrap();
            let verdict = verify_consistency(Size(from), &from_root, Size(to), &to_root, &proof);
            if from == 0 {
                assert!(proof.is_empty());
                // From nothing to something nothing is shown.
                assert_eq!(verdict, if to == 0 { Ok(()) } else { Err(ProofFault::Range) });
                continue;
            }
            assert_eq!(proof, naive_subproof(from as usize, &all[..to as usize], true));
            assert_eq!(verdict, Ok(()), "{from} to {to}");
            let mut longer = proof.clone();
            longer.push(to_root);
            assert!(verify_consistency(Size(from), &from_root, Size(to), &to_root, &longer).is_err());
            let wrong = leaf_hash(b"wrong");
            assert!(verify_consistency(Size(from), &wrong, Size(to), &to_root, &proof).is_err());
            assert!(verify_consistency(Size(from), &from_root, Size(to), &wrong, &proof).is_err());
            if from < to {
                assert!(verify_consistency(Size(to), &to_root, Size(from), &from_root, &proof).is_err());
                for other in 0..=TRIED {
                    if other != from {
                        let shifted = verify_consistency(Size(other), &from_root, Size(to), &to_root, &proof);
                        assert!(shifted.is_err(), "{other} for {from} to {to}");
                    }
                }
            }
        }
    }
}

#[test]
fn sizes_out_of_range_are_refused() {
    let (kept, frontier) = grow(5);
    assert_eq!(inclusion_proof(&kept, Seq(5), Size(5)), Err(MakeFault::Range));
    assert_eq!(consistency_proof(&kept, Size(6), Size(5)), Err(MakeFault::Range));
    assert!(matches!(root_at(&kept, Size(6)), Err(MakeFault::Read(_))));
    let root = frontier.root();
    assert_eq!(verify_inclusion(&leaf(0), Seq(0), Size(0), &[], &empty_root()), Err(ProofFault::Range));
    assert_eq!(verify_inclusion(&leaf(0), Seq(u64::MAX), Size(5), &[], &root), Err(ProofFault::Range));
    assert_eq!(Frontier::from_parts(Size(5), vec![root]), Err(ProofFault::Frontier));
    assert_eq!(Frontier::from_parts(Size(u64::MAX), vec![root; 64]), Err(ProofFault::Frontier));
    let other = verify_consistency(Size(0), &root, Size(0), &root, &[]);
    assert_eq!(other, Err(ProofFault::Root), "size 0 has but one root");
}

/// A tree in which every subtree of one level has one hash, so that proofs at enormous sizes can be made.
struct Uniform;

impl NodeRead for Uniform {
    type Fault = Infallible;
    fn node(&self, place: NodePlace) -> Result<TreeHash, Infallible> {
        let mut hash = leaf_hash(b"same");
        for _ in 0..place.level {
            hash = node_hash(&hash, &hash);
        }
        Ok(hash)
    }
}

proptest! {
    #[test]
    fn proofs_hold_at_any_size(size in 2..=MAX_SIZE, a in any::<u64>(), b in any::<u64>()) {
        let (size, at, from) = (Size(size), Seq(a % size), Size(1 + b % (size - 1)));
        let root = root_at(&Uniform, size).unwrap();
        let path = inclusion_proof(&Uniform, at, size).unwrap();
        prop_assert!(path.len() <= PROOF_HASHES);
        prop_assert_eq!(verify_inclusion(&leaf_hash(b"same"), at, size, &path, &root), Ok(()));
        let path = consistency_proof(&Uniform, from, size).unwrap();
        prop_assert!(path.len() <= PROOF_HASHES);
        let from_root = root_at(&Uniform, from).unwrap();
        prop_assert_eq!(verify_consistency(from, &from_root, size, &root, &path), Ok(()));
    }

    #[test]
    fn a_changed_bit_in_a_proof_is_seen(size in 2u64..200, a in any::<u64>(), bit in 0usize..256, which in any::<usize>()) {
        let (kept, frontier) = grow(size);
        let from = Size(1 + a % (size - 1));
        let from_root = root_at(&kept, from).unwrap();
        let mut proof = consistency_proof(&kept, from, Size(size)).unwrap();
        let which = which % proof.len();
        proof[which].0[bit / 8] ^= 1 << (bit % 8);
        let verdict = verify_consistency(from, &from_root, Size(size), &frontier.root(), &proof);
        prop_assert_eq!(verdict, Err(ProofFault::Root));
    }
}
