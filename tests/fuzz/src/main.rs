//! `huxin-fuzz list`, `huxin-fuzz run TARGET FILE…`, `huxin-fuzz seeds`.

use huxin_fuzz::seeds::Seeds;
use huxin_fuzz::{TARGETS, Target};
use std::process::ExitCode;

const USAGE: &str = "huxin-fuzz list                 the targets
huxin-fuzz run TARGET FILE...   one target on files, to repeat what a fuzzer found
huxin-fuzz seeds                write tests/fuzz/corpus anew";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => {
            for target in TARGETS {
                println!("{:<14}{}", target.name, target.about);
            }
            ExitCode::SUCCESS
        }
        ["seeds"] => match Seeds::make().write() {
            Ok(()) => ExitCode::SUCCESS,
            Err(fault) => refuse(&format!("the corpus could not be written: {fault}")),
        },
        ["run", target, files @ ..] if !files.is_empty() => match Target::find(target) {
            Some(target) => run(target, files),
            None => refuse(&format!("there is no target {target}; see huxin-fuzz list")),
        },
        _ => refuse(USAGE),
    }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::from(2)
}

/// A panic of the target ends the program, with the file named before it.
fn run(target: &Target, files: &[&str]) -> ExitCode {
    huxin_fuzz::hush();
    for file in files {
        match std::fs::read(file) {
            Ok(bytes) => {
                println!("{} {file} ({} bytes)", target.name, bytes.len());
                target.run(&bytes);
                target.judge(&bytes);
            }
            Err(fault) => return refuse(&format!("{file} could not be read: {fault}")),
        }
    }
    ExitCode::SUCCESS
}
