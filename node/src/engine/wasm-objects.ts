// Objects inside the instance of WebAssembly that change. What is numbers crosses by the address of the object. Memory is
// freed when nobody refers to an object.

import type { EngineHealth, EngineHotKeys, EngineReplicaSet, EngineRouter } from "../engine.js";
import type { Key } from "../key.js";
import { Asked } from "./asked.js";
import { bytesOf, write, writeWord } from "./input.js";
import { Held, asDoubles, asNumbers, asText, ask, done, guard, hot, translated } from "./instance.js";
import type { WasmRouter } from "./wasm.js";

export class WasmHealth implements EngineHealth {
  readonly #held: Held;
  readonly #address: number;

  constructor(held: Held) {
    this.#held = held;
    this.#address = held.address;
  }

  update(now: number): number {
    try {
      return hot.hot_update(this.#address, now);
    } catch (error) {
      throw translated(error);
    }
  }

  admit(index: number, now: number): void {
    try {
      done(hot.hot_admit(this.#address, index, now));
    } catch (error) {
      throw translated(error);
    }
  }

  report(index: number, outcome: string, now: number): void {
    const length = writeWord(outcome);
    try {
      done(hot.hot_report(this.#address, index, length, now));
    } catch (error) {
      throw translated(error);
    }
  }

  takeEvents(): string {
    return asText(ask(Asked.healthEvents, this.#held));
  }

  dueChecks(now: number): Uint32Array {
    return asNumbers(ask(Asked.healthDueChecks, this.#held, {}, [now]));
  }

  nextCheck(): number | undefined {
    const at = guard(() => hot.hot_next_check(this.#address));
    return at < 0 ? undefined : at;
  }

  gone(): Uint32Array {
    return asNumbers(ask(Asked.healthGone, this.#held));
  }

  isLive(index: number): boolean {
    return guard(() => hot.hot_is_live(this.#address, index)) !== 0;
  }

  live(): number {
    return guard(() => hot.hot_live(this.#address));
  }

  isAllGone(): boolean {
    return guard(() => hot.hot_is_all_gone(this.#address)) !== 0;
  }

  snapshot(): string {
    return asText(ask(Asked.healthSnapshot, this.#held));
  }

  reloaded(ruled: EngineHealth, old: EngineRouter, router: EngineRouter, now: number): EngineHealth {
    const addresses = [(ruled as WasmHealth).#address, ...[old, router].map((router) => (router as WasmRouter).held.address)];
    return new WasmHealth(new Held(Asked.healthFree, ask(Asked.healthReloaded, this.#held, {}, [...addresses, now])));
  }
}

export class WasmReplicaSet implements EngineReplicaSet {
  readonly #held: Held;
  readonly #address: number;

  constructor(held: Held) {
    this.#held = held;
    this.#address = held.address;
  }

  choose(dice: number, now: number, readFrom: string | undefined): number {
    const length = readFrom === undefined ? -1 : writeWord(readFrom);
    try {
      return done(hot.hot_choose(this.#address, dice, now, length));
    } catch (error) {
      throw translated(error);
    }
  }

  sent(endpoint: number, now: number): void {
    try {
      done(hot.hot_sent(this.#address, endpoint, now));
    } catch (error) {
      throw translated(error);
    }
  }

  done(endpoint: number, latency: number, now: number): void {
    try {
      done(hot.hot_done(this.#address, endpoint, latency, now));
    } catch (error) {
      throw translated(error);
    }
  }

  failed(endpoint: number, now: number): void {
    guard(() => done(hot.hot_failed(this.#address, endpoint, now)));
  }

  released(endpoint: number, now: number): void {
    guard(() => done(hot.hot_released(this.#address, endpoint, now)));
  }

  setUp(endpoint: number, up: boolean): void {
    guard(() => done(hot.hot_set_up(this.#address, endpoint, Number(up))));
  }

  isUp(endpoint: number): boolean {
    return guard(() => hot.hot_is_up(this.#address, endpoint)) !== 0;
  }

  inFlight(endpoint: number): number {
    return guard(() => hot.hot_in_flight(this.#address, endpoint)) >>> 0;
  }

  latency(endpoint: number): number | undefined {
    const latency = guard(() => hot.hot_latency(this.#address, endpoint));
    return latency < 0 ? undefined : latency;
  }

  count(): number {
    return guard(() => hot.hot_count(this.#address));
  }

  replace(router: EngineRouter, index: number): Int32Array {
    const { address } = (router as WasmRouter).held;
    return Int32Array.from(asNumbers(ask(Asked.replicasReplace, this.#held, {}, [address, index])));
  }

  snapshot(): string {
    return asText(ask(Asked.replicasSnapshot, this.#held));
  }
}

export class WasmHotKeys implements EngineHotKeys {
  readonly #held: Held;
  readonly #address: number;

  constructor(held: Held) {
    this.#held = held;
    this.#address = held.address;
  }

  record(key: Key, now: number, count: number): number {
    const length = write(key);
    if (length >= 0) {
      try {
        return hot.hot_record(this.#address, length, now, count);
      } catch (error) {
        throw translated(error);
      }
    }
    // Too long for the input, or the memory has grown.
    return asDoubles(ask(Asked.hotKeysRecord, this.#held, { bytes: bytesOf(key) }, [now, count]))[0]!;
  }

  advance(now: number): void {
    guard(() => hot.hot_advance(this.#address, now));
  }

  top(n: number): string {
    return asText(ask(Asked.hotKeysTop, this.#held, {}, [n]));
  }

  estimate(key: Key): Float64Array {
    return asDoubles(ask(Asked.hotKeysEstimate, this.#held, { bytes: bytesOf(key) }));
  }

  summary(): Float64Array {
    return asDoubles(ask(Asked.hotKeysSummary, this.#held));
  }

  merge(other: EngineHotKeys): void {
    ask(Asked.hotKeysMerge, this.#held, { bytes: other.toBytes() }); // a copy: the two may be one
  }

  toBytes(): Uint8Array {
    return ask(Asked.hotKeysToBytes, this.#held).slice();
  }
}
