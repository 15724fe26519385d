// A node of the pool: its primary, its replicas, and which of them is asked.

import { isFailure, KeyhomeError, type Node, type Outcome, type ReadFrom, ReplicaSet, type Router } from "../index.js";
import { now } from "../sharded/live-placement.js";
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
   * @throws KeyhomeError `client.queue`, `replica.unavailable`
   */
  async ask(question: Question, readFrom: ReadFrom | undefined, patient: boolean): Promise<unknown> {
    const policy = this.#replicas === undefined ? undefined : readFrom;
    for (let tries = this.endpoints.length; ; tries--) {
      const endpoint = policy === undefined ? this.primary : this.#chosen(policy);
      try {
        return await this.askEndpoint(endpoint, question, patient);
      } catch (error) {
        if (policy === undefined || tries <= 1 || !isOfConnection(error)) throw error;
      }
    }
  }

  #chosen(policy: ReadFrom): Endpoint {
    return this.endpoints[this.#replicas!.choose(Math.floor(Math.random() * 2 ** 53), now(), policy)]!;
  }

  /**
   * Asks one endpoint, and counts what becomes of it.
   *
   * @throws KeyhomeError `client.queue`
   */
  async askEndpoint(endpoint: Endpoint, question: Question, patient: boolean): Promise<unknown> {
    this.#refuseIfFull(endpoint);
    const sent = now();
    if (!patient) this.#told(endpoint, (set, at) => set.sent(at, sent));
    try {
      const reply = await endpoint.ask(question, patient);
      if (!patient) this.#told(endpoint, (set, at) => set.done(at, now() - sent, now()));
      this.#report(endpoint, "reply");
      return reply;
    } catch (error) {
      const replied = isErrorReply(error);
      const failed = replied ? isFailure(error.message) : isOfConnection(error);
      if (!patient) {
        this.#told(endpoint, (set, at) => {
          if (failed) set.failed(at, now());
          else if (replied) set.done(at, now() - sent, now());
          else set.released(at, now());
        });
      }
      // A connection that fails is told by itself, once.
      if (replied) this.#report(endpoint, failed ? "failure" : "reply");
      throw error;
    }
  }

  #report(endpoint: Endpoint, outcome: Outcome): void {
    if (endpoint === this.primary && this.index >= 0) this.#owner.report(this.index, outcome);
  }

  /** A reload may have moved the endpoint, or taken it away. */
  #told(endpoint: Endpoint, tell: (set: ReplicaSet, at: number) => void): void {
    if (this.#replicas === undefined) return;
    const at = this.endpoints.indexOf(endpoint);
    if (at >= 0) tell(this.#replicas, at);
  }

  #refuseIfFull(endpoint: Endpoint): void {
    const { maxQueue } = this.#owner;
    if (endpoint.waiting < maxQueue) return;
    const message = `${maxQueue} commands wait for ${this.node.name} (${endpoint.address}), which does not keep up`;
    throw new KeyhomeError("client.queue", message);
  }
}
