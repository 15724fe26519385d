// Channels: each is subscribed to on the node that owns its name, where PUBLISH sends; patterns on all nodes.

import type { EventEmitter } from "node:events";
import { Command, Redis } from "ioredis";
import type { Key } from "../index.js";
import { KeyhomeError } from "../index.js";
import type { Connection } from "./connection.js";
import type { Pool } from "./pool.js";

/** The three ways to subscribe. */
type Way = "subscribe" | "psubscribe" | "ssubscribe";

const WAYS: readonly Way[] = ["subscribe", "psubscribe", "ssubscribe"];
const LEAVING: Readonly<Record<string, Way>> = {
  unsubscribe: "subscribe",
  punsubscribe: "psubscribe",
  sunsubscribe: "ssubscribe",
};
const UN: Readonly<Record<Way, string>> = { subscribe: "unsubscribe", psubscribe: "punsubscribe", ssubscribe: "sunsubscribe" };

/** The events of ioredis for what is published. */
const EVENTS = ["message", "messageBuffer", "pmessage", "pmessageBuffer", "smessage", "smessageBuffer"];

export function isSubscription(name: string): boolean {
  return WAYS.includes(name as Way) || name in LEAVING;
}

/**
 * The subscriptions of a client. They have connections of their own, one to each node that is needed, so that commands go
 * on as before.
 */
export class Subscriptions {
  readonly #pool: Pool;
  readonly #events: EventEmitter;
  /** By connection of the pool. */
  readonly #clients = new Map<Connection, Redis>();
  /** What is subscribed to, each with the connections of the nodes it is subscribed on. */
  readonly #channels: Readonly<Record<Way, Map<string, { readonly word: Key; homes: Connection[] }>>> = {
    subscribe: new Map(),
    psubscribe: new Map(),
    ssubscribe: new Map(),
  };

  constructor(pool: Pool, events: EventEmitter) {
    this.#pool = pool;
    this.#events = events;
  }

  /** Serves a command of ioredis; it replies how many channels and patterns are subscribed to then. */
  send(command: Command, name: string): void {
    const words = command.args as Key[];
    const leaving = LEAVING[name];
    const work = leaving === undefined ? this.#subscribe(name as Way, words) : this.#unsubscribe(leaving, words);
    // Of this command and those before it, whichever node replies first.
    const count = this.#count(leaving ?? (name as Way));
    work.then(
      () => command.resolve(count as never),
      (error: Error) => command.reject(error),
    );
  }

  #count(way: Way): number {
    const { subscribe, psubscribe, ssubscribe } = this.#channels;
    return way === "ssubscribe" ? ssubscribe.size : subscribe.size + psubscribe.size;
  }

  async #subscribe(way: Way, words: readonly Key[]): Promise<void> {
    const channels = this.#channels[way];
    const sent = words.map(async (word) => {
      const homes = this.#homes(way, word);
      const before = channels.get(name(word));
      const subscribed = { word, homes };
      channels.set(name(word), subscribed);
      try {
        await Promise.all(homes.map((home) => this.#ask(home, way, word)));
      } catch (error) {
        if (before === undefined && channels.get(name(word)) === subscribed) channels.delete(name(word));
        throw error;
      }
    });
    await Promise.all(sent);
  }

  async #unsubscribe(way: Way, words: readonly Key[]): Promise<void> {
    const channels = this.#channels[way];
    const left = words.length > 0 ? words.map(name) : [...channels.keys()];
    const sent = left.map(async (channel) => {
      const subscribed = channels.get(channel);
      if (subscribed === undefined) return;
      channels.delete(channel);
      await Promise.all(subscribed.homes.map((home) => this.#ask(home, UN[way], subscribed.word)));
    });
    await Promise.all(sent);
  }

  #homes(way: Way, word: Key): Connection[] {
    const { shards, placement } = this.#pool;
    const nodes = way === "psubscribe" ? placement.live() : [placement.home(word)];
    return nodes.map((index) => shards[index]!.primary);
  }

  #ask(home: Connection, name: string, word: Key): Promise<unknown> {
    const command = new Command(name, [word as string]);
    this.#client(home).sendCommand(command);
    return command.promise;
  }

  #client(home: Connection): Redis {
    let client = this.#clients.get(home);
    if (client === undefined) {
      client = home.redis.duplicate({ lazyConnect: false });
      this.#clients.set(home, client);
      for (const event of EVENTS) client.on(event, (...args: unknown[]) => this.#events.emit(event, ...args));
      client.on("error", (error: Error) => this.#pool.failed(home, error));
    }
    return client;
  }

  /** Goes where the channels live now, after an ejection, a return or a reload. */
  follow(): void {
    const there = new Set(this.#pool.connections());
    for (const way of WAYS) {
      for (const [channel, subscribed] of this.#channels[way]) {
        const { word, homes: before } = subscribed;
        try {
          const homes = this.#homes(way, word);
          subscribed.homes = homes;
          for (const home of homes) if (!before.includes(home)) this.#move(home, way, word);
          for (const home of before) if (!homes.includes(home) && there.has(home)) this.#move(home, UN[way], word);
        } catch (error) {
          // Nobody is left: the channel is where it was.
          if (!(error instanceof KeyhomeError)) throw error;
          this.#events.emit("node error", error, channel);
        }
      }
    }
    // What a reload has taken away may never be there again: nobody is to knock at it for ever.
    for (const [home, client] of this.#clients) {
      if (there.has(home)) continue;
      this.#clients.delete(home);
      client.disconnect();
    }
  }

  #move(home: Connection, name: string, word: Key): void {
    this.#ask(home, name, word).catch((error: Error) => this.#pool.failed(home, error));
  }

  /** The clients that subscribe. */
  clients(): Redis[] {
    return [...this.#clients.values()];
  }

  close(): void {
    for (const client of this.#clients.values()) client.disconnect();
    this.#clients.clear();
    for (const way of WAYS) this.#channels[way].clear();
  }
}

function name(word: Key): string {
  return typeof word === "string" ? word : Buffer.from(word).toString();
}
