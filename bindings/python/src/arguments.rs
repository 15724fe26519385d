//! What calls take besides keys. Each is read leniently and refused as a `KeyhomeError`.

use keyhome_bindings_common::{ErrorKind, Failure};
use pyo3::{
    exceptions::PyOverflowError,
    prelude::*,
    types::{PyBytes, PyString},
};

use crate::{
    failure::{Raised, wrong_type},
    raw::{Buffer, with_buffer},
};

/// A text, of `str` or of UTF-8 in `bytes`. `kind` is the error of a text that is none.
pub(crate) fn text<'a>(what: &str, given: &'a Bound<'_, PyAny>, kind: ErrorKind) -> PyResult<&'a str> {
    let read = if let Ok(text) = given.cast::<PyString>() {
        text.to_str().ok()
    } else if let Ok(bytes) = given.cast::<PyBytes>() {
        str::from_utf8(bytes.as_bytes()).ok()
    } else {
        return Err(wrong_type(&format!("{what}, a text,"), given).raised(given.py()));
    };
    read.ok_or_else(|| Failure::new(kind, format!("{what} is not UTF-8")).raised(given.py()))
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

/// Names of nodes.
pub(crate) fn names(given: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if given.is_instance_of::<PyString>() || given.is_instance_of::<PyBytes>() || given.try_iter().is_err() {
        return Err(wrong_type("a list of names", given).raised(given.py()));
    }
    given.try_iter()?.map(|name| text("a name", &name?, ErrorKind::NodeUnknown).map(str::to_owned)).collect()
}

/// Offsets of a packed batch.
pub(crate) fn offsets(given: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let refused = |message: &str| Failure::new(ErrorKind::BatchOffsets, message).raised(given.py());
    if let Ok(Some(read)) = with_buffer(given, |buffer| numbers(&buffer)) {
        return read.map_err(|OutOfRange| refused("an offset is not within 0 to 4294967295"));
    }
    if given.is_instance_of::<PyString>() || given.is_instance_of::<PyBytes>() || given.try_iter().is_err() {
        return Err(wrong_type("a buffer or a list of offsets", given).raised(given.py()));
    }
    given
        .try_iter()?
        .map(|offset| {
            let offset = offset?;
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
