//! docs/operators.md is followed word by word: every command in it, on the machine that it names, by an account without rights. Each machine is a
//! network namespace with a line to a hub, a mount namespace with a hosts file and a home of its own, and one shell that lives as
//! long as the machine, so that what a block exports or starts is there for the next.
//!
//! A block begins with three backticks, `sh` and the machine's name. Every command of it must succeed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod federation;
#[path = "namespaces/host.rs"]
#[allow(dead_code)]
mod host;

use federation::Seat as _;
use host::{Host, LINE};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const MACHINES: [&str; 3] = ["zhoushan", "hezhou", "lanzhou"];
/// An account that no machine has.
const ACCOUNT: u32 = 64_991;
/// What a shell prints behind each block.
const DONE: &str = "--block-done--";

/// The blocks of the document: machine and commands.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(mark)) => open = Some((mark.strip_prefix("sh ").unwrap_or_default().to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take().filter(|(machine, _)| !machine.is_empty())),
            (Some((_, commands)), None) => {
                commands.push_str(line);
                commands.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

struct Machine {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _host: Host,
}

impl Machine {
    /// `place` holds the program, the hosts file, what is carried, and a home for each machine.
    fn start(place: &Path, name: &str, number: usize, hub: &Host) -> Self {
        let host = Host::make(name).unwrap();
        hub.ip(&format!(
            "link add port{number} type veth peer name {LINE} netns {}\nlink set port{number} master hub up",
            host.name()
        ))
        .unwrap();
        host.ip(&format!("addr add 10.79.0.{}/24 dev {LINE}\nlink set {LINE} up", number + 1)).unwrap();
        let home = place.join(name);
        fs::create_dir(&home).unwrap();
        chown(&home, Some(ACCOUNT), Some(ACCOUNT)).unwrap();
        let place = place.display();
        let inside = format!(
            "set -e; mount --make-rprivate /; mount --bind {place}/hosts /etc/hosts; mount -t tmpfs tmpfs /media; mkdir /media/carry; \
             mount --bind {place}/carry /media/carry; cd {}; \
             exec setpriv --reuid {ACCOUNT} --regid {ACCOUNT} --clear-groups --no-new-privs env -i \
             PATH={place}/bin:/usr/bin:/bin HOME=$PWD LANG=C.UTF-8 bash --norc -e",
            home.display()
        );
        let mut command = Command::new("unshare");
        command.args(["--mount", "bash", "-c", &inside]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let errors = fs::File::create(home.join("shell.err")).unwrap();
        let mut shell = host.within(|| command.stderr(errors).spawn()).unwrap();
        let (input, output) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
        Self { shell, input, output, _host: host }
    }

    /// Runs a block and gives what it printed; `None` where a command of it failed.
    fn follow(&mut self, commands: &str) -> (String, bool) {
        let sent =
            self.input.write_all(format!("{commands}echo {DONE}\n").as_bytes()).and_then(|()| self.input.flush());
        let mut printed = String::new();
        let mut line = String::new();
        while sent.is_ok() && self.output.read_line(&mut line).unwrap() > 0 {
            if line.trim_end() == DONE {
                return (printed, true);
            }
            printed.push_str(&line);
            line.clear();
        }
        (printed, false)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The node was started by the shell; both are in this machine's namespaces, and go with the shell's group of jobs.
        let _ = self.input.write_all(b"kill $(jobs -p) 2>/dev/null; wait; exit 0\n");
        let _ = self.input.flush();
        let _ = self.shell.wait();
    }
}

#[test]
fn every_command_of_the_document_does_what_it_says() {
    let test = "every_command_of_the_document_does_what_it_says";
    if !host::permitted(test) {
        return;
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operators.md");
    let blocks = blocks(&fs::read_to_string(document).unwrap());
    assert!(blocks.len() > 15, "the document has {} blocks", blocks.len());

    let place = tempfile::tempdir().unwrap();
    let path = place.path();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(path.join("bin")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_huxin"), path.join("bin/huxin")).unwrap();
    fs::create_dir(path.join("carry")).unwrap();
    fs::set_permissions(path.join("carry"), fs::Permissions::from_mode(0o777)).unwrap();
    let mut hosts = "127.0.0.1 localhost\n".to_owned();
    for (number, name) in MACHINES.iter().enumerate() {
        hosts.push_str(&format!("10.79.0.{} {name}\n", number + 1));
    }
    fs::write(path.join("hosts"), hosts).unwrap();

    let hub = Host::make("hub").unwrap();
    hub.ip("link add hub type bridge\nlink set hub up").unwrap();
    let mut machines: Vec<Machine> =
        MACHINES.iter().enumerate().map(|(number, name)| Machine::start(path, name, number, &hub)).collect();
    for (name, commands) in &blocks {
        let number = MACHINES.iter().position(|machine| machine == name).expect("the block names one of the machines");
        let (printed, well) = machines[number].follow(commands);
        let told = |name: &str| fs::read_to_string(path.join(MACHINES[number]).join(name)).unwrap_or_default();
        assert!(
            well,
            "on {name} this failed:\n{commands}\nit printed:\n{printed}\n{}\n-- run.log\n{}",
            told("shell.err"),
            told("run.log")
        );
    }
}
