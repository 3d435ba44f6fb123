//! huxin-fuzz: what is done to everything that reads bytes from outside.
//!
//! A **target** is a function over bytes that must come back. Whatever it is given, it does not panic, does not hold more
//! memory than its input can account for, answers the same twice, and refuses with a stable code. Where a form is
//! canonical, what was read is written again to the very same bytes. And since the [prepared federation](scene) has all
//! keys at hand, a target can ask for more than survival: what is accepted as signed was really signed.
//!
//! Two drivers run the same targets:
//!
//! - the **short run**, `cargo test -p huxin-fuzz`: every committed input, and a bounded number of [mutations](mutation) of
//!   them from one seed. It is part of `make test`.
//! - the **long run**, `scripts/fuzz [TARGET] [SECONDS]`: libFuzzer, led by the coverage of our own code and of the parsers
//!   under it.
//!
//! `corpus/<target>/` has the seeds, which `huxin-fuzz seeds` makes anew; `found/<target>/` has every input that ever broke
//! something, under a title that says what. Everything in both is synthetic.
//!
//! What is not here: the road itself (half-open streams, floods, slow peers) belongs to the hostile-peer tests, and what
//! a damaged disk does to RocksDB to the store's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a target tells what it found"
)]

pub mod allocation;
pub mod corpus;
mod engine;
mod judge;
pub mod mutation;
pub mod scene;
mod script;
pub mod seeds;
mod targets;

pub use targets::TARGETS;

use crate::allocation::highest_of;
use std::sync::Once;

/// Panics that our code catches are not told: the library under workbooks has one for each wild place. Telling one costs
/// more memory than any target may hold, where a backtrace is asked for.
pub fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.location().is_none_or(|location| !location.file().contains("/calamine-")) {
                told(panic);
            }
        }));
    });
}

/// How much memory a target may hold at once: a fixed part, and so much for every byte of input.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub fixed: usize,
    pub per_byte: usize,
}

/// One thing that reads bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub name: &'static str,
    /// What it reads, and where that comes from.
    pub about: &'static str,
    run: fn(&[u8]),
    memory: Memory,
    /// Mutated inputs in the short run: about one second of them in a build for development.
    pub runs: u64,
}

impl Target {
    /// The target of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// Runs the target on one input without counting its memory. Once on every seed makes what targets share.
    ///
    /// # Panics
    /// If the input breaks something.
    pub fn run(&self, input: &[u8]) {
        scene::scene();
        (self.run)(input);
    }

    /// Runs the target on one input.
    ///
    /// # Panics
    /// If the input breaks something: the target's own assertions, a panic in the code under it, or too much memory held.
    pub fn judge(&self, input: &[u8]) {
        let highest = highest_of(|| (self.run)(input));
        let allowed = self.memory.fixed + self.memory.per_byte * input.len();
        assert!(
            highest <= allowed,
            "{}: {highest} bytes held for an input of {}, allowed are {allowed}",
            self.name,
            input.len()
        );
    }
}
