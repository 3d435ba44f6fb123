//! huxin-api: HTTP over the node's reads and commands.
//!
//! The node binds one loopback address; every path under `/v1` wants the bearer token from the token file. This crate
//! knows neither RocksDB nor libp2p: it reads the ledger through a backend and hands commands to it.
//!
//! - [`model`]: the JSON shapes, shared with the command line's client.
//! - [`problem`]: errors as problem+json.

pub mod model;
pub mod problem;

pub use problem::Problem;
