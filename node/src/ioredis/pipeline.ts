// Pipelines and transactions: commands that are queued, and sent a node at a time.

import type { Callback, ChainableCommander, Command, Redis } from "ioredis";
import type { CommandKind, ReadFrom } from "../index.js";
import { kindOf } from "../sharded/command-kinds.js";
import { severalNodes } from "../sharded/several-nodes.js";
import { homeOfOnlyKey } from "../sharded/targets.js";
import { called } from "./callback.js";
import { Commander } from "./commander.js";
import { countKeys, settle, type Target, targetsOfCommand, unsupported, wordsOf } from "./dispatch.js";
import type { ShardedRedisOptions } from "./options.js";
import type { Pool } from "./pool.js";
import type { ShardedRedis } from "./sharded-redis.js";
import { type Shard, isReply } from "./shard.js";
import { isSubscription } from "./subscriptions.js";

/** What a command of a pipeline came to: an error, or none and a reply. */
type Result = [error: Error | null, result: unknown];

/** What one node is sent: its commands, in order. */
interface Batch {
  readonly commands: Command[];
  /** Whether all of them read: then a replica may serve them. */
  reads: boolean;
}

/** Called to begin and to end a transaction within a pipeline. */
const TRANSACTION = new Set(["multi", "exec", "discard"]);

/**
 * As ioredis's Pipeline. It does not extend it: that one writes to one socket, and lets all wait for it.
 */
export class ShardedPipeline extends Commander {
  readonly isPipeline = true;
  declare readonly options: ShardedRedisOptions;
  readonly redis: ShardedRedis;
  readonly promise: Promise<unknown>;
  readonly #pool: Pool;
  readonly #readFrom: () => ReadFrom;
  /** Of a transaction: takes the node whose keys are watched. */
  readonly #watched: (() => Shard | undefined) | undefined;
  readonly #queue: Command[] = [];
  readonly #results: Result[] = [];
  /** Results that are still to come. */
  #pending = 0;
  #resolve!: (results: unknown) => void;
  #reject!: (error: Error) => void;
  #sent = false;

  constructor(redis: ShardedRedis, pool: Pool, readFrom: () => ReadFrom, watched?: () => Shard | undefined) {
    super();
    this.redis = redis;
    (this as { options: ShardedRedisOptions }).options = redis.options;
    this.#pool = pool;
    this.#readFrom = readFrom;
    this.#watched = watched;
    // Scripts and commands that were defined on the client are the pipeline's too.
    const own = this as unknown as Record<string, unknown>;
    const theirs = redis as unknown as Record<string, unknown>;
    for (const name of [...Object.keys(redis.scriptsSet), ...redis.addedBuiltinSet]) {
      own[name] = theirs[name];
      own[`${name}Buffer`] = theirs[`${name}Buffer`];
    }
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not ask for the promise hears of errors by a callback, or by the commands.
    this.promise.catch(() => {});
  }

  get length(): number {
    return this.#queue.length;
  }

  /** @throws KeyhomeError for a transaction within: without it, its commands would be sent as if nothing was */
  override sendCommand(command: Command): unknown {
    if (TRANSACTION.has(command.name.toLowerCase())) {
      throw unsupported("a transaction within a pipeline", "transactions are multi().set(...).exec()");
    }
    const at = this.#queue.push(command) - 1;
    this.#pending++;
    // The promise is one that a script may have replaced, to load itself where it is missing.
    (command.promise as Promise<unknown>).then(
      (reply) => this.#fill(at, [null, reply]),
      // Alone, as in ioredis, whose type for it is the same for both.
      (error: Error) => this.#fill(at, [error] as unknown as Result),
    );
    return this;
  }

  #fill(at: number, result: Result): void {
    this.#results[at] = result;
    if (--this.#pending === 0 && this.#sent && this.#watched === undefined) this.#resolve(this.#results);
  }

