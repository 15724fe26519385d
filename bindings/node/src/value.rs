//! Values of JavaScript, read and made.
//!
//! Everything here is safe to call: an [`Env`] exists only while JavaScript waits for a callback of ours, and bytes that
//! belong to JavaScript are lent only to closures that cannot reach an `Env`, so that nothing can move them meanwhile.
#![allow(unsafe_code)] // Node-API is C

use std::{
    ffi::c_void,
    marker::PhantomData,
    mem::MaybeUninit,
    ops::Deref,
    ptr,
    sync::atomic::{AtomicU8, Ordering},
};

use keyhome_bindings_common::{ErrorKind, Failure};
use napi_sys as sys;

/// The running JavaScript, for as long as a callback of ours runs. Neither `Send` nor `Sync`.
#[derive(Clone, Copy)]
pub(crate) struct Env<'e> {
    pub(crate) raw: sys::napi_env,
    call: PhantomData<&'e ()>,
}

/// A value of JavaScript, kept alive until the callback returns.
#[derive(Clone, Copy)]
pub(crate) struct Value<'e> {
    pub(crate) raw: sys::napi_value,
    call: PhantomData<&'e ()>,
}

/// What Node-API refuses: a value of another type, or an exception is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

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

/// The code units that a text can have to go by way of the stack.
const SHORT: usize = 255;

/// Units that are narrowed at a time: a register of 128 bits.
const LANES: usize = 8;

/// Where a short text is put, uninitialised: to fill it with zeros takes as long as to hash a key.
pub(crate) struct Units([MaybeUninit<u16>; SHORT + 1 + LANES]);

/// Where its bytes are put, uninitialised too.
pub(crate) struct Bytes([MaybeUninit<u8>; SHORT + 1]);

impl Units {
    #[inline]
    pub(crate) fn new() -> Self {
        Self([MaybeUninit::uninit(); _])
    }
}

impl Bytes {
    #[inline]
    pub(crate) fn new() -> Self {
        Self([MaybeUninit::uninit(); _])
    }
}

/// A text of less than [`SHORT`] code units.
#[derive(Clone, Copy)]
pub(crate) struct ShortText<'b> {
    /// Its units, and zeros behind them to fill a register.
    padded: &'b [u16],
    length: usize,
}

impl ShortText<'_> {
    /// Its code units.
    #[inline]
    pub(crate) fn units(&self) -> &[u16] {
        &self.padded[..self.length]
    }

    /// Its bytes, if it is ASCII.
    #[inline]
    pub(crate) fn ascii<'b>(&self, bytes: &'b mut Bytes) -> Option<&'b [u8]> {
        let mut seen = [0_u16; LANES];
        let (mut at, last) = (0, self.padded.len() - LANES);
        loop {
            // The last register overlaps the one before it, so that there is no rest to be taken one by one.
            let (from, to) = (&self.padded[at..at + LANES], &mut bytes.0[at..at + LANES]);
            for lane in 0..LANES {
                seen[lane] |= from[lane];
                to[lane] = MaybeUninit::new(from[lane] as u8);
            }
            if at == last {
                break;
            }
            at = last.min(at + LANES);
        }
        if seen.iter().fold(0, |all, lane| all | lane) >= 0x80 {
            return None;
        }
        // SAFETY: a byte was written for every unit, of which there are at least `length`.
        Some(unsafe { std::slice::from_raw_parts(bytes.0.as_ptr().cast(), self.length) })
    }
}

/// The elements that a typed array of JavaScript can have here.
pub(crate) trait Element: Copy {
    const ARRAY: sys::napi_typedarray_type;
}

impl Element for u8 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::uint8_array;
}

impl Element for u16 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::uint16_array;
}

impl Element for u32 {
    const ARRAY: sys::napi_typedarray_type = sys::TypedarrayType::uint32_array;
}

/// `Ok` if Node-API did what it was asked.
#[inline]
pub(crate) fn done(status: sys::napi_status) -> Result<(), Refused> {
    if status == sys::Status::napi_ok { Ok(()) } else { Err(Refused) }
}

impl Value<'_> {
    /// # Safety
    /// The value belongs to the callback that runs for `'e`.
    #[inline]
    pub(crate) unsafe fn new(raw: sys::napi_value) -> Self {
        Self { raw, call: PhantomData }
    }
}

