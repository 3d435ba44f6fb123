//! The command line. This file only delegates: every command has a file of its own with its `Args` (clap) and a
//! `run(args, &Context)`. Adding one takes a module line, a variant and an arm.

pub mod act;
pub mod announce;
pub mod bench;
pub mod carry;
pub mod codes;
pub mod completions;
pub mod demo;
pub mod entry;
pub mod federation;
pub mod fsck;
pub mod init;
pub mod keys;
pub mod peers;
pub mod proof;
pub mod publish;
pub mod recognise;
pub mod run;
pub mod status;

use crate::client::Client;
use crate::fault::Fault;
use crate::say;
use clap::{Parser, Subcommand};
use huxin_api::model::ActVerb;
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
            say!("{}", crate::screen::json(value).map_err(Fault::unexpected)?);
        } else {
            show(value);
        }
        Ok(())
    }
}

/// 互信: a city's node for credit lists that cities sign, pass on, recognise and prove.
#[derive(Debug, Parser)]
#[command(name = "huxin", version, about, max_term_width = 110, propagate_version = true)]
#[command(
    after_help = "Example:\n  huxin demo --once        three stand-in cities on this machine, then exit\n  huxin init --city 330900 --name 舟山 ./zhoushan"
)]
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
    /// Publish one entry, or a whole list through an import profile
    Publish(publish::Args),
    /// Publish a corrected successor of an entry
    Amend(act::AmendArgs),
    /// An entry was wrong: void from the start (撤销)
    Annul(act::ActArgs),
    /// Take an entry off the list from now on (移出)
    Remove(act::ActArgs),
    /// The subject made good: publication, sharing and measures end (信用修复)
    Repair(act::RepairArgs),
    /// What the law says must be gone: erase the entry's text everywhere
    Erase(act::ActArgs),
    /// Take one ending back
    Reinstate(act::ActArgs),
    /// Opt out of one entry of another city, with a reason
    Decline(act::DeclineArgs),
    /// Sign which of a partner's entries count here (互认), or list the rules
    Recognise(recognise::Args),
    /// Tell partners where this node is reached from now on
    Announce(announce::Args),
    /// What counts for a subject here, and why
    Status(status::Args),
    /// Show one statement as it was signed
    Entry(entry::Args),
    /// Write a bundle that anyone can check offline
    Prove(proof::ProveArgs),
    /// Check a bundle without any node
    Verify(proof::VerifyArgs),
    /// Write logs to a file, for a one-way gateway
    Export(carry::ExportArgs),
    /// Bring logs from a file of `huxin export`
    Import(carry::ImportArgs),
    /// Partners, connections, and how far every log is held
    Peers(peers::Args),
    /// Check codes
    #[command(subcommand)]
    Codes(codes::Args),
    /// Check a stopped node's store from end to end
    Fsck(fsck::Args),
    /// Measure this machine: whole nodes, beside what the machine itself can do
    Bench(bench::Args),
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
        Command::Publish(args) => publish::run(args, &context),
        Command::Amend(args) => act::amend(&args, &context),
        Command::Annul(args) => act::act(ActVerb::Annulment, args, &context),
        Command::Remove(args) => act::act(ActVerb::Removal, args, &context),
        Command::Repair(args) => act::repair(args, &context),
        Command::Erase(args) => act::act(ActVerb::Erasure, args, &context),
        Command::Reinstate(args) => act::act(ActVerb::Reinstatement, args, &context),
        Command::Decline(args) => act::decline(args, &context),
        Command::Recognise(args) => recognise::run(args, &context),
        Command::Announce(args) => announce::run(args, &context),
        Command::Status(args) => status::run(args, &context),
        Command::Entry(args) => entry::run(&args, &context),
        Command::Prove(args) => proof::prove(&args, &context),
        Command::Verify(args) => proof::verify(&args, &context),
        Command::Export(args) => carry::export(&args, &context),
        Command::Import(args) => carry::import(&args, &context),
        Command::Peers(args) => peers::run(&args, &context),
        Command::Codes(args) => codes::run(&args, &context),
        Command::Fsck(args) => fsck::run(args, &context),
        Command::Bench(args) => bench::run(args, &context),
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
