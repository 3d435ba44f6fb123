//! What the tests that need more than one crate have in common: the folder of real data, and the binary under test.
//!
//! A test that needs something which a machine may lack (the data folder, root) says so on one line,
//! `skipped: <test>: <why>`, and passes. Where `CI=true` it fails instead: a skip must never pass for a success there.

pub mod binary;
pub mod data;
pub mod mesh;
pub mod naive;
pub mod sim;
pub mod skip;
pub mod world;
