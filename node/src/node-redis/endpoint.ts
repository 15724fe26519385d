// One client of node-redis for one address, and what is counted about it.

import { KeyhomeError } from "../index.js";
import { now } from "../sharded/live-placement.js";
import { connect, letGo } from "./letting-go.js";
import { checkedClient, type NativeClient, NoReplyError } from "./native-client.js";
import type { EndpointStats } from "./stats.js";

/** What an endpoint tells its owner. */
export interface EndpointOwner {
  /** Its connection was closed, or could not be made, and nobody asked for that. */
  failed(endpoint: Endpoint, error: Error): void;
  ready(endpoint: Endpoint): void;
}

/** Told what became of a command: its error, if it failed, and how long it took in microseconds. */
export type Over = (endpoint: Endpoint, error: unknown, took: number) => void;

/** A command that waits for its reply. */
interface Waiting {
  readonly since: number;
  /** Whether it waits on purpose. */
  readonly patient: boolean;
  readonly over: Over;
  readonly reject: (error: unknown) => void;
}

/** How much a new latency counts in the average. */
const SHARE = 1 / 64;

export class Endpoint {
  /** `host:port`, or the path of a unix socket. */
  readonly address: string;
  /** How long a reply may take, in milliseconds; undefined: as long as it likes. */
  timeout: number | undefined;
  client: NativeClient;
  /** Whether it is, or may be, fit for reads. */
  up = true;
  requests = 0;
  errors = 0;
  /** The moving average in milliseconds; NaN while nothing is known. */
  latency = Number.NaN;
  readonly #make: () => NativeClient;
  readonly #owner: EndpointOwner;
  /** In the order in which they were sent. */
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #look: NodeJS.Immediate | undefined;
  #connecting: Promise<Error | undefined> | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  /** Called when nobody waits any more, or there is no connection to wait for. */
  #settled: () => void = () => {};

  constructor(address: string, make: () => NativeClient, timeout: number | undefined, owner: EndpointOwner) {
    this.address = address;
    this.timeout = timeout;
    this.#make = make;
    this.#owner = owner;
    this.client = this.#made();
  }

  #made(): NativeClient {
    const client = checkedClient(this.#make());
    client.on("ready", () => {
      if (client !== this.client) return;
      this.up = true;
      this.#owner.ready(this);
    });
    client.on("error", (error: Error) => {
      if (client === this.client) this.#failed(error);
    });
    return client;
  }

  #failed(error: Error): void {
    this.up = false;
    this.#settled();
    if (!this.#isClosed) this.#owner.failed(this, error);
  }

  /**
   * Connects, where it has not yet. What goes wrong is told to the owner, and tried again.
   *
   * @returns once it is connected; or the error with which node-redis gave up
   */
  connect(): Promise<Error | undefined> {
    return (this.#connecting ??= this.#connected(this.client));
  }

  async #connected(client: NativeClient): Promise<Error | undefined> {
    try {
      await connect(client);
      return undefined;
    } catch (error) {
      return client === this.client ? (error as Error) : this.connect();
    }
  }

  /** Commands that were not answered, sent or not. */
  get waiting(): number {
    return this.#waiting.size;
  }

  stats(): EndpointStats {
    const { address, client, requests, errors, latency, waiting } = this;
    const known = Number.isNaN(latency) ? null : latency;
    return { address, isReady: client.isReady, requests, errors, latency: known, queue: waiting };
  }

  /**
   * Asks the client, and counts what becomes of it.
   *
   * @param patient - whether the command waits on purpose: then its time says nothing
   */
  ask(question: (client: NativeClient) => Promise<unknown>, patient: boolean, over: Over): Promise<unknown> {
    if (this.#connecting === undefined) this.connect();
    this.requests++;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { since: now(), patient, over, reject };
      this.#waiting.add(waiting);
      if (this.timeout !== undefined && this.#timer === undefined) this.#watch();
      askedOf(this.client, question).then(
        (reply) => {
          if (!this.#forget(waiting)) return;
          const took = now() - waiting.since;
          if (!patient) this.#took(took / 1000);
          over(this, undefined, took);
          resolve(reply);
        },
        (error) => this.#over(waiting, error),
      );
    });
  }

  /** A command fails, unless it has already. */
  #over(waiting: Waiting, error: unknown): void {
    if (!this.#forget(waiting)) return;
    this.errors++;
    waiting.over(this, error, now() - waiting.since);
    waiting.reject(error);
  }

  /** Whether it was still waiting. */
  #forget(waiting: Waiting): boolean {
    const was = this.#waiting.delete(waiting);
    if (this.#waiting.size === 0) this.#settled();
    return was;
  }

  #took(milliseconds: number): void {
    this.latency = Number.isNaN(this.latency) ? milliseconds : this.latency + (milliseconds - this.latency) * SHARE;
  }

  /**
   * One timer, for the command that has waited longest. When its time is over, the sockets are read once more: in a program that was
   * busy or not run for long, the reply lies there.
   */
  #watch(): void {
    if (this.timeout === undefined) return;
    for (const { since, patient } of this.#waiting) {
      if (patient) continue;
      const left = this.timeout - (now() - since) / 1000;
      this.#timer = setTimeout(() => (this.#look = setImmediate(() => this.#due())), Math.max(1, Math.ceil(left)));
      return;
    }
  }

  #unwatch(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#look);
    this.#timer = undefined;
  }

  #due(): void {
    this.#timer = undefined;
    const { timeout } = this;
    if (timeout === undefined) return;
    for (const { since, patient } of this.#waiting) {
      if (patient) continue;
      if (now() - since < timeout * 1000) break;
      const error = new NoReplyError(this.address, timeout);
      this.exchange(error);
      this.#failed(error);
      return;
    }
    this.#watch();
  }

  /** What waits fails, though node-redis may still send it. */
  flush(error: Error): void {
    for (const waiting of this.#waiting) this.#over(waiting, error);
  }

  /**
   * What waits fails, and its connection is given up for a new one: what was not sent never is. The client is a new one too;
   * that of before may still be in the middle of connecting.
   */
  exchange(error: Error): void {
    this.flush(error);
    this.#unwatch();
    const old = this.client;
    this.client = this.#made();
    letGo(old);
    const wasConnecting = this.#connecting !== undefined;
    this.#connecting = undefined;
    if (wasConnecting && !this.#isClosed) this.connect();
  }

  /**
   * Closes it when what was sent is answered, or its time is over; where it cannot connect nothing ever will be. A client that
   * waits for answers by itself could not be given up any more.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    if (this.waiting > 0) await new Promise<void>((resolve) => (this.#settled = resolve));
    if (!this.client.isReady) return this.destroy();
    await this.client.close();
    // Nobody waits any more; a timer would keep the program from ending.
    this.#unwatch();
  }

  destroy(): void {
    this.#isClosed = true;
    this.#unwatch();
    if (!letGo(this.client)) this.flush(new KeyhomeError("client.closed", "the client was closed"));
  }
}

/** What is thrown at once is as good as what is rejected. */
function askedOf(client: NativeClient, question: (client: NativeClient) => Promise<unknown>): Promise<unknown> {
  try {
    return question(client);
  } catch (error) {
    return Promise.reject(error);
  }
}
