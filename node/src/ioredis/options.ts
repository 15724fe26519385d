// What a ShardedRedis is made with.

import type { RedisOptions } from "ioredis";
import type { HotKeysOptions, Node, ReadFrom } from "../index.js";
import type { PoolChoice } from "../sharded/pool-plan.js";
import type { FingerprintChoice } from "../sharded/registration.js";

/** A script to be defined as a command, as in ioredis. */
export interface ScriptDefinition {
  readonly lua: string;
  readonly numberOfKeys?: number;
  readonly readOnly?: boolean;
}

/** Options of a {@link ShardedRedis}. What the config says, they override. */
export interface ShardedRedisOptions extends PoolChoice, FingerprintChoice {
  /**
   * ioredis's options for the connections of every node: TLS, timeouts, retries, names. A pool's `timeout`, `redis_auth`
   * and `redis_db` are `commandTimeout`, `password` and `db`, unless said here.
   */
  readonly redisOptions?: RedisOptions | undefined;
  /** Options for one address, on top of `redisOptions`: passwords that differ, a way around a firewall. */
  readonly nodeOptions?: ((node: Node, address: string) => RedisOptions) | undefined;
  /** Put before every key, and before it is placed. */
  readonly keyPrefix?: string | undefined;
  /** Scripts to be defined as commands. */
  readonly scripts?: Readonly<Record<string, ScriptDefinition>> | undefined;
  /** Whether errors show where the command was called; slow. */
  readonly showFriendlyErrorStack?: boolean | undefined;
  /**
   * Whether the commands of one turn of the event loop are written together, one write a node. Without it those of one tick
   * are.
   */
  readonly enableAutoPipelining?: boolean | undefined;
  /** Whether to connect with the first command only. */
  readonly lazyConnect?: boolean | undefined;
  /** Which endpoint of a node serves a read; the config's `read_from` unless said, and without both the primary. */
  readonly readFrom?: ReadFrom | undefined;
  /** The caller's own zone, for `nearest` and `least-latency`; the config's `zone` unless said. */
  readonly zone?: string | undefined;
  /** How many commands may wait for one node; more are refused with `client.queue`. 100,000 unless said. */
  readonly maxQueue?: number | undefined;
  /** Whether to count which keys are asked for most: see {@link ShardedRedis.hotKeys}. */
  readonly hotKeys?: boolean | HotKeysOptions | undefined;
}
