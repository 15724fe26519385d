// `keyhome/node-redis`: node-redis on many servers.

import type { HotKey, Key, ReadFrom, Router } from "../index.js";
import type { PoolSource } from "../sharded/pool-plan.js";
import type { OnDifference } from "../sharded/registration.js";
import type { NativeClient } from "./native-client.js";
import type { ShardedClientOptions } from "./options.js";
import { ShardedClient as Sharded } from "./sharded-client.js";
import type { NodeStats } from "./stats.js";

export type { NodeOptions, PoolNodes, PoolSource } from "../sharded/pool-plan.js";
export type { FingerprintChoice, OnDifference } from "../sharded/registration.js";
export { type DonePart, type FailedPart, SplitError } from "../sharded/split-error.js";
export type { NodeClientOptions, ShardedClientOptions } from "./options.js";
export type { EndpointStats, NodeStats } from "./stats.js";

/** What a client of many servers has besides the commands. */
export interface ShardedClientMembers<Client> {
  /** Whether `connect` was called, and the client is not closed. */
  readonly isOpen: boolean;
  /** Whether a node has connected, and the others have, or failed to, or are silent for a second. */
  readonly isReady: boolean;
  /** The router in use: without the nodes that are out. */
  readonly router: Router;
  /**
   * Connects to all nodes. Resolves when the client is ready.
   *
   * @throws KeyhomeError `client.closed`; `fingerprint.differs` with `fingerprint: "refuse"`; the error of a node where node-redis has given up all of them
   */
  connect(): Promise<ShardedClient<Client>>;
  /** Closes all connections when what was sent is answered. */
  close(): Promise<void>;
  /** Closes all connections at once. */
  destroy(): void;
  /** Another client of the same pool, with connections of its own. */
  duplicate(overrides?: Partial<ShardedClientOptions<Client>>): ShardedClient<Client>;
  /** The same client, its reads by another policy: `client.readingFrom("replica").get(key)`. */
  readingFrom(policy: ReadFrom): ShardedClient<Client>;
  /**
   * Sends a command as it is, to where it belongs.
   *
   * @throws KeyhomeError `client.nodes`, `client.unsupported`, `command.unknown`; SplitError
   */
  sendCommand(words: readonly Key[], options?: object): Promise<unknown>;
  /**
   * The clients of the primaries, in the order of the config, for what is about one server. A client whose server hangs or is
   * taken out is exchanged for a new one.
   */
  nodes(): Client[];
  /** The client of the node on which a key lives; a `keyPrefix` is put before it. */
  nodeOf(key: Key): Client;
  /**
   * Goes over to another config while commands run. Connections to servers that stay are kept, commands that were sent
   * finish, and the next command is placed by the new config.
   *
   * @param source - as for `createShardedClient`
   * @param pool - its pool; the same name as before unless said
   * @param fingerprint - what is done this time where other writers place keys differently, with that option
   * @returns when the connections that are not needed any more are closed
   * @throws KeyhomeError as `createShardedClient`; `fingerprint.differs`; then nothing has changed
   */
  reload(source: PoolSource, pool?: string, fingerprint?: OnDifference): Promise<void>;
  /** What is counted of each node. */
  stats(): NodeStats[];
  /**
   * The keys that were asked for most, with the option `hotKeys`.
   *
   * @throws KeyhomeError `client.unsupported` without that option
   */
  hotKeys(n: number): HotKey[];
}

/** What a client of one server has, and one of many has not: calling it throws `client.unsupported`. */
type OfOneServer =
  | ("MONITOR" | "monitor" | "SELECT" | "select" | "reset" | "resetIfDirty" | "createPool" | "legacy" | "options")
  | ("socketEpoch" | "isWatching" | "isDirtyWatch" | "setDirtyWatch" | "isPubSubActive" | "clientSideCache" | "reAuthenticate")
  | ("getPubSubListeners" | "extendPubSubListeners" | "extendPubSubChannelListeners" | "removeAllPubSubListeners");

/**
 * A client of node-redis for a pool of many servers: all commands with their types, `multi`, `watch`, `subscribe`,
 * `scanIterator`, `withTypeMapping` and events as of a client of one server, and {@link ShardedClientMembers}.
 */
export type ShardedClient<Client> = ShardedClientMembers<Client> & {
  // node-redis declares that its iterators are called on its own class.
  [Name in Exclude<keyof Client, OfOneServer | keyof ShardedClientMembers<Client>>]: Name extends `${string}Iterator`
    ? OmitThisParameter<Client[Name]>
    : Client[Name];
};

/**
 * A client of node-redis for a pool of many servers, as if it were one.
 *
 * @param source - the text of a config, a nutcracker.yml as it stands; or the nodes, the rest of the pool being `poolOptions`
 * @throws KeyhomeError those of `Router.fromConfig`; `client.cluster` for a pool that is a Redis Cluster; `placement.random`;
 *   `argument.type`, `argument.range`
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { createClient } from "redis";
 * import { createShardedClient } from "keyhome/node-redis";
 *
 * const client = createShardedClient(readFileSync("nutcracker.yml", "utf8"), { createClient, pool: "sessions" });
 * await client.connect();
 * await client.set("user:1001", "Ada", { expiration: { type: "EX", value: 60 } });
 * await client.mGet(["user:1001", "user:1002"]);
 * ```
 */
export function createShardedClient<Client>(source: PoolSource, options: ShardedClientOptions<Client>): ShardedClient<Client> {
  return Sharded.make(source, options as unknown as ShardedClientOptions<NativeClient>) as unknown as ShardedClient<Client>;
}
