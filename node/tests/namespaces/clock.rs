//! The clock of one node: `tests/skewed` between its process and the time of day, off by what stands in a file, which may change
//! while the process runs.

use super::country::Country;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub struct Clock(PathBuf);

impl Clock {
    pub fn of(country: &Country, code: &str) -> Self {
        Self(country.federation.folder(code).join("clock"))
    }

    /// Sets the clock ahead (or back, below nought) of the true time.
    pub fn set(&self, hours: i64) {
        // Whole at once: a reader never sees half a number.
        let beside = self.0.with_extension("new");
        fs::write(&beside, (hours * 3600).to_string()).unwrap();
        fs::rename(&beside, &self.0).unwrap();
    }

    /// Puts it into a process that is to be started.
    pub fn arm(&self, command: &mut Command) {
        let library = std::env::current_exe().unwrap().with_file_name("libhuxin_skewed.so");
        assert!(library.is_file(), "{} is built with this test", library.display());
        command.env("LD_PRELOAD", library).env("HUXIN_SKEWED_SECONDS", &self.0);
    }
}
