//! File handles: a node needs some for its store's files and some for its connections, and a system may give a process fewer than
//! it would if asked. So the soft limit is raised as far as the system allows before anything is opened; where that is too little the
//! node says so at once, and not hours later in the middle of a write.

use crate::fault::Fault;
use crate::settings::Settings;
use rlimit::Resource;

/// Beside store and partners: the log, the API's connections, sockets that are being opened, files that are being replaced.
const OTHER: u64 = 256;
/// Few cities have more partners than the federations that are foreseen have members; each may hold a handful of connections while
/// both sides dial.
const PARTNERS: u64 = 256;

/// How many handles a node with these settings may need at once.
fn due(settings: &Settings) -> u64 {
    u64::from(settings.storage.max_open_files) + PARTNERS + OTHER
}

/// Raises the limit as far as it goes.
///
/// # Errors
/// The system gives too few, even when asked.
pub fn raise(settings: &Settings) -> Result<(), Fault> {
    let wanted = due(settings);
    let got = rlimit::increase_nofile_limit(u64::MAX).or_else(|_| Resource::NOFILE.get_soft());
    match got {
        Ok(got) => judge(got, wanted),
        // A system that does not say how many it gives may give enough.
        Err(fault) => {
            tracing::warn!(%fault, "the system does not say how many file handles it gives");
            Ok(())
        }
    }
}

fn judge(got: u64, wanted: u64) -> Result<(), Fault> {
    if got >= wanted {
        return Ok(());
    }
    Err(Fault::usage(
        "few_file_handles",
        format_args!("the system gives this process {got} file handles, and with these settings it may need {wanted}"),
    )
    .trying("raise the limit (LimitNOFILE= in the unit, or ulimit -n), or lower [storage] max_open_files"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn too_few_handles_are_told_with_both_numbers() {
        let settings = Settings::new("330900".parse().unwrap());
        let wanted = due(&settings);
        judge(wanted, wanted).unwrap();
        let fault = judge(64, wanted).unwrap_err();
        assert_eq!(fault.code, "few_file_handles");
        assert!(fault.sentence.contains("64 file handles") && fault.sentence.contains(&wanted.to_string()), "{fault}");
        // What every Linux allows a process that asks.
        assert!(wanted <= 4096);
    }
}
