//! What the servers' own tips leave out or leave to the client (`special`), and where they are too coarse: a reviewed
//! list. Each row has its reason, and a row that changes nothing is an error.

/// Where these commands go, and how their replies become one. A name that ends in `*` is for the
/// commands without a tip and without a row of their own.
pub(crate) struct Policy {
    pub(crate) names: &'static [&'static str],
    pub(crate) fan_out: &'static str,
    pub(crate) merge: &'static str,
}

const fn policy(names: &'static [&'static str], fan_out: &'static str, merge: &'static str) -> Policy {
    Policy { names, fan_out, merge }
}

/// Where keys are, as the module documents them, where what it tells the server is too coarse.
pub(crate) struct Keys {
    pub(crate) names: &'static [&'static str],
    pub(crate) specs: &'static str,
}

pub(crate) const POLICIES: &[Policy] = &[
    // State of a connection, or of the transaction on it. The tips send CLIENT SETNAME and SETINFO to all nodes, which
    // comes to the same where each connection is told when it opens.
    policy(
        &[
            "asking",
            "auth",
            "hello",
            "quit",
            "readonly",
            "readwrite",
            "reset",
            "select",
            "discard",
            "exec",
            "multi",
            "unwatch",
            "acl|whoami",
            "client|caching",
            "client|capa",
            "client|getname",
            "client|getredir",
            "client|id",
            "client|import-source",
            "client|info",
            "client|no-evict",
            "client|no-touch",
            "client|reply",
            "client|setinfo",
            "client|setname",
            "client|tracking",
            "client|trackinginfo",
            "script|debug",
        ],
        "Connection",
        "None",
    ),
    // One server's own business: its process, its disk, its replication, its place in a cluster, ids that only it knows.
    policy(
        &[
            "bgrewriteaof",
            "bgsave",
            "debug",
            "failover",
            "module|load",
            "module|loadex",
            "module|unload",
            "monitor",
            "pfselftest",
            "psync",
            "replconf",
            "replicaof",
            "save",
            "shutdown",
            "slaveof",
            "sync",
            "client|kill",
            "client|unblock",
            "cluster|*",
            "ft.cursor",
        ],
        "OneServer",
        "None",
    ),
    // Answered from the words alone, by any node.
    policy(&["cluster|help", "cluster|keyslot"], "Any", "None"),
    // The tip wants all shards; but PING asks whether this connection lives, and may carry a message to be given back.
    policy(&["ping"], "Any", "None"),
    // A pattern fits channels of every node.
    policy(&["psubscribe", "punsubscribe"], "AllPrimaries", "AllOk"),
    policy(&["pubsub|channels", "pubsub|shardchannels"], "AllPrimaries", "Union"),
    // A channel has subscribers on its own node only, so the reply has to be asked of all and told apart by channel.
    policy(&["pubsub|numsub", "pubsub|shardnumsub"], "AllPrimaries", "PerNode"),
    policy(&["pubsub|numpat"], "AllPrimaries", "Sum"),
    // `special`: SCAN of several nodes is one after the other.
    policy(&["scan"], "Cursor", "Cursor"),
    // `special`: Valkey's cursor names the slot, and with it the node, by itself.
    policy(&["clusterscan"], "OneServer", "None"),
    // `special`: the key of any node will do, but a node may have none.
    policy(&["randomkey"], "AllPrimaries", "First"),
    // `special`, or lists whose entries do not say of which server they are.
    policy(
        &["function|stats", "info", "memory|doctor", "memory|malloc-stats", "memory|stats"],
        "AllPrimaries",
        "PerNode",
    ),
    policy(
        &[
            "latency|doctor",
            "latency|graph",
            "latency|histogram",
            "latency|history",
            "latency|latest",
            "slowlog|get",
            "commandlog|get",
        ],
        "AllNodes",
        "PerNode",
    ),
    policy(&["acl|log", "client|list", "lastsave", "role"], "AllNodes", "PerNode"),
    // All servers, as ACL SETUSER and ACL SAVE.
    policy(&["acl|load", "client|pause", "client|unpause"], "AllNodes", "AllOk"),
    // As FLUSHDB: a database is spread over all nodes.
    policy(&["swapdb"], "AllPrimaries", "AllOk"),
    // All keys or none, which only one node can promise; Redis 7.2 dropped the tip from MSETNX. MSETEX also has
    // options behind its keys.
    policy(&["msetnx", "msetex"], "Home", "None"),
    // Modules have no tips: like MGET and MSET.
    policy(&["json.mget", "ts.madd"], "Split", "ByKey"),
    policy(&["json.mset"], "Split", "AllOk"),
    // By labels, not by keys.
    policy(&["ts.mget", "ts.mrange", "ts.mrevrange", "ts.queryindex"], "AllPrimaries", "Union"),
    // An index is on every node, over that node's keys.
    policy(
        &[
            "ft.create",
            "ft.alter",
            "ft.drop",
            "ft.dropindex",
            "ft.aliasadd",
            "ft.aliasdel",
            "ft.aliasupdate",
            "ft.synadd",
            "ft.synupdate",
            "ft.dictadd",
            "ft.dictdel",
            "ft.config",
        ],
        "AllPrimaries",
        "AllOk",
    ),
    policy(&["ft.tagvals"], "AllPrimaries", "Union"),
    policy(
        &["ft.search", "ft.aggregate", "ft.hybrid", "ft.info", "ft.profile", "ft.spellcheck"],
        "AllPrimaries",
        "PerNode",
    ),
];

/// Writes that the search module calls `readonly`, so that a full server takes them.
pub(crate) const WRITES: &[&str] =
    &["ft.aliasadd", "ft.aliasdel", "ft.aliasupdate", "ft.dictadd", "ft.dictdel"];

/// Without sharded pub/sub a channel is no key to a server. In a pool it has an owner all the same, or a subscriber would
/// have to listen everywhere: these take channels where their sharded siblings have them.
pub(crate) const CHANNELS: &[(&str, &str)] =
    &[("publish", "spublish"), ("subscribe", "ssubscribe"), ("unsubscribe", "sunsubscribe")];

pub(crate) const KEYS: &[Keys] = &[
    // The module names the first key only; the last word is the path for all keys.
    Keys { names: &["json.mget"], specs: "range 1 -2 1" },
    // The module names the destination only; the sources are counted.
    Keys { names: &["cms.merge", "tdigest.merge"], specs: "range 1 0 1, count 2 3 1" },
    // The module names the source only.
    Keys { names: &["ts.createrule", "ts.deleterule"], specs: "range 1 0 1, range 2 0 1" },
    // The name of an index is a key to a single server only; over several nodes the module itself declares it is none.
    Keys {
        names: &[
            "ft.aggregate",
            "ft.aliasadd",
            "ft.aliasdel",
            "ft.aliasupdate",
            "ft.alter",
            "ft.create",
            "ft.cursor",
            "ft.drop",
            "ft.dropindex",
            "ft.explain",
            "ft.explaincli",
            "ft.info",
            "ft.profile",
            "ft.search",
            "ft.spellcheck",
            "ft.synadd",
            "ft.syndump",
            "ft.synupdate",
            "ft.tagvals",
        ],
        specs: "",
    },
    Keys { names: &["ft.add", "ft.del", "ft.get", "ft.safeadd"], specs: "range 2 0 1" },
    Keys { names: &["ft.mget"], specs: "range 2 -1 1" },
];
