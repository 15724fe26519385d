//! The hot calls, and bytes read where they lie.
//!
//! `slot(key)`, `router.index(key)` and `router.node(key)` are `METH_O` functions: Python's interpreter calls those
//! directly, without packing arguments, and one costs less than hashing a key. pyo3 makes only functions with lists of
//! arguments and keywords, which take a third longer.

#![allow(unsafe_code, reason = "Python's C functions take and return raw pointers")]

use std::{
    ffi::{CStr, c_char},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr, slice,
};

use keyhome_bindings_common::{ErrorKind, Failure, slot};
use pyo3::{
    Borrowed, BoundObject, IntoPyObjectExt, PyTypeInfo,
    exceptions::{PyMemoryError, PyUnicodeEncodeError},
    ffi::{self, PyObject},
    prelude::*,
    types::{PyBytes, PyString, PyType},
};

use crate::{
    failure::{Raised, type_name, wrong_type},
    router::Router,
};

/// The bytes of a key that is exactly a `str` or a `bytes`, read in place; none for everything else, and for a text
/// with a lone surrogate.
#[inline(always)]
pub(crate) fn text_or_bytes<'a>(key: Borrowed<'a, '_, PyAny>) -> Option<&'a [u8]> {
    let object = key.as_ptr();
    // SAFETY: the object is alive for 'a and of the type that was just checked. Texts and bytes never change, and the
    // UTF-8 of a text lives as long as the text.
    unsafe {
        if ffi::PyUnicode_CheckExact(object) != 0 {
            let mut size = 0;
            let text = ffi::PyUnicode_AsUTF8AndSize(object, &raw mut size);
            if text.is_null() {
                ffi::PyErr_Clear();
                return None;
            }
            Some(slice::from_raw_parts(text.cast(), size as usize))
        } else if ffi::PyBytes_CheckExact(object) != 0 {
            let size = ffi::PyBytes_Size(object) as usize;
            Some(slice::from_raw_parts(ffi::PyBytes_AsString(object).cast(), size))
        } else {
            None
        }
    }
}

/// The value of what is exactly an `int` from 0 to 2^64 - 2; none for everything else.
#[inline(always)]
pub(crate) fn plain_number(object: Borrowed<'_, '_, PyAny>) -> Option<u64> {
    // SAFETY: the object is alive and of the type that was just checked.
    unsafe {
        if ffi::PyLong_CheckExact(object.as_ptr()) == 0 {
            return None;
        }
        let number = ffi::PyLong_AsUnsignedLongLong(object.as_ptr());
        if number == u64::MAX {
            // It is out of range, or exactly this: rare enough to be read again.
            ffi::PyErr_Clear();
            return None;
        }
        Some(number)
    }
}

/// Why a key cannot be read.
pub(crate) enum KeyError {
    /// It is no key.
    NoKey(Failure),
    /// Python itself failed, by a lack of memory.
    Python(PyErr),
}

impl KeyError {
    /// The same, about the key at `position`.
    pub(crate) fn at_position(self, position: usize) -> Self {
        match self {
            Self::NoKey(failure) => Self::NoKey(failure.at_position(position)),
            python @ Self::Python(_) => python,
        }
    }
}

impl Raised for KeyError {
    fn raised(self, py: Python<'_>) -> PyErr {
        match self {
            Self::NoKey(failure) => failure.raised(py),
            Self::Python(error) => error,
        }
    }
}

/// Reads a key of any kind: a text, bytes, or a buffer of bytes.
#[cold]
pub(crate) fn read_key<T>(key: &Bound<'_, PyAny>, read: impl FnOnce(&[u8]) -> T) -> Result<T, KeyError> {
    if let Ok(text) = key.cast::<PyString>() {
        return match text.to_str() {
            Ok(text) => Ok(read(text.as_bytes())),
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(key.py()) => {
                let message = "the key has a lone surrogate, which is no character: no two clients would encode it alike";
                Err(KeyError::NoKey(Failure::new(ErrorKind::KeyEncoding, message)))
            }
            Err(error) => Err(KeyError::Python(error)),
        };
    }
    if let Ok(bytes) = key.cast::<PyBytes>() {
        return Ok(read(bytes.as_bytes()));
    }
    match with_buffer(key, |buffer| (buffer.item_size == 1).then(|| read(buffer.bytes))) {
        Ok(Some(answer)) => Ok(answer),
        Err(error) if error.is_instance_of::<PyMemoryError>(key.py()) => Err(KeyError::Python(error)),
        Ok(None) | Err(_) => {
            let message = format!("a key is text or bytes, and {} is neither", type_name(key));
            Err(KeyError::NoKey(Failure::new(ErrorKind::KeyType, message)))
        }
    }
}

/// What a buffer holds, in one piece.
pub(crate) struct Buffer<'b> {
    /// All bytes.
    pub(crate) bytes: &'b [u8],
    /// The size of one item.
    pub(crate) item_size: usize,
    /// The type of an item, as the module `struct` writes it.
    pub(crate) format: &'b CStr,
}

