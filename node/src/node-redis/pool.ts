// The clients of all nodes: made, found, watched, and exchanged by a reload.

import { type HealthEvent, HotKeys, KeyhomeError, type Node, type Outcome, type PoolSettings, type ReadFrom } from "../index.js";
import { placeOf } from "../sharded/address.js";
import { ejected, isAnswered, LivePlacement } from "../sharded/live-placement.js";
import { type PoolPlan, type PoolSource, planOf } from "../sharded/pool-plan.js";
import { maxQueueOf } from "../sharded/queue.js";
import { checkFingerprint, type OnDifference, Registration, type RegistrationOwner } from "../sharded/registration.js";
import { reloaded } from "../sharded/reload.js";
import { Endpoint, type EndpointOwner } from "./endpoint.js";
import { checkedClient, type NativeClient } from "./native-client.js";
import type { NodeClientOptions, ShardedClientOptions } from "./options.js";
import { Shard, type ShardOwner } from "./shard.js";
import type { EndpointStats, NodeStats } from "./stats.js";
import { writerConnection } from "./writer-connection.js";

const ADVICE = "connect with node-redis's own `createCluster`";

/** Milliseconds that a client which has connected to some nodes waits for the others before it says that it is ready. */
const PATIENCE = 1000;

/** Emits an event of the client. */
export type Tell = (event: string, ...args: unknown[]) => void;

export class Pool implements EndpointOwner, ShardOwner {
  readonly options: ShardedClientOptions<NativeClient>;
  readonly maxQueue: number;
  readonly placement: LivePlacement;
  readonly hotKeys: HotKeys | undefined;
  source: PoolSource;
  /** In the order of the config. */
  shards: readonly Shard[];
  status: "wait" | "connecting" | "ready" | "end" = "wait";
  /** Called when other nodes take part than before. */
  moved: () => void = () => {};
  /** Resolves when commands may be sent, where they may not yet: other writers are asked first. */
  held: Promise<void> | undefined;
  #registration: Registration | undefined;
  #plan: PoolPlan;
  #settings: PoolSettings;
  /** Every endpoint, by address and what else it was made with. */
  #endpoints = new Map<string, Endpoint>();
  readonly #tell: Tell;
  /** Primaries that have not connected or failed yet. */
  readonly #awaited = new Set<Endpoint>();
  #patience: NodeJS.Timeout | undefined;

  /** @throws KeyhomeError those of {@link planOf}; `argument.range`, `argument.type` */
  constructor(source: PoolSource, options: ShardedClientOptions<NativeClient>, tell: Tell) {
    if (typeof options?.createClient !== "function") {
      throw new KeyhomeError("argument.type", "createClient is missing: it is node-redis's, from `redis` or `@redis/client`");
    }
    checkFingerprint(options);
    const plan = planOf(source, options, ADVICE);
    this.#plan = plan;
    this.source = source;
    this.options = options;
    this.#tell = tell;
    this.#settings = plan.settings;
    this.maxQueue = maxQueueOf(options);
    if (options.hotKeys) this.hotKeys = new HotKeys(options.hotKeys === true ? {} : options.hotKeys);
    this.placement = new LivePlacement(plan, {
      told: (event) => this.#told(event),
      moved: () => this.moved(),
      check: (index) => this.#check(index),
    });
    this.shards = plan.router.nodes.map((node, index) => {
      return new Shard(plan.router, index, this.#endpointsOf(node, this.#endpoints), this);
    });
  }

  get readFrom(): ReadFrom {
    return this.options.readFrom ?? this.#settings.read_from ?? "primary";
  }

  get zone(): string | undefined {
    return this.options.zone ?? this.#settings.zone;
  }

  /**
   * Connects to the primaries, and where replicas are read from to those.
   *
   * @returns an error where node-redis has given up all of them, or other writers place keys differently
   */
  async connect(): Promise<Error | undefined> {
    this.status = "connecting";
    const { fingerprint } = this.options;
    if (fingerprint !== undefined) this.#registration = new Registration(this.#registrationOwner(), this.#plan, this.options);
    if (fingerprint === "refuse") {
      this.held = this.#registration!.start();
      try {
        await this.held;
      } catch (error) {
        return error as Error;
      } finally {
        this.held = undefined;
      }
      // It was closed while others were asked.
      if (this.status !== "connecting") return undefined;
    } else {
      void this.#registration?.start();
    }
    for (const { primary } of this.shards) this.#awaited.add(primary);
    this.#connectAll();
    const errors = await Promise.all(this.shards.map(({ primary }) => primary.connect()));
    return errors.includes(undefined) ? undefined : errors[0];
  }

  #connectAll(): void {
    for (const { endpoints } of this.shards) {
      for (const endpoint of this.readFrom === "primary" ? endpoints.slice(0, 1) : endpoints) endpoint.connect();
    }
  }

  /** The endpoints of a node, those that are there already among them. */
  #endpointsOf(node: Node, known: Map<string, Endpoint>): Endpoint[] {
    const { redis_auth, redis_db } = this.#settings;
    return [node.address, ...node.replicas.map(({ address }) => address)].map((address) => {
      const key = JSON.stringify([address, redis_auth, redis_db]);
      const make = () => this.options.createClient(this.#clientOptions(address), node, address);
      const endpoint = known.get(key) ?? this.#endpoints.get(key) ?? new Endpoint(address, make, this.#timeout(), this);
      known.set(key, endpoint);
      return endpoint;
    });
  }

