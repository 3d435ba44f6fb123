//! The binary `huxin`. `main` only chooses; the program is the library, so that it fits inside a test.

use huxin_config::Language;
use std::process::ExitCode;

/// Pages of a megabyte come and go between threads all the time; the system's allocator gives their memory back and asks for
/// it again, which cost a tenth of catching up.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // What lies in memory, keys above all, is never written to a file when the program ends by a fault.
    drop(rlimit::setrlimit(rlimit::Resource::CORE, 0, 0));
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match huxin::command::read(&words) {
        Ok(cli) => cli,
        Err((fault, language)) => return misused(&fault, language),
    };
    let (json, language) = (cli.json, cli.spoken());
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
            fault.print(json, language);
            fault.exit_code()
        }
    }
}

/// Help and version, or what is wrong with the command line: exit code 2.
fn misused(fault: &clap::Error, language: Language) -> ExitCode {
    match huxin::chinese::misuse(fault).filter(|_| language == Language::Chinese) {
        Some(sentence) => huxin::screen::tell(format_args!("{sentence}")),
        // A stream that is closed has nobody to be told.
        None => drop(fault.print()),
    }
    ExitCode::from(u8::try_from(fault.exit_code()).unwrap_or(2))
}
