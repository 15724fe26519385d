//! When a node is taken out, for how long, and what becomes of its keys meanwhile.

use serde::Serialize;

use crate::words::words;

words! {
    /// What becomes of the keys of a node that is out.
    #[non_exhaustive]
    OnFailure {
        /// They live on the nodes that are left, and the node comes back unprobed, as in twemproxy.
        Remap = "remap",
        /// They stay where they are, and requests for them are refused at once.
        Fail = "fail",
        /// They live on the nodes that are left until a check finds the node well.
        Probe = "probe",
    }
}

/// When a node is taken out, for how long, and what becomes of its keys meanwhile: the keys of a nutcracker.yml of the
/// same names, with its defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// What becomes of the keys of a node that is out.
    pub on_failure: OnFailure,
    /// Whether nodes are taken out at all. If not, failures count for nothing.
    pub auto_eject_hosts: bool,
    /// Failures in a row after which a node is taken out; 0 is 1.
    pub server_failure_limit: u32,
    /// Milliseconds until it is tried again.
    pub server_retry_timeout: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            on_failure: OnFailure::Remap,
            auto_eject_hosts: false,
            server_failure_limit: 2,
            server_retry_timeout: 30_000,
        }
    }
}

impl Rules {
    /// When a node that is taken out at `now` is tried again, in microseconds.
    pub(super) fn retry_at(&self, now: u64) -> u64 {
        now.saturating_add(u64::from(self.server_retry_timeout) * 1000)
    }
}