  addBatch(commands: unknown[][]): this {
    const methods = this as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const [name, ...args] of commands) methods[name as string]!(...args);
    return this;
  }

  override exec(callback?: Callback<Result[] | null>): Promise<Result[] | null> {
    if (!this.#sent) {
      this.#sent = true;
      const { redis } = this;
      if (redis.status === "wait") redis.connect().catch(() => {});
      const { held } = this.#pool;
      if (held === undefined) this.#send();
      else held.then(() => this.#send(), (error: Error) => this.#fail(error));
    }
    return called(this.promise as Promise<Result[] | null>, callback);
  }

  #send(): void {
    try {
      if (this.redis.status === "end") throw this.#pool.refusal ?? new Error("Connection is closed.");
      if (this.#watched === undefined) this.#sendAll();
      else this.#sendTransaction(this.#watched()).then(this.#resolve, this.#reject);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    for (const command of this.#queue) command.reject(error);
    this.#reject(error);
  }

  execBuffer(callback?: Callback<Result[] | null>): Promise<Result[] | null> {
    return this.exec(callback);
  }

  /** Every command to its node, in order. */
  #sendAll(): void {
    const pool = this.#pool;
    const batches = new Map<Shard, Batch>();
    for (const command of this.#queue) {
      try {
        this.#add(command, batches);
      } catch (error) {
        command.reject(error as Error);
      }
    }
    if (this.#pending === 0) this.#resolve(this.#results);
    const readFrom = this.#readFrom();
    for (const [shard, { commands, reads }] of batches) {
      try {
        const policy = reads && readFrom !== "primary" ? readFrom : undefined;
        if (policy === undefined || shard.endpoints.length === 1) pool.placement.admit(shard.index);
        shard.sendBatch(commands, policy);
      } catch (error) {
        for (const command of commands) command.reject(error as Error);
      }
    }
  }

  #add(command: Command, batches: Map<Shard, Batch>): void {
    const pool = this.#pool;
    const { name } = command;
    const args = wordsOf(command);
    const kind = kindOf(name, args);
    if (pool.hotKeys !== undefined) countKeys(pool, command, kind);
    const index = homeOfOnlyKey(args, kind, pool.placement);
    if (index !== undefined) {
      push(batches, pool.shards[index]!, command, kind);
      return;
    }
    if (isSubscription(kind.command)) throw unsupported(`${name} in a pipeline`, "subscribe with the client itself");
    const targets = targetsOfCommand(pool, command, kind);
    for (const { shard, command: part } of targets) push(batches, shard, part, kind);
    if (targets.length > 1 || targets[0]!.command !== command) settle(pool, command, kind, targets);
  }

  /** All of it on one node, by ioredis's own transaction. */
  #sendTransaction(watched: Shard | undefined): Promise<unknown> {
    const shard = this.#shardOfTransaction(watched);
    const pool = this.#pool;
    pool.placement.admit(shard.index);
    const { primary } = shard;
    shard.refuseIfFull(primary);
    const transaction = primary.redis.multi();
    for (const command of this.#queue) (transaction as unknown as Redis).sendCommand(command);
    return counted(pool, shard, this.#queue.length, transaction);
  }

  #shardOfTransaction(watched: Shard | undefined): Shard {
    const pool = this.#pool;
    const shards = new Set<Shard>();
    const keyless: Target[] = [];
    for (const command of this.#queue) {
      const kind = kindOf(command.name, wordsOf(command));
      if (pool.hotKeys !== undefined) countKeys(pool, command, kind);
      const targets = targetsOfCommand(pool, command, kind);
      const hasKeys = kind.fan_out === "home" || kind.fan_out === "split" || kind.fan_out === "channel";
      if (hasKeys) for (const { shard } of targets) shards.add(shard);
      else keyless.push(...targets);
    }
    if (watched !== undefined) shards.add(watched);
    if (shards.size > 1) throw severalNodes("a transaction", Array.from(shards, ({ node }) => node));
    const [shard] = shards;
    return shard ?? keyless[0]?.shard ?? pool.shards[pool.placement.live()[0] ?? 0]!;
  }
}

function push(batches: Map<Shard, Batch>, shard: Shard, command: Command, kind: CommandKind): void {
  let batch = batches.get(shard);
  if (batch === undefined) {
    batch = { commands: [], reads: true };
    batches.set(shard, batch);
  }
  batch.commands.push(command);
  if (kind.access !== "read") batch.reads = false;
}

/** Counts a transaction of one node as what it is: so many requests, and one time. */
function counted(pool: Pool, shard: Shard, commands: number, transaction: ChainableCommander): Promise<unknown> {
  const { primary } = shard;
  const started = performance.now();
  primary.requests += commands;
  return transaction.exec().then(
    (results) => {
      primary.replied(performance.now() - started);
      pool.report(shard.index, "reply");
      return results;
    },
    (error: Error) => {
      primary.errors += commands;
      if (isReply(error)) pool.report(shard.index, "reply");
      else shard.failed(primary, error);
      throw error;
    },
  );
}
