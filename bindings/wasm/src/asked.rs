//! The numbers of all questions: 32 for each kind of object, the first 32 for what no object is asked. `Asked` in
//! `node/src/engine/asked.ts` names the same; a test there compares them.

/// Which kind of object a question is about.
pub(crate) fn kind(what: u32) -> u32 {
    what / 32
}

pub(crate) mod nothing {
    /// Never another number: a host of another version asks for this first.
    pub(crate) const VERSION: u32 = 0;
    pub(crate) const SLOTS: u32 = 1;
    pub(crate) const FAILURE: u32 = 2;
    pub(crate) const COMMAND_KEYS: u32 = 3;
    pub(crate) const COMMAND_KIND: u32 = 4;
    pub(crate) const COMMAND_ROUTE: u32 = 5;
    pub(crate) const SCAN_TARGET: u32 = 6;
    pub(crate) const SCAN_NEXT: u32 = 7;
    pub(crate) const POOL_SETTINGS: u32 = 8;
    pub(crate) const IS_FAILURE: u32 = 9;
    pub(crate) const READ: u32 = 10;
    pub(crate) const POOL_NAMES: u32 = 11;
    pub(crate) const WRITERS: u32 = 12;
}

pub(crate) mod router {
    pub(crate) const KIND: u32 = 1;
    pub(crate) const FREE: u32 = 32;
    pub(crate) const FROM_CONFIG: u32 = 33;
    pub(crate) const FROM_CLUSTER_TEXT: u32 = 34;
    pub(crate) const FROM_CLUSTER_JSON: u32 = 35;
    pub(crate) const INDEX: u32 = 36;
    pub(crate) const INDEXES: u32 = 37;
    pub(crate) const GROUP: u32 = 38;
    pub(crate) const SUCCESSORS: u32 = 39;
    pub(crate) const WITHOUT: u32 = 40;
    pub(crate) const FINGERPRINT: u32 = 41;
    pub(crate) const NODES: u32 = 42;
    pub(crate) const EXPLAIN: u32 = 43;
    pub(crate) const BALANCE: u32 = 44;
    pub(crate) const DIFF: u32 = 45;
    pub(crate) const WITHOUT_INDEXES: u32 = 46;
    pub(crate) const COPIES: u32 = 47;
    pub(crate) const REPLICAS: u32 = 48;
    pub(crate) const ARCS: u32 = 49;
}

pub(crate) mod health {
    pub(crate) const KIND: u32 = 2;
    pub(crate) const FREE: u32 = 64;
    pub(crate) const NEW: u32 = 65;
    pub(crate) const EVENTS: u32 = 66;
    pub(crate) const DUE_CHECKS: u32 = 67;
    pub(crate) const GONE: u32 = 68;
    pub(crate) const SNAPSHOT: u32 = 69;
    pub(crate) const RELOADED: u32 = 70;
}

pub(crate) mod replicas {
    pub(crate) const KIND: u32 = 3;
    pub(crate) const FREE: u32 = 96;
    pub(crate) const REPLACE: u32 = 97;
    pub(crate) const SNAPSHOT: u32 = 98;
}

pub(crate) mod hot_keys {
    pub(crate) const KIND: u32 = 4;
    pub(crate) const FREE: u32 = 128;
    pub(crate) const NEW: u32 = 129;
    pub(crate) const FROM_BYTES: u32 = 130;
    pub(crate) const RECORD: u32 = 131;
    pub(crate) const TOP: u32 = 132;
    pub(crate) const ESTIMATE: u32 = 133;
    pub(crate) const SUMMARY: u32 = 134;
    pub(crate) const MERGE: u32 = 135;
    pub(crate) const TO_BYTES: u32 = 136;
}
