//! Values of JavaScript, read and made.
//!
//! Everything here is safe to call: an [`Env`] exists only while JavaScript waits for a callback of ours.
#![allow(unsafe_code)] // Node-API is C

use std::{marker::PhantomData, mem::MaybeUninit, ptr};

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

    /// A new typed array of numbers, exact up to 2^53.
    pub(crate) fn doubles(self, numbers: &[u64]) -> Result<Value<'e>, Refused> {
        self.typed_array(&numbers.iter().map(|number| *number as f64).collect::<Vec<_>>())
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

    /// An element of an array.
    pub(crate) fn element(self, array: Value<'e>, position: u32) -> Result<Value<'e>, Refused> {
        // SAFETY: the array belongs to this callback.
        self.make(|env, result| unsafe { sys::napi_get_element(env, array.raw, position, result) })
    }

    /// A new array of numbers: of a few, made sooner than a typed array.
    pub(crate) fn numbers(self, numbers: &[u32]) -> Result<Value<'e>, Refused> {
        // SAFETY: both pointers are good.
        let array = self
            .make(|env, result| unsafe { sys::napi_create_array_with_length(env, numbers.len(), result) })?;
        for (position, number) in (0..).zip(numbers) {
            let number = self.number(*number)?;
            // SAFETY: all belong to this callback.
            done(unsafe { sys::napi_set_element(self.raw, array.raw, position, number.raw) })?;
        }
        Ok(array)
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
}

impl From<Refused> for Failure {
    /// What is left when every type was checked: an exception is pending, or Node is shutting down.
    #[cold]
    fn from(_: Refused) -> Self {
        Failure::new(ErrorKind::EngineFailure, "Node refused a call of its interface")
    }
}
