//! Which endpoints a read may be served by, and in what order of preference.

use super::state::EndpointState;
use crate::{topology::Role, words::words};

words! {
    /// Which endpoint of a node is read from. Endpoints that are not [up](super::ReplicaSet::set_up) never are; outliers
    /// are only where nothing else is left.
    #[non_exhaustive]
    ReadFrom {
        /// The primary.
        Primary = "primary",
        /// The replicas by turns; never the primary.
        Replica = "replica",
        /// The replicas by turns, or the primary if there is none.
        PreferReplica = "prefer-replica",
        /// By turns those that come first of: replicas in the caller's own zone, the primary if it is there, replicas
        /// elsewhere, the primary. As GLIDE's `AZAffinityReplicasAndPrimary` and Envoy's
        /// `LOCAL_ZONE_AFFINITY_REPLICAS_AND_PRIMARY` have it.
        Nearest = "nearest",
        /// Primary and replicas by turns.
        RoundRobin = "round-robin",
        /// Primary or any replica, by the dice.
        Random = "random",
        /// Of primary and replicas two by the dice, and of these the one that is expected to answer sooner.
        LeastLatency = "least-latency",
    }
}

/// How much an endpoint is preferred: the lowest rank there is serves the read.
pub(super) type Rank = u8;

/// Never serves it.
pub(super) const NEVER: Rank = Rank::MAX;

/// Outliers come after all others.
const OUTLIER: Rank = 4;

impl ReadFrom {
    pub(super) fn rank(self, endpoint: &EndpointState, now: u64) -> Rank {
        if !endpoint.up {
            return NEVER;
        }
        let primary = Rank::from(endpoint.role == Role::Primary);
        let rank = match self {
            Self::Primary if primary == 0 => return NEVER,
            Self::Replica if primary == 1 => return NEVER,
            Self::PreferReplica => primary,
            Self::Nearest => Rank::from(endpoint.far) * 2 + primary,
            _ => 0,
        };
        if endpoint.is_outlier(now) { rank + OUTLIER } else { rank }
    }
}
