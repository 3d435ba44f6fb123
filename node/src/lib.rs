//! huxin: a city's node, and the only place with I/O.
//!
//! - [`command`]: the command line, one file per command.
//! - [`client`]: the command line's end of the node's HTTP.
//! - [`settings`]: the configuration file as the node uses it.

pub mod client;
pub mod command;
pub mod fault;
pub mod settings;

pub use fault::{Exit, Fault};
