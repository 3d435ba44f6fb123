//! `huxin completions`: completion scripts for shells.

use super::{Cli, Context};
use crate::fault::Fault;
use clap::CommandFactory;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin completions bash > /etc/bash_completion.d/huxin")]
pub struct Args {
    shell: Shell,
}

pub fn run(args: Args, _context: &Context) -> Result<(), Fault> {
    clap_complete::generate(args.shell, &mut Cli::command(), "huxin", &mut std::io::stdout());
    Ok(())
}
