// node-redis on many servers, as if it were one.

import { EventEmitter } from "node:events";
import { type HotKey, type Key, KeyhomeError, type ReadFrom, type Router } from "../index.js";
import type { PoolSource } from "../sharded/pool-plan.js";
import type { OnDifference } from "../sharded/registration.js";
import { severalNodes } from "../sharded/several-nodes.js";
import { withCommandsOf } from "./command-methods.js";
import { dispatch } from "./dispatch.js";
import type { CallOptions, Listener, NativeClient, ParsedCommand, QueuedCommand, TransformReply, Words } from "./native-client.js";
import type { ShardedClientOptions } from "./options.js";
import { Pool } from "./pool.js";
import type { Question, Shard } from "./shard.js";
import type { NodeStats } from "./stats.js";
import { Subscriptions, type Way } from "./subscriptions.js";
import { runTransaction } from "./transaction.js";

/** Among the options of a call: the policy of its reads. */
const READ_FROM = Symbol("readFrom");

/** What node-redis makes of the commands between `multi()` and `exec()`. */
type Multi = new (
  transaction: (queue: readonly QueuedCommand[], selected?: number) => Promise<unknown[]>,
  pipeline: (queue: readonly QueuedCommand[]) => Promise<unknown[]>,
  typeMapping: unknown,
  keyPrefix: Key | undefined,
) => object;

/**
 * The client itself; its commands are put to it by {@link withCommandsOf}. Methods are called on objects that inherit from
 * it, too: those have options of their own, and all else is in `_self`.
 */
export class ShardedClient extends EventEmitter {
  /** As of node-redis, whose methods look for it. */
  readonly _self: ShardedClient = this;
  /** As of node-redis. */
  _commandOptions: CallOptions;
  readonly _keyPrefix: Key | undefined;
  declare readonly Multi: Multi;
  readonly #pool: Pool;
  readonly #subscriptions: Subscriptions;
  /** The node whose keys are watched. */
  #watched: Shard | undefined;

  static make(source: PoolSource, options: ShardedClientOptions<NativeClient>): ShardedClient {
    let client: ShardedClient | undefined;
    const pool = new Pool(source, options, (event, ...args) => client !== undefined && client.#tell(event, args));
    const Class = withCommandsOf(ShardedClient, pool.shards[0]!.primary.client);
    return (client = new Class(pool));
  }

  constructor(pool: Pool) {
    super();
    const { _commandOptions, _keyPrefix } = pool.shards[0]!.primary.client;
    this._commandOptions = { ..._commandOptions };
    this._keyPrefix = _keyPrefix;
    this.#pool = pool;
    this.#subscriptions = new Subscriptions(pool, (error, address) => this.#tell("node error", [error, address]));
    pool.moved = () => this.#subscriptions.follow();
  }

  #tell(event: string, args: readonly unknown[]): void {
    if (!this.emit(event, ...args) && event === "warning") process.emitWarning(args[0] as Error);
    // As node-redis does; but that one of many servers is away ends no program that does not listen.
    if (event === "node error" && this.listenerCount("error") > 0) this.emit("error", args[0]);
  }

  get isOpen(): boolean {
    const { status } = this._self.#pool;
    return status !== "wait" && status !== "end";
  }

  get isReady(): boolean {
    return this._self.#pool.status === "ready";
  }

  get router(): Router {
    return this._self.#pool.placement.router;
  }

  async connect(): Promise<this> {
    const self = this._self;
    const pool = self.#pool;
    if (pool.status === "end") throw closed("the client was closed");
    if (pool.status !== "wait") throw closed("the client is connected, or connecting, already");
    await new Promise<void>((resolve, reject) => {
      const ready = () => {
        self.off("end", end);
        resolve();
      };
      const end = () => {
        self.off("ready", ready);
        reject(closed("the client was closed"));
      };
      self.once("ready", ready).once("end", end);
      pool.connect().then((error) => {
        if (error === undefined) return;
        self.off("ready", ready).off("end", end);
        self.destroy();
        reject(error);
      });
    });
    return this;
  }

  /** Closes all connections when what was sent is answered. */
  async close(): Promise<void> {
    const self = this._self;
    self.#subscriptions.close();
    await self.#pool.close();
    self.emit("end");
  }

