//! docs/officers.md is followed as an officer would: the blocks of commands in one shell, the file that it shows, and every command of the
//! table of acts on a terminal, where each shows whom it is about and is answered with yes. The machine is a network namespace of its own, so
//! that the document may name plain ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
#[path = "namespaces/host.rs"]
#[allow(dead_code)]
mod host;

use federation::Seat as _;
use host::Host;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a shell prints behind each step.
const DONE: &str = "--step-done--";

enum Step {
    Commands(String),
    File(String, String),
    /// A command of the table of acts.
    Act(String),
}

/// The steps of the document, in its order. Of a list there is no file, so the last section is left out.
fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut open) = (Vec::new(), None::<(String, String)>);
    for line in text.lines().take_while(|line| !line.starts_with("## 5.")) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(mark)) => open = Some((mark.to_owned(), String::new())),
            (Some(_), Some(_)) => {
                let (mark, inside) = open.take().unwrap();
                steps.push(match mark.strip_prefix("toml ") {
                    Some(name) => Step::File(name.to_owned(), inside),
                    None => Step::Commands(inside),
                });
            }
            (Some((_, inside)), None) => inside.push_str(&format!("{line}\n")),
            (None, None) if line.starts_with('|') => {
                let command = line.split('`').nth(1).filter(|command| command.starts_with("huxin "));
                steps.extend(command.map(|command| Step::Act(command.to_owned())));
            }
            (None, None) => {}
        }
    }
    steps
}

/// Six months ago: the demonstration catalogue lets a general entry be repaired after three, and ends it after twelve.
fn decided_on() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let today = huxin_protocol::time::Millis(i64::try_from(now).unwrap()).date();
    format!("decided_on = \"{}\"", today.add_months(-6))
}

#[test]
fn every_step_of_the_document_does_what_it_says() {
    if !host::permitted("every_step_of_the_document_does_what_it_says") {
        return;
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/officers.md");
    let steps = steps(&fs::read_to_string(document).unwrap());
    let acts = steps.iter().filter(|step| matches!(step, Step::Act(_))).count();
    assert!(steps.len() > 12 && acts > 7, "the document has {} steps, {acts} of them acts", steps.len());

    let home = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_huxin")).parent().unwrap();
    let machine = Host::make("office").unwrap();
    let mut command = Command::new("bash");
    command.args(["--norc", "-e"]).current_dir(home.path()).env_clear();
    command.env("PATH", format!("{}:/usr/bin:/bin", program.display())).env("HOME", home.path()).env("LANG", "C.UTF-8");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(home.path().join("shell.err")).unwrap());
    let mut shell = machine.within(|| command.spawn()).unwrap();
    let (mut input, mut output) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
    let mut follow = |commands: &str| {
        let sent = input.write_all(format!("{commands}\necho {DONE}\n").as_bytes()).and_then(|()| input.flush());
        let (mut printed, mut line) = (String::new(), String::new());
        while sent.is_ok() && output.read_line(&mut line).unwrap() > 0 {
            if line.trim_end() == DONE {
                return printed;
            }
            printed.push_str(&line);
            line.clear();
        }
        let told = |name: &str| fs::read_to_string(home.path().join(name)).unwrap_or_default();
        panic!(
            "this failed:\n{commands}\nit printed:\n{printed}\n{}\n-- run.log\n{}",
            told("shell.err"),
            told("run.log")
        );
    };
    for step in &steps {
        match step {
            Step::Commands(commands) => drop(follow(commands)),
            Step::File(name, inside) => {
                let dated = inside.lines().map(|line| match line.starts_with("decided_on") {
                    true => decided_on(),
                    false => line.to_owned(),
                });
                fs::write(home.path().join(name), dated.collect::<Vec<_>>().join("\n")).unwrap();
            }
            Step::Act(command) => {
                let printed = follow(&format!("echo y | script -qec '{command}' /dev/null"));
                let (shown, asked) = printed.split_once("[y/N]").expect("it asks before it signs");
                assert!(shown.contains("91990099MA00000156"), "{command} does not say whom it is about:\n{printed}");
                assert!(asked.contains("990099-"), "{command} signed nothing:\n{printed}");
            }
        }
    }
    follow("kill $(jobs -p); wait");
    // What follows the shell borrows its input up to here.
    drop(input);
    assert!(shell.wait().unwrap().success());
}
