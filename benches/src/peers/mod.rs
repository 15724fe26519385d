//! The obvious alternatives, written plainly.

pub(crate) mod slot;
pub(crate) mod twemproxy;
