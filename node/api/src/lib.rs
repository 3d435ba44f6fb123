//! huxin-api: HTTP over the node's reads and commands.
//!
//! The node binds one loopback address; every path under `/v1`, and `/metrics`, wants a bearer token: that of the token file, or for
//! questions the second one, which only reads. This crate
//! knows neither RocksDB nor libp2p: it reads the ledger and hands commands over through [`Backend`].
//!
//! - [`model`]: the JSON shapes, shared with the command line's client.
//! - [`problem`]: errors as problem+json.
//! - [`router`]: all paths; what becomes of a request stands in `routes`.

mod backend;
mod door;
pub mod model;
pub mod problem;
mod routes;
mod server;

pub use backend::{Backend, Command, Sources, Submitted, SubmittedEach};
pub use problem::{Problem, ProblemItem};
pub use server::{ServerSettings, router, within};
