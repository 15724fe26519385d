// What is counted, a node at a time, whichever client counts.

/** What is counted about one address. */
export interface Counts {
  readonly address: string;
  /** Commands that were sent. */
  readonly requests: number;
  /** Those that failed, for whatever reason. */
  readonly errors: number;
  /** The moving average of the time to a reply, in milliseconds; null while nothing is known. */
  readonly latency: number | null;
  /** Commands that wait for a reply, or to be sent. */
  readonly queue: number;
}

/** What is told about a node as a whole, beside what is counted of its primary. */
export interface NodeState<Endpoint extends Counts> {
  readonly name: string;
  /** Whether it takes part. */
  readonly state: "live" | "ejected";
  readonly replicas: readonly Endpoint[];
}
