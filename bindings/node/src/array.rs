//! Typed arrays of JavaScript, read where they lie and made.
//!
//! What belongs to JavaScript is lent only to closures that cannot reach an [`Env`], so that nothing can move it meanwhile.
#![allow(unsafe_code)] // Node-API is C

use std::{
    ffi::c_void,
    ops::Deref,
    ptr,
    sync::atomic::{AtomicU8, Ordering},
};

use keyhome_bindings_common::{ErrorKind, Failure};
use napi_sys as sys;

use crate::value::{Env, Refused, Value, done};

/// The elements that a typed array of JavaScript can have here.
pub(crate) trait Element: Copy {
    const ARRAY: sys::napi_typedarray_type;

    /// The error of an array of them whose buffer is somebody else's by now.
    const GONE: ErrorKind;
}

impl Element for u8 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::uint8_array;
    const GONE: ErrorKind = ErrorKind::KeyType;
}

impl Element for u16 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::uint16_array;
    const GONE: ErrorKind = ErrorKind::ArgumentType;
}

impl Element for i32 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::int32_array;
    const GONE: ErrorKind = ErrorKind::ArgumentType;
}

impl Element for f64 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::float64_array;
    const GONE: ErrorKind = ErrorKind::ArgumentType;
}

impl Element for u32 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::uint32_array;
    const GONE: ErrorKind = ErrorKind::BatchOffsets;
}

/// The bytes of a view of JavaScript.
struct View {
    data: *const u8,
    length: usize,
    shared: bool,
}

enum Elements<'a, T> {
    Lent(&'a [T]),
    Copied(Vec<T>),
}

impl<T> Deref for Elements<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Lent(elements) => elements,
            Self::Copied(elements) => elements,
        }
    }
}

impl<'e> Env<'e> {
    /// A new typed array of its own with these elements.
    pub(crate) fn typed_array<T: Element>(self, elements: &[T]) -> Result<Value<'e>, Refused> {
        let mut data: *mut c_void = ptr::null_mut();
        let size = size_of_val(elements);
        // SAFETY: both pointers are good.
        let buffer = self
            .make(|env, result| unsafe { sys::napi_create_arraybuffer(env, size, &raw mut data, result) })?;
        if size > 0 {
            // SAFETY: the new buffer has that many bytes, aligned for any element, and nobody else knows of it.
            unsafe { ptr::copy_nonoverlapping(elements.as_ptr(), data.cast(), elements.len()) };
        }
        // SAFETY: the buffer holds exactly these elements.
        self.make(|env, result| unsafe {
            sys::napi_create_typedarray(env, T::ARRAY, elements.len(), buffer.raw, 0, result)
        })
    }

    /// Lends the elements of a typed array. `then` cannot reach JavaScript (an `Env` is not `Send`), so they stay where
    /// they are until it returns. `None`: it is no array of such elements.
    #[inline]
    pub(crate) fn with_elements<T: Element, R>(
        self,
        array: Value<'e>,
        then: impl FnOnce(&[T]) -> R + Send,
    ) -> Result<Option<R>, Failure> {
        // SAFETY: nothing runs between this and the end of `then` that could move the elements.
        let elements = unsafe { self.elements(array)? };
        Ok(elements.map(|elements| then(&elements)))
    }

    /// Lends the elements of two typed arrays, as [`with_elements`](Self::with_elements) does.
    pub(crate) fn with_both<T: Element, U: Element, R>(
        self,
        arrays: [Value<'e>; 2],
        then: impl FnOnce(Option<&[T]>, Option<&[U]>) -> R + Send,
    ) -> Result<R, Failure> {
        // SAFETY: as above; to look at one array does not move another.
        let (first, second) = unsafe { (self.elements(arrays[0])?, self.elements(arrays[1])?) };
        Ok(then(first.as_deref(), second.as_deref()))
    }

    /// The elements of a typed array, where they are or copied from where they cannot be lent.
    ///
    /// # Safety
    /// No JavaScript runs while they are used.
    #[inline]
    unsafe fn elements<'a, T: Element>(self, array: Value<'e>) -> Result<Option<Elements<'a, T>>, Failure> {
        let Some(view) = self.view::<T>(array)? else { return Ok(None) };
        let data: *const T = view.data.cast();
        Ok(Some(if view.length == 0 {
            Elements::Lent(&[])
        } else if !view.shared && data.is_aligned() {
            // SAFETY: that many elements are there, all bit patterns are elements, and JavaScript, the only one that
            // could change them, waits for us, as the caller vouches.
            Elements::Lent(unsafe { std::slice::from_raw_parts(data, view.length) })
        } else {
            Elements::Copied(copied(&view))
        }))
    }

    /// Where the bytes of a typed array of that type lie.
    #[inline]
    fn view<T: Element>(self, array: Value<'e>) -> Result<Option<View>, Failure> {
        let (mut kind, mut length) = (0, 0);
        let (mut data, mut buffer) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: all pointers are good; the offset is not asked for.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.raw,
                array.raw,
                &raw mut kind,
                &raw mut length,
                &raw mut data,
                &raw mut buffer,
                ptr::null_mut(),
            )
        };
        if done(status).is_err() || kind != T::ARRAY {
            return Ok(None);
        }
        let mut plain = false;
        // SAFETY: both pointers are good.
        done(unsafe { sys::napi_is_arraybuffer(self.raw, buffer, &raw mut plain) })?;
        if length == 0 {
            let mut detached = false;
            // SAFETY: both pointers are good.
            done(unsafe { sys::napi_is_detached_arraybuffer(self.raw, buffer, &raw mut detached) })?;
            if detached {
                let message = "the bytes are gone: their buffer was transferred to somebody else";
                return Err(Failure::new(T::GONE, message));
            }
        }
        Ok(Some(View { data: data.cast_const().cast(), length, shared: !plain }))
    }
}

/// A copy of what other threads may be writing to, or of what is not aligned.
#[cold]
fn copied<T: Element>(view: &View) -> Vec<T> {
    let mut copy: Vec<T> = Vec::with_capacity(view.length);
    let bytes: *mut u8 = copy.as_mut_ptr().cast();
    for at in 0..view.length * size_of::<T>() {
        // SAFETY: that many bytes are there, and other threads of JavaScript write to them atomically; the copy has
        // room for them.
        unsafe {
            bytes.add(at).write(AtomicU8::from_ptr(view.data.add(at).cast_mut()).load(Ordering::Relaxed));
        };
    }
    // SAFETY: every byte was written, and all bit patterns are elements.
    unsafe { copy.set_len(view.length) };
    copy
}
