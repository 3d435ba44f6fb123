//! What a command ends with when it does not succeed: a stable code, a calm sentence, the next step, and an exit code
//! that a script can act on. Every fault of the crates below becomes one of these at the edge, and nowhere earlier.

use crate::{say, tell};
use huxin_api::Problem;
use huxin_config::Language;
use serde::Serialize;
use std::fmt;
use std::process::ExitCode;

/// Exit codes are part of the command line's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Something nobody foresaw.
    Unexpected = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// Understood and refused, with a clear code.
    Refused = 3,
    /// `verify`: the statement holds, a cosignature does not.
    Cosignature = 4,
    /// No node answers.
    Unreachable = 5,
    /// The store or the keys cannot be used as they are.
    Damaged = 6,
    /// Done in part: what could not be done is named, the rest is done and stays. Of an import: some rows need somebody to look at them.
    Rejects = 7,
    /// A code that was looked up cannot be one, or fails its check character: a typing error, and no answer.
    Code = 8,
    /// Something that the node needs is not there yet, or somebody else still has it: an address, a port, the genesis, the
    /// passphrase, the store, room on the disk. The same command succeeds once it is; a service manager tries again
    /// (`EX_TEMPFAIL` of sysexits.h).
    NotYet = 75,
}

/// What to do about a store that reads and does not hold.
const DAMAGED: &str = "stop the node and run `huxin fsck`";

/// `error[code]: sentence` and `try: next step`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub exit: Exit,
    pub code: String,
    pub sentence: String,
    pub next_step: Option<String>,
    /// Whether a report with all of this was printed already: with --json nothing more is.
    pub is_told: bool,
}

impl Fault {
    #[must_use]
    pub fn new(exit: Exit, code: impl Into<String>, sentence: impl fmt::Display) -> Self {
        Self { exit, code: code.into(), sentence: sentence.to_string(), next_step: None, is_told: false }
    }
    #[must_use]
    pub fn trying(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = Some(next_step.into());
        self
    }
    /// The same fault after a report that says it.
    #[must_use]
    pub fn told(mut self) -> Self {
        self.is_told = true;
        self
    }
    #[must_use]
    pub fn usage(code: &str, sentence: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, code, sentence)
    }
    #[must_use]
    pub fn refused(code: &str, sentence: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, code, sentence)
    }
    /// What passes by itself, or as soon as somebody brings what is missing.
    #[must_use]
    pub fn not_yet(code: &str, sentence: impl fmt::Display) -> Self {
        Self::new(Exit::NotYet, code, sentence)
    }
    #[must_use]
    pub fn damaged(code: &str, sentence: impl fmt::Display) -> Self {
        Self::new(Exit::Damaged, code, sentence)
    }
    #[must_use]
    pub fn unexpected(sentence: impl fmt::Display) -> Self {
        Self::new(Exit::Unexpected, "unexpected", sentence)
            .trying("run it again with HUXIN_LOG=debug and report what it prints")
    }
    /// A file that could not be read or written.
    #[must_use]
    pub fn file(doing: &str, path: &std::path::Path, source: &std::io::Error) -> Self {
        Self::usage("file", format_args!("could not {doing} {}: {source}", path.display()))
            .trying("check the path and its permissions")
    }

    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }

    /// Prints to standard error for people, or as one JSON object to standard output.
    pub fn print(&self, json: bool, language: Language) {
        if json {
            if self.is_told {
                return;
            }
            say!("{}", self.to_json());
        } else {
            tell!("{}", self.for_people(language));
        }
    }

    /// As people read it, in lines that fit the screen.
    #[must_use]
    pub fn for_people(&self, language: Language) -> String {
        let mut out = crate::chinese::told("error", &self.code, &self.sentence, language);
        if let Some(next_step) = &self.next_step {
            out.push('\n');
            out.push_str(&crate::chinese::next_step_line(next_step, language));
        }
        out
    }

    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Shape<'a> {
            error: &'a str,
            detail: &'a str,
            #[serde(rename = "try", skip_serializing_if = "Option::is_none")]
            next_step: Option<&'a str>,
        }
        let shape = Shape { error: &self.code, detail: &self.sentence, next_step: self.next_step.as_deref() };
        // Three texts always have a JSON form.
        crate::screen::json_line(&shape).unwrap_or_default()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
impl std::error::Error for Fault {}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let exit = match problem.code.as_str() {
            "store" => Exit::Damaged,
            "busy" | "stopping" => Exit::Unreachable,
            "disk_full" => Exit::NotYet,
            _ if problem.status == 400 || problem.status == 401 => Exit::Usage,
            _ if problem.status < 500 => Exit::Refused,
            _ => Exit::Unexpected,
        };
        Self { exit, code: problem.code, sentence: problem.detail, next_step: problem.next_step, is_told: false }
    }
}

