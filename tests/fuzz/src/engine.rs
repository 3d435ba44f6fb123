//! The engine under stories: sequences of inputs that a script tells, on a store in memory. In the story are drafts good and
//! bad, segments of two contradicting histories whole, cut, doubled and broken, answers that were asked for and others,
//! lost and restored disks, failed commits, records and clocks that jump.
//!
//! What must hold, whatever happens:
//! - no input is a fault of the engine's own: reading never fails on a store that is whole;
//! - the own log only grows, unless a key record of the own root cuts it;
//! - no two checkpoints of one epoch and size with different roots ever leave the node;
//! - what was acknowledged is there, until the disk it was on is lost or the own root cuts it off;
//! - what leaves is what the formats allow, and proves itself to others;
//! - the whole ledger is clean at the end, and a node starts on it.

mod acts;
mod damage;
mod node;
mod segments;
mod telling;

pub use damage::damaged;

use crate::script::Script;
use node::Node;

/// Most acts of one story.
const ACTS: usize = 48;

/// One story.
pub fn story(input: &[u8]) {
    let script = &mut Script::new(input);
    let mut node = Node::new(script);
    for _ in 0..ACTS {
        if script.is_over() {
            break;
        }
        acts::act(&mut node, script);
    }
    node.end();
}
