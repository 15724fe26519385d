// What is counted, a node at a time.

import type { Counts, NodeState } from "../sharded/stats.js";

/** What is counted about one address. */
export interface EndpointStats extends Counts {
  /** Whether it is connected, and can be asked. */
  readonly isReady: boolean;
}

/** What is counted about a node: of its primary, and in `replicas` of each of those. */
export interface NodeStats extends EndpointStats, NodeState<EndpointStats> {}
