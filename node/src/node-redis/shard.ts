// A node of the pool: its primary, its replicas, and which of them is asked.

import { isFailure, type Node, type Outcome, type ReadFrom, ReplicaSet, type Router } from "../index.js";
import { now } from "../sharded/live-placement.js";
import { refuseIfFull } from "../sharded/queue.js";
import type { Endpoint } from "./endpoint.js";
import { isErrorReply, isOfConnection, type NativeClient } from "./native-client.js";

/** What all shards of a client share. */
export interface ShardOwner {
  readonly maxQueue: number;
  readonly readFrom: ReadFrom;
  readonly zone: string | undefined;
  report(index: number, outcome: Outcome): void;
}

/** What a client of one server is asked. */
export type Question = (client: NativeClient) => Promise<unknown>;

export class Shard {
  node: Node;
  /** Its place in the pool; -1 once a reload has taken it out. */
  index: number;
  /** The primary, then the replicas. */
  endpoints: readonly Endpoint[];
  readonly #owner: ShardOwner;
  #replicas: ReplicaSet | undefined;

  constructor(router: Router, index: number, endpoints: readonly Endpoint[], owner: ShardOwner) {
    this.#owner = owner;
    this.node = router.nodes[index]!;
    this.index = index;
    this.endpoints = endpoints;
    this.#know(router);
  }

  /** The same node after a reload. */
  replace(router: Router, index: number, endpoints: readonly Endpoint[]): void {
    this.node = router.nodes[index]!;
    this.index = index;
    this.endpoints = endpoints;
    this.#know(router);
  }

  #know(router: Router): void {
    const { readFrom, zone } = this.#owner;
    if (this.endpoints.length <= 1) this.#replicas = undefined;
    else if (this.#replicas === undefined) this.#replicas = new ReplicaSet(router, this.index, { read_from: readFrom, zone });
    else this.#replicas.replace(router, this.index);
    this.endpoints.forEach((endpoint, at) => this.#replicas?.setUp(at, endpoint.up));
  }

  get primary(): Endpoint {
    return this.endpoints[0]!;
  }

  /** An endpoint has connected, or lost its connection. */
  setUp(endpoint: Endpoint, up: boolean): void {
    const at = this.endpoints.indexOf(endpoint);
    if (at >= 0) this.#replicas?.setUp(at, up);
  }

  /**
   * Asks the endpoint that a policy chooses. Where its connection fails, the policy chooses again.
   *
   * @param readFrom - the policy of a read; undefined for everything else, which goes to the primary
   * @throws KeyhomeError `client.queue`, `replica.unavailable`, at once or later
   */
  ask(question: Question, readFrom: ReadFrom | undefined, patient: boolean): Promise<unknown> {
    if (this.#replicas === undefined || readFrom === undefined) return this.askEndpoint(this.primary, question, patient);
    return this.#read(question, readFrom, patient);
  }

  async #read(question: Question, policy: ReadFrom, patient: boolean): Promise<unknown> {
    for (let tries = this.endpoints.length; ; tries--) {
      try {
        return await this.askEndpoint(this.#chosen(policy), question, patient);
      } catch (error) {
        if (tries <= 1 || !isOfConnection(error)) throw error;
      }
    }
  }

  #chosen(policy: ReadFrom): Endpoint {
    return this.endpoints[this.#replicas?.choose(Math.floor(Math.random() * 2 ** 53), now(), policy) ?? 0]!;
  }

  /**
   * Asks one endpoint, and counts what becomes of it.
   *
   * @throws KeyhomeError `client.queue`
   */
  askEndpoint(endpoint: Endpoint, question: Question, patient: boolean): Promise<unknown> {
    refuseIfFull(endpoint, this.node, this.#owner.maxQueue);
    if (this.#replicas === undefined || patient) return endpoint.ask(question, patient, this.#over);
    this.#told(endpoint, (set, at) => set.sent(at, now()));
    return endpoint.ask(question, patient, this.#overAmongReplicas);
  }

  /** What became of a command: a connection that fails is told by itself, once. */
  readonly #over = (endpoint: Endpoint, error: unknown): void => {
    if (endpoint !== this.primary || this.index < 0) return;
    if (error === undefined) this.#owner.report(this.index, "reply");
    else if (isErrorReply(error)) this.#owner.report(this.index, isFailure(error.message) ? "failure" : "reply");
  };

  readonly #overAmongReplicas = (endpoint: Endpoint, error: unknown, took: number): void => {
    this.#told(endpoint, (set, at) => {
      const replied = isErrorReply(error);
      const failed = replied ? isFailure(error.message) : isOfConnection(error);
      if (failed) set.failed(at, now());
      else if (replied || error === undefined) set.done(at, took, now());
      else set.released(at, now());
    });
    this.#over(endpoint, error);
  };

  /** A reload may have moved the endpoint, or taken it away. */
  #told(endpoint: Endpoint, tell: (set: ReplicaSet, at: number) => void): void {
    if (this.#replicas === undefined) return;
    const at = this.endpoints.indexOf(endpoint);
    if (at >= 0) tell(this.#replicas, at);
  }
}
