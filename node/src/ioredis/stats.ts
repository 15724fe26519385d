// What is counted, a node at a time.

import type { Counts, NodeState } from "../sharded/stats.js";
import type { Connection } from "./connection.js";
import type { Pool } from "./pool.js";

/** What is counted about one address. */
export interface EndpointStats extends Counts {
  /** ioredis's status of the connection: `ready`, `reconnecting` ... */
  readonly status: string;
}

/** What is counted about a node: of its primary, and in `replicas` of each of those. */
export interface NodeStats extends EndpointStats, NodeState<EndpointStats> {}

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
