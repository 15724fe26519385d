// Which of a node's endpoints, its primary and its replicas, serves a read.

import { indexNumber, members, naturalNumber, text, time, wrongType } from "./arguments.js";
import type { EngineReplicaSet } from "./engine.js";
import { engineOf } from "./engine/access.js";
import type { Router } from "./router.js";

/**
 * Which endpoint of a node is read from: the primary; its replicas in turns; those, or the primary where none is up; the
 * nearest by zone; all in turns; all by the dice; or the one of two by the dice that is expected to answer sooner.
 */
export type ReadFrom =
  | "primary"
  | "replica"
  | "prefer-replica"
  | "nearest"
  | "round-robin"
  | "random"
  | "least-latency";

/** How a set of replicas is read. */
export interface ReplicaOptions {
  /** `primary` unless said. */
  readonly read_from?: ReadFrom | undefined;
  /** The caller's own zone, for `nearest` and `least-latency`; without one all endpoints are equally near. */
  readonly zone?: string | null | undefined;
}

/** All that is known of a node's endpoints. Times are in microseconds. */
export interface ReplicaSnapshot {
  readonly read_from: ReadFrom;
  readonly zone: string | null;
  readonly endpoints: readonly {
    readonly address: string;
    readonly role: "primary" | "replica";
    readonly zone: string | null;
    /** Whether it is in another zone than the caller. */
    readonly far: boolean;
    readonly up: boolean;
    readonly in_flight: number;
    readonly latency: number | null;
    /** Failures in a row. */
    readonly failures: number;
    /** Left out for its failures until then; null: it is not. */
    readonly left_out_until: number | null;
  }[];
}

/**
 * The endpoints of one node, and what is known about them. An endpoint is a number: 0 is the primary, then the replicas in
 * the order of the router's node.
 *
 * Times (`now`) and latencies are whole microseconds, 0 to 2^53 - 1, of any clock that does not run backwards; dice are any
 * whole numbers from 0 to 2^53 - 1, different for each call.
 *
 * @example
 * ```ts
 * import { ReplicaSet, Router } from "keyhome";
 *
 * const router = Router.fromCluster([[0, 16383, ["10.0.0.1", 6379, "id-1"], ["10.0.0.2", 6379, "id-2"]]]);
 * const replicas = new ReplicaSet(router, router.index("user:1001"), { read_from: "least-latency" });
 *
 * let now = 1_000_000; // in a program: Math.floor(performance.now() * 1000)
 * const endpoint = replicas.choose(Math.floor(Math.random() * 2 ** 53), now);
 * replicas.sent(endpoint, now);
 * // ... ask it ...
 * now += 250;
 * replicas.done(endpoint, 250, now);
 * replicas.latency(endpoint); // => 250
 *
 * // This one read must see the latest write.
 * replicas.choose(7, now, "primary"); // => 0
 * ```
 */
export class ReplicaSet {
  readonly #set: EngineReplicaSet;
  #readFrom: ReadFrom | undefined;

  /**
   * @param router - whose node it is
   * @param index - which of `router.nodes`
   * @param given - how it is read; what `poolSettings` gives can be passed as it is
   * @throws KeyhomeError `argument.range` for a node that is not there; `argument.type`
   */
  constructor(router: Router, index: number, given: ReplicaOptions = {}) {
    const { read_from, zone } = members(given, "the options", ["read_from", "zone"]);
    this.#set = engineOf(router).replicaSet(
      indexNumber(index, "the index"),
      read_from === undefined ? undefined : text(read_from, "read_from", "argument.type"),
      zone == null ? undefined : text(zone, "the zone", "argument.type"),
    );
  }

  /**
   * The endpoint that serves a read.
   *
   * @param dice - only `random` and `least-latency` look at them
   * @param readFrom - another policy, for this one read
   * @throws KeyhomeError `replica.unavailable` where nothing that the policy allows is up
   */
  choose(dice: number, now: number, readFrom?: ReadFrom): number {
    const word = readFrom === undefined ? undefined : text(readFrom, "readFrom", "argument.type");
    return this.#set.choose(naturalNumber(dice, "dice"), time(now), word);
  }

  /**
   * A request went to the endpoint. Each is followed by one of {@link ReplicaSet.done}, {@link ReplicaSet.failed} and
   * {@link ReplicaSet.released}.
   *
   * @throws KeyhomeError `argument.range` for an endpoint that is not there
   */
  sent(endpoint: number, now: number): void {
    this.#set.sent(place(endpoint), time(now));
  }

  /**
   * It replied after `latency` microseconds.
   *
   * @throws KeyhomeError `argument.range` for an endpoint that is not there
   */
  done(endpoint: number, latency: number, now: number): void {
    this.#set.done(place(endpoint), naturalNumber(latency, "the latency"), time(now));
  }

  /**
   * It did not reply: the connection was refused or closed, or the request timed out. After three in a row it is left out
   * for a second, and longer each time, but never more than half of the endpoints are.
   *
   * @throws KeyhomeError `argument.range` for an endpoint that is not there
   */
  failed(endpoint: number, now: number): void {
    this.#set.failed(place(endpoint), time(now));
  }

  /**
   * The request is over and says nothing about the endpoint: it was cancelled, or it was a write or a whole pipeline.
   *
   * @throws KeyhomeError `argument.range` for an endpoint that is not there
   */
  released(endpoint: number, now: number): void {
    this.#set.released(place(endpoint), time(now));
  }

  /**
   * Whether the endpoint may be read from at all. Failures of one that comes up are forgotten.
   *
   * @throws KeyhomeError `argument.range` for an endpoint that is not there
   */
  setUp(endpoint: number, up: boolean): void {
    if (typeof up !== "boolean") throw wrongType("up", "a boolean", up);
    this.#set.setUp(place(endpoint), up);
  }

  /** Whether the endpoint is up; `false` for one that is not there. */
  isUp(endpoint: number): boolean {
    return this.#set.isUp(place(endpoint));
  }

  /** Requests that were sent to the endpoint and are not over; 0 for one that is not there. */
  inFlight(endpoint: number): number {
    return this.#set.inFlight(place(endpoint));
  }

  /** The moving average of its latencies in microseconds; null where none is known. */
  latency(endpoint: number): number | null {
    return this.#set.latency(place(endpoint)) ?? null;
  }

  /** How many endpoints there are. */
  get count(): number {
    return this.#set.count();
  }

  /** The policy that was given. */
  get readFrom(): ReadFrom {
    return (this.#readFrom ??= this.snapshot().read_from);
  }

  /**
   * The endpoints of a node in place of those there are, after a fail-over. What is known about an address that stays is
   * kept, its requests in flight too.
   *
   * @returns the new place of each old endpoint, null where it is gone: requests in flight are reported under it
   * @throws KeyhomeError `argument.range` for a node that is not there; `argument.type`
   */
  replace(router: Router, index: number): (number | null)[] {
    const places = this.#set.replace(engineOf(router), indexNumber(index, "the index"));
    return Array.from(places, (place) => (place < 0 ? null : place));
  }

  /** All that is known. */
  snapshot(): ReplicaSnapshot {
    return JSON.parse(this.#set.snapshot()) as ReplicaSnapshot;
  }
}

function place(endpoint: number): number {
  return indexNumber(endpoint, "the endpoint");
}