impl<'e> Env<'e> {
    /// # Safety
    /// JavaScript waits for us for all of `'e`.
    #[inline]
    pub(crate) unsafe fn new(raw: sys::napi_env) -> Self {
        Self { raw, call: PhantomData }
    }

    /// A value that Node-API makes.
    #[inline]
    pub(crate) fn make(
        self,
        call: impl FnOnce(sys::napi_env, *mut sys::napi_value) -> sys::napi_status,
    ) -> Result<Value<'e>, Refused> {
        let mut raw = ptr::null_mut();
        done(call(self.raw, &raw mut raw))?;
        // SAFETY: Node-API has just made it, in the scope of this callback.
        Ok(unsafe { Value::new(raw) })
    }

    pub(crate) fn undefined(self) -> Result<Value<'e>, Refused> {
        // SAFETY: both pointers are good.
        self.make(|env, result| unsafe { sys::napi_get_undefined(env, result) })
    }

    #[inline]
    pub(crate) fn number(self, number: u32) -> Result<Value<'e>, Refused> {
        // SAFETY: as above.
        self.make(|env, result| unsafe { sys::napi_create_uint32(env, number, result) })
    }

    /// What is most often answered, a little quicker than any number.
    #[inline]
    pub(crate) fn small_number(self, number: u16) -> Result<Value<'e>, Refused> {
        // SAFETY: as above.
        self.make(|env, result| unsafe { sys::napi_create_int32(env, i32::from(number), result) })
    }

    #[inline]
    pub(crate) fn signed(self, number: i32) -> Result<Value<'e>, Refused> {
        // SAFETY: as above.
        self.make(|env, result| unsafe { sys::napi_create_int32(env, number, result) })
    }

    /// A number that JavaScript holds exactly, if it is not above 2^53.
    #[inline]
    pub(crate) fn double(self, number: u64) -> Result<Value<'e>, Refused> {
        // SAFETY: as above.
        self.make(|env, result| unsafe { sys::napi_create_double(env, number as f64, result) })
    }

    pub(crate) fn boolean(self, switch: bool) -> Result<Value<'e>, Refused> {
        // SAFETY: as above.
        self.make(|env, result| unsafe { sys::napi_get_boolean(env, switch, result) })
    }

    pub(crate) fn text(self, text: &str) -> Result<Value<'e>, Refused> {
        let (data, length) = (text.as_ptr().cast(), text.len() as isize);
        // SAFETY: the text is as long as is said.
        self.make(|env, result| unsafe { sys::napi_create_string_utf8(env, data, length, result) })
    }

    pub(crate) fn object(self) -> Result<Value<'e>, Refused> {
        // SAFETY: both pointers are good.
        self.make(|env, result| unsafe { sys::napi_create_object(env, result) })
    }

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

    /// Sets a member of an object.
    pub(crate) fn set(self, object: Value<'e>, name: &str, value: Value<'e>) -> Result<(), Refused> {
        let name = self.text(name)?;
        // SAFETY: all three belong to this callback.
        done(unsafe { sys::napi_set_property(self.raw, object.raw, name.raw, value.raw) })
    }

    /// Whole numbers from 0 to 2^32-1; others are cut as in JavaScript's `>>> 0`.
    pub(crate) fn read_number(self, value: Value<'e>) -> Result<u32, Refused> {
        let mut number = 0;
        // SAFETY: both pointers are good.
        done(unsafe { sys::napi_get_value_uint32(self.raw, value.raw, &raw mut number) })?;
        Ok(number)
    }

    /// Whole numbers from 0 to 2^53, as the package has checked; others are cut.
    #[inline]
    pub(crate) fn read_double(self, value: Value<'e>) -> Result<u64, Refused> {
        let mut number = 0.0;
        // SAFETY: both pointers are good.
        done(unsafe { sys::napi_get_value_double(self.raw, value.raw, &raw mut number) })?;
        Ok(number as u64)
    }

    pub(crate) fn read_boolean(self, value: Value<'e>) -> Result<bool, Refused> {
        let mut switch = false;
        // SAFETY: both pointers are good.
        done(unsafe { sys::napi_get_value_bool(self.raw, value.raw, &raw mut switch) })?;
        Ok(switch)
    }

    /// What was given, if anything was.
    pub(crate) fn given<R, E>(
        self,
        value: Value<'e>,
        read: impl FnOnce(Value<'e>) -> Result<R, E>,
    ) -> Result<Option<R>, E> {
        if self.is_undefined(value) { Ok(None) } else { read(value).map(Some) }
    }

    pub(crate) fn is_undefined(self, value: Value<'e>) -> bool {
        let mut kind = sys::ValueType::napi_undefined;
        // SAFETY: both pointers are good.
        let status = unsafe { sys::napi_typeof(self.raw, value.raw, &raw mut kind) };
        done(status).is_ok() && kind == sys::ValueType::napi_undefined
    }

    /// The length of an array.
    pub(crate) fn array_length(self, array: Value<'e>) -> Result<u32, Refused> {
        let mut length = 0;
        // SAFETY: both pointers are good.
        done(unsafe { sys::napi_get_array_length(self.raw, array.raw, &raw mut length) })?;
        Ok(length)
    }

    /// Calls `each` with the elements of an array in order, and lets go of each after its turn.
    pub(crate) fn each_element<E: From<Refused>>(
        self,
        array: Value<'e>,
        mut each: impl FnMut(u32, Value<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for position in 0..self.array_length(array)? {
            let mut scope = ptr::null_mut();
            // SAFETY: the scope is closed below, before any other is opened or closed.
            done(unsafe { sys::napi_open_handle_scope(self.raw, &raw mut scope) })?;
            let outcome = self
                // SAFETY: the array belongs to this callback, the element to the scope.
                .make(|env, result| unsafe { sys::napi_get_element(env, array.raw, position, result) })
                .map_err(E::from)
                .and_then(|element| each(position, element));
            // SAFETY: opened above; `each` cannot keep the element, whose lifetime it does not know.
            done(unsafe { sys::napi_close_handle_scope(self.raw, scope) })?;
            outcome?;
        }
        Ok(())
    }

    /// A text that is short, as most keys are; `None` for longer ones.
    ///
    /// V8 gives one-byte text as UTF-16 faster than as UTF-8, and only that shows what text of two bytes really says.
    #[inline]
    pub(crate) fn short_text<'b>(
        self,
        text: Value<'e>,
        units: &'b mut Units,
    ) -> Result<Option<ShortText<'b>>, Refused> {
        let mut length = 0;
        let (units, capacity) = (units.0.as_mut_ptr().cast(), SHORT + 1);
        // SAFETY: Node-API writes at most `capacity` units, the zero behind the text included.
        done(unsafe {
            sys::napi_get_value_string_utf16(self.raw, text.raw, units, capacity, &raw mut length)
        })?;
        if length == SHORT {
            return Ok(None); // perhaps cut
        }
        if length < LANES {
            // SAFETY: there is room for a register behind any text.
            unsafe { units.add(length).write_bytes(0, LANES) };
        }
        // SAFETY: that many units were written, by Node-API or just now.
        let padded = unsafe { std::slice::from_raw_parts(units, length.max(LANES)) };
        Ok(Some(ShortText { padded, length }))
    }

    /// All code units of a text.
    pub(crate) fn all_units(self, text: Value<'e>) -> Result<Vec<u16>, Refused> {
        let mut length = 0;
        let (env, text) = (self.raw, text.raw);
        // SAFETY: without a buffer, Node-API only counts.
        done(unsafe { sys::napi_get_value_string_utf16(env, text, ptr::null_mut(), 0, &raw mut length) })?;
        let mut units: Vec<u16> = Vec::with_capacity(length + 1);
        let data = units.as_mut_ptr();
        // SAFETY: there is room for the text and the zero behind it.
        done(unsafe { sys::napi_get_value_string_utf16(env, text, data, length + 1, &raw mut length) })?;
        // SAFETY: that many were written.
        unsafe { units.set_len(length) };
        Ok(units)
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
        let Some(view) = self.view(array, T::ARRAY)? else { return Ok(None) };
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
    fn view(self, array: Value<'e>, wanted: sys::napi_typedarray_type) -> Result<Option<View>, Failure> {
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
        if done(status).is_err() || kind != wanted {
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
                return Err(Failure::new(ErrorKind::KeyType, message));
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

impl From<Refused> for Failure {
    /// What is left when every type was checked: an exception is pending, or Node is shutting down.
    #[cold]
    fn from(_: Refused) -> Self {
        Failure::new(ErrorKind::EngineFailure, "Node refused a call of its interface")
    }
}
