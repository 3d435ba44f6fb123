//! A layer between a process and its disk that keeps only what was synced. Loaded with `LD_PRELOAD`, it stands in for the C
//! library's `fsync` and `fdatasync` (all syncing of RocksDB and of Rust's standard library goes through these) and keeps,
//! beside the real files, what a power cut would leave:
//!
//! - of a file, its content at its last sync; nothing of it where it never was synced;
//! - of a folder, its names at its last sync: a file made, renamed or removed since is there, under its old name, or gone, as
//!   it was then.
//!
//! That is the least that POSIX promises, and less than any file system in use keeps. Writes themselves are left alone: a
//! running process reads its own, and what became of them is decided at the cut. `sync_file_range` promises nothing and is
//! not counted; memory-mapped and O_DSYNC writes are not used here.
//!
//! Variables: `HUXIN_UNSYNCED_ROOT`, the folder that is watched; `HUXIN_UNSYNCED_KEPT`, where the kept state is (made with
//! [`the layout`](#layout) by the test before the process starts); `HUXIN_UNSYNCED_LIE`, if set: every sync answers success
//! and nothing is kept, as a disk would that lies.
//!
//! # Layout
//! Files are known by their inode numbers, so that a rename moves no content. `content/<inode>` holds a file's kept bytes,
//! `names/<inode>` a folder's kept names: lines of `<inode> <f|d> <name>`.
//!
//! A synced file stays open for good, so that no later file gets its number.
#![allow(unsafe_code, reason = "the two functions bear the names of the C library's")]

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::os::fd::IntoRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// One sync after another, so that two of one file cannot overtake each other.
static ORDER: Mutex<()> = Mutex::new(());

/// `EIO`, as a disk that cannot write would answer.
const FAILED: i32 = -1;

/// Stands in for the C library's function of this name.
#[unsafe(no_mangle)]
pub extern "C" fn fsync(descriptor: i32) -> i32 {
    sync(descriptor)
}

/// Stands in for the C library's function of this name.
#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(descriptor: i32) -> i32 {
    sync(descriptor)
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn sync(descriptor: i32) -> i32 {
    let (Some(root), Some(kept)) = (variable("HUXIN_UNSYNCED_ROOT"), variable("HUXIN_UNSYNCED_KEPT")) else { return 0 };
    if variable("HUXIN_UNSYNCED_LIE").is_some() {
        return 0;
    }
    let _order = ORDER.lock().unwrap_or_else(PoisonError::into_inner);
    match keep(descriptor, Path::new(&root), Path::new(&kept)) {
        Ok(()) => 0,
        Err(_) => FAILED,
    }
}

fn keep(descriptor: i32, root: &Path, kept: &Path) -> io::Result<()> {
    let through = PathBuf::from(format!("/proc/self/fd/{descriptor}"));
    if !fs::read_link(&through)?.starts_with(root) {
        return Ok(());
    }
    let found = fs::metadata(&through)?;
    let place = kept_place(kept, &found);
    if found.is_dir() {
        return whole(&place, names(&through)?.as_slice());
    }
    if !place.exists() {
        let _ = File::open(&through)?.into_raw_fd();
    }
    let beside = place.with_extension("new");
    fs::copy(&through, &beside)?;
    fs::rename(&beside, &place)
}

fn kept_place(kept: &Path, found: &Metadata) -> PathBuf {
    kept.join(if found.is_dir() { "names" } else { "content" }).join(found.ino().to_string())
}

fn names(folder: &Path) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A name may go between being read and being looked at; then the folder is synced again by whoever took it.
        let Ok(found) = entry.metadata() else { continue };
        write!(lines, "{} {} ", found.ino(), if found.is_dir() { 'd' } else { 'f' })?;
        lines.extend_from_slice(entry.file_name().as_bytes());
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Writes a kept state under another name first: a kill in between leaves the state before.
fn whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = place.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::rename(beside, place)
}
