// A node of the pool: its primary, its replicas, and how a command is sent to one of them.

import type { Command } from "ioredis";
import { isFailure, KeyhomeError, type Node, type Outcome, type ReadFrom, ReplicaSet, type Router } from "../index.js";
import { now } from "../sharded/live-placement.js";
import { refuseIfFull } from "../sharded/queue.js";
import type { Connection } from "./connection.js";

/** What all shards of a client share. */
export interface ShardOwner {
  readonly maxQueue: number;
  readonly readFrom: ReadFrom;
  report(index: number, outcome: Outcome): void;
}

/** How a command is sent. */
export interface Sending {
  /** The policy of a read; undefined for everything else, which goes to the primary. */
  readonly readFrom: ReadFrom | undefined;
  /** Whether it waits on purpose: then its time says nothing. */
  readonly blocking: boolean;
}

export class Shard {
  node: Node;
  /** Its place in the pool; -1 once a reload has taken it out. */
  index: number;
  /** The primary, then the replicas. */
  endpoints: readonly Connection[];
  readonly #owner: ShardOwner;
  #replicas: ReplicaSet | undefined;

  constructor(router: Router, index: number, endpoints: readonly Connection[], owner: ShardOwner, zone: string | undefined) {
    this.node = router.nodes[index]!;
    this.index = index;
    this.endpoints = endpoints;
    this.#owner = owner;
    if (endpoints.length > 1) {
      this.#replicas = new ReplicaSet(router, index, { read_from: owner.readFrom, zone });
      endpoints.forEach((endpoint, at) => this.#replicas!.setUp(at, endpoint.up));
    }
  }

  get primary(): Connection {
    return this.endpoints[0]!;
  }

  /** The same node after a reload. */
  replace(router: Router, index: number, endpoints: readonly Connection[], zone: string | undefined): void {
    this.node = router.nodes[index]!;
    this.index = index;
    this.endpoints = endpoints;
    if (endpoints.length <= 1) this.#replicas = undefined;
    else if (this.#replicas === undefined) this.#replicas = new ReplicaSet(router, index, { read_from: this.#owner.readFrom, zone });
    else this.#replicas.replace(router, index);
    endpoints.forEach((endpoint, at) => this.#replicas?.setUp(at, endpoint.up));
  }

  /** An endpoint has connected, or lost its connection. */
  setUp(connection: Connection, up: boolean): void {
    const at = this.endpoints.indexOf(connection);
    if (at >= 0) this.#replicas?.setUp(at, up);
  }

  /**
   * The endpoint that serves a read by a policy; the primary for everything else.
   *
   * @throws KeyhomeError `replica.unavailable`
   */
  choose(readFrom: ReadFrom | undefined): Connection {
    if (this.#replicas === undefined || readFrom === undefined) return this.primary;
    return this.endpoints[this.#replicas.choose(Math.floor(Math.random() * 2 ** 53), now(), readFrom)]!;
  }

  /**
   * Sends a command, and counts what becomes of it.
   *
   * @throws KeyhomeError `client.queue`, `replica.unavailable`
   */
  send(command: Command, sending: Sending): void {
    // It waits on purpose: that is no failure of the node. XREAD, for one, waits only if it is told to.
    if (sending.blocking && typeof command.extractBlockingTimeout() === "number") command.setTimeout = () => {};
    const connection = this.choose(sending.readFrom);
    this.refuseIfFull(connection);
    // Where only the primary is read, nothing is chosen by what is counted.
    const plain = this.#replicas === undefined || (sending.readFrom === undefined && this.#owner.readFrom === "primary");
    if (plain) this.#count(command, connection, sending.blocking);
    else this.#countEndpoint(command, connection, sending, this.endpoints.length);
    connection.send(command);
  }

  /**
   * Sends commands in one write. Their times are not taken: most of it is that of the commands before them.
   *
   * @throws KeyhomeError `client.queue`, `replica.unavailable`
   */
  sendBatch(commands: readonly Command[], readFrom: ReadFrom | undefined): void {
    const connection = this.choose(readFrom);
    this.refuseIfFull(connection);
    connection.requests += commands.length;
    const last = commands[commands.length - 1]!;
    const endpoint = this.endpoints.indexOf(connection);
    this.#replicas?.sent(endpoint, now());
    const over = () => {
      const at = this.endpoints.indexOf(connection);
      if (at >= 0) this.#replicas?.released(at, now());
    };
    for (const command of commands) {
      const { reject } = command;
      command.reject = (error) => {
        if (command === last) over();
        connection.errors++;
        this.failed(connection, error);
        reject(error);
      };
    }
    const { resolve } = last;
    last.resolve = (reply) => {
      over();
      if (connection === this.primary) this.#owner.report(this.index, "reply");
      return resolve(reply);
    };
    connection.sendBatch(commands);
  }

  /** @throws KeyhomeError `client.queue` */
  refuseIfFull(connection: Connection): void {
    refuseIfFull(connection, this.node, this.#owner.maxQueue);
  }

  /** ioredis calls these two when the reply is there, or there will be none. */
  #count(command: Command, connection: Connection, blocking: boolean): void {
    connection.requests++;
    const started = blocking ? Number.NaN : performance.now();
    const { resolve, reject } = command;
    command.resolve = (reply) => {
      const took = performance.now() - started;
      if (took >= 0) connection.replied(took);
      this.#owner.report(this.index, "reply");
      return resolve(reply);
    };
    command.reject = (error) => {
      connection.errors++;
      this.failed(connection, error);
      reject(error);
    };
  }

  /** The same where there are replicas, which want to know more; a read whose replica went away is asked elsewhere. */
  #countEndpoint(command: Command, connection: Connection, sending: Sending, tries: number): void {
    connection.requests++;
    const replicas = this.#replicas!;
    const started = now();
    replicas.sent(this.endpoints.indexOf(connection), started);
    /** The endpoint may have another place since, or none. */
    const tell = (report: (at: number) => void) => {
      const at = this.endpoints.indexOf(connection);
      if (at >= 0 && replicas === this.#replicas) report(at);
    };
    const { resolve, reject } = command;
    command.resolve = (reply) => {
      const ended = now();
      if (sending.readFrom === undefined || sending.blocking) tell((at) => replicas.released(at, ended));
      else tell((at) => replicas.done(at, ended - started, ended));
      if (!sending.blocking) connection.replied((ended - started) / 1000);
      if (connection === this.primary) this.#owner.report(this.index, "reply");
      return resolve(reply);
    };
    command.reject = (error) => {
      const ended = now();
      connection.errors++;
      if (isReply(error)) tell((at) => replicas.released(at, ended));
      else tell((at) => replicas.failed(at, ended));
      this.failed(connection, error);
      if (sending.readFrom !== undefined && tries > 1 && isLost(error)) {
        command.resolve = resolve;
        command.reject = reject;
        // ioredis tells of the end of a connection after it has failed what was sent over it.
        if (connection.redis.status !== "ready") this.setUp(connection, false);
        try {
          const other = this.choose(sending.readFrom);
          this.refuseIfFull(other);
          this.#countEndpoint(command, other, sending, tries - 1);
          other.send(command);
        } catch {
          reject(error);
        }
        return;
      }
      reject(error);
    };
  }

  /** What an error of a command says of the node: of a connection that closed, its own event tells. */
  failed(connection: Connection, error: Error): void {
    const isPrimary = connection === this.primary;
    if (isReply(error)) {
      if (isPrimary) this.#owner.report(this.index, isFailure(error.message) ? "failure" : "reply");
    } else if (isTimeout(error)) {
      // As twemproxy does: who does not answer in time loses the connection, and that is the failure. What else waits on
      // it would wait for the same answer.
      connection.reconnect(new Error(`${this.node.name} (${connection.address}) did not answer in time`));
    }
  }
}

/** Whether the server replied with an error. */
export function isReply(error: Error): boolean {
  return error.name === "ReplyError";
}

function isTimeout(error: Error): boolean {
  return error.message === "Command timed out";
}

/** Whether the connection went away: then a read can be asked elsewhere. */
function isLost(error: Error): boolean {
  return !isReply(error) && !isTimeout(error) && !(error instanceof KeyhomeError);
}
