// What is counted, a node at a time.

/** What is counted about one address. */
export interface EndpointStats {
  readonly address: string;
  /** Whether it is connected, and can be asked. */
  readonly isReady: boolean;
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