  /** Closes all connections at once. */
  destroy(): void {
    const self = this._self;
    self.#subscriptions.close();
    self.#pool.destroy();
    self.emit("end");
  }

  async QUIT(): Promise<string> {
    await this.close();
    return "OK";
  }

  quit(): Promise<string> {
    return this.QUIT();
  }

  async disconnect(): Promise<void> {
    this.destroy();
  }

  ref(): void {
    for (const { client } of this._self.#pool.endpoints()) client.ref();
  }

  unref(): void {
    for (const { client } of this._self.#pool.endpoints()) client.unref();
  }

  duplicate(overrides: Partial<ShardedClientOptions<NativeClient>> = {}): ShardedClient {
    const { source, options } = this._self.#pool;
    return ShardedClient.make(source, { ...options, ...overrides });
  }

  withCommandOptions(options: CallOptions): this {
    const copy = Object.create(this._self) as this;
    copy._commandOptions = { ...this._commandOptions, ...options };
    return copy;
  }

  withTypeMapping(typeMapping: unknown): this {
    return this.withCommandOptions({ typeMapping });
  }

  withAbortSignal(abortSignal: unknown): this {
    return this.withCommandOptions({ abortSignal });
  }

  asap(): this {
    return this.withCommandOptions({ asap: true });
  }

  readingFrom(policy: ReadFrom): this {
    return this.withCommandOptions({ [READ_FROM]: policy });
  }

  /** Methods of commands call this. */
  _executeCommand(command: unknown, parsed: ParsedCommand, options: CallOptions, transform: TransformReply): Promise<unknown> {
    const whole = (client: NativeClient) => client._executeCommand(command, parsed, options, transform);
    return this._self.#send(parsed.redisArgs, parsed.keys, options, whole, (reply) => {
      return transform ? transform(reply, parsed.preserve, options.typeMapping) : reply;
    });
  }

  /** Methods of scripts call this. A script is always one command. */
  _executeScript(script: unknown, parsed: ParsedCommand, options: CallOptions, transform: TransformReply): Promise<unknown> {
    const whole = (client: NativeClient) => client._executeScript(script, parsed, options, transform);
    return this._self.#send(parsed.redisArgs, parsed.keys, options, whole, (reply) => reply);
  }

  sendCommand(words: Words, options?: CallOptions): Promise<unknown> {
    const all = { ...this._commandOptions, ...options };
    const whole = (client: NativeClient) => client.sendCommand(words, all);
    return this._self.#send(words, undefined, all, whole, (reply) => reply);
  }

