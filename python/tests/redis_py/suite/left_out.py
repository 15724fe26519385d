"""Which of redis-py's own tests cannot pass over three servers, and why.

Each of them that is tried must fail: what passes one day is taken out.
"""

from __future__ import annotations

# Where it ends half-way, it leaves a password behind on the servers of all others.
NOT_TRIED = ("sync/test_auth",)

# By reason, names of tests; `sync/` and `asyncio/` before a name where only one of them is left out.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "it fails with redis-py itself on this server, too": (
        "sync/test_psync",
        "sync/test_xgroup_create_entriesread",
        "test_acl_getuser_setuser",
        "test_acl_log",
    ),
    "what is about one connection is refused, for there are many: redis-py's options say it for all": (
        "sync/test_client_getredir",
        "sync/test_client_info",
        "sync/test_client_kill_filter_by_laddr",
        "sync/test_client_kill_filter_by_user",
        "sync/test_client_list_client_id",
        "sync/test_client_no_evict",
        "sync/test_client_reply",
        "sync/test_client_tracking",
        "sync/test_client_trackinginfo",
        "sync/test_quit",
        "sync/test_reset",
        "test_acl_whoami",
        "test_client_getname",
        "test_client_id",
        "test_client_kill",
        "test_client_kill_filter_by_addr",
        "test_client_kill_filter_by_id",
        "test_client_setname",
        "test_client_unblock",
        "test_pipeline_discard",
    ),
    "AUTH is for all connections, and its user may not choose their database when they are made": NOT_TRIED,
    "what is about one server is refused: one of `nodes()` can be asked": (
        "sync/test_bgsave",
        "sync/test_module",
        "sync/test_module_loadex",
        "sync/test_replicaof",
        "test_watch_exec_no_unwatch",
        "test_watch_reset_unwatch",
    ),
    "the pool is no Redis Cluster": (
        "test_cluster_addslots",
        "test_cluster_count_failure_reports",
        "test_cluster_countkeysinslot",
        "test_cluster_delslots",
        "test_cluster_failover",
        "test_cluster_forget",
        "test_cluster_info",
        "test_cluster_keyslot",
        "test_cluster_meet",
        "test_cluster_nodes",
        "test_cluster_replicate",
        "test_cluster_reset",
        "test_cluster_saveconfig",
        "test_cluster_setslot",
        "test_cluster_slaves",
        "test_readonly",
        "test_readonly_invalid_cluster_state",
    ),
    "it is about redis-py's own RedisCluster": (
        "sync/test_eval_crossslot",
        "test_mset_on_cluster_multiple_slots",
    ),
    "its keys live on several nodes, and the command cannot be split: a hash tag would keep them together": (
        "sync/test_geosearchstore",
        "sync/test_geosearchstore_dist",
        "test_bitop_single_string",
        "test_bitop_string_operands",
        "test_georadius_store",
        "test_georadius_store_dist",
        "test_sort_all_options",
        "test_zdiffstore",
    ),
    "SORT looks for BY and GET on the node of its key only": (
        "sync/test_sort_ro",
        "test_sort_by",
        "test_sort_get",
        "test_sort_get_groups_two",
        "test_sort_get_multi",
        "test_sort_groups_three_gets",
    ),
    "replies stay apart, node by node": (
        "sync/test_info_multi_sections",
        "sync/test_role",
        "test_config_resetstat",
        "test_info",
        "test_lastsave",
        "test_slowlog_get",
        "test_slowlog_get_limit",
    ),
    "the first reply of SCAN is that of the first node, and the cursor is not 0 yet": (
        "sync/test_lists_with_byte_keys",
        "sync/test_lists_with_memoryview_keys",
        "test_scan",
        "test_scan_type",
    ),
    "a script is sent to the nodes that need it, and SCRIPT EXISTS says whether all have it": (
        "test_eval_msgpack_pipeline_error_in_lua",
        "test_script_object_in_pipeline",
    ),
    "it looks into a connection, or into what a Pipeline keeps for itself": (
        "asyncio/test_pipeline_reset_releases_connection_when_cancelled",
        "sync/test_interrupted_command",
    ),
}


def reason(test: str) -> str | None:
    """Why a test is left out.

    Args:
        test: As pytest names it, such as `tests/test_commands.py::TestRedisCommands::test_psync`.

    Returns:
        `None` where it must pass.
    """
    return next((why for why, names in LEFT_OUT.items() if _is_among(test, names)), None)


def is_tried(test: str) -> bool:
    """Whether a test that is left out is run, to see that it fails."""
    return not _is_among(test, NOT_TRIED)


def _is_among(test: str, names: tuple[str, ...]) -> bool:
    side = "asyncio" if "test_asyncio/" in test else "sync"
    name = test.split("[")[0].rpartition("::")[2]
    return name in names or f"{side}/{name}" in names
