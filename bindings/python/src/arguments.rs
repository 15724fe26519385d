//! What calls take besides keys. Each is read leniently and refused as a `KeyhomeError`.

use keyhome_bindings_common::{ErrorKind, Failure};
use pyo3::{
    Borrowed,
    exceptions::{PyException, PyMemoryError, PyOverflowError},
    prelude::*,
    types::{PyByteArray, PyBytes, PyList, PyMemoryView, PyString, PyTuple},
};

use crate::{
    failure::{Raised, type_name, wrong_type},
    raw::{Buffer, plain_number, with_buffer},
};

/// A text, of `str` or of UTF-8 in `bytes`. `kind` is the error of a text that is none.
pub(crate) fn text<'a>(what: &str, given: &'a Bound<'_, PyAny>, kind: ErrorKind) -> PyResult<&'a str> {
    read_text(what, given, kind).map_err(|failure| failure.raised(given.py()))
}

fn read_text<'a>(what: &str, given: &'a Bound<'_, PyAny>, kind: ErrorKind) -> Result<&'a str, Failure> {
    let read = if let Ok(text) = given.cast::<PyString>() {
        text.to_str().ok()
    } else if let Ok(bytes) = given.cast::<PyBytes>() {
        str::from_utf8(bytes.as_bytes()).ok()
    } else {
        return Err(wrong_type(&format!("{what}, a text,"), given));
    };
    read.ok_or_else(|| Failure::new(kind, format!("{what} is not UTF-8")))
}

/// The text of a config and the name of a pool.
pub(crate) fn config<'a>(
    config: &'a Bound<'_, PyAny>,
    pool: Option<&'a Bound<'_, PyAny>>,
) -> PyResult<(&'a str, Option<&'a str>)> {
    let config = text("the config", config, ErrorKind::ConfigSyntax)?;
    let pool = pool.map(|pool| text("the name of the pool", pool, ErrorKind::PoolUnknown));
    Ok((config, pool.transpose()?))
}

/// A count from 0 on; what is too large to be one is as large as can be.
pub(crate) fn count(given: &Bound<'_, PyAny>) -> PyResult<usize> {
    let refused = || wrong_type("a whole number from 0 on", given).raised(given.py());
    match given.extract::<isize>() {
        Ok(count) => usize::try_from(count).map_err(|_| refused()),
        Err(error) if error.is_instance_of::<PyOverflowError>(given.py()) => {
            given.gt(0).is_ok_and(|positive| positive).then_some(usize::MAX).ok_or_else(refused)
        }
        Err(_) => Err(refused()),
    }
}

/// A whole number from 0 to `most`.
pub(crate) fn number(what: &str, given: &Bound<'_, PyAny>, most: u64) -> PyResult<u64> {
    number_or_failure(what, given, most).map_err(|failure| failure.raised(given.py()))
}

#[inline(always)]
fn number_or_failure(what: &str, given: &Bound<'_, PyAny>, most: u64) -> Result<u64, Failure> {
    match plain_number(given.as_borrowed()) {
        Some(number) if number <= most => Ok(number),
        _ => any_number(what, given, most),
    }
}

#[cold]
fn any_number(what: &str, given: &Bound<'_, PyAny>, most: u64) -> Result<u64, Failure> {
    let out_of_range = || Failure::new(ErrorKind::ArgumentRange, format!("{what} is from 0 to {most}"));
    match given.extract::<u64>() {
        Ok(number) if number <= most => Ok(number),
        Ok(_) => Err(out_of_range()),
        Err(error) if error.is_instance_of::<PyOverflowError>(given.py()) => Err(out_of_range()),
        Err(_) => Err(wrong_type(&format!("{what}, a whole number,"), given)),
    }
}

/// An index, of what is there or not.
pub(crate) fn index_of(given: &Bound<'_, PyAny>) -> PyResult<usize> {
    number("an index", given, usize::MAX as u64).map(|index| index as usize)
}

/// A time, or a span of it.
pub(crate) fn time_of(given: &Bound<'_, PyAny>) -> PyResult<u64> {
    number("a time in microseconds", given, u64::MAX)
}

