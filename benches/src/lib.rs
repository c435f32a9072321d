//! An allocator that counts, for benchmarks and tests.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    // Per thread: a shared counter would cost a locked instruction per allocation, and that would
    // show in the times. Constant and without a destructor, so that it may be used in here.
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting allocations (growing counts as one) of each thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting;

impl Counting {
    fn note(size: usize) {
        COUNT.set(COUNT.get() + 1);
        BYTES.set(BYTES.get() + size as u64);
    }

    /// How many allocations this thread has made so far, and of how many bytes.
    pub fn so_far() -> (u64, u64) {
        (COUNT.get(), BYTES.get())
    }
}

// SAFETY: everything is passed on to the system's allocator as it came; the counting touches no
// memory but two cells of this thread.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        // SAFETY: as promised by our caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        // SAFETY: as promised by our caller.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note(size);
        // SAFETY: as promised by our caller.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as promised by our caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}
