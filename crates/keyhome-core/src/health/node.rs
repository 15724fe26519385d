//! What is known about one node.

use serde::Serialize;

/// One node. Times are `null` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct NodeHealth {
    /// Failures in a row since the last reply or ejection.
    pub(super) failure_count: u32,
    /// Out until then.
    pub(super) next_retry: Option<u64>,
    /// The last time that failures in a row reached the limit: twemproxy's `server_ejected_at`.
    pub(super) ejected_at: Option<u64>,
    /// How often they did; the sum over nodes is twemproxy's `server_ejects`.
    pub(super) ejections: u64,
    /// Since when it is out; `None` for one that was live when nodes were last counted.
    pub(super) away_since: Option<u64>,
    /// Whether keys were placed without it since then.
    pub(super) keys_elsewhere: bool,
    /// Whether the placement that the owner was told of has it. While nobody is live this stays what it was.
    #[serde(skip)]
    pub(super) placed: bool,
}

impl NodeHealth {
    pub(super) const NEW: Self = Self {
        failure_count: 0,
        next_retry: None,
        ejected_at: None,
        ejections: 0,
        away_since: None,
        keys_elsewhere: false,
        placed: true,
    };

    /// Whether it was live when nodes were last counted.
    pub(super) fn is_live(&self) -> bool {
        self.away_since.is_none()
    }
}
