//! Commands: which words are keys, where they go, and the cursor of a SCAN over several nodes.

use std::borrow::Cow;

use keyhome_bindings_common::{
    self as common, Command, CommandRoute, Failure, core_command_route as route_of,
};
use pyo3::{
    Borrowed, intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple},
};

use crate::{
    arguments::{number, tuple_of},
    failure::{Raised, wrong_type},
    items::{AT_ONCE, Items},
    nodes::from_json,
    raw::{read_key, text_or_bytes},
};

static SCAN_TARGET: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Words of most commands: a place for each of them is cheap.
const FEW: usize = 8;

/// Hands over the words of a command. A number is the text that redis-py sends for it.
fn with_words<T>(
    args: &Bound<'_, PyAny>,
    mut answer: impl FnMut(&[&[u8]]) -> Result<T, Failure>,
) -> PyResult<T> {
    let py = args.py();
    if let Ok(list) = args.cast_exact::<PyList>()
        && let Some(answered) = of_plain(&Items::of_list(list), &mut answer)
    {
        return answered.map_err(|failure| failure.raised(py));
    }
    let args = tuple_of("a list of words, the command's name first,", args)?;
    let answered = match of_plain(&Items::of_tuple(&args), &mut answer) {
        Some(answered) => answered,
        None => answer(&words_of(&args)?.iter().map(|word| &**word).collect::<Vec<_>>()),
    };
    answered.map_err(|failure| failure.raised(py))
}

/// The answer to words that are all plain `str` or `bytes` and not too many: they are read where they lie.
fn of_plain<T>(
    words: &Items<'_, '_>,
    answer: impl FnOnce(&[&[u8]]) -> Result<T, Failure>,
) -> Option<Result<T, Failure>> {
    let answer = |plain: &[&[u8]]| (plain.len() == words.len()).then(|| answer(plain));
    if words.len() <= FEW {
        words.read_plain::<FEW, _>(0, answer)
    } else {
        words.read_plain::<AT_ONCE, _>(0, answer)
    }
}

fn words_of<'a>(args: &'a Bound<'_, PyTuple>) -> PyResult<Vec<Cow<'a, [u8]>>> {
    let word = |(position, word): (usize, Borrowed<'a, '_, PyAny>)| match text_or_bytes(word) {
        Some(word) => Ok(Cow::Borrowed(word)),
        None => word_of(&word, position).map(Cow::Owned),
    };
    args.iter_borrowed().enumerate().map(word).collect()
}

/// A word that is no plain text or bytes.
#[cold]
fn word_of(word: &Bound<'_, PyAny>, position: usize) -> PyResult<Vec<u8>> {
    let is_number = word.is_instance_of::<PyInt>() || word.is_instance_of::<PyFloat>();
    let text = if is_number && !word.is_instance_of::<PyBool>() { word.repr().ok() } else { None };
    let word = text.as_ref().map_or(word, |text| text.as_any());
    read_key(word, <[u8]>::to_vec).map_err(|error| error.at_position(position).raised(word.py()))
}

/// Which words of a command are keys.
///
/// Args:
///     args: The words of the command, its name first: a list or a tuple of keys as for `slot`, or of numbers.
///
/// Returns:
///     The positions of the keys, in the order of COMMAND GETKEYS of redis-server.
///
/// Raises:
///     KeyhomeError: `command.unknown` for a command or subcommand that is not known; `command.arguments` for too few
///         or too many words, or a count of keys that cannot be; `key.encoding` and `key.type` with the `position` of
///         the word; `argument.type`.
///
/// Example:
///     >>> keyhome.command_keys(["ZUNIONSTORE", "sum", 2, "a", "b", "WEIGHTS", 1, 2])
///     [1, 3, 4]
#[pyfunction]
#[pyo3(signature = (args, /))]
pub(crate) fn command_keys<'py>(args: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let mut keys = Vec::new();
    with_words(args, |words| Ok(Command::find(words)?.keys(words, &mut keys)?))?;
    PyList::new(args.py(), keys)
}

/// What the name of a command alone says of it, for a client that asks once a name and keeps the answer.
///
/// Args:
///     name: The name, in letters of either case.
///     subcommand: The second word of the command. It is not looked at where the first has no subcommands.
///
/// Returns:
///     `command` (its name), `access`, `blocking`, `fan_out`, `merge` and `key_step` as in `command_route`; `container`,
///     whether the second word chooses a subcommand, which is to be asked for by both words; and `only_key`, the
///     position of its only key where that is the same whatever the other words are, else `None`. Of `XGROUP`, which is
///     no command by itself, `container` alone says anything; of `COMMAND`, which is one, the rest is about `COMMAND`
///     without other words.
///
/// Raises:
///     KeyhomeError: `command.unknown`; `key.encoding` and `key.type` with the `position` of the word, 0 or 1.
///
/// Example:
///     >>> keyhome.command_kind("SET")["only_key"], keyhome.command_kind("MGET")["only_key"]
///     (1, None)
///     >>> keyhome.command_kind("OBJECT")["container"], keyhome.command_kind("OBJECT", "ENCODING")["only_key"]
///     (True, 2)
#[pyfunction]
#[pyo3(signature = (name, subcommand=None, /))]
pub(crate) fn command_kind<'py>(
    name: &Bound<'py, PyAny>,
    subcommand: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let words: Vec<_> = [name].into_iter().chain(subcommand).collect();
    let words = PyTuple::new(name.py(), words)?;
    from_json(name.py(), &with_words(&words, |words| common::command_kind(words))?)
}

