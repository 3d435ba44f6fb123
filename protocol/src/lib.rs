//! huxin-protocol: what two cities must agree on.
//!
//! A city signs **statements** and appends them to its own Merkle log. Runs of statements travel as **segments**
//! under a signed **checkpoint**; whoever holds them folds them, with everybody's key records, into the same
//! **ruling**. This crate has the bytes, the rules and the proofs, and nothing else: it knows no clock, disk,
//! socket, thread or chance. Time is handed in, randomness is handed in, and every map is ordered.
//!
//! The numbered rules (`R1`, `R2`, …) that comments and tests cite stand in `SPEC.md` beside this crate.

pub mod body;
pub mod bundle;
pub mod cbor;
pub mod checkpoint;
pub mod cose;
pub mod cosignature;
pub mod digest;
pub mod edition;
pub mod evidence;
pub mod fold;
pub mod genesis;
pub mod header;
pub mod ids;
pub mod introduction;
pub mod key;
pub mod key_record;
pub mod kind;
pub mod limits;
pub mod note;
pub mod roster;
pub mod ruling;
pub mod segment;
pub mod standing;
pub mod statement;
pub mod subject;
pub mod text;
pub mod time;
pub mod tree;
