// ioredis on many servers, as if it were one.

import { EventEmitter } from "node:events";
import type { Callback, ChainableCommander, Command, Redis } from "ioredis";
import { type HotKey, type Key, KeyhomeError, type ReadFrom, type Router } from "../index.js";
import type { PoolSource } from "../sharded/pool-plan.js";
import type { OnDifference } from "../sharded/registration.js";
import { severalNodes } from "../sharded/several-nodes.js";
import { called } from "./callback.js";
import { Commander } from "./commander.js";
import { dispatch, type Special, unsupported } from "./dispatch.js";
import type { ShardedRedisOptions } from "./options.js";
import { ShardedPipeline } from "./pipeline.js";
import { Pool } from "./pool.js";
import type { Shard } from "./shard.js";
import { isSubscription, Subscriptions } from "./subscriptions.js";
import { type KeyScan, type ScanOptions, scanStream } from "./scan-streams.js";
import { type NodeStats, statsOf } from "./stats.js";

/** What the commands of a client need, shared by all that read by other policies. */
interface Inside {
  readonly pool: Pool;
  readonly subscriptions: Subscriptions;
  /** The node whose keys are watched, until EXEC, DISCARD or UNWATCH. */
  watched: Shard | undefined;
  /** Serves the commands that are about a connection. */
  readonly special: Special;
}

const INSIDE = Symbol("inside");
const READ_FROM = Symbol("readFrom");

// One interface for what ioredis mixes in at run time: events.
export interface ShardedRedis extends EventEmitter {}

/**
 * ioredis's client for a pool of many servers: each key lives where the pool's config says, exactly where twemproxy and
 * every other client of the same config look for it.
 *
 * Commands, their types, `Buffer` variants, callbacks, pipelines, transactions, scripts and events are those of ioredis.
 * A command goes to the node of its keys; MGET, MSET, DEL, UNLINK, TOUCH and EXISTS are split, one command a node; commands
 * without keys go to all nodes where that makes sense, and their replies become one. What has no meaning over several nodes
 * is refused with `client.unsupported`, keys of one command on different nodes with `client.nodes`.
 *
 * Events: `connect`, `ready`, `close`, `end`, `select`; `node error` (error, address); `ejected` and `returned` (node, event);
 * `allGone`; `warning` (error) with the option `fingerprint`; and those of subscriptions.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { ShardedRedis } from "keyhome/ioredis";
 *
 * const redis = new ShardedRedis(readFileSync("nutcracker.yml", "utf8"), { pool: "sessions" });
 * await redis.set("user:1001", "Ada", "EX", 60);
 * await redis.mget("user:1001", "user:1002");
 * ```
 */
export class ShardedRedis extends Commander {
  declare readonly options: ShardedRedisOptions;
  /** As of one server: other libraries ask. */
  readonly isCluster = false;
  /** @internal */
  readonly [INSIDE]: Inside;
  /** @internal */
  readonly [READ_FROM]: ReadFrom | undefined = undefined;

  /**
   * @param source - the text of a config, a nutcracker.yml as it stands; or the nodes, the rest of the pool being
   *   `poolOptions`
   * @throws KeyhomeError those of `Router.fromConfig`; `client.cluster` for a pool that is a Redis Cluster; `placement.random`
   */
  constructor(source: PoolSource, options: ShardedRedisOptions = {}) {
    super();
    EventEmitter.call(this as unknown as EventEmitter);
    const { keyPrefix, scripts, showFriendlyErrorStack } = options;
    // Auto-pipelining is done where commands are written: ioredis's own would let all nodes wait for the slowest.
    (this as { options: object }).options = { ...options, enableAutoPipelining: false, keyPrefix, showFriendlyErrorStack };
    const pool = new Pool(source, options, (event, ...args) => {
      if (!this.emit(event, ...args) && event === "warning") process.emitWarning(args[0] as Error);
    });
    const subscriptions = new Subscriptions(pool, this);
    pool.moved = () => subscriptions.follow();
    const inside: Inside = {
      pool,
      subscriptions,
      watched: undefined,
      special: (command, name) => sendSpecial(this, inside, command, name),
    };
    this[INSIDE] = inside;
    for (const [name, script] of Object.entries(scripts ?? {})) this.defineCommand(name, script);
  }

  /** `wait`, `connecting`, `ready` (a node has connected, and the others have, or failed to, or are silent for a second), `end`. */
  get status(): "wait" | "connecting" | "ready" | "end" {
    return this[INSIDE].pool.status;
  }

  /** BullMQ writes `end` to a client that it has closed, as it may with ioredis; it is so already. */
  set status(_: string) {}

  /** The router in use: without the nodes that are out. */
  get router(): Router {
    return this[INSIDE].pool.placement.router;
  }

