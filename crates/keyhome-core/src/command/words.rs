//! What the table says of a command, in words that are equal in every language.

use crate::words::words;

words! {
    /// Whether a command changes data: the flags `readonly` and `write` of COMMAND.
    #[non_exhaustive]
    Access {
        /// It may go to a replica.
        Read = "read",
        /// It goes to the primary.
        Write = "write",
        /// It has neither flag, such as PING, and EVAL, whose script decides: it goes to the primary.
        Neither = "neither",
    }
}

words! {
    /// Where a command goes in a pool of several nodes: the tip `request_policy` of COMMAND, or what the table adds.
    #[non_exhaustive]
    FanOut {
        /// To the node of its keys, which must all have the same home.
        Home = "home",
        /// Its keys may have several homes: a command a node, each with the keys of that node (`multi_shard`).
        Split = "split",
        /// To the node that owns its channels, as if they were keys.
        Channel = "channel",
        /// It has no keys: any one node can answer.
        Any = "any",
        /// To the primary of every node of the pool (`all_shards`).
        AllPrimaries = "all_primaries",
        /// To every server there is, replicas too (`all_nodes`).
        AllNodes = "all_nodes",
        /// From one primary to the next, with a cursor: SCAN.
        Cursor = "cursor",
        /// It is about this connection or its transaction: AUTH, SELECT, MULTI. It follows the connection.
        Connection = "connection",
        /// It is about one server, and only the caller can say which: SHUTDOWN, REPLICAOF, CLUSTER.
        OneServer = "one_server",
    }
}

words! {
    /// How the replies of several nodes become one: the tip `response_policy` of COMMAND, or what the table adds.
    #[non_exhaustive]
    Merge {
        /// There is one reply.
        None = "none",
        /// Numbers are added up (`agg_sum`).
        Sum = "sum",
        /// The smallest number; in lists, place by place (`agg_min`).
        Min = "min",
        /// 1 where all say 1; in lists, place by place (`agg_logical_and`).
        And = "and",
        /// The first reply if all succeeded, else the first error (`all_succeeded`).
        AllOk = "all_ok",
        /// The first reply that succeeded; an error where there is none (`one_succeeded`).
        OneOk = "one_ok",
        /// The first reply that is not null.
        First = "first",
        /// Lists are put together.
        Union = "union",
        /// Lists are put together in the order of the keys.
        ByKey = "by_key",
        /// The cursor says where the scan goes on; see [`ScanCursor`](crate::command::ScanCursor).
        Cursor = "cursor",
        /// The replies stay apart, node by node.
        PerNode = "per_node",
    }
}
