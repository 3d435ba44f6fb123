//! A small disk of its own: a file system in memory with a fixed size, and ballast that fills it. It goes with the value; whoever
//! writes on it must have ended by then.

use super::host::run;
use huxin_store::free_bytes;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub const MIB: u64 = 1024 * 1024;
const PIECE: usize = 64 * 1024;

pub struct SmallDisk {
    place: tempfile::TempDir,
}

impl SmallDisk {
    pub fn of_mib(size: u64) -> Self {
        let disk = Self { place: tempfile::tempdir().unwrap() };
        let options = format!("size={size}m,mode=0700");
        run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs", disk.path().to_str().unwrap()], "").unwrap();
        disk
    }

    pub fn path(&self) -> &Path {
        self.place.path()
    }

    pub fn free(&self) -> u64 {
        free_bytes(self.path()).unwrap()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Fills it until no more than so many bytes are free.
    pub fn leave(&self, free: u64) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).unwrap();
        while self.free() > free {
            let piece = usize::try_from(self.free() - free).unwrap().min(PIECE);
            // The node writes as well: what does not fit any more is as good.
            if ballast.write_all(&vec![0x55; piece]).is_err() {
                break;
            }
        }
    }

    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Err(fault) = run("umount", &[self.path().to_str().unwrap()], "") {
            eprintln!("a file system stays behind: {fault}");
        }
    }
}