  /**
   * ioredis calls this with every command.
   *
   * @ignore
   */
  override sendCommand(command: Command): unknown {
    const inside = this[INSIDE];
    const { pool } = inside;
    try {
      if (pool.status === "wait") pool.connect();
      if (pool.status === "end") throw pool.refusal ?? new Error("Connection is closed.");
      if (pool.held !== undefined) {
        pool.held.then(() => this.sendCommand(command), command.reject);
        return command.promise;
      }
      dispatch(pool, command, this[READ_FROM] ?? pool.readFrom, inside.special);
    } catch (error) {
      command.reject(error as Error);
    }
    return command.promise;
  }

  /**
   * Connects: needed to go on after the end, and with `lazyConnect` not even then. Resolves when the client is ready.
   *
   * @throws KeyhomeError `fingerprint.differs` with `fingerprint: "refuse"`
   */
  connect(callback?: Callback<void>): Promise<void> {
    const { pool } = this[INSIDE];
    const ready = new Promise<void>((resolve, reject) => {
      if (pool.status === "ready") return resolve();
      const ready = () => {
        this.off("end", end);
        resolve();
      };
      const end = () => {
        // The end before may be told only now.
        if (pool.status !== "end") return;
        this.off("ready", ready).off("end", end);
        reject(pool.refusal ?? new Error("Connection is closed."));
      };
      this.once("ready", ready).on("end", end);
      pool.connect();
    });
    return called(ready, callback);
  }

  /** Closes all connections when what was sent is answered. */
  override quit(callback?: Callback<"OK">): Promise<"OK"> {
    const { pool, subscriptions } = this[INSIDE];
    subscriptions.close();
    return called(
      pool.quit().then(() => "OK" as const),
      callback,
    );
  }

  /** Closes all connections at once; to make them again, if that is wanted. */
  disconnect(reconnect = false): void {
    const { pool, subscriptions } = this[INSIDE];
    if (reconnect) {
      pool.renew(subscriptions.clients());
      return;
    }
    subscriptions.close();
    pool.disconnect();
  }

  /** As {@link ShardedRedis.disconnect}. */
  end(): void {
    this.disconnect();
  }

  /** Another client of the same pool, with connections of its own. */
  duplicate(override: ShardedRedisOptions = {}): ShardedRedis {
    const { pool } = this[INSIDE];
    const copy = new ShardedRedis(pool.source, { ...pool.options, ...override });
    for (const [name, script] of Object.entries(this.scriptsSet as Record<string, ScriptOfIoredis>)) {
      if (!(name in copy.scriptsSet)) copy.defineCommand(name, definitionOf(script));
    }
    return copy;
  }

  /**
   * The same client, its reads by another policy: `redis.readingFrom("replica").get(key)`.
   *
   * @throws KeyhomeError `argument.type` for a policy that there is not
   */
  readingFrom(policy: ReadFrom): this {
    this[INSIDE].pool.checkPolicy(policy);
    return Object.create(this, { [READ_FROM]: { value: policy } }) as this;
  }

  /** Commands that are queued, and sent together by `exec`: one write a node, replies in the order of the commands. */
  pipeline(commands?: unknown[][]): ChainableCommander {
    const { pool } = this[INSIDE];
    const pipeline = new ShardedPipeline(this, pool, () => this[READ_FROM] ?? pool.readFrom);
    if (Array.isArray(commands)) pipeline.addBatch(commands);
    return pipeline as unknown as ChainableCommander;
  }

  /**
   * A transaction on one node: all its keys, and those that are watched, must live there; else `exec` rejects with
   * `client.nodes`.
   */
  multi(options: { pipeline: false }): Promise<"OK">;
  multi(): ChainableCommander;
  multi(options: { pipeline: true }): ChainableCommander;
  multi(commands?: unknown[][]): ChainableCommander;
  multi(given?: unknown): never {
    const options = Array.isArray(given) ? undefined : (given as { pipeline?: boolean } | undefined);
    if (options?.pipeline === false) throw unsupported("multi({ pipeline: false })", "queue the commands: multi().set(...).exec()");
    const inside = this[INSIDE];
    const watched = () => {
      const shard = inside.watched;
      inside.watched = undefined;
      return shard;
    };
    const pipeline = new ShardedPipeline(this, inside.pool, () => "primary", watched);
    if (Array.isArray(given)) pipeline.addBatch(given as unknown[][]);
    return pipeline as never;
  }

  /** Not over several nodes: `nodes()` gives those that can. */
  monitor(callback?: Callback<Redis>): Promise<Redis> {
    return called(Promise.reject(unsupported("MONITOR", "monitor one of `nodes()`")), callback);
  }

  /** The clients of the primaries, in the order of the config, for what is about one server. */
  nodes(): Redis[] {
    return this[INSIDE].pool.shards.map(({ primary }) => primary.redis);
  }