/// Where a command goes in a pool of several nodes, and how the replies become one.
///
/// Args:
///     args: As for `command_keys`.
///
/// Returns:
///     `command` (its name), `access`, `blocking`, `keys` and `channels` (positions), `fan_out`, `merge`, and `key_step`
///     (the words of one key, where the command can be split).
///
/// Raises:
///     KeyhomeError: As for `command_keys`; `command.arguments` also where the last key of a command that is to be split
///         is short of words.
///
/// Example:
///     >>> route = keyhome.command_route(["MSET", "a", "1", "b", "2"])
///     >>> route["keys"], route["fan_out"], route["merge"], route["key_step"]
///     ([1, 3], 'split', 'all_ok', 2)
#[pyfunction]
#[pyo3(signature = (args, /))]
pub(crate) fn command_route<'py>(args: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let (py, route) = (args.py(), with_words(args, |words| Ok(route_of(words)?))?);
    let CommandRoute { command, access, blocking, keys, channels, fan_out, merge, key_step } = route;
    let shown = PyDict::new(py);
    shown.set_item(intern!(py, "command"), command)?;
    shown.set_item(intern!(py, "access"), access.word())?;
    shown.set_item(intern!(py, "blocking"), blocking)?;
    shown.set_item(intern!(py, "keys"), keys)?;
    shown.set_item(intern!(py, "channels"), channels)?;
    shown.set_item(intern!(py, "fan_out"), fan_out.word())?;
    shown.set_item(intern!(py, "merge"), merge.word())?;
    shown.set_item(intern!(py, "key_step"), key_step)?;
    Ok(shown)
}

/// A cursor of any of its forms, as it stands in a command.
fn cursor_of(cursor: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let digits = if cursor.is_instance_of::<PyInt>() { cursor.repr().ok() } else { None };
    read_key(digits.as_ref().map_or(cursor, |digits| digits.as_any()), <[u8]>::to_vec)
        .map_err(|_| wrong_type("a cursor, a whole number or its digits,", cursor).raised(cursor.py()))
}

fn node_count(nodes: &Bound<'_, PyAny>) -> PyResult<usize> {
    Ok(number("the number of nodes", nodes, usize::MAX as u64)? as usize)
}

/// Whom to ask next in a SCAN over the nodes of a pool.
///
/// Args:
///     cursor: 0 at first, then what `scan_next` gave: an `int`, or its digits in `str` or `bytes`.
///     nodes: The number of nodes; it stays the same from the first call to the last.
///
/// Returns:
///     The index of the `node` to ask, and the `cursor` to give it.
///
/// Raises:
///     KeyhomeError: `command.arguments` where the cursor is no number from 0 to 2**64 - 1, or there are no nodes;
///         `argument.type`, `argument.range`.
///
/// Example:
///     >>> keyhome.scan_target(52, 3)
///     ScanTarget(node=1, cursor=17)
#[pyfunction]
#[pyo3(signature = (cursor, nodes, /))]
pub(crate) fn scan_target<'py>(
    cursor: &Bound<'py, PyAny>,
    nodes: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, nodes) = (cursor.py(), node_count(nodes)?);
    let target = common::scan_target(&cursor_of(cursor)?, nodes).map_err(|failure| failure.raised(py))?;
    SCAN_TARGET.import(py, "keyhome._nodes", "ScanTarget")?.call1((target.node, target.cursor))
}

/// The cursor to go on with in a SCAN over the nodes of a pool.
///
/// Args:
///     cursor: What `scan_target` was asked with.
///     answered: The cursor that the node answered: an `int`, or its digits in `str` or `bytes`.
///     nodes: The number of nodes.
///
/// Returns:
///     The next cursor, at this node or at the next; 0 at the end.
///
/// Raises:
///     KeyhomeError: As for `scan_target`; `command.arguments` also where the cursors are too large to be put together.
///
/// Example:
///     >>> keyhome.scan_next(0, 17, 3), keyhome.scan_next(51, b"0", 3), keyhome.scan_next(2, 0, 3)
///     (51, 1, 0)
#[pyfunction]
#[pyo3(signature = (cursor, answered, nodes, /))]
pub(crate) fn scan_next(
    cursor: &Bound<'_, PyAny>,
    answered: &Bound<'_, PyAny>,
    nodes: &Bound<'_, PyAny>,
) -> PyResult<u64> {
    let (nodes, asked, answered) = (node_count(nodes)?, cursor_of(cursor)?, cursor_of(answered)?);
    common::scan_next(&asked, &answered, nodes).map_err(|failure| failure.raised(cursor.py()))
}

/// Whether an error that a server replied counts as a failure of it: `OOM`, `BUSY` and `LOADING`, as for twemproxy.
///
/// Args:
///     error: The error as `str`, `bytes` or another buffer of bytes, with a leading `-` or without.
///
/// Returns:
///     Whether it is to be reported to `Health` as `failure`, and to `ReplicaSet` as `failed`.
///
/// Raises:
///     KeyhomeError: `argument.type`.
///
/// Example:
///     >>> keyhome.is_failure("LOADING Redis is loading the dataset in memory"), keyhome.is_failure("WRONGTYPE")
///     (True, False)
#[pyfunction]
#[pyo3(signature = (error, /))]
pub(crate) fn is_failure(error: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(text) = error.cast::<PyString>() {
        // Of a text with a lone surrogate the first word is what it is, and it is none of the three.
        return Ok(common::is_failure(text.to_string_lossy().as_bytes()));
    }
    read_key(error, |error| common::is_failure(error))
        .map_err(|_| wrong_type("an error, a text or bytes,", error).raised(error.py()))
}
