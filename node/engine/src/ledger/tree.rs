//! A city's Merkle tree as it is stored: subtree roots at every fourth level, the rest computed from the leaves. That is one
//! row in fifteen leaves instead of one a leaf, for at most 15 more hashes a node asked.

use super::{Family, LedgerRead, ReadFault, place_key, tree_key};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::tree::{NodePlace, NodeRead, leaf_hash, node_hash};

/// Levels that are stored are multiples of this.
pub const STORED_LEVELS: u8 = 4;

pub struct LedgerTree<'a, R: ?Sized> {
    pub read: &'a R,
    pub city: CityCode,
}

impl<R: LedgerRead + ?Sized> NodeRead for LedgerTree<'_, R> {
    type Fault = ReadFault;

    fn node(&self, place: NodePlace) -> Result<TreeHash, ReadFault> {
        if place.level == 0 {
            let leaf = self.read.get(Family::Log, &place_key(self.city, Seq(place.index)))?;
            return leaf.map(|leaf| leaf_hash(&leaf)).ok_or_else(|| ReadFault {
                family: Family::Log,
                cause: format!("leaf {}-{} is missing", self.city, place.index).into(),
            });
        }
        if place.level.is_multiple_of(STORED_LEVELS) {
            let row = self.read.get(Family::Tree, &tree_key(self.city, place))?;
            let hash = row.and_then(|row| row.as_slice().try_into().ok()).map(TreeHash);
            return hash.ok_or_else(|| ReadFault::row(Family::Tree));
        }
        let below = place.level - 1;
        let left = self.node(NodePlace { level: below, index: place.index * 2 })?;
        let right = self.node(NodePlace { level: below, index: place.index * 2 + 1 })?;
        Ok(node_hash(&left, &right))
    }
}
