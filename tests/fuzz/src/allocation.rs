//! How much memory one call holds at its highest. A length that a stranger wrote must not make a decoder ask for more than
//! its message could ever fill; without a count, a request for four gigabytes that is given back at once shows nowhere.
//!
//! Counted are the bytes of the calling thread: what a target hands to other threads is not.
#![allow(
    unsafe_code,
    reason = "an allocator is written against unsafe functions; each passes its arguments on unchanged"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static HIGHEST: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator with a count beside it.
struct Counting;

fn grown(bytes: isize) {
    // A thread that is ending has no count any more, and needs none.
    let _ = HELD.try_with(|held| {
        let now = held.get() + bytes;
        held.set(now);
        let _ = HIGHEST.try_with(|highest| highest.set(highest.get().max(now)));
    });
}

// SAFETY: every call goes to the system's allocator with the same arguments, and its answer comes back unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size().cast_signed());
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grown(layout.size().cast_signed());
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grown(size.cast_signed() - layout.size().cast_signed());
        unsafe { System.realloc(pointer, layout, size) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        grown(-layout.size().cast_signed());
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs `call` and says how many bytes it held at its highest, beyond what was held before.
pub fn highest_of(call: impl FnOnce()) -> usize {
    let before = HELD.get();
    HIGHEST.set(before);
    call();
    HIGHEST.get().saturating_sub(before).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::highest_of;

    #[test]
    fn what_was_held_and_given_back_is_counted() {
        let length = 1_000_000;
        let seen = highest_of(|| drop(std::hint::black_box(vec![1_u8; length])));
        assert!((length..2 * length).contains(&seen), "{seen}");
        assert!(highest_of(|| {}) < 1_000);
    }
}
