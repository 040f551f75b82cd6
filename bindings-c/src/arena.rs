//! Memory for views: plain data that is written once and freed with its owner.

use std::ffi::c_char;
use std::mem::{MaybeUninit, size_of};
use std::ptr::NonNull;

use crate::text::mspkit_str;

/// Words in the first chunk; each further one is twice as large, up to `LARGEST`.
const FIRST: usize = 64;
const LARGEST: usize = 8192;

/// Chunks of words that never move: pointers into one are valid until the arena is dropped.
#[derive(Default)]
pub(crate) struct Arena {
    chunks: Vec<Chunk>,
}

struct Chunk {
    start: NonNull<MaybeUninit<u64>>,
    words: usize,
    used: usize,
}

// SAFETY: the arena owns its chunks; what lies in them is written through `&mut` only and plain to read.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// An arena whose first chunk holds this many bytes.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self { chunks: vec![Chunk::new(bytes.div_ceil(size_of::<u64>()).max(FIRST))] }
    }

    /// Stores plain data and returns its address.
    pub(crate) fn put<T: Copy>(&mut self, value: T) -> *const T {
        self.put_slice(&[value])
    }

    /// Stores an array; NULL if it is empty.
    pub(crate) fn put_slice<T: Copy>(&mut self, values: &[T]) -> *const T {
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        if values.is_empty() {
            return std::ptr::null();
        }
        let target = self.take(size_of_val(values)).cast::<T>();
        // SAFETY: `take` returned room for as many bytes, aligned for words, with no other reference.
        unsafe { target.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        target
    }

    /// Room for a struct that is filled in place.
    pub(crate) fn zeroes(&mut self, bytes: usize) -> *mut u8 {
        let target = self.take(bytes);
        // SAFETY: `take` gave room for as many bytes.
        unsafe { target.write_bytes(0, bytes) };
        target
    }

    /// Stores a text, NUL-terminated.
    pub(crate) fn text(&mut self, text: &str) -> mspkit_str {
        self.bytes(text.as_bytes())
    }

    /// Stores bytes, NUL-terminated.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> mspkit_str {
        let target = self.take(bytes.len() + 1);
        // SAFETY: `take` gave room for the bytes and one more.
        unsafe {
            target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            target.add(bytes.len()).write(0);
        }
        mspkit_str { data: target.cast::<c_char>(), len: bytes.len() }
    }

    /// Stores a text if there is one.
    pub(crate) fn optional(&mut self, text: Option<&str>) -> mspkit_str {
        text.map_or(mspkit_str::NONE, |text| self.text(text))
    }

    fn take(&mut self, bytes: usize) -> *mut u8 {
        let words = bytes.div_ceil(size_of::<u64>());
        if self.chunks.last().is_none_or(|chunk| chunk.words - chunk.used < words) {
            let usual = self.chunks.last().map_or(FIRST, |chunk| (chunk.words * 2).min(LARGEST));
            self.chunks.push(Chunk::new(usual.max(words)));
        }
        match self.chunks.last_mut() {
            Some(chunk) => {
                let at = chunk.used;
                chunk.used += words;
                // SAFETY: there was room for `words` more after the first `at`.
                unsafe { chunk.start.add(at) }.as_ptr().cast()
            }
            None => unreachable!("a chunk was just added"),
        }
    }
}

impl Chunk {
    fn new(words: usize) -> Self {
        let memory: Box<[MaybeUninit<u64>]> = Box::new_uninit_slice(words);
        let start = NonNull::from(Box::leak(memory)).cast();
        Self { start, words, used: 0 }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let memory = NonNull::slice_from_raw_parts(self.start, self.words);
        // SAFETY: it came from a box of as many words and is freed once.
        drop(unsafe { Box::from_raw(memory.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn stored_data_does_not_move() {
        let mut arena = Arena::new();
        let texts: Vec<(String, mspkit_str)> = (0..2000_usize)
            .map(|n| "x".repeat(n % 700))
            .map(|text| {
                let kept = arena.text(&text);
                (text, kept)
            })
            .collect();
        let numbers = arena.put_slice(&[1_u64, 2, 3]);
        let huge = arena.bytes(&vec![7; 1 << 20]);
        for (text, kept) in &texts {
            assert_eq!(kept.len, text.len());
            // SAFETY: the arena keeps it, with its NUL.
            assert_eq!(unsafe { CStr::from_ptr(kept.data) }.to_bytes(), text.as_bytes());
        }
        // SAFETY: three were put there.
        assert_eq!(unsafe { std::slice::from_raw_parts(numbers, 3) }, [1, 2, 3]);
        // SAFETY: the last byte of as many.
        assert_eq!(unsafe { *huge.data.add((1 << 20) - 1) }, 7);
        assert!(arena.put_slice::<u64>(&[]).is_null());
    }
}
