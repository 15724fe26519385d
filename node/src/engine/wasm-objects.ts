// Objects inside the instance of WebAssembly that change. What is numbers crosses by the address of the object. Memory is
// freed when nobody refers to an object.

import type * as core from "../../build/wasm/keyhome.js";
import type { EngineHealth, EngineHotKeys, EngineReplicaSet, EngineRouter } from "../engine.js";
import type { Key } from "../key.js";
import { bytesOf, write, writeWord } from "./input.js";
import { done, guard, hot, translated } from "./instance.js";
import type { WasmRouter } from "./wasm.js";

export class WasmHealth implements EngineHealth {
  readonly #health: core.Health;
  readonly #address: number;

  constructor(health: core.Health) {
    this.#health = health;
    this.#address = health.address();
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
    return guard(() => this.#health.events());
  }

  dueChecks(now: number): Uint32Array {
    return guard(() => this.#health.due_checks(now));
  }

  nextCheck(): number | undefined {
    const at = guard(() => hot.hot_next_check(this.#address));
    return at < 0 ? undefined : at;
  }

  gone(): Uint32Array {
    return guard(() => this.#health.gone());
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
    return guard(() => this.#health.snapshot());
  }
}

export class WasmReplicaSet implements EngineReplicaSet {
  readonly #set: core.ReplicaSet;
  readonly #address: number;

  constructor(set: core.ReplicaSet) {
    this.#set = set;
    this.#address = set.address();
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
    return (router as WasmRouter).replaceIn(this.#set, index);
  }

  snapshot(): string {
    return guard(() => this.#set.snapshot());
  }
}

export class WasmHotKeys implements EngineHotKeys {
  readonly #keys: core.HotKeys;
  readonly #address: number;

  constructor(keys: core.HotKeys) {
    this.#keys = keys;
    this.#address = keys.address();
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
    const bytes = bytesOf(key); // too long for the input, or the memory has grown
    return guard(() => this.#keys.record(bytes, now, count), bytes.length);
  }

  advance(now: number): void {
    guard(() => hot.hot_advance(this.#address, now));
  }

  top(n: number): string {
    return guard(() => this.#keys.top(n));
  }

  estimate(key: Key): Float64Array {
    const bytes = bytesOf(key);
    return guard(() => this.#keys.estimate(bytes), bytes.length);
  }

  summary(): Float64Array {
    return guard(() => this.#keys.summary());
  }

  merge(other: EngineHotKeys): void {
    const bytes = other.toBytes(); // a copy: the two may be one
    guard(() => this.#keys.merge(bytes), bytes.length);
  }

  toBytes(): Uint8Array {
    return guard(() => this.#keys.to_bytes());
  }
}
