//! Lists and tuples, read in place: a copy of a list of a hundred thousand keys would be two more ways through memory.

#![allow(unsafe_code, reason = "borrowed items of Python's lists are raw pointers")]

use pyo3::{
    Borrowed,
    ffi::{self, Py_ssize_t, PyObject},
    prelude::*,
    types::{PyList, PyTuple},
};

use crate::raw::text_or_bytes;

/// Keys that are handed over at once: enough for the core to hash side by side, few enough to stay in the first cache.
pub(crate) const AT_ONCE: usize = 128;

/// How many keys ahead the processor is told what is read next: the objects of a list lie anywhere in memory.
const AHEAD: usize = 16;

/// A list, which may change while Python code runs, or a tuple.
pub(crate) struct Items<'k, 'py> {
    sequence: &'k Bound<'py, PyAny>,
    size: unsafe extern "C" fn(*mut PyObject) -> Py_ssize_t,
    item: unsafe extern "C" fn(*mut PyObject, Py_ssize_t) -> *mut PyObject,
}

impl<'k, 'py> Items<'k, 'py> {
    pub(crate) fn of_list(list: &'k Bound<'py, PyList>) -> Self {
        Self { sequence: list.as_any(), size: ffi::PyList_Size, item: ffi::PyList_GetItem }
    }

    pub(crate) fn of_tuple(tuple: &'k Bound<'py, PyTuple>) -> Self {
        Self { sequence: tuple.as_any(), size: ffi::PyTuple_Size, item: ffi::PyTuple_GetItem }
    }

    pub(crate) fn py(&self) -> Python<'py> {
        self.sequence.py()
    }

    /// How many there are now.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: the functions are those of the sequence's type, and this thread is attached.
        unsafe { (self.size)(self.sequence.as_ptr()) as usize }
    }

    /// The item at `position`, if there still is one.
    pub(crate) fn get(&self, position: usize) -> Option<Bound<'py, PyAny>> {
        if position >= self.len() {
            return None;
        }
        // SAFETY: the position is within the sequence; the item is borrowed from it, and taken at once.
        unsafe { Bound::from_borrowed_ptr_or_opt(self.sequence.py(), self.peek(position)) }
    }

    /// Reads the keys from `from` on, up to `MOST` or to the first that is no plain `str` or `bytes`, in place.
    pub(crate) fn read_plain<const MOST: usize, T>(
        &self,
        from: usize,
        read: impl FnOnce(&[&[u8]]) -> T,
    ) -> T {
        let mut keys: [&[u8]; MOST] = [&[]; MOST];
        let mut most = MOST;
        loop {
            match self.collect(from, &mut keys[..most]) {
                Ok(count) => return read(&keys[..count]),
                // Asking a text for UTF-8 that it does not have may have run any code, which may have changed the list:
                // the keys before it are taken anew.
                Err(count) => most = count,
            }
        }
    }

    /// Fills `keys` up to the end of the sequence, and gives their number. They are good until Python code runs.
    ///
    /// Error: the number of keys before an item that is no plain key. They may be good no more.
    #[inline]
    fn collect<'a>(&'a self, from: usize, keys: &mut [&'a [u8]]) -> Result<usize, usize> {
        let size = self.len();
        let end = size.min(from + keys.len());
        for position in from..size.min(from + AHEAD) {
            self.prefetch(position);
        }
        for (position, place) in (from..end).zip(keys) {
            if position + AHEAD < size {
                self.prefetch(position + AHEAD);
            }
            // SAFETY: the position is within the sequence, which holds its items. Nothing changes it before Python code
            // runs: this thread is attached, and Pythons without a global lock do not load modules of this ABI.
            let key = unsafe { Borrowed::from_ptr(self.sequence.py(), self.peek(position)) };
            match text_or_bytes(key) {
                Some(key) => *place = key,
                None => return Err(position - from),
            }
        }
        Ok(end.saturating_sub(from))
    }

    /// The item at a position that is within the sequence.
    #[inline(always)]
    fn peek(&self, position: usize) -> *mut PyObject {
        // SAFETY: the function is that of the sequence's type, and this thread is attached.
        unsafe { (self.item)(self.sequence.as_ptr(), position as Py_ssize_t) }
    }

    /// Has the item at a position brought near: its head, and the characters of a short text, which lie behind it.
    #[inline(always)]
    fn prefetch(&self, position: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let item: *const i8 = self.peek(position).cast();
            // SAFETY: nothing is read; any address will do.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(item);
                _mm_prefetch::<_MM_HINT_T0>(item.wrapping_add(64));
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = position;
    }
}
