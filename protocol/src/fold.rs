//! The fold: from statements to what counts. "The door admits, the fold judges": whatever lies under a valid checkpoint
//! is in the log; what it means is decided here, by pure functions of a view (R100 and on).
//!
//! [`case`] is what a ruling is made from: everything in the logs that touches one subject. [`rule`] makes the ruling.

pub mod case;
mod judge;

pub use case::{BodyState, CaseFile, Fact, SourceFact, Viewpoint};
pub use judge::rule;