/// Reads a buffer in place; one that is not in one piece is copied.
pub(crate) fn with_buffer<T>(object: &Bound<'_, PyAny>, read: impl FnOnce(Buffer<'_>) -> T) -> PyResult<T> {
    struct View(ffi::Py_buffer);
    impl Drop for View {
        fn drop(&mut self) {
            // SAFETY: it was filled by PyObject_GetBuffer, and this thread is attached.
            unsafe { ffi::PyBuffer_Release(&raw mut self.0) };
        }
    }
    let mut buffer = ffi::Py_buffer::new();
    // SAFETY: both pointers are to live objects, and `object` proves that this thread is attached.
    if unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), &raw mut buffer, ffi::PyBUF_FULL_RO) } != 0 {
        return Err(PyErr::fetch(object.py()));
    }
    let view = View(buffer);
    let size = view.0.len as usize;
    let mut copy: Vec<u8> = Vec::new();
    // SAFETY: the view is filled.
    let in_one_piece = unsafe { ffi::PyBuffer_IsContiguous(&raw const view.0, b'C' as c_char) } != 0;
    let bytes = if size == 0 {
        &[]
    } else if in_one_piece {
        // SAFETY: a contiguous buffer has so many bytes there until it is released, and nobody writes to them while
        // this thread is attached: `read` does not let go of it.
        unsafe { slice::from_raw_parts(view.0.buf.cast(), size) }
    } else {
        copy.resize(size, 0);
        // SAFETY: `copy` has `size` bytes.
        let done = unsafe {
            ffi::PyBuffer_ToContiguous(
                copy.as_mut_ptr().cast(),
                &raw const view.0,
                size as isize,
                b'C' as c_char,
            )
        };
        if done != 0 {
            return Err(PyErr::fetch(object.py()));
        }
        &copy[..]
    };
    let format = if view.0.format.is_null() {
        c"B"
    } else {
        // SAFETY: it ends in NUL and lives as long as the view.
        unsafe { CStr::from_ptr(view.0.format) }
    };
    Ok(read(Buffer { bytes, item_size: view.0.itemsize as usize, format }))
}

/// From this size on a packed batch is hashed while other Python threads run; below, letting them costs more.
const LARGE: usize = 1 << 16;

/// Reads the bytes of a packed batch.
pub(crate) fn with_packed<T: Send>(
    given: &Bound<'_, PyAny>,
    read: impl FnOnce(&[u8]) -> T + Send,
) -> PyResult<T> {
    if let Ok(bytes) = given.cast::<PyBytes>() {
        // Nobody can change these.
        let bytes = bytes.as_bytes();
        return Ok(if bytes.len() < LARGE { read(bytes) } else { given.py().detach(|| read(bytes)) });
    }
    match with_buffer(given, |buffer| (buffer.item_size == 1).then(|| read(buffer.bytes))) {
        Ok(Some(answer)) => Ok(answer),
        Err(error) if error.is_instance_of::<PyMemoryError>(given.py()) => Err(error),
        Ok(None) | Err(_) => Err(wrong_type("a buffer of bytes", given).raised(given.py())),
    }
}