  /** The client of the node on which a key lives; `keyPrefix` is put before it. */
  nodeOf(key: Key): Redis {
    const { pool } = this[INSIDE];
    const whole = Buffer.concat([this.options.keyPrefix ?? "", key].map((part) => Buffer.from(part as string)));
    return pool.shards[pool.placement.home(whole)]!.primary.redis;
  }

  /**
   * Goes over to another config while commands run. Connections to servers that stay are kept, commands that were sent
   * finish, and the next command is placed by the new config.
   *
   * @param source - as for the constructor
   * @param pool - its pool; the same name as before unless said
   * @param fingerprint - what is done this time where other writers place keys differently, with that option
   * @returns when the connections that are not needed any more are closed
   * @throws KeyhomeError as the constructor; `fingerprint.differs`; then nothing has changed
   */
  async reload(source: PoolSource, pool?: string, fingerprint?: OnDifference): Promise<void> {
    await this[INSIDE].pool.reload(source, pool, fingerprint);
  }

  /** What is counted of each node. */
  stats(): NodeStats[] {
    return statsOf(this[INSIDE].pool);
  }

  /**
   * The keys that were asked for most, with the option `hotKeys`.
   *
   * @throws KeyhomeError `client.unsupported` without that option
   */
  hotKeys(n: number): HotKey[] {
    const { hotKeys } = this[INSIDE].pool;
    if (hotKeys === undefined) {
      throw new KeyhomeError("client.unsupported", "keys are counted with the option `hotKeys: true` only");
    }
    return hotKeys.top(n);
  }

  /** All keys of all nodes. */
  scanStream(options?: ScanOptions) {
    return scanStream(this, "scan", options);
  }
  scanBufferStream(options?: ScanOptions) {
    return scanStream(this, "scanBuffer", options);
  }
  sscanStream(key: NonNullable<KeyScan["key"]>, options?: ScanOptions) {
    return scanStream(this, "sscan", { ...options, key });
  }
  sscanBufferStream(key: NonNullable<KeyScan["key"]>, options?: ScanOptions) {
    return scanStream(this, "sscanBuffer", { ...options, key });
  }
  hscanStream(key: NonNullable<KeyScan["key"]>, options?: ScanOptions) {
    return scanStream(this, "hscan", { ...options, key });
  }
  hscanBufferStream(key: NonNullable<KeyScan["key"]>, options?: ScanOptions) {
    return scanStream(this, "hscanBuffer", { ...options, key });
  }
  zscanStream(key: NonNullable<KeyScan["key"]>, options?: ScanOptions) {
    return scanStream(this, "zscan", { ...options, key });
  }
  zscanBufferStream(key: NonNullable<KeyScan["key"]>, options?: ScanOptions) {
    return scanStream(this, "zscanBuffer", { ...options, key });
  }
}

// Other libraries tell clients apart by the names of their classes, which the bundle makes shorter.
Object.defineProperty(ShardedRedis, "name", { value: "ShardedRedis", configurable: true });

for (const name of Object.getOwnPropertyNames(EventEmitter.prototype)) {
  if (name === "constructor") continue;
  Object.defineProperty(ShardedRedis.prototype, name, Object.getOwnPropertyDescriptor(EventEmitter.prototype, name)!);
}

/** What ioredis keeps of a script. */
interface ScriptOfIoredis {
  readonly lua: string;
  readonly numberOfKeys: number | null;
  readonly readOnly: boolean;
}

function definitionOf({ lua, numberOfKeys, readOnly }: ScriptOfIoredis) {
  return numberOfKeys === null ? { lua, readOnly } : { lua, numberOfKeys, readOnly };
}

/** Serves commands that are about the connection, of which this client has many; gives whether it did. */
function sendSpecial(redis: ShardedRedis, inside: Inside, command: Command, name: string): boolean {
  const { pool, subscriptions } = inside;
  if (isSubscription(name)) {
    subscriptions.send(command, name);
    return true;
  }
  switch (name) {
    case "quit":
      redis.quit().then(() => command.resolve(Buffer.from("OK") as never), command.reject);
      return true;
    case "watch": {
      const shards = new Set(command.args.map((key) => pool.shards[pool.placement.home(key as Key)]!));
      if (inside.watched !== undefined) shards.add(inside.watched);
      if (shards.size > 1) throw severalNodes("a transaction", Array.from(shards, ({ node }) => node));
      [inside.watched] = shards;
      // Sent like any other command with keys.
      return false;
    }
    case "unwatch": {
      const { watched } = inside;
      inside.watched = undefined;
      // Of a node that a reload has taken away nothing is watched any more.
      if (watched === undefined || watched.index < 0) command.resolve(Buffer.from("OK") as never);
      else watched.primary.send(command);
      return true;
    }
    case "exec":
    case "discard":
    case "multi":
      throw unsupported(`${name.toUpperCase()} by itself`, "transactions are multi().set(...).exec()");
    default:
      return false;
  }
}
