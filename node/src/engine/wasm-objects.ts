// Objects inside the instance of WebAssembly that change. Calls for every request go by the address; where they are
// refused, which changes nothing, the same call the slow way says why. Memory is freed when nobody refers to an object.

import type * as core from "../../build/wasm/keyhome.js";
import type { EngineHealth, EngineHotKeys, EngineReplicaSet, EngineRouter } from "../engine.js";
import type { Key } from "../key.js";
import { bytesOf, write } from "./input.js";
import { guard, hot, translated } from "./instance.js";
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
    let refused;
    try {
      refused = hot.hot_admit(this.#address, index, now);
    } catch (error) {
      throw translated(error);
    }
    if (refused !== 0) guard(() => this.#health.admit(index, now));
  }

  report(index: number, outcome: string, now: number): void {
    const length = write(outcome);
    let refused = -1;
    try {
      if (length >= 0) refused = hot.hot_report(this.#address, index, length, now);
    } catch (error) {
      throw translated(error);
    }
    if (refused !== 0) guard(() => this.#health.report(index, outcome, now));
  }

  takeEvents(): string {
    return guard(() => this.#health.events());
  }

  dueChecks(now: number): Uint32Array {
    return guard(() => this.#health.due_checks(now));
  }

  nextCheck(): number | undefined {
    return guard(() => this.#health.next_check());
  }

  gone(): Uint32Array {
    return guard(() => this.#health.gone());
  }

  isLive(index: number): boolean {
    return guard(() => this.#health.is_live(index));
  }

  live(): number {
    return guard(() => this.#health.live());
  }

  isAllGone(): boolean {
    return guard(() => this.#health.is_all_gone());
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
    let endpoint = -1;
    try {
      if (readFrom === undefined) endpoint = hot.hot_choose(this.#address, dice, now);
    } catch (error) {
      throw translated(error);
    }
    return endpoint >= 0 ? endpoint : guard(() => this.#set.choose(dice, now, readFrom));
  }

  sent(endpoint: number, now: number): void {
    let refused;
    try {
      refused = hot.hot_sent(this.#address, endpoint, now);
    } catch (error) {
      throw translated(error);
    }
    if (refused !== 0) guard(() => this.#set.sent(endpoint, now));
  }

  done(endpoint: number, latency: number, now: number): void {
    let refused;
    try {
      refused = hot.hot_done(this.#address, endpoint, latency, now);
    } catch (error) {
      throw translated(error);
    }
    if (refused !== 0) guard(() => this.#set.done(endpoint, latency, now));
  }

  failed(endpoint: number, now: number): void {
    guard(() => this.#set.failed(endpoint, now));
  }

  released(endpoint: number, now: number): void {
    guard(() => this.#set.released(endpoint, now));
  }

  setUp(endpoint: number, up: boolean): void {
    guard(() => this.#set.set_up(endpoint, up));
  }

  isUp(endpoint: number): boolean {
    return guard(() => this.#set.is_up(endpoint));
  }

  inFlight(endpoint: number): number {
    return guard(() => this.#set.in_flight(endpoint));
  }

  latency(endpoint: number): number | undefined {
    return guard(() => this.#set.latency(endpoint));
  }

  count(): number {
    return guard(() => this.#set.count());
  }

  replace(router: EngineRouter, index: number): string {
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
    const bytes = bytesOf(key); // too long for the input
    return guard(() => this.#keys.record(bytes, now, count), bytes.length);
  }

  advance(now: number): void {
    guard(() => this.#keys.advance(now));
  }

  top(n: number): string {
    return guard(() => this.#keys.top(n));
  }

  estimate(key: Key): string {
    const bytes = bytesOf(key);
    return guard(() => this.#keys.estimate(bytes), bytes.length);
  }

  summary(): string {
    return guard(() => this.#keys.summary());
  }

  merge(other: EngineHotKeys): void {
    const bytes = other.toBytes(); // a copy: the two may be one
    guard(() => this.#keys.merge(bytes));
  }

  toBytes(): Uint8Array {
    return guard(() => this.#keys.to_bytes());
  }
}