/// Runs a hot call. What fails goes the long way: it is rare.
#[inline(always)]
fn call(
    key: *mut PyObject,
    hot: impl FnOnce(Python<'_>, Borrowed<'_, '_, PyAny>) -> Option<*mut PyObject>,
    cold: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<Py<PyAny>>,
) -> *mut PyObject {
    // SAFETY: Python calls functions with its thread attached and arguments alive.
    let (py, key) = unsafe {
        let py = Python::assume_attached();
        (py, Borrowed::from_ptr(py, key))
    };
    hot(py, key).unwrap_or_else(|| long_way(key, cold))
}

/// The answer in full, errors and panics included.
#[cold]
#[inline(never)]
fn long_way(
    key: Borrowed<'_, '_, PyAny>,
    cold: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<Py<PyAny>>,
) -> *mut PyObject {
    // Attached a second time, so that pyo3 knows: what it drops inside is freed at once.
    Python::attach(|py| {
        let answer = catch_unwind(AssertUnwindSafe(|| cold(&key))).unwrap_or_else(|_| {
            let message = "keyhome itself failed on this key; please report it";
            Err(Failure::new(ErrorKind::EngineFailure, message).raised(py))
        });
        match answer {
            Ok(answer) => answer.into_ptr(),
            Err(error) => {
                error.restore(py);
                ptr::null_mut()
            }
        }
    })
}

/// A new reference to a Python integer.
#[inline(always)]
fn integer(py: Python<'_>, number: usize) -> *mut PyObject {
    // Infallible but by a lack of memory, and then it is null with that error set.
    let _ = py;
    // SAFETY: the thread is attached.
    unsafe { ffi::PyLong_FromLong(number as std::ffi::c_long) }
}

unsafe extern "C" fn slot_of(_module: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
    call(
        key,
        |py, key| text_or_bytes(key).map(|key| integer(py, slot(key).into())),
        |key| {
            let slot = read_key(key, |key| slot(key)).map_err(|error| error.raised(key.py()))?;
            slot.into_py_any(key.py())
        },
    )
}

unsafe extern "C" fn index_of(router: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
    call(
        key,
        |py, key| {
            // SAFETY: Python checks the type of `self` before it calls a method descriptor.
            let router = unsafe { the_router(py, router) };
            let index = router.get().core.index(text_or_bytes(key)?).ok()?;
            Some(integer(py, index))
        },
        |key| {
            // SAFETY: as above.
            let router = unsafe { the_router(key.py(), router) };
            router.get().index_of(key)?.into_py_any(key.py())
        },
    )
}

unsafe extern "C" fn node_of(router: *mut PyObject, key: *mut PyObject) -> *mut PyObject {
    call(
        key,
        |py, key| {
            // SAFETY: as above.
            let router = unsafe { the_router(py, router) };
            let index = router.get().core.index(text_or_bytes(key)?).ok()?;
            let nodes = router.get().made_nodes(py)?;
            nodes.get_borrowed_item(index).ok().map(|node| node.into_bound().into_ptr())
        },
        |key| {
            // SAFETY: as above.
            let router = unsafe { the_router(key.py(), router) };
            let index = router.get().index_of(key)?;
            Ok(router.get().nodes(key.py())?.get_item(index)?.unbind())
        },
    )
}

/// # Safety
/// `object` is a `Router`, and alive for 'a.
#[inline(always)]
unsafe fn the_router<'a>(py: Python<'_>, object: *mut PyObject) -> Borrowed<'a, '_, Router> {
    // SAFETY: said above.
    unsafe { Borrowed::from_ptr(py, object).cast_unchecked() }
}

/// Definitions live as long as the process.
fn definition(name: &'static CStr, doc: &'static CStr, function: ffi::PyCFunction) -> *mut ffi::PyMethodDef {
    Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: function },
        ml_flags: ffi::METH_O,
        ml_doc: doc.as_ptr(),
    }))
}

/// Adds `slot` to the module.
pub(crate) fn add_slot(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let name = module.name()?;
    // SAFETY: the definition is never freed, and module and name are alive. The answer is a new reference.
    let function = unsafe {
        let definition = definition(c"slot", SLOT, slot_of);
        Bound::from_owned_ptr_or_err(
            module.py(),
            ffi::PyCFunction_NewEx(definition, module.as_ptr(), name.as_ptr()),
        )?
    };
    module.add("slot", function)
}

/// Adds `index` and `node` to the class.
pub(crate) fn add_methods(class: &Bound<'_, PyType>) -> PyResult<()> {
    debug_assert!(class.is(Router::type_object(class.py())));
    for (name, doc, function) in [(c"index", INDEX, index_of as ffi::PyCFunction), (c"node", NODE, node_of)] {
        // SAFETY: the definition is never freed, and the class is a type. The answer is a new reference.
        let method = unsafe {
            let definition = definition(name, doc, function);
            Bound::from_owned_ptr_or_err(class.py(), ffi::PyDescr_NewMethod(class.as_type_ptr(), definition))?
        };
        class.setattr(PyString::from_bytes(class.py(), name.to_bytes())?, method)?;
    }
    Ok(())
}

const SLOT: &CStr = cr#"slot(key, /)
--

The Redis Cluster slot of a key: CRC-16 of its hash tag, or of all of it, modulo 16384.

Args:
    key: A `str`, which is its UTF-8 bytes, or `bytes`, `bytearray`, `memoryview` or another buffer of bytes.

Returns:
    The slot, 0 to 16383.

Raises:
    KeyhomeError: `key.encoding` for a text with a lone surrogate; `key.type` for what is neither text nor bytes.

Example:
    >>> keyhome.slot("user:1001")
    5712
    >>> keyhome.slot(b"{user:1001}:cart")
    5712"#;

const INDEX: &CStr = cr#"index($self, key, /)
--

The index of the node on which a key lives.

Args:
    key: A `str`, which is its UTF-8 bytes, or `bytes`, `bytearray`, `memoryview` or another buffer of bytes.

Returns:
    An index into `nodes`.

Raises:
    KeyhomeError: `key.encoding`, `key.type`; `slot.uncovered` where nobody owns the key's slot;
        `placement.random` in a pool that gives no key a home.

Example:
    >>> router.index("user:{1000}:name")
    0"#;

const NODE: &CStr = cr#"node($self, key, /)
--

The node on which a key lives.

Args:
    key: As for `index`.

Returns:
    The same object for each key of a node: `nodes[index(key)]`.

Raises:
    KeyhomeError: As for `index`.

Example:
    >>> router.node("user:{1000}:name").address
    '10.0.0.1:6379'"#;
