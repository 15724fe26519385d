// What is counted, a node at a time.

import type { Connection } from "./connection.js";
import type { Pool } from "./pool.js";

/** What is counted about one address. */
export interface EndpointStats {
  readonly address: string;
  /** ioredis's status of the connection: `ready`, `reconnecting` ... */
  readonly status: string;
  /** Commands that were sent. */
  readonly requests: number;
  /** Those that failed, for whatever reason. */
  readonly errors: number;
  /** The moving average of the time to a reply, in milliseconds; null while nothing is known. */
  readonly latency: number | null;
  /** Commands that wait for a reply, or to be sent. */
  readonly queue: number;
}

/** What is counted about a node: of its primary, and in `replicas` of each of those. */
export interface NodeStats extends EndpointStats {
  readonly name: string;
  /** Whether it takes part. */
  readonly state: "live" | "ejected";
  readonly replicas: readonly EndpointStats[];
}

/** @internal */
export function statsOf({ shards, placement }: Pool): NodeStats[] {
  return shards.map(({ node, index, endpoints }) => {
    const [primary, ...replicas] = endpoints.map(endpointStats) as [EndpointStats, ...EndpointStats[]];
    return { name: node.name, state: placement.isLive(index) ? "live" : "ejected", ...primary, replicas };
  });
}

function endpointStats({ address, redis, requests, errors, latency, waiting }: Connection): EndpointStats {
  const known = Number.isNaN(latency) ? null : latency;
  return { address, status: redis.status, requests, errors, latency: known, queue: waiting };
}
