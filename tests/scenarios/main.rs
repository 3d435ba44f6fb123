//! Scenarios: whole federations of the production engine in one thread, with a fake disk, network and clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod banks;
mod endings;
mod exchange;
mod fsck;
mod liars;
mod order;
mod restart;
mod rotation;
mod words;
