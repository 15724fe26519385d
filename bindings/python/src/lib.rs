//! The extension module `keyhome._keyhome`: keys in, indexes out. What a call does is decided in the core.
//!
//! The hot calls (`slot`, `Router.index`, `Router.node`) are plain C functions in [`raw`], which with [`items`] is all the
//! unsafe code; everything else is pyo3. What users read of each call is in its docstring here and in
//! `python/src/keyhome/_keyhome.pyi`, word for word: a test compares the two.

// Docstrings are for Python: indented sections are no Rust code, and `Args:` is no link.
#![allow(rustdoc::all, clippy::doc_link_with_quotes)]

mod arguments;
mod batch;
mod command;
mod failure;
mod health;
mod hotkeys;
mod items;
mod nodes;
mod options;
mod origin;
mod raw;
mod replica;
mod reply;
mod router;
mod settings;
mod state;

use pyo3::prelude::*;

/// The compiled part of keyhome.
#[pymodule]
mod _keyhome {
    use keyhome_bindings_common::{
        VERSION, catalogue, slots as core_slots, slots_packed as core_packed, writers,
    };
    use pyo3::{prelude::*, types::PyAny};

    use crate::{arguments::offsets as offsets_of, batch, failure::Raised, nodes::from_json, raw};

    #[pymodule_export]
    use crate::{
        command::{command_keys, command_kind, command_route, is_failure, scan_next, scan_target},
        health::Health,
        hotkeys::HotKeys,
        origin::again,
        replica::ReplicaSet,
        router::Router,
        settings::{pool_names, pool_settings},
    };

    /// The Redis Cluster slots of many keys.
    ///
    /// Args:
    ///     keys: A list, a tuple or anything else that yields keys.
    ///
    /// Returns:
    ///     The slots in the order of the keys, as an `array.array` of 16-bit numbers; `np.frombuffer(slots, "u2")` reads
    ///     it in place.
    ///
    /// Raises:
    ///     KeyhomeError: `key.encoding` and `key.type` with the `position` of the key; `argument.type`.
    ///
    /// Example:
    ///     >>> keyhome.slots(["user:1001", b"{user:1001}:cart"])
    ///     array('H', [5712, 5712])
    #[pyfunction]
    #[pyo3(signature = (keys, /))]
    fn slots<'py>(keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let mut all = Vec::new();
        let mut some = Vec::new();
        batch::each(keys, |keys| {
            core_slots(keys, &mut some);
            all.extend_from_slice(&some);
            Ok(())
        })?;
        batch::array(keys.py(), "H", &all, u16::to_ne_bytes)
    }

    /// The Redis Cluster slots of many keys that lie one behind the other.
    ///
    /// Args:
    ///     bytes: All keys, without anything between them.
    ///     offsets: One number more than there are keys: key `i` is `bytes[offsets[i]:offsets[i + 1]]`. A buffer of
    ///         32-bit or 64-bit integers, such as `array.array("I")` or a numpy array, or a list of `int`.
    ///
    /// Returns:
    ///     The slots in the order of the keys, as an `array.array` of 16-bit numbers.
    ///
    /// Raises:
    ///     KeyhomeError: `batch.offsets` where the offsets do not fit the bytes; `argument.type`.
    ///
    /// Example:
    ///     >>> keyhome.slots_packed(b"user:1001user:1002", [0, 9, 18])
    ///     array('H', [5712, 9779])
    #[pyfunction]
    #[pyo3(signature = (bytes, offsets, /))]
    fn slots_packed<'py>(
        bytes: &Bound<'py, PyAny>,
        offsets: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let offsets = offsets_of(offsets)?;
        let mut slots = Vec::new();
        raw::with_packed(bytes, |bytes| core_packed(bytes, &offsets, &mut slots))?
            .map_err(|error| error.raised(bytes.py()))?;
        batch::array(bytes.py(), "H", &slots, u16::to_ne_bytes)
    }

    /// The public lists of the core. The tests compare the stubs with them.
    #[pyfunction]
    fn _catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        from_json(py, &catalogue())
    }

    /// What clients say to servers of how they place keys, and what they make of what others said.
    #[pyfunction]
    #[allow(clippy::needless_pass_by_value)] // as it comes from Python
    fn _writers(py: Python<'_>, words: Vec<String>) -> PyResult<Bound<'_, PyAny>> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        from_json(py, &writers(&words).map_err(|failure| failure.raised(py))?)
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", VERSION)?;
        raw::add_slot(module)?;
        raw::add_methods(&module.py().get_type::<Router>())
    }
}
