// The connections of a client to its pool: made, found, watched, and exchanged by a reload.

import type { Redis, RedisOptions } from "ioredis";
import { type HealthEvent, HotKeys, KeyhomeError, type Node, type PoolSettings, type ReadFrom, ReplicaSet, type Router } from "../index.js";
import { ejected, isAnswered, LivePlacement } from "../sharded/live-placement.js";
import { type PoolPlan, type PoolSource, planOf } from "../sharded/pool-plan.js";
import { maxQueueOf } from "../sharded/queue.js";
import { checkFingerprint, type OnDifference, Registration, type RegistrationOwner } from "../sharded/registration.js";
import { reloaded } from "../sharded/reload.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import type { ShardedRedisOptions } from "./options.js";
import { Shard, type ShardOwner } from "./shard.js";
import { writerConnection } from "./writer-connection.js";

const ADVICE = "connect with `new Redis.Cluster(nodes, cluster(options))` of keyhome/ioredis";

/** Milliseconds that a client which has connected to some nodes waits for the others before it says that it is ready. */
const PATIENCE = 1000;

/** Emits an event of the client. */
export type Tell = (event: string, ...args: unknown[]) => void;

export class Pool implements ConnectionOwner, ShardOwner {
  readonly options: ShardedRedisOptions;
  readonly maxQueue: number;
  readonly enableAutoPipelining: boolean;
  readonly placement: LivePlacement;
  readonly hotKeys: HotKeys | undefined;
  source: PoolSource;
  readFrom: ReadFrom;
  /** In the order of the config. */
  shards: readonly Shard[];
  /** What SELECT chose. */
  #selected: number | undefined;
  status: "wait" | "connecting" | "ready" | "end" = "wait";
  /** Called when other nodes take part than before. */
  moved: () => void = () => {};
  /** Resolves when commands may be sent, where they may not yet: other writers are asked first. */
  held: Promise<void> | undefined;
  /** Why the client has ended, where it never began. */
  refusal: Error | undefined;
  #registration: Registration | undefined;
  #plan: PoolPlan;
  #settings: PoolSettings;
  /** Every connection, by address and what else it was made with. */
  #connections = new Map<string, Connection>();
  readonly #tell: Tell;
  /** Primaries that have not connected or failed yet, and subscribers that have not connected again. */
  readonly #awaited = new Set<Connection | Redis>();
  #patience: NodeJS.Timeout | undefined;

  /** @throws KeyhomeError those of {@link planOf}; `argument.range`, `argument.type` */
  constructor(source: PoolSource, options: ShardedRedisOptions, tell: Tell) {
    checkFingerprint(options);
    const plan = planOf(source, options, ADVICE);
    this.#plan = plan;
    this.source = source;
    this.options = options;
    this.#tell = tell;
    this.#settings = plan.settings;
    this.maxQueue = maxQueueOf(options);
    this.enableAutoPipelining = options.enableAutoPipelining ?? false;
    this.readFrom = options.readFrom ?? plan.settings.read_from ?? "primary";
    checkPolicy(plan, this.readFrom);
    if (options.hotKeys) this.hotKeys = new HotKeys(options.hotKeys === true ? {} : options.hotKeys);
    const zone = this.#zone();
    this.placement = new LivePlacement(plan, {
      told: (event) => this.#told(event),
      moved: () => this.moved(),
      check: (index) => this.#check(index),
    });
    this.shards = plan.router.nodes.map((node, index) => {
      return new Shard(plan.router, index, this.#endpoints(node, this.#connections), this, zone);
    });
    if (!options.lazyConnect) this.connect();
  }

  /** @throws KeyhomeError `argument.type` for a policy that there is not */
  checkPolicy(policy: ReadFrom): void {
    checkPolicy(this.placement, policy);
  }

  /** Connects to the primaries, and where replicas are read from to those; after the end, too. */
  connect(): void {
    const again = this.status === "end";
    if (this.status !== "wait" && !again) return;
    this.status = "connecting";
    this.refusal = undefined;
    this.placement.open();
    for (const { primary } of this.shards) this.#awaited.add(primary);
    const { fingerprint } = this.options;
    if (fingerprint !== undefined) this.#registration = new Registration(this.#registrationOwner(), this.#plan, this.options);
    if (fingerprint === "refuse") {
      this.held = this.#admitted(this.#registration!, again);
      // Who waits for it hears of it.
      this.held.catch(() => {});
      return;
    }
    void this.#registration?.start();
    this.#connectAll(again);
  }

  /** Connects when no other writer places keys differently; ends the client where one does. */
  async #admitted(registration: Registration, again: boolean): Promise<void> {
    try {
      await registration.start();
    } catch (error) {
      this.refusal = error as Error;
      this.disconnect();
      throw error;
    } finally {
      this.held = undefined;
    }
    // It was closed while others were asked.
    if (this.status !== "connecting") throw new Error("Connection is closed.");
    this.#connectAll(again);
  }

