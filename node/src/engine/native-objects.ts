// Objects of the native addon that change. One is the function that is called most; others that are called for every
// request are made of it once; the rest take it as their first argument.

import type { EngineHealth, EngineHotKeys, EngineReplicaSet, EngineRouter } from "../engine.js";
import type { Key } from "../key.js";

type Health = EngineHealth["update"];
type ReplicaSet = EngineReplicaSet["choose"];
type HotKeys = EngineHotKeys["record"];

/** What the addon exports for them: see `health.rs`, `replica_set.rs` and `hot_keys.rs` in `bindings/node/src`. */
export interface ObjectsAddon {
  health(
    onFailure: string | undefined,
    autoEjectHosts: boolean | undefined,
    serverFailureLimit: number | undefined,
    serverRetryTimeout: number | undefined,
    nodes: number,
  ): Health;
  healthReloaded(
    health: Health,
    ruled: Health,
    old: (key: Key) => number,
    router: (key: Key) => number,
    now: number,
  ): Health;
  healthAdmit(health: Health): EngineHealth["admit"];
  healthReport(health: Health): EngineHealth["report"];
  healthEvents(health: Health): string;
  healthDueChecks(health: Health, now: number): Uint32Array;
  healthNextCheck(health: Health): number | undefined;
  healthGone(health: Health): Uint32Array;
  healthIsLive(health: Health, index: number): boolean;
  healthLive(health: Health): number;
  healthIsAllGone(health: Health): boolean;
  healthSnapshot(health: Health): string;
  replicaSet(
    router: (key: Key) => number,
    index: number,
    readFrom: string | undefined,
    zone: string | undefined,
  ): ReplicaSet;
  replicaSent(set: ReplicaSet): EngineReplicaSet["sent"];
  replicaDone(set: ReplicaSet): EngineReplicaSet["done"];
  replicaFailed(set: ReplicaSet, endpoint: number, now: number): void;
  replicaReleased(set: ReplicaSet, endpoint: number, now: number): void;
  replicaSetUp(set: ReplicaSet, endpoint: number, up: boolean): void;
  replicaIsUp(set: ReplicaSet, endpoint: number): boolean;
  replicaInFlight(set: ReplicaSet, endpoint: number): number;
  replicaLatency(set: ReplicaSet, endpoint: number): number | undefined;
  replicaCount(set: ReplicaSet): number;
  replicaReplace(set: ReplicaSet, router: (key: Key) => number, index: number): Int32Array;
  replicaSnapshot(set: ReplicaSet): string;
  hotKeys(capacity: number | undefined, window: number | undefined): HotKeys;
  hotKeysFromBytes(bytes: Uint8Array): HotKeys;
  hotKeysAdvance(keys: HotKeys, now: number): void;
  hotKeysTop(keys: HotKeys, n: number): string;
  hotKeysEstimate(keys: HotKeys, key: Key): Float64Array;
  hotKeysSummary(keys: HotKeys): Float64Array;
  hotKeysMerge(keys: HotKeys, other: HotKeys): void;
  hotKeysToBytes(keys: HotKeys): Uint8Array;
}

export class NativeHealth implements EngineHealth {
  readonly #addon: ObjectsAddon;
  readonly update: Health;
  readonly admit: EngineHealth["admit"];
  readonly report: EngineHealth["report"];

  constructor(addon: ObjectsAddon, health: Health) {
    this.#addon = addon;
    this.update = health;
    this.admit = addon.healthAdmit(health);
    this.report = addon.healthReport(health);
  }

  takeEvents(): string {
    return this.#addon.healthEvents(this.update);
  }

  dueChecks(now: number): Uint32Array {
    return this.#addon.healthDueChecks(this.update, now);
  }

  nextCheck(): number | undefined {
    return this.#addon.healthNextCheck(this.update);
  }

  gone(): Uint32Array {
    return this.#addon.healthGone(this.update);
  }

  isLive(index: number): boolean {
    return this.#addon.healthIsLive(this.update, index);
  }

  live(): number {
    return this.#addon.healthLive(this.update);
  }

  isAllGone(): boolean {
    return this.#addon.healthIsAllGone(this.update);
  }

  snapshot(): string {
    return this.#addon.healthSnapshot(this.update);
  }

  reloaded(ruled: EngineHealth, old: EngineRouter, router: EngineRouter, now: number): EngineHealth {
    const health = this.#addon.healthReloaded(this.update, ruled.update, old.index, router.index, now);
    return new NativeHealth(this.#addon, health);
  }
}

export class NativeReplicaSet implements EngineReplicaSet {
  readonly #addon: ObjectsAddon;
  readonly choose: ReplicaSet;
  readonly sent: EngineReplicaSet["sent"];
  readonly done: EngineReplicaSet["done"];

  constructor(addon: ObjectsAddon, set: ReplicaSet) {
    this.#addon = addon;
    this.choose = set;
    this.sent = addon.replicaSent(set);
    this.done = addon.replicaDone(set);
  }

  failed(endpoint: number, now: number): void {
    this.#addon.replicaFailed(this.choose, endpoint, now);
  }

  released(endpoint: number, now: number): void {
    this.#addon.replicaReleased(this.choose, endpoint, now);
  }

  setUp(endpoint: number, up: boolean): void {
    this.#addon.replicaSetUp(this.choose, endpoint, up);
  }

  isUp(endpoint: number): boolean {
    return this.#addon.replicaIsUp(this.choose, endpoint);
  }

  inFlight(endpoint: number): number {
    return this.#addon.replicaInFlight(this.choose, endpoint);
  }

  latency(endpoint: number): number | undefined {
    return this.#addon.replicaLatency(this.choose, endpoint);
  }

  count(): number {
    return this.#addon.replicaCount(this.choose);
  }

  replace(router: EngineRouter, index: number): Int32Array {
    return this.#addon.replicaReplace(this.choose, router.index, index);
  }

  snapshot(): string {
    return this.#addon.replicaSnapshot(this.choose);
  }
}

export class NativeHotKeys implements EngineHotKeys {
  readonly #addon: ObjectsAddon;
  readonly record: HotKeys;

  constructor(addon: ObjectsAddon, keys: HotKeys) {
    this.#addon = addon;
    this.record = keys;
  }

  advance(now: number): void {
    this.#addon.hotKeysAdvance(this.record, now);
  }

  top(n: number): string {
    return this.#addon.hotKeysTop(this.record, n);
  }

  estimate(key: Key): Float64Array {
    return this.#addon.hotKeysEstimate(this.record, key);
  }

  summary(): Float64Array {
    return this.#addon.hotKeysSummary(this.record);
  }

  merge(other: EngineHotKeys): void {
    this.#addon.hotKeysMerge(this.record, other.record);
  }

  toBytes(): Uint8Array {
    return this.#addon.hotKeysToBytes(this.record);
  }
}
