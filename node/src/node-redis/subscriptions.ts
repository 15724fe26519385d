// Channels: each is subscribed to on the node that owns its name, where PUBLISH sends; patterns on all nodes.

import { KeyhomeError } from "../index.js";
import type { Endpoint } from "./endpoint.js";
import { connect, letGo } from "./letting-go.js";
import type { Listener, NativeClient } from "./native-client.js";
import type { Pool } from "./pool.js";

/** The three ways to subscribe. */
export type Way = "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE";

const UN = { SUBSCRIBE: "UNSUBSCRIBE", PSUBSCRIBE: "PUNSUBSCRIBE", SSUBSCRIBE: "SUNSUBSCRIBE" } as const;

interface Subscription {
  readonly way: Way;
  readonly channel: string;
  readonly listener: Listener;
  readonly bufferMode: boolean | undefined;
  homes: Endpoint[];
}

/** The subscriptions of a client. They have connections of their own, one to each node that is needed. */
export class Subscriptions {
  readonly #pool: Pool;
  readonly #failed: (error: Error, address: string) => void;
  readonly #clients = new Map<Endpoint, NativeClient>();
  #all: Subscription[] = [];

  constructor(pool: Pool, failed: (error: Error, address: string) => void) {
    this.#pool = pool;
    this.#failed = failed;
  }

  async subscribe(way: Way, channels: string | readonly string[], listener: Listener, bufferMode?: boolean): Promise<void> {
    const added = [channels].flat().map((channel: string) => {
      return { way, channel, listener, bufferMode, homes: this.#homes(way, channel) };
    });
    this.#all.push(...added);
    await Promise.all(added.flatMap((one) => one.homes.map((home) => this.#enter(home, one))));
  }

  /** Without channels all of them; without a listener all listeners. */
  async unsubscribe(way: Way, channels?: string | readonly string[], listener?: Listener, bufferMode?: boolean): Promise<void> {
    const names = channels === undefined ? undefined : [channels].flat();
    const left = this.#all.filter((one) => {
      const { channel } = one;
      const isNamed = one.way === way && (names === undefined || names.includes(channel));
      return isNamed && (listener === undefined || (one.listener === listener && !one.bufferMode === !bufferMode));
    });
    this.#all = this.#all.filter((one) => !left.includes(one));
    await Promise.all(left.flatMap((one) => one.homes.map((home) => this.#leave(home, one))));
  }

  #homes(way: Way, channel: string): Endpoint[] {
    const { shards, placement } = this.#pool;
    const nodes = way === "PSUBSCRIBE" ? placement.live() : [placement.home(channel)];
    return nodes.map((index) => shards[index]!.primary);
  }

  #enter(home: Endpoint, { way, channel, listener, bufferMode }: Subscription): Promise<void> {
    return this.#client(home)[way](channel, listener, bufferMode);
  }

  #leave(home: Endpoint, { way, channel, listener, bufferMode }: Subscription): Promise<void> {
    return this.#client(home)[UN[way]](channel, listener, bufferMode);
  }

  #client(home: Endpoint): NativeClient {
    let client = this.#clients.get(home);
    if (client === undefined) {
      client = home.client.duplicate();
      this.#clients.set(home, client);
      client.on("error", (error: Error) => this.#failed(error, home.address));
      // What goes wrong is told by the event.
      connect(client).catch(() => {});
    }
    return client;
  }

  /** Goes where the channels live now, after an ejection, a return or a reload. */
  follow(): void {
    const there = new Set(this.#pool.endpoints());
    for (const one of this.#all) {
      const before = one.homes;
      try {
        one.homes = this.#homes(one.way, one.channel);
      } catch (error) {
        // Nobody is left: the channel is where it was.
        if (!(error instanceof KeyhomeError)) throw error;
        continue;
      }
      const moved = (home: Endpoint) => (error: Error) => this.#failed(error, home.address);
      for (const home of one.homes) if (!before.includes(home)) this.#enter(home, one).catch(moved(home));
      for (const home of before) if (!one.homes.includes(home) && there.has(home)) this.#leave(home, one).catch(moved(home));
    }
    // What a reload has taken away may never be there again: nobody is to knock at it for ever.
    for (const [home, client] of this.#clients) {
      if (there.has(home)) continue;
      this.#clients.delete(home);
      letGo(client);
    }
  }

  close(): void {
    for (const client of this.#clients.values()) letGo(client);
    this.#clients.clear();
    this.#all = [];
  }
}
