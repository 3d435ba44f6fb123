//! The command line. This file only delegates: every command has a file of its own with its `Args` (clap) and a
//! `run(args, &Context)`. Adding one takes a module line, a variant and an arm.

pub mod completions;
pub mod demo;
pub mod federation;
pub mod fsck;
pub mod init;
pub mod keys;
pub mod run;

use crate::client::Client;
use crate::fault::Fault;
use clap::{Parser, Subcommand};
use serde::Serialize;
use std::path::PathBuf;

/// What every command gets.
#[derive(Clone, Debug)]
pub struct Context {
    /// Configuration file of the node.
    pub config: PathBuf,
    /// Whether to print one JSON document instead of tables.
    pub json: bool,
}

impl Context {
    /// The running node's API.
    ///
    /// # Errors
    /// The configuration or the token file cannot be read. Whether a node answers shows with the first request.
    pub fn client(&self) -> Result<Client, Fault> {
        Client::open(&self.config)
    }

    /// Prints `value` as JSON where asked for, else calls `show`.
    pub fn show<T: Serialize>(&self, value: &T, show: impl FnOnce(&T)) -> Result<(), Fault> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(value).map_err(Fault::unexpected)?);
        } else {
            show(value);
        }
        Ok(())
    }
}

/// 互信: a city's node for credit lists that cities sign, pass on, recognise and prove.
#[derive(Debug, Parser)]
#[command(name = "huxin", version, about, max_term_width = 110, propagate_version = true)]
#[command(after_help = "Example:\n  huxin demo --once        three stand-in cities on this machine, then exit\n  huxin init --city 330900 --name 舟山 ./zhoushan")]
pub struct Cli {
    /// Configuration file of the node
    #[arg(long, global = true, env = "HUXIN_CONFIG", default_value = "huxin.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// Print one JSON document instead of text for people
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a city's configuration, keys, access token and join file
    Init(init::Args),
    /// Found a federation from join files, or look at one
    #[command(subcommand)]
    Federation(federation::Args),
    /// Look at the city's keys, or rotate them
    #[command(subcommand)]
    Keys(keys::Args),
    /// Run the node
    Run(run::Args),
    /// Show a federation of stand-in cities on this machine
    Demo(demo::Args),
    /// Check a stopped node's store from end to end
    Fsck(fsck::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// A table for people, in the one style of all commands.
#[must_use]
pub fn table(head: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED).set_header(head.iter().copied());
    table
}

/// Runs one command line.
pub fn dispatch(cli: Cli) -> Result<(), Fault> {
    let context = Context { config: cli.config, json: cli.json };
    match cli.command {
        Command::Init(args) => init::run(args, &context),
        Command::Federation(args) => federation::run(args, &context),
        Command::Keys(args) => keys::run(args, &context),
        Command::Run(args) => run::run(args, &context),
        Command::Demo(args) => demo::run(args, &context),
        Command::Fsck(args) => fsck::run(args, &context),
        Command::Completions(args) => completions::run(args, &context),
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
