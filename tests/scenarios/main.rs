//! Scenarios: whole federations of the production engine in one thread, with a fake disk, network and clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod banks;
mod claims;
mod clocks;
mod codes;
mod editions;
mod endings;
mod exchange;
mod faults;
mod floods;
mod forks;
mod fsck;
mod hand;
mod joint;
mod liars;
mod lines;
mod naive;
mod news;
mod offsets;
mod order;
mod partition;
mod quotas;
mod readers;
mod records;
mod recovery;
mod releases;
mod replays;
mod restart;
mod rights;
mod rivals;
mod rotation;
mod serving;
mod words;
