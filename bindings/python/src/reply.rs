//! Replies of a cluster, as client libraries hand them over.

use keyhome_bindings_common::{ErrorKind, Failure, config::Reply};
use pyo3::{
    IntoPyObjectExt,
    prelude::*,
    types::{PyBytes, PyDict, PyInt, PyList, PyString, PyTuple},
};

use crate::failure::type_name;

/// No reply is nested deeper: SHARDS has maps in a list in a map in a list.
const DEEPEST: usize = 8;

/// No reply has more values: each of 16,384 slots by itself, with a hundred replicas.
const MOST: usize = 1 << 23;

/// A reply of `str`, `bytes`, `int`, `None`, lists and dictionaries.
pub(crate) fn reply_of(given: &Bound<'_, PyAny>) -> Result<Reply, Failure> {
    convert(given, DEEPEST, &mut MOST.clone())
}

fn convert(given: &Bound<'_, PyAny>, deeper: usize, more: &mut usize) -> Result<Reply, Failure> {
    let unreadable = |reason: String| Failure::new(ErrorKind::ClusterReply, reason);
    if deeper == 0 || *more == 0 {
        return Err(unreadable("the reply is nested deeper, or is longer, than any of a cluster".to_owned()));
    }
    *more -= 1;
    let mut inner = |item: &Bound<'_, PyAny>| convert(item, deeper - 1, more);
    if let Ok(text) = given.cast::<PyString>() {
        let text =
            text.to_str().map_err(|_| unreadable("a text of the reply has a lone surrogate".to_owned()));
        text.map(Reply::from)
    } else if let Ok(bytes) = given.cast::<PyBytes>() {
        let text = str::from_utf8(bytes.as_bytes());
        text.map(Reply::from).map_err(|_| unreadable("a text of the reply is not UTF-8".to_owned()))
    } else if let Ok(number) = given.cast::<PyInt>() {
        let number = number.extract::<i64>();
        number.map(Reply::from).map_err(|_| unreadable("a number of the reply is beyond 64 bits".to_owned()))
    } else if given.is_none() {
        Ok(Reply::Null)
    } else if let Ok(list) = given.cast::<PyList>() {
        list.iter().map(|item| inner(&item)).collect::<Result<_, _>>().map(Reply::List)
    } else if let Ok(tuple) = given.cast::<PyTuple>() {
        tuple.iter_borrowed().map(|item| inner(&item)).collect::<Result<_, _>>().map(Reply::List)
    } else if let Ok(map) = given.cast::<PyDict>() {
        let entries = map.iter().map(|(name, value)| Ok((inner(&name)?, inner(&value)?)));
        entries.collect::<Result<_, _>>().map(Reply::Map)
    } else {
        Err(unreadable(format!(
            "a reply is made of texts, whole numbers, lists and maps; found {}",
            type_name(given)
        )))
    }
}

/// A reply as objects of Python.
pub(crate) fn object_of<'py>(py: Python<'py>, reply: &Reply) -> PyResult<Bound<'py, PyAny>> {
    match reply {
        Reply::Null => Ok(py.None().into_bound(py)),
        Reply::Integer(number) => number.into_bound_py_any(py),
        Reply::Text(text) => text.into_bound_py_any(py),
        Reply::List(items) => {
            let items = items.iter().map(|item| object_of(py, item)).collect::<PyResult<Vec<_>>>()?;
            items.into_bound_py_any(py)
        }
        Reply::Map(entries) => {
            let map = PyDict::new(py);
            for (name, value) in entries {
                map.set_item(object_of(py, name)?, object_of(py, value)?)?;
            }
            Ok(map.into_any())
        }
    }
}
