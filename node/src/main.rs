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
    let ended = huxin::command::dispatch(cli).and_then(|()| match huxin::screen::failure() {
        None => Ok(()),
        Some(fault) => Err(huxin::Fault::new(
            huxin::Exit::Unexpected,
            "output",
            format_args!("the command was carried out, and its answer could not be written: {fault}"),
        )
        .trying("make room where the output goes; what was signed stays signed")),
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            fault.print(json);
            fault.exit_code()
        }
    }
}