/// Items as a tuple, which cannot change while they are read. One key yields its characters, and is no list.
pub(crate) fn tuple_of<'py>(what: &str, given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    if let Ok(list) = given.cast_exact::<PyList>() {
        return Ok(list.to_tuple());
    }
    if let Ok(tuple) = given.cast_exact::<PyTuple>() {
        return Ok(tuple.clone());
    }
    let one_key = given.is_instance_of::<PyString>()
        || given.is_instance_of::<PyBytes>()
        || given.is_instance_of::<PyByteArray>()
        || given.is_instance_of::<PyMemoryView>();
    let items = match given.try_iter() {
        Ok(items) if !one_key => items,
        _ => return Err(wrong_type(what, given).raised(given.py())),
    };
    let tuple = given.py().get_type::<PyTuple>().call1((items,));
    Ok(tuple.map_err(|error| unreadable("the list", given.py(), error))?.cast_into()?)
}

/// The error of a list or a mapping that raised `error` while it was read, which is its cause. What ends a program, such as
/// `KeyboardInterrupt`, and a lack of memory are no errors of a list.
pub(crate) fn unreadable(what: &str, py: Python<'_>, error: PyErr) -> PyErr {
    if !error.is_instance_of::<PyException>(py) || error.is_instance_of::<PyMemoryError>(py) {
        return error;
    }
    let raised = type_name(error.value(py));
    let message = format!("{what} cannot be read: it raised {raised}");
    let failure = Failure::new(ErrorKind::ArgumentType, message).raised(py);
    failure.set_cause(py, Some(error));
    failure
}

/// Names of nodes.
pub(crate) fn names(given: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let names = tuple_of("a list of names", given)?;
    let name = |(position, name): (usize, Borrowed<'_, '_, PyAny>)| {
        let read = read_text("a name", &name, ErrorKind::NodeUnknown).map(str::to_owned);
        read.map_err(|failure| failure.at_position(position).raised(name.py()))
    };
    names.iter_borrowed().enumerate().map(name).collect()
}

/// Indexes of nodes; the error of one has its position.
pub(crate) fn indexes(given: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
    let indexes = tuple_of("a list of indexes", given)?;
    let index = |(position, index): (usize, Borrowed<'_, '_, PyAny>)| {
        let read = number_or_failure("an index", &index, usize::MAX as u64);
        read.map(|index| index as usize).map_err(|failure| failure.at_position(position).raised(index.py()))
    };
    indexes.iter_borrowed().enumerate().map(index).collect()
}

/// Offsets of a packed batch.
pub(crate) fn offsets(given: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let refused = |message: &str| Failure::new(ErrorKind::BatchOffsets, message).raised(given.py());
    if let Ok(Some(read)) = with_buffer(given, |buffer| numbers(&buffer)) {
        return read.map_err(|OutOfRange| refused("an offset is not within 0 to 4294967295"));
    }
    let offsets = match given.try_iter() {
        Ok(offsets) if !(given.is_instance_of::<PyString>() || given.is_instance_of::<PyBytes>()) => offsets,
        _ => return Err(wrong_type("a buffer or a list of offsets", given).raised(given.py())),
    };
    offsets
        .map(|offset| {
            let offset = offset.map_err(|error| unreadable("the list", given.py(), error))?;
            offset.extract::<u32>().map_err(|error| {
                if error.is_instance_of::<PyOverflowError>(given.py()) {
                    refused("an offset is not within 0 to 4294967295")
                } else {
                    wrong_type("a whole number as offset", &offset).raised(given.py())
                }
            })
        })
        .collect()
}

/// An offset that no packed batch can have.
struct OutOfRange;

/// The integers of a buffer, if it is one of integers.
fn numbers(buffer: &Buffer<'_>) -> Option<Result<Vec<u32>, OutOfRange>> {
    fn read<N: TryInto<u32>, const SIZE: usize>(
        bytes: &[u8],
        number: impl Fn([u8; SIZE]) -> N,
    ) -> Result<Vec<u32>, OutOfRange> {
        let number = |bytes: &[u8; SIZE]| number(*bytes).try_into().map_err(|_| OutOfRange);
        bytes.as_chunks().0.iter().map(number).collect()
    }
    let Buffer { bytes, item_size, format } = buffer;
    let letter = match format.to_bytes() {
        [letter] | [b'@' | b'=', letter] => *letter,
        [b'<', letter] if cfg!(target_endian = "little") => *letter,
        _ => return None,
    };
    Some(match (letter, item_size) {
        (b'I' | b'L', 4) => read(bytes, u32::from_ne_bytes),
        (b'i' | b'l', 4) => read(bytes, i32::from_ne_bytes),
        (b'L' | b'Q' | b'N', 8) => read(bytes, u64::from_ne_bytes),
        (b'l' | b'q' | b'n', 8) => read(bytes, i64::from_ne_bytes),
        _ => return None,
    })
}
