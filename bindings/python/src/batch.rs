//! Many keys in, an array out.

use keyhome_bindings_common::Error;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyList},
};

use crate::{
    arguments::tuple_of,
    failure::Raised,
    items::{AT_ONCE, Items},
    raw::{read_key, text_or_bytes},
};

static ARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Hands over keys, some at a time, in order. The error of a key has its position among all keys.
pub(crate) fn each(
    keys: &Bound<'_, PyAny>,
    mut answer: impl FnMut(&[&[u8]]) -> Result<(), Error>,
) -> PyResult<()> {
    if let Ok(list) = keys.cast_exact::<PyList>() {
        each_of(&Items::of_list(list), &mut answer)
    } else {
        each_of(&Items::of_tuple(&tuple_of("a list of keys", keys)?), &mut answer)
    }
}

fn each_of(keys: &Items<'_, '_>, answer: &mut impl FnMut(&[&[u8]]) -> Result<(), Error>) -> PyResult<()> {
    let mut position = 0;
    while position < keys.len() {
        let (count, answered) = keys.read_plain::<AT_ONCE, _>(position, |keys| (keys.len(), answer(keys)));
        answered.map_err(|error| raised_behind(position, error, keys.py()))?;
        position += count;
        if count == 0 {
            position += each_read(keys, position, answer)?;
        }
    }
    Ok(())
}

/// Hands over the keys from `start` on that are not plain: they are read one by one, by code that may be Python's.
#[cold]
fn each_read(
    keys: &Items<'_, '_>,
    start: usize,
    answer: &mut impl FnMut(&[&[u8]]) -> Result<(), Error>,
) -> PyResult<usize> {
    let mut some: Vec<Vec<u8>> = Vec::new();
    let mut failed = None;
    while some.len() < AT_ONCE
        && let Some(key) = keys.get(start + some.len())
        && text_or_bytes(key.as_borrowed()).is_none()
    {
        match read_key(&key, <[u8]>::to_vec) {
            Ok(key) => some.push(key),
            Err(error) => {
                failed = Some(error.at_position(start + some.len()).raised(key.py()));
                break;
            }
        }
    }
    // A key before the one that failed may have no home, and then that is the first error.
    let read: Vec<&[u8]> = some.iter().map(Vec::as_slice).collect();
    answer(&read).map_err(|error| raised_behind(start, error, keys.py()))?;
    failed.map_or(Ok(some.len()), Err)
}

/// The error of a key among those from `start` on.
fn raised_behind(start: usize, error: Error, py: Python<'_>) -> PyErr {
    match error.position() {
        Some(position) => error.at_position(start + position).raised(py),
        None => error.raised(py),
    }
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
