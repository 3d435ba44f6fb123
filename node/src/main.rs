//! The binary `huxin`. `main` only chooses; the program is the library, so that it fits inside a test.

use clap::Parser as _;
use std::process::ExitCode;

/// Pages of a megabyte come and go between threads all the time; the system's allocator gives their memory back and asks for
/// it again, which cost a tenth of catching up.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