  #registrationOwner(): RegistrationOwner {
    return {
      program: "ioredis",
      connect: ({ settings }, node) => writerConnection(node.address, this.#redisOptions(node, node.address, false, settings)),
      warn: (error) => this.#tell("warning", error),
    };
  }

  #connectAll(again = false): void {
    for (const { endpoints } of this.shards) {
      for (const endpoint of this.readFrom === "primary" ? endpoints.slice(0, 1) : endpoints) {
        if (endpoint.redis.status === "wait" || again) endpoint.connect();
      }
    }
  }

  #zone(): string | undefined {
    return this.options.zone ?? this.#settings.zone;
  }

  /** The connections to a node, those that are there already among them. */
  #endpoints(node: Node, known: Map<string, Connection>, timeouts = new Map<Connection, number | undefined>()): Connection[] {
    return [node.address, ...node.replicas.map(({ address }) => address)].map((address, at) => {
      const options = this.#redisOptions(node, address, at > 0);
      const key = JSON.stringify([address, options.username, options.password, this.#settings.redis_db]);
      const connection = known.get(key) ?? this.#connections.get(key) ?? new Connection(address, options, this);
      known.set(key, connection);
      timeouts.set(connection, options.commandTimeout);
      return connection;
    });
  }

  #redisOptions(node: Node, address: string, isReplica: boolean, settings = this.#settings): RedisOptions {
    const { timeout, redis_auth, redis_db } = settings;
    const options: RedisOptions = {};
    if (timeout !== undefined && timeout > 0) {
      options.commandTimeout = timeout;
      options.connectTimeout = timeout;
    }
    if (redis_auth !== undefined) options.password = redis_auth;
    if (redis_db !== undefined) options.db = redis_db;
    // A read that a replica cannot serve is for another endpoint, at once.
    if (isReplica) options.maxRetriesPerRequest = 0;
    Object.assign(options, this.options.redisOptions, this.options.nodeOptions?.(node, address));
    // These are the client's: keys get their prefix before they are placed.
    delete options.keyPrefix;
    delete options.enableAutoPipelining;
    delete options.scripts;
    if (this.#selected !== undefined) options.db = this.#selected;
    return { ...options, lazyConnect: true };
  }

  /**
   * Goes over to another config. Connections to addresses that stay are kept; those that go finish what was sent.
   *
   * @throws KeyhomeError; then nothing has changed
   */
  async reload(source: PoolSource, pool: string | undefined, onDifference?: OnDifference): Promise<void> {
    checkFingerprint({ fingerprint: onDifference });
    this.#checkOpen();
    const plan = planOf(source, { ...this.options, pool: pool ?? this.options.pool }, ADVICE);
    if (this.held !== undefined) await this.held;
    const exchange = (registration?: Registration) => {
      this.#checkOpen();
      const retired = this.#exchange(plan, source);
      this.#registration = registration;
      if (this.status !== "wait") this.#connectAll();
      this.moved();
      return retired;
    };
    const before = this.#registration;
    const retired = before === undefined ? exchange() : await before.exchanged(plan, onDifference, exchange);
    await Promise.all(retired.map((connection) => connection.quit()));
  }

  #checkOpen(): void {
    if (this.status === "end") throw new KeyhomeError("client.closed", "the client was closed");
  }

  /** Everything at once, so that no command sees half of it; gives the connections that nobody needs any more. */
  #exchange(plan: PoolPlan, source: PoolSource): Connection[] {
    const before = this.#settings;
    this.#settings = plan.settings;
    const known = new Map<string, Connection>();
    const timeouts = new Map<Connection, number | undefined>();
    let endpoints: Connection[][];
    try {
      endpoints = plan.router.nodes.map((node) => this.#endpoints(node, known, timeouts));
      this.placement.reload(plan);
    } catch (error) {
      for (const connection of known.values()) {
        if (![...this.#connections.values()].includes(connection)) connection.disconnect();
      }
      this.#settings = before;
      throw error;
    }
    for (const [{ redis }, timeout] of timeouts) redis.options.commandTimeout = timeout;
    this.#plan = plan;
    this.source = source;
    this.readFrom = this.options.readFrom ?? plan.settings.read_from ?? "primary";
    const [{ router }, zone] = [plan, this.#zone()];
    this.shards = reloaded(
      this.shards,
      router,
      (shard, index) => shard.replace(router, index, endpoints[index]!, zone),
      (index) => new Shard(router, index, endpoints[index]!, this, zone),
    );
    const retired = [...this.#connections].filter(([key]) => !known.has(key)).map(([, connection]) => connection);
    this.#connections = known;
    for (const connection of retired) this.#awaited.delete(connection);
    this.placement.refresh();
    return retired;
  }

  /** All connections have chosen this database. */
  select(db: number): void {
    const before = this.#selected ?? this.options.redisOptions?.db ?? this.#settings.redis_db ?? 0;
    this.#selected = db;
    if (db !== before) this.#tell("select", db);
  }

  closed(connection: Connection, asked: boolean): void {
    for (const shard of this.shards) {
      shard.setUp(connection, false);
      if (!asked && shard.primary === connection) this.report(shard.index, "failure");
    }
    if (!asked) this.#heard(connection);
  }

  ready(connection: Connection): void {
    for (const shard of this.shards) shard.setUp(connection, true);
    this.#heard(connection);
  }

  failed(connection: Connection, error: Error): void {
    this.#tell("node error", error, connection.address);
  }

  ended(connection: Connection): void {
    const all = this.connections();
    // One that a reload has given up is not the end of the client.
    if (this.status === "end" || !all.includes(connection)) return;
    if (!all.every(({ redis }) => redis.status === "end" || redis.status === "wait")) return;
    this.status = "end";
    this.placement.close();
    void this.#unregister();
    // Who has called `quit` hears of that first.
    setImmediate(() => {
      this.#tell("close");
      this.#tell("end");
    });
  }

  /** The client is ready when a primary has connected, and every other has too, or failed to, or is silent. */
  #heard(connection: Connection | Redis): void {
    this.#awaited.delete(connection);
    if (this.status !== "connecting" || !this.shards.some(({ primary }) => primary.redis.status === "ready")) return;
    if (this.#awaited.size === 0) this.#becomeReady();
    else this.#patience ??= setTimeout(() => this.#becomeReady(), PATIENCE).unref();
  }

  #becomeReady(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    if (this.status !== "connecting") return;
    this.status = "ready";
    this.#tell("connect");
    this.#tell("ready");
  }

  report(index: number, outcome: "reply" | "failure"): void {
    if (index >= 0) this.placement.report(index, outcome);
  }

  #told(event: HealthEvent): void {
    if (event.event === "all_gone") {
      this.#tell("allGone", event);
      return;
    }
    const { node, primary } = this.shards[event.index]!;
    if (event.event === "ejected") {
      primary.flush(ejected(node));
    }
    this.#tell(event.event, node, event);
  }

  /** Whether the node answers a PING soon. */
  async #check(index: number): Promise<boolean> {
    const { redis } = this.shards[index]!.primary;
    return redis.status === "ready" && isAnswered(redis.ping(), redis.options.commandTimeout ?? 1000);
  }

  connections(): Connection[] {
    return [...this.#connections.values()];
  }

  /** Closes all connections, and makes them again; the client is ready when they and those of its subscribers are. */
  renew(subscribers: readonly Redis[]): void {
    if (this.status === "end") return;
    if (this.status === "wait") {
      this.connect();
      return;
    }
    this.status = "connecting";
    for (const { primary } of this.shards) this.#awaited.add(primary);
    for (const connection of this.connections()) connection.renew();
    for (const subscriber of subscribers) {
      this.#awaited.add(subscriber);
      subscriber.once("ready", () => this.#heard(subscriber));
      subscriber.disconnect(true);
    }
  }

  disconnect(): void {
    void this.#unregister();
    for (const connection of this.connections()) connection.disconnect();
    this.placement.close();
  }

  async quit(): Promise<void> {
    await Promise.all([...this.connections().map((connection) => connection.quit()), this.#unregister()]);
  }

  async #unregister(): Promise<void> {
    const registration = this.#registration;
    this.#registration = undefined;
    await registration?.close();
  }
}

/** Nodes without replicas would take any. */
function checkPolicy({ router }: { readonly router: Router }, policy: ReadFrom): void {
  new ReplicaSet(router, 0, { read_from: policy });
}
