//! The obvious alternatives, written plainly.

pub(crate) mod heavy_keeper;
pub(crate) mod peak_ewma;
pub(crate) mod slot;
pub(crate) mod space_saving;
pub(crate) mod twemproxy;
