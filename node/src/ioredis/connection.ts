// One connection of ioredis to one address, and what is counted about it.

import { type Command, Redis, type RedisOptions } from "ioredis";
import { placeOf } from "../sharded/address.js";

/** ioredis's own parts: the same in versions 5 and 6, and used for want of public ones. */
interface Inner {
  manuallyClosing: boolean;
  readonly commandQueue: { readonly length: number };
  readonly offlineQueue: { readonly length: number };
  setStatus(status: "end"): void;
  flushQueue(error: Error, which?: { readonly offlineQueue: boolean }): void;
}

/** What a connection tells its owner. */
export interface ConnectionOwner {
  readonly enableAutoPipelining: boolean;
  /** It was closed, or could not be made; `asked` when that was wanted, to connect again. */
  closed(connection: Connection, asked: boolean): void;
  ready(connection: Connection): void;
  ended(connection: Connection): void;
  failed(connection: Connection, error: Error): void;
}

type NetStream = Redis["stream"];

/** How much a new latency counts in the average. */
const SHARE = 1 / 64;

/** After so many commands what is held back is written, though there may be more to come. */
const HELD = 128;

export class Connection {
  /** `host:port`, or the path of a unix socket. */
  readonly address: string;
  readonly redis: Redis;
  readonly #inner: Inner;
  readonly #owner: ConnectionOwner;
  /** Whether it is, or may be, fit for reads. */
  up = true;
  requests = 0;
  errors = 0;
  /** The moving average in milliseconds; NaN while nothing is known. */
  latency = Number.NaN;
  /** The socket, while what is sent is held back. */
  #corked: NetStream | undefined;
  /** Commands that are held back to be written at once. */
  #held = 0;
  #closing = false;
  /** Whether it is closed to be made again. */
  #renewing = false;

  constructor(address: string, options: RedisOptions, owner: ConnectionOwner) {
    this.address = address;
    this.#owner = owner;
    this.redis = new Redis(Object.assign({}, options, placeOf(address)) as RedisOptions & { replyMapping?: "legacy" });
    this.#inner = this.redis as unknown as Inner;
    this.redis.on("ready", () => {
      this.up = true;
      owner.ready(this);
    });
    this.redis.on("close", () => {
      this.up = false;
      const asked = this.#renewing;
      this.#renewing = false;
      if (!this.#closing) owner.closed(this, asked);
    });
    this.redis.on("end", () => owner.ended(this));
    this.redis.on("error", (error: Error) => owner.failed(this, error));
  }

  /** Connects, for the first time or again after the end. */
  connect(): void {
    if (this.redis.status !== "wait" && this.redis.status !== "end") return;
    this.#closing = false;
    this.#inner.manuallyClosing = false;
    // What goes wrong is told by the events.
    this.redis.connect().catch(() => {});
  }

  /** Commands that were sent and not answered, and those that wait to be sent. */
  get waiting(): number {
    return this.#inner.commandQueue.length + this.#inner.offlineQueue.length;
  }

  /**
   * Sends a command. What is sent in one tick is written at once: a write is what costs most. With auto-pipelining it is
   * what is sent until the event loop has looked at its sockets.
   */
  send(command: Command): void {
    if (this.#corked === undefined) {
      if (this.redis.status === "ready") this.#cork();
    } else if (++this.#held === HELD) {
      // The server works on these while the next are made; and long lists of writes cost more than as many short ones.
      this.#corked.uncork();
      this.#corked.cork();
      this.#held = 0;
    }
    this.redis.sendCommand(command);
  }

  /** Sends commands in one write. */
  sendBatch(commands: readonly Command[]): void {
    const { redis } = this;
    if (this.#corked === undefined && redis.status === "ready") this.#cork();
    const batch = new Batch(redis);
    for (const command of commands) redis.sendCommand(command, batch as never);
    batch.write();
  }

  #cork(): void {
    const { stream } = this.redis;
    stream.cork();
    this.#corked = stream;
    this.#held = 0;
    const uncork = () => {
      this.#corked = undefined;
      stream.uncork();
    };
    if (this.#owner.enableAutoPipelining) setImmediate(uncork);
    else process.nextTick(uncork);
  }

  /** A reply came. */
  replied(milliseconds: number): void {
    this.latency = Number.isNaN(this.latency) ? milliseconds : this.latency + (milliseconds - this.latency) * SHARE;
  }

  /** Everything that waits fails with this error. */
  flush(error: Error): void {
    this.#inner.flushQueue(error);
  }

  /**
   * Gives up the socket, and makes another connection. What was sent fails: sent again by ioredis, it could be done twice,
   * the second time when its caller has long been told of an error.
   */
  reconnect(error: Error): void {
    this.#inner.flushQueue(error, { offlineQueue: false });
    // `end` would wait for the other side, which hangs.
    this.redis.stream.destroy();
  }

  /** Closes it when what was sent is answered; resolves when it is closed. */
  async quit(): Promise<void> {
    this.#closing = true;
    if (this.redis.status === "end") return;
    const ended = new Promise((resolve) => this.redis.once("end", resolve));
    if (this.redis.status === "ready" || this.redis.status === "connecting" || this.redis.status === "connect") {
      // Where the connection is lost, or is not made, nobody answers what was sent.
      this.redis.once("close", () => this.disconnect());
      const quit = () => this.redis.quit().catch(() => this.disconnect());
      // ioredis sends QUIT before what waits for the connection to be ready.
      if (this.redis.status === "ready") quit();
      else this.redis.once("ready", quit);
    } else {
      this.disconnect();
    }
    await ended;
  }

  /** Closes it, and makes it again; what was sent is sent again then, as ioredis does it. */
  renew(): void {
    const { status } = this.redis;
    if (status !== "ready" && status !== "connect" && status !== "connecting") return;
    this.#renewing = true;
    this.redis.disconnect(true);
  }

  disconnect(): void {
    this.#closing = true;
    const { status } = this.redis;
    if (status === "end") return;
    this.redis.disconnect();
    if (status !== "reconnecting") return;
    // Between two attempts there is no socket whose end would be told.
    this.#inner.setStatus("end");
    this.flush(new Error("Connection is closed."));
  }
}

/** Texts of more characters are passed on as bytes: V8 has a longest string. */
const LONGEST = 2 ** 27;

/**
 * Takes what ioredis writes of several commands, as its Pipeline does, and gives it on as one. What ioredis sends later,
 * when it has connected again, goes on by itself.
 */
class Batch {
  /** ioredis looks at these two. */
  readonly isPipeline = true;
  readonly destination: { readonly redis: Redis };
  #text = "";
  #pieces: Buffer[] | undefined;
  #open = true;

  constructor(redis: Redis) {
    this.destination = { redis };
  }

  /** Called with the bytes of a command; without, when there are no more. */
  write(data?: string | Buffer): void {
    if (data === undefined) this.#end();
    else if (!this.#open) this.destination.redis.stream.write(data);
    else if (typeof data === "string" && this.#text.length < LONGEST) this.#text += data;
    else {
      this.#pieces ??= [];
      this.#pieces.push(Buffer.from(this.#text), Buffer.from(data as string));
      this.#text = "";
    }
  }

  #end(): void {
    this.#open = false;
    const { stream } = this.destination.redis;
    if (this.#pieces !== undefined) stream.write(Buffer.concat([...this.#pieces, Buffer.from(this.#text)]));
    else if (this.#text !== "") stream.write(this.#text);
  }
}
