//! huxin: a city's node, and the only place with I/O.
//!
//! - [`command`]: the command line, one file per command.
//! - [`client`]: the command line's end of the node's HTTP.
//! - [`settings`]: the configuration file and the files that it names.
//! - [`runtime`]: the running node: writer thread, intake, serving, background check, start and stop.
//! - [`drafting`]: from a request to a statement that only lacks its place and its signature.
//! - [`fields`]: which fields of work a partner's entries name.
//! - [`proving`]: from a statement in the store to a bundle that a stranger can check.
//! - [`backend`]: the node behind its HTTP.
//! - [`metrics`]: what the operator sees.
//! - [`sources`]: how far every city's log is held, kept between questions.
//! - [`screen`]: what commands print, harmless whatever partners wrote.
//! - [`destination`]: where the files go that commands make.

pub mod backend;
pub mod chinese;
pub mod client;
pub mod command;
pub mod destination;
pub mod drafting;
pub mod fault;
pub mod fields;
pub mod metrics;
pub mod places;
pub mod proving;
pub mod runtime;
pub mod screen;
pub mod settings;
pub mod sources;

pub use fault::{Exit, Fault};