  #send(
    words: Words,
    keys: Words | undefined,
    options: CallOptions,
    question: Question,
    transform: (reply: unknown) => unknown,
  ): Promise<unknown> {
    const pool = this.#pool;
    try {
      if (!this.isOpen) throw closed(pool.status === "end" ? "the client was closed" : "call `await client.connect()` first");
      if (keys === undefined && /subscribe$/i.test(String(words[0]))) {
        throw new KeyhomeError("client.unsupported", "subscribe with `subscribe(channel, listener)`");
      }
      if (pool.held !== undefined) return pool.held.then(() => this.#send(words, keys, options, question, transform));
      const policy = (options[READ_FROM] as ReadFrom | undefined) ?? pool.readFrom;
      return dispatch(pool, { words, keys, policy, options, question, transform });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  MULTI(): object {
    const self = this._self;
    const options = this._commandOptions;
    const transaction = async (queue: readonly QueuedCommand[], selected?: number) => {
      if (selected !== undefined) throw new KeyhomeError("client.unsupported", "SELECT in a transaction would change the database of others");
      const watched = self.#watched;
      self.#watched = undefined;
      await self.#pool.held;
      return runTransaction(self.#pool, queue, watched, options);
    };
    const pipeline = (queue: readonly QueuedCommand[]) => Promise.all(queue.map(({ args }) => this.sendCommand(args)));
    return new this.Multi(transaction, pipeline, options.typeMapping, self._keyPrefix);
  }

  multi(): object {
    return this.MULTI();
  }

  async WATCH(keys: Key | Words): Promise<unknown> {
    const self = this._self;
    const list = (Array.isArray(keys) ? keys : [keys]) as Words;
    const { shards, placement, held } = self.#pool;
    const homes = new Set(list.map((key) => shards[placement.home(prefixed(key, self._keyPrefix))]!));
    if (self.#watched !== undefined) homes.add(self.#watched);
    if (homes.size > 1) throw severalNodes("a transaction", Array.from(homes, ({ node }) => node));
    const [home] = homes;
    if (home === undefined) throw new KeyhomeError("command.arguments", "WATCH is about at least one key");
    self.#watched = home;
    await held;
    return home.ask((client) => client.WATCH(list), undefined, false);
  }

  watch(keys: Key | Words): Promise<unknown> {
    return this.WATCH(keys);
  }

  async UNWATCH(): Promise<unknown> {
    const self = this._self;
    const watched = self.#watched;
    self.#watched = undefined;
    // Of a node that a reload has taken away nothing is watched any more.
    if (watched === undefined || watched.index < 0) return "OK";
    return watched.ask((client) => client.UNWATCH(), undefined, false);
  }

  unwatch(): Promise<unknown> {
    return this.UNWATCH();
  }

  /** @internal */
  async _subscribe(way: Way, channels: string | readonly string[], listener: Listener, bufferMode?: boolean): Promise<void> {
    const self = this._self;
    if (!self.isOpen) throw closed("call `await client.connect()` first");
    await self.#pool.held;
    await self.#subscriptions.subscribe(way, channels, listener, bufferMode);
  }

  /** @internal */
  async _unsubscribe(way: Way, channels?: string | readonly string[], listener?: Listener, bufferMode?: boolean): Promise<void> {
    await this._self.#subscriptions.unsubscribe(way, channels, listener, bufferMode);
  }

  nodes(): NativeClient[] {
    return this._self.#pool.shards.map(({ primary }) => primary.client);
  }

  nodeOf(key: Key): NativeClient {
    const { shards, placement } = this._self.#pool;
    return shards[placement.home(prefixed(key, this._self._keyPrefix))]!.primary.client;
  }

  async reload(source: PoolSource, pool?: string, fingerprint?: OnDifference): Promise<void> {
    await this._self.#pool.reload(source, pool, fingerprint);
  }

  stats(): NodeStats[] {
    return this._self.#pool.stats();
  }

  hotKeys(n: number): HotKey[] {
    const { hotKeys } = this._self.#pool;
    if (hotKeys === undefined) {
      throw new KeyhomeError("client.unsupported", "keys are counted with the option `hotKeys: true` only");
    }
    return hotKeys.top(n);
  }
}

// Libraries look at it, and the code is minified.
Object.defineProperty(ShardedClient, "name", { value: "ShardedClient" });

/** Subscribing has the names of node-redis, in both spellings. */
const SUBSCRIBING: readonly (readonly [Way, string, string])[] = [
  ["SUBSCRIBE", "subscribe", "unsubscribe"],
  ["PSUBSCRIBE", "pSubscribe", "pUnsubscribe"],
  ["SSUBSCRIBE", "sSubscribe", "sUnsubscribe"],
];
for (const [way, enter, leave] of SUBSCRIBING) {
  const [subscribe, unsubscribe] = [
    function (this: ShardedClient, channels: string, listener: Listener, bufferMode?: boolean) {
      return this._subscribe(way, channels, listener, bufferMode);
    },
    function (this: ShardedClient, channels?: string, listener?: Listener, bufferMode?: boolean) {
      return this._unsubscribe(way, channels, listener, bufferMode);
    },
  ];
  for (const name of [enter, enter.toUpperCase()]) Object.defineProperty(ShardedClient.prototype, name, { value: subscribe, writable: true });
  for (const name of [leave, leave.toUpperCase()]) Object.defineProperty(ShardedClient.prototype, name, { value: unsubscribe, writable: true });
}

function prefixed(key: Key, prefix: Key | undefined): Key {
  if (prefix === undefined || prefix.length === 0) return key;
  if (typeof key === "string" && typeof prefix === "string") return prefix + key;
  return Buffer.concat([Buffer.from(prefix as string), Buffer.from(key as string)]);
}

function closed(message: string): KeyhomeError {
  return new KeyhomeError("client.closed", message);
}
