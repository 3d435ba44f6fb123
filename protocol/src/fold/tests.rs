//! Tests of the fold. [`book`] writes logs by hand; each other file asks one part of the rules. Cities, firms and
//! documents are made up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod book;
mod catalogue;
mod digests;
mod endings;
mod headers;
mod lists;
mod properties;
mod public;
mod recognition;
mod sources;
mod spec;
mod summary;
mod terms;
