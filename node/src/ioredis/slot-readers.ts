// Who serves a read of a slot in ioredis's Cluster: its primary and its replicas, as connections.

import type { Command, Redis } from "ioredis";
import { type ReplicaOptions, ReplicaSet, Router, isFailure } from "../index.js";
import { kindOf } from "../sharded/command-kinds.js";
import { now } from "../sharded/live-placement.js";

/** Stands for a primary whose connection has ended: no host has such a name (RFC 2606). */
const NO_PRIMARY = "primary.invalid:6379";

/** The connections of all slots that have been read from. */
export class SlotReaders {
  readonly #options: ReplicaOptions;
  readonly #zoneOf: (address: string) => string | undefined;
  // By the connection itself, not by its address: what a cluster no longer holds is forgotten with it.
  readonly #slots = new WeakMap<Redis, SlotReader>();

  /** @throws KeyhomeError `argument.type` */
  constructor(options: ReplicaOptions, zoneOf: (address: string) => string | undefined) {
    this.#options = options;
    this.#zoneOf = zoneOf;
    // Said at once, not with the first read.
    new ReplicaSet(routerOf([NO_PRIMARY], () => undefined), 0, options);
  }

  /** That of a slot: by its primary, or by the first that is there. Undefined where nobody is. */
  of(nodes: readonly (Redis | undefined)[]): SlotReader | undefined {
    const first = nodes[0] ?? nodes.find((node) => node !== undefined);
    if (first === undefined) return undefined;
    let reader = this.#slots.get(first);
    if (reader === undefined) this.#slots.set(first, (reader = new SlotReader(this.#options, this.#zoneOf)));
    return reader;
  }
}

/** A connection, and its place among the endpoints of its slot: null once it has none. */
interface Endpoint {
  readonly redis: Redis | undefined;
  place: number | null;
  up: boolean;
}

/** The connections of the slots of one primary. */
export class SlotReader {
  readonly #options: ReplicaOptions;
  readonly #zoneOf: (address: string) => string | undefined;
  #nodes: readonly (Redis | undefined)[] = [];
  #endpoints: Endpoint[] = [];
  #set: ReplicaSet | undefined;

  constructor(options: ReplicaOptions, zoneOf: (address: string) => string | undefined) {
    this.#options = options;
    this.#zoneOf = zoneOf;
  }

  /** The connection that serves a read. Where there is none the command is rejected when it is sent to what is returned. */
  choose(nodes: readonly (Redis | undefined)[], command: Command): Redis | undefined {
    const set = this.#setOf(nodes);
    const sent = now();
    let place: number;
    try {
      place = set.choose(Math.floor(Math.random() * 2 ** 53), sent);
    } catch (error) {
      return rejecting(error as Error);
    }
    const endpoint = this.#endpoints[place]!;
    // What waits on purpose (XREAD BLOCK) says nothing about who serves it.
    if (!canWait(command)) {
      set.sent(place, sent);
      report(command, set, endpoint, sent);
    }
    return endpoint.redis;
  }

  /** The endpoints as they are now. */
  #setOf(nodes: readonly (Redis | undefined)[]): ReplicaSet {
    const same = nodes.length === this.#nodes.length && nodes.every((node, at) => node === this.#nodes[at]);
    const set = this.#set !== undefined && same ? this.#set : this.#replace(nodes);
    for (const endpoint of this.#endpoints) {
      const up = isUp(endpoint);
      if (up !== endpoint.up) set.setUp(endpoint.place!, (endpoint.up = up));
    }
    return set;
  }

  #replace(nodes: readonly (Redis | undefined)[]): ReplicaSet {
    this.#nodes = [...nodes];
    const [primary, ...replicas] = nodes;
    // A slot that moved to a replica has that twice, as its primary and still as a replica, until ioredis has asked anew.
    const there = [...new Set([primary, ...replicas.filter((replica) => replica !== undefined)])];
    const old = this.#endpoints;
    const router = routerOf(there.map(addressOf), this.#zoneOf);
    const places = this.#set?.replace(router, 0) ?? [];
    this.#set ??= new ReplicaSet(router, 0, this.#options);
    // Commands in flight report to the objects that they were given.
    old.forEach((endpoint) => (endpoint.place = places[endpoint.place!] ?? null));
    const set = this.#set;
    this.#endpoints = there.map((redis, place) => {
      const known = old.find((endpoint) => endpoint.place === place && endpoint.redis === redis);
      return known ?? { redis, place, up: set.isUp(place) };
    });
    return set;
  }
}

/**
 * One node with its replicas, as the core knows it.
 *
 * @param addresses - the primary's first
 */
function routerOf(addresses: readonly string[], zoneOf: (address: string) => string | undefined): Router {
  const [primary, ...replicas] = addresses.map((address) => {
    const zone = zoneOf(address);
    return zone === undefined ? { address } : { address, zone };
  });
  return Router.fromConfig(JSON.stringify({ slot: { servers: [{ ...primary, name: "slot", weight: 1, replicas }] } }));
}

function addressOf(redis: Redis | undefined): string {
  return redis === undefined ? NO_PRIMARY : `${redis.options.host}:${redis.options.port}`;
}

/**
 * Whether a connection can be read from. One that has not been used yet can: it connects with the first command. One that
 * was lost cannot before it is ready again, though it is connecting in between.
 */
function isUp({ redis, up }: Endpoint): boolean {
  switch (redis?.status) {
    case "wait":
    case "ready":
      return true;
    case "connecting":
    case "connect":
      return up;
    default:
      return false;
  }
}

/** Tells the set what becomes of a command: ioredis calls `resolve` or `reject` of it once for each try. */
function report(command: Command, set: ReplicaSet, endpoint: Endpoint, sent: number): void {
  const { resolve, reject } = command;
  let isOver = false;
  const over = (failed: boolean) => {
    if (isOver) return;
    isOver = true;
    if (endpoint.place === null) return;
    const time = now();
    if (failed) set.failed(endpoint.place, time);
    else set.done(endpoint.place, time - sent, time);
  };
  command.resolve = (result) => {
    over(false);
    resolve.call(command, result);
  };
  command.reject = (error) => {
    over(error.name !== "ReplyError" || isFailure(error.message));
    reject.call(command, error);
  };
}

/** What is no connection, but is asked like one: ioredis takes an error of `scaleReads` for one of its own. */
function rejecting(error: Error): Redis {
  const refusal = {
    status: "ready",
    options: {},
    sendCommand(command: Command): Promise<unknown> {
      command.reject(error);
      return command.promise;
    },
  };
  return refusal as unknown as Redis;
}

function canWait({ name, args }: Command): boolean {
  try {
    return kindOf(name, args as string[]).blocking;
  } catch {
    // A command that the table does not have: of those that it has, these are the ones.
    return false;
  }
}
