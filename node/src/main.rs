//! The binary `huxin`. `main` only chooses; the program is the library, so that it fits inside a test.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = huxin::command::Cli::parse();
    let json = cli.json;
    match huxin::command::dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            fault.print(json);
            fault.exit_code()
        }
    }
}
