//! (placeholder, written by its owner)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {}
