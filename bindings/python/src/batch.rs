//! Many keys in, an array out.

use std::borrow::Cow;

use keyhome_bindings_common::Error;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyByteArray, PyBytes, PyList, PyMemoryView, PyString, PyTuple},
};

use crate::{
    failure::{Raised, wrong_type},
    raw::{read_key, text_or_bytes},
};

static ARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Keys that are handed over at once: enough for the core to hash side by side, few enough to stay in the first cache.
const AT_ONCE: usize = 256;

/// Hands over keys, some at a time, in order. The error of a key has its position among all keys.
pub(crate) fn each(
    keys: &Bound<'_, PyAny>,
    mut answer: impl FnMut(&[Cow<'_, [u8]>]) -> Result<(), Error>,
) -> PyResult<()> {
    let py = keys.py();
    let keys = as_tuple(keys)?;
    let mut some: Vec<Cow<'_, [u8]>> = Vec::with_capacity(AT_ONCE);
    let mut hand_over = |some: &mut Vec<Cow<'_, [u8]>>, end: usize| {
        let start = end - some.len();
        let answer = answer(some).map_err(|error| match error.position() {
            Some(position) => error.at_position(start + position).raised(py),
            None => error.raised(py),
        });
        some.clear();
        answer
    };
    for (position, key) in keys.iter_borrowed().enumerate() {
        if some.len() == AT_ONCE {
            hand_over(&mut some, position)?;
        }
        match text_or_bytes(key) {
            Some(key) => some.push(Cow::Borrowed(key)),
            None => match read_key(&key, <[u8]>::to_vec) {
                Ok(key) => some.push(Cow::Owned(key)),
                Err(error) => {
                    // A key before it may have no home, and then that is the first error.
                    hand_over(&mut some, position)?;
                    return Err(error.at_position(position).raised(py));
                }
            },
        }
    }
    hand_over(&mut some, keys.len())
}

/// The keys as a tuple: it cannot change while they are read, whatever else runs.
fn as_tuple<'py>(keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    if let Ok(list) = keys.cast_exact::<PyList>() {
        return Ok(list.to_tuple());
    }
    if let Ok(tuple) = keys.cast_exact::<PyTuple>() {
        return Ok(tuple.clone());
    }
    let one_key = keys.is_instance_of::<PyString>()
        || keys.is_instance_of::<PyBytes>()
        || keys.is_instance_of::<PyByteArray>()
        || keys.is_instance_of::<PyMemoryView>();
    // A key yields its characters, each of which looks like a key.
    if one_key || keys.try_iter().is_err() {
        return Err(wrong_type("a list of keys", keys).raised(keys.py()));
    }
    Ok(keys.py().get_type::<PyTuple>().call1((keys,))?.cast_into()?)
}

/// An `array.array` of numbers.
pub(crate) fn array<'py, T: Copy, const SIZE: usize>(
    py: Python<'py>,
    code: &str,
    numbers: &[T],
    bytes_of: impl Fn(T) -> [u8; SIZE],
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = PyBytes::new_with(py, numbers.len() * SIZE, |bytes| {
        for (place, number) in bytes.chunks_exact_mut(SIZE).zip(numbers) {
            place.copy_from_slice(&bytes_of(*number));
        }
        Ok(())
    })?;
    ARRAY.import(py, "array", "array")?.call1((code, bytes))
}