impl From<huxin_keys::KeysFault> for Fault {
    fn from(fault: huxin_keys::KeysFault) -> Self {
        Self::usage(fault.code(), &fault).trying(fault.next_step())
    }
}
impl From<huxin_keys::PassphraseFault> for Fault {
    fn from(fault: huxin_keys::PassphraseFault) -> Self {
        let exit = match &fault {
            // The file is brought later than the node is started.
            huxin_keys::PassphraseFault::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Exit::NotYet
            }
            _ => Exit::Usage,
        };
        Self::new(exit, fault.code(), &fault).trying(fault.next_step())
    }
}
impl From<huxin_keys::JoinFault> for Fault {
    fn from(fault: huxin_keys::JoinFault) -> Self {
        Self::refused(fault.code(), &fault).trying(fault.next_step())
    }
}
impl From<huxin_store::OpenFault> for Fault {
    fn from(fault: huxin_store::OpenFault) -> Self {
        let exit = match fault.code() {
            "store_damaged" => Exit::Damaged,
            // Another process that ends, or room that somebody makes.
            "store_locked" | "disk_full" => Exit::NotYet,
            _ => Exit::Refused,
        };
        Self::new(exit, fault.code(), &fault).trying(fault.next_step())
    }
}
impl From<huxin_store::CommitFault> for Fault {
    fn from(fault: huxin_store::CommitFault) -> Self {
        // A failed write is no damage: the node is started again and goes on from what was kept.
        let exit = match fault {
            huxin_store::CommitFault::DiskFull { .. } => Exit::NotYet,
            _ => Exit::Unexpected,
        };
        Self::new(exit, fault.code(), &fault).trying(fault.next_step())
    }
}
impl From<huxin_engine::EngineFault> for Fault {
    fn from(fault: huxin_engine::EngineFault) -> Self {
        use huxin_engine::EngineFault as E;
        let (exit, code) = match &fault {
            E::Read(_) => (Exit::Damaged, "store_damaged"),
            E::Head { .. } => (Exit::Damaged, "head_damaged"),
            E::Record { code } => (Exit::Damaged, *code),
            E::NotAMember(_) => {
                return Self::usage("not_a_member", &fault).trying("check [node] city and [node] genesis");
            }
        };
        Self::new(exit, code, &fault).trying(DAMAGED)
    }
}
impl From<huxin_engine::ledger::ReadFault> for Fault {
    fn from(fault: huxin_engine::ledger::ReadFault) -> Self {
        Self::damaged("store_damaged", &fault).trying(DAMAGED)
    }
}
impl From<huxin_net::NetFault> for Fault {
    fn from(fault: huxin_net::NetFault) -> Self {
        Self::usage(fault.code(), &fault).trying(fault.next_step())
    }
}
impl From<huxin_protocol::genesis::GenesisFault> for Fault {
    fn from(fault: huxin_protocol::genesis::GenesisFault) -> Self {
        Self::refused("genesis", &fault).trying("fetch the genesis file again from another member")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use axum::http::StatusCode;

    #[test]
    fn problems_keep_their_code_and_get_an_exit_code() {
        let cases = [
            (Problem::no_token(), Exit::Usage),
            (Problem::malformed("unknown field `x`"), Exit::Usage),
            (Problem::busy(), Exit::Unreachable),
            (Problem::store(), Exit::Damaged),
            (Problem::disk_full(), Exit::NotYet),
            (Problem::new(StatusCode::CONFLICT, "already_listed", "…"), Exit::Refused),
        ];
        for (problem, exit) in cases {
            let code = problem.code.clone();
            let fault = Fault::from(problem);
            assert_eq!((fault.exit, fault.code), (exit, code));
        }
    }

    /// What a store, a network or an engine cannot do always comes with what to try.
    #[test]
    fn a_fault_of_the_crates_below_has_its_next_step() {
        use huxin_store::{CommitFault, OpenFault};
        let path = || std::path::PathBuf::from("/x");
        let cause = || Box::<str>::from("x");
        let faults = [
            Fault::from(OpenFault::Missing(path())),
            OpenFault::NotAStore(path()).into(),
            OpenFault::Damaged { file: cause(), cause: cause() }.into(),
            OpenFault::Locked(path()).into(),
            OpenFault::NewerForm { found: cause(), known: 1 }.into(),
            OpenFault::NoAccess { path: path(), cause: cause() }.into(),
            OpenFault::Disk { path: path(), cause: cause() }.into(),
            CommitFault::Failed.into(),
            CommitFault::DiskFull { free: 0, floor: 1 }.into(),
            huxin_net::NetFault::Busy.into(),
            huxin_engine::EngineFault::Record { code: "record" }.into(),
        ];
        for fault in faults {
            assert!(fault.next_step.is_some(), "{}", fault.code);
        }
    }

    #[test]
    fn json_has_code_sentence_and_next_step() {
        let fault = Fault::usage("file", "could not read \"x\"").trying("check it");
        assert_eq!(fault.to_json(), r#"{"error":"file","detail":"could not read \"x\"","try":"check it"}"#);
    }
}
