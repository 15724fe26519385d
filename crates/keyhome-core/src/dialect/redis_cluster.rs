//! Redis Cluster and Valkey Cluster: 16384 slots, each owned by one primary or by nobody.

use super::{Dialect, KeyRule, Names, Options, Order, Place, Rule};
use crate::{
    hash::{Algorithm, KeyHash},
    key::TagRule,
};

/// Source: redis/redis src/cluster.c (keyHashSlot), src/crc16.c.
pub(super) static REDIS_CLUSTER: Dialect = Dialect {
    id: "redis-cluster",
    options: &[],
    weights: false,
    node_slots: true,
    node_vnodes: false,
    names: Names::Address,
    rule,
};

fn rule(_: &Options) -> Rule {
    let hash = KeyHash::new(Algorithm::Slot, true);
    Rule {
        key: KeyRule { tag: TagRule::REDIS, hash, empty_is_zero: false },
        order: Order::Given,
        place: Place::Slots,
    }
}
