// Options for ioredis's own Cluster, whose reads then follow keyhome's policies.

import type { ClusterOptions, Command, Redis } from "ioredis";
import { KeyhomeError, type ReadFrom } from "../index.js";
import { members, text, wrongType } from "../arguments.js";
import { SlotReaders } from "./slot-readers.js";

/** Which node of a Redis Cluster serves a read, and all else that ioredis's `Cluster` takes. */
export interface ClusterReads extends ClusterOptions {
  /** Among the primary of the key's slot and its replicas; `primary` unless said. */
  readonly readFrom?: ReadFrom | undefined;
  /** The caller's own zone, for `nearest` and `least-latency`; without one all nodes are equally near. */
  readonly zone?: string | undefined;
  /** The zones of the nodes, by `host:port` as ioredis connects to them: behind a `natMap`, what that gives. */
  readonly zones?: Readonly<Record<string, string>> | ((address: string) => string | undefined) | undefined;
  /** Said by `readFrom`. */
  readonly scaleReads?: never;
}

/**
 * Milliseconds. Without an interval ioredis learns of new replicas, and of those that are back, only when a slot has moved.
 */
const REFRESH = 5000;

/**
 * What ioredis's Cluster asks where a read goes: the connections of the slot, the primary's first, undefined for one that
 * has ended. Undefined for an answer leaves it to ioredis.
 */
export type ScaleReads = (nodes: readonly (Redis | undefined)[], command: Command) => Redis | undefined;

/**
 * Options for `new Cluster(nodes, options)` of ioredis 5.11 and 6: those that are given, and a `scaleReads` that asks
 * keyhome. Latencies, requests in flight and failures of each connection are counted as commands go and come back.
 *
 * What ioredis does not send by `scaleReads` goes to the primary as ever: writes, and commands that it does not know to be
 * reads. A pipeline goes where its first command goes. Where the policy finds no node that is up, as `replica` does where
 * no replica is, the read is rejected with `replica.unavailable`.
 *
 * The slots are asked for every five seconds unless `slotsRefreshInterval` says otherwise: ioredis itself asks only when a
 * slot has moved, and would not learn of replicas that are new or back. The same options can serve several clusters.
 *
 * @throws KeyhomeError `argument.type`, for a policy that there is not, too
 *
 * @example
 * ```ts
 * import { Cluster } from "ioredis";
 * import { cluster } from "keyhome/ioredis";
 *
 * const nodes = [{ host: "10.0.0.1", port: 6379 }];
 * const redis = new Cluster(nodes, cluster({ readFrom: "least-latency", lazyConnect: true }));
 * redis.disconnect();
 * ```
 */
export function cluster<Options extends ClusterReads>(
  options: Options,
): Omit<Options, "scaleReads"> & { scaleReads: ScaleReads | "master" } {
  const { readFrom, zone, zones, scaleReads } = members(options, "the options", ["readFrom", "zone", "zones", "scaleReads"]);
  if (scaleReads !== undefined) throw new KeyhomeError("argument.type", "scaleReads is given, but readFrom decides it");
  const zoneOf = zoneLookup(zones);
  const readers = new SlotReaders(
    { read_from: readFrom as ReadFrom | undefined, zone: zone === undefined ? undefined : text(zone, "the zone", "argument.type") },
    zoneOf,
  );
  // Reads of the primary wait for it where it is away, as writes do; nothing is to be decided.
  if (readFrom === undefined || readFrom === "primary") return { ...options, scaleReads: "master" };
  return {
    slotsRefreshInterval: REFRESH,
    ...options,
    scaleReads: (nodes, command) => readers.of(nodes)?.choose(nodes, command),
  };
}

function zoneLookup(zones: unknown): (address: string) => string | undefined {
  if (typeof zones === "function") return zones as (address: string) => string | undefined;
  if (zones === undefined) return () => undefined;
  if (typeof zones !== "object") throw wrongType("zones", "an object or a function", zones);
  return (address) => (Object.hasOwn(zones!, address) ? (zones as Record<string, string>)[address] : undefined);
}
