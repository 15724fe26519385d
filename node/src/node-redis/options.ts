// What a sharded client is made with.

import type { HotKeysOptions, Node, ReadFrom } from "../index.js";
import type { PoolChoice } from "../sharded/pool-plan.js";
import type { FingerprintChoice } from "../sharded/registration.js";

/** Options of node-redis that follow from the config, for the client of one address. */
export interface NodeClientOptions {
  /** Where the server is, and a pool's `timeout` for connecting to it; that it is tried once, where that is wanted. */
  socket: ({ host: string; port: number } | { path: string }) & { connectTimeout?: number; reconnectStrategy?: false };
  /** A pool's `redis_auth`. */
  password?: string;
  /** A pool's `redis_db`. */
  database?: number;
}

/** Options of `createShardedClient`. What the config says, they override. */
export interface ShardedClientOptions<Client> extends PoolChoice, FingerprintChoice {
  /**
   * Makes the client of one address: `createClient` of `redis` or of `@redis/client`, version 5 or 6, or a function that calls
   * it with more options: TLS, modules, scripts, `RESP`, `keyPrefix`, a password for each node.
   *
   * @param options - to be passed on
   * @param node - whose client it is
   * @param address - the node's own, or that of one of its replicas
   */
  readonly createClient: (options: NodeClientOptions, node: Node, address: string) => Client;
  /** Which endpoint of a node serves a read; the config's `read_from` unless said, and without both the primary. */
  readonly readFrom?: ReadFrom | undefined;
  /** The caller's own zone, for `nearest` and `least-latency`; the config's `zone` unless said. */
  readonly zone?: string | undefined;
  /** How many commands may wait for one node; more are refused with `client.queue`. 100,000 unless said. */
  readonly maxQueue?: number | undefined;
  /** Whether to count which keys are asked for most. */
  readonly hotKeys?: boolean | HotKeysOptions | undefined;
  /**
   * Whether a transaction whose keys live on several nodes is one on each of them: all or nothing on a node, but not over all
   * of them. Without it that is refused with `client.nodes`.
   */
  readonly splitMulti?: boolean | undefined;
}
