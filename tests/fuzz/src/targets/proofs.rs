//! Inclusion and consistency proofs over a tree of a few hundred leaves.
//!
//! The input first says which proof of the tree is meant, and then what is done to it. A proof that was changed in any hash
//! must be refused; numbers that fit nothing must come back with a reason. That another *size* is refused is not asked: a
//! proof alone does not bind it (leaf 0 of three and leaf 0 of four have the same path), the checkpoint does.

use crate::judge::stable;
use crate::script::Script;
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{Seq, Size};
use huxin_protocol::tree::{
    Frontier, NodePlace, NodeRead, PROOF_HASHES, ProofFault, consistency_proof, inclusion_proof, leaf_hash, root_at,
    verify_consistency, verify_inclusion,
};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Leaves of the tree: a number with ragged right edges of every kind below it.
const LEAVES: u64 = 300;

struct Tree(BTreeMap<NodePlace, TreeHash>);

impl NodeRead for Tree {
    type Fault = NodePlace;
    fn node(&self, place: NodePlace) -> Result<TreeHash, NodePlace> {
        self.0.get(&place).copied().ok_or(place)
    }
}

fn leaf(index: u64) -> TreeHash {
    leaf_hash(&index.to_be_bytes())
}

fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let (mut nodes, mut frontier) = (BTreeMap::new(), Frontier::default());
        for index in 0..LEAVES {
            nodes.insert(NodePlace { level: 0, index }, leaf(index));
            frontier.push(leaf(index), &mut |place, hash| {
                nodes.insert(place, hash);
            });
        }
        Tree(nodes)
    })
}

fn root(size: u64) -> TreeHash {
    root_at(tree(), Size(size)).unwrap_or(TreeHash([0; 32]))
}

/// Changes hashes as the script says; what comes back may by chance be what went in.
fn edited(proof: &[TreeHash], script: &mut Script<'_>) -> Vec<TreeHash> {
    let mut proof = proof.to_vec();
    for _ in 0..=script.below(3) {
        let at = script.below(proof.len().max(1));
        match script.below(6) {
            0 => drop(proof.pop()),
            1 if !proof.is_empty() => drop(proof.remove(at)),
            2 => proof.insert(at.min(proof.len()), TreeHash([script.byte(); 32])),
            3 if !proof.is_empty() => proof[at].0[script.below(32)] ^= 1 << script.below(8),
            4 if !proof.is_empty() => {
                let other = script.below(proof.len());
                proof.swap(at, other);
            }
            _ => proof.extend_from_within(..at.min(proof.len())),
        }
    }
    proof
}

fn judged(outcome: Result<(), ProofFault>) -> bool {
    if let Err(fault) = outcome {
        stable(fault.code());
    }
    outcome.is_ok()
}

pub fn inclusion(input: &[u8]) {
    let script = &mut Script::new(input);
    let size = 1 + u64::from(script.short()) % LEAVES;
    let index = u64::from(script.short()) % size;
    let Ok(proof) = inclusion_proof(tree(), Seq(index), Size(size)) else { panic!("{index} of {size} has no proof") };
    let (own, top) = (leaf(index), root(size));
    let verify = |leaf: &TreeHash, index, size, proof: &[TreeHash], root: &TreeHash| {
        judged(verify_inclusion(leaf, Seq(index), Size(size), proof, root))
    };
    assert!(verify(&own, index, size, &proof, &top), "the tree's own proof of {index} of {size}");
    assert!(proof.len() <= PROOF_HASHES);
    let changed = edited(&proof, script);
    if changed != proof {
        assert!(!verify(&own, index, size, &changed, &top), "a changed proof of {index} of {size}: {changed:?}");
    }
    let elsewhere = u64::from(script.short()) % size;
    if elsewhere != index {
        assert!(!verify(&own, elsewhere, size, &proof, &top), "the proof of {index} of {size} for {elsewhere}");
        assert!(!verify(&leaf(elsewhere), index, size, &proof, &top), "leaf {elsewhere} at {index} of {size}");
    }
    assert!(!verify(&own, index, size, &proof, &root(size + 1)) || size == LEAVES, "a later root");
    // Anything for numbers, anything for hashes.
    let (wild_index, wild_size) = (script.wide(), script.wide());
    let wild: Vec<TreeHash> =
        script.rest().chunks_exact(32).filter_map(|hash| hash.try_into().ok().map(TreeHash)).collect();
    verify(&own, wild_index, wild_size, &wild, &top);
    verify(&own, wild_index, wild_size, &proof, &top);
    verify(&own, index, wild_size, &proof, &top);
    verify(&own, wild_index, size, &wild, &top);
}

pub fn consistency(input: &[u8]) {
    let script = &mut Script::new(input);
    let to = 1 + u64::from(script.short()) % LEAVES;
    let from = 1 + u64::from(script.short()) % to;
    let Ok(proof) = consistency_proof(tree(), Size(from), Size(to)) else { panic!("{from} to {to} has no proof") };
    let (old, new) = (root(from), root(to));
    let verify = |from, old: &TreeHash, to, new: &TreeHash, proof: &[TreeHash]| {
        judged(verify_consistency(Size(from), old, Size(to), new, proof))
    };
    assert!(verify(from, &old, to, &new, &proof), "the tree's own proof from {from} to {to}");
    assert!(proof.len() <= PROOF_HASHES);
    let changed = edited(&proof, script);
    if changed != proof {
        assert!(!verify(from, &old, to, &new, &changed), "a changed proof from {from} to {to}: {changed:?}");
    }
    let mut other = old;
    other.0[script.below(32)] ^= 1 << script.below(8);
    assert!(!verify(from, &other, to, &new, &proof), "another old root");
    assert!(!verify(from, &old, to, &other, &proof), "another new root");
    if from != to {
        assert!(!verify(to, &new, from, &old, &proof), "a log that shrank");
        assert!(!verify(from, &old, from, &new, &[]), "two roots of one size");
    }
    let (wild_from, wild_to) = (script.wide(), script.wide());
    let wild: Vec<TreeHash> =
        script.rest().chunks_exact(32).filter_map(|hash| hash.try_into().ok().map(TreeHash)).collect();
    verify(wild_from, &old, wild_to, &new, &wild);
    verify(wild_from, &old, wild_to, &new, &proof);
    verify(from, &old, wild_to, &new, &proof);
    verify(wild_from, &old, to, &new, &wild);
}
