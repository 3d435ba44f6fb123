//! A clock between a process and the time of day. Loaded with `LD_PRELOAD`, it stands in for the C library's `clock_gettime`,
//! through which Rust's standard library asks for every time, and moves the time of day by as many seconds as stand in the file
//! that `HUXIN_SKEWED_SECONDS` names. The file may change while the process runs, as a clock may be set under it. Monotonic time
//! is left alone, as it is where a machine's clock is wrong, and so are the times of files.
//!
//! Ready-made libraries for this resolve symbols at a moment at which a program with an allocator of its own is not yet able
//! to allocate, and the node has one.
#![allow(unsafe_code, reason = "the function bears the name and the form of the C library's")]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds after which the file is looked at again.
const LOOK_AGAIN_MS: i64 = 100;

/// Seconds ahead of the true time, as last read.
static AHEAD: AtomicI64 = AtomicI64::new(0);
/// When it is to be read again, in milliseconds of monotonic time.
static DUE: AtomicI64 = AtomicI64::new(0);

/// Stands in for the C library's function of this name.
///
/// # Safety
/// As there: `time` points to a `timespec` that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> i32 {
    // SAFETY: the caller's pointer is passed on as it came.
    let outcome = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) };
    if outcome == 0 && matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE) {
        // SAFETY: the call above has just written there.
        unsafe { (*time).tv_sec += ahead() };
    }
    if outcome == 0 { 0 } else { -1 }
}

fn ahead() -> i64 {
    let present = monotonic_ms();
    let due = DUE.load(Ordering::Relaxed);
    let ours = || DUE.compare_exchange(due, present + LOOK_AGAIN_MS, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    // What cannot be read leaves the clock as it was.
    if present >= due
        && ours()
        && let Some(seconds) = read()
    {
        AHEAD.store(seconds, Ordering::Relaxed);
    }
    AHEAD.load(Ordering::Relaxed)
}

fn monotonic_ms() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of this function.
    unsafe { libc::syscall(libc::SYS_clock_gettime, libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

fn read() -> Option<i64> {
    static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let file = FILE.get_or_init(|| std::env::var_os("HUXIN_SKEWED_SECONDS").map(PathBuf::from)).as_ref()?;
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}