  #timeout(): number | undefined {
    return timeoutOf(this.#settings);
  }

  #registrationOwner(): RegistrationOwner {
    return {
      program: "node-redis",
      connect: ({ settings }, node) => {
        const options = this.#clientOptions(node.address, settings);
        options.socket.reconnectStrategy = false;
        return writerConnection(checkedClient(this.options.createClient(options, node, node.address)), options.socket.connectTimeout);
      },
      warn: (error) => this.#tell("warning", error),
    };
  }

  #clientOptions(address: string, settings = this.#settings): NodeClientOptions {
    const { redis_auth, redis_db } = settings;
    const timeout = timeoutOf(settings);
    const options: NodeClientOptions = { socket: { ...placeOf(address), ...(timeout !== undefined && { connectTimeout: timeout }) } };
    if (redis_auth !== undefined) options.password = redis_auth;
    if (redis_db !== undefined) options.database = redis_db;
    return options;
  }

  /**
   * Goes over to another config. Endpoints that stay are kept; those that go finish what was sent.
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
    await Promise.all(retired.map((endpoint) => endpoint.close()));
  }

  #checkOpen(): void {
    if (this.status === "end") throw new KeyhomeError("client.closed", "the client was closed");
  }

  /** Everything at once, so that no command sees half of it; gives the endpoints that nobody needs any more. */
  #exchange(plan: PoolPlan, source: PoolSource): Endpoint[] {
    const before = this.#settings;
    this.#settings = plan.settings;
    const known = new Map<string, Endpoint>();
    let endpoints: Endpoint[][];
    try {
      endpoints = plan.router.nodes.map((node) => this.#endpointsOf(node, known));
      this.placement.reload(plan);
    } catch (error) {
      this.#settings = before;
      throw error;
    }
    this.#plan = plan;
    this.source = source;
    const { router } = plan;
    this.shards = reloaded(
      this.shards,
      router,
      (shard, index) => shard.replace(router, index, endpoints[index]!),
      (index) => new Shard(router, index, endpoints[index]!, this),
    );
    const retired = [...this.#endpoints].filter(([key]) => !known.has(key)).map(([, endpoint]) => endpoint);
    this.#endpoints = known;
    for (const endpoint of known.values()) endpoint.timeout = this.#timeout();
    for (const endpoint of retired) this.#awaited.delete(endpoint);
    return retired;
  }

  failed(endpoint: Endpoint, error: Error): void {
    let isPrimary = false;
    for (const shard of this.shards) {
      shard.setUp(endpoint, false);
      if (shard.primary !== endpoint) continue;
      isPrimary = true;
      this.report(shard.index, "failure");
    }
    // Reads need not wait until a replica is back: others have their keys.
    if (!isPrimary) endpoint.flush(error);
    this.#tell("node error", error, endpoint.address);
    this.#heard(endpoint);
  }

  ready(endpoint: Endpoint): void {
    for (const shard of this.shards) shard.setUp(endpoint, true);
    this.#heard(endpoint);
  }

  /** The client is ready when a primary has connected, and every other has too, or failed to, or is silent. */
  #heard(endpoint: Endpoint): void {
    this.#awaited.delete(endpoint);
    if (this.status !== "connecting" || !this.shards.some(({ primary }) => primary.client.isReady)) return;
    if (this.#awaited.size === 0) this.#becomeReady();
    else this.#patience ??= setTimeout(() => this.#becomeReady(), PATIENCE);
  }

  #becomeReady(): void {
    clearTimeout(this.#patience);
    if (this.status !== "connecting") return;
    this.status = "ready";
    this.#tell("connect");
    this.#tell("ready");
  }

  report(index: number, outcome: Outcome): void {
    this.placement.report(index, outcome);
  }

  #told(event: HealthEvent): void {
    if (event.event === "all_gone") {
      this.#tell("allGone", event);
      return;
    }
    const { node, primary } = this.shards[event.index]!;
    if (event.event === "ejected") primary.exchange(ejected(node));
    this.#tell(event.event, node, event);
  }

  /** Whether the node answers a PING soon. */
  async #check(index: number): Promise<boolean> {
    const { client } = this.shards[index]!.primary;
    return client.isReady && isAnswered(client.sendCommand(["PING"]), this.#timeout() ?? 1000);
  }

  stats(): NodeStats[] {
    return this.shards.map(({ node, index, endpoints }) => {
      const [primary, ...replicas] = endpoints.map((endpoint) => endpoint.stats()) as [EndpointStats, ...EndpointStats[]];
      return { name: node.name, state: this.placement.isLive(index) ? "live" : "ejected", ...primary, replicas };
    });
  }

  endpoints(): Endpoint[] {
    return [...this.#endpoints.values()];
  }

  destroy(): void {
    void this.#end();
    for (const endpoint of this.endpoints()) endpoint.destroy();
  }

  async close(): Promise<void> {
    await Promise.all([this.#end(), ...this.endpoints().map((endpoint) => endpoint.close())]);
  }

  async #end(): Promise<void> {
    this.status = "end";
    clearTimeout(this.#patience);
    this.placement.close();
    const registration = this.#registration;
    this.#registration = undefined;
    await registration?.close();
  }
}

function timeoutOf({ timeout }: PoolSettings): number | undefined {
  return timeout !== undefined && timeout > 0 ? timeout : undefined;
}
