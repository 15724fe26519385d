// What stands between the package and the core: the native addon or WebAssembly. An engine registers and converts;
// it decides nothing. Everything with a shape crosses as JSON text; hot answers cross as numbers.

import type { Key } from "./key.js";

/** One way into the core. */
export interface Engine {
  readonly name: "native" | "wasm";
  /** The version compiled into it. */
  readonly version: string;
  /** Called without `this`. */
  readonly slot: (key: Key) => number;
  slots(keys: readonly Key[]): Uint16Array;
  slotsPacked(bytes: Uint8Array, offsets: Uint32Array): Uint16Array;
  fromConfig(text: string, pool: string | undefined): EngineRouter;
  /** A config or the text of CLUSTER NODES. */
  read(text: string, pool: string | undefined): EngineRouter;
  /** The text of CLUSTER NODES. */
  fromClusterText(text: string): EngineRouter;
  /** CLUSTER SLOTS or CLUSTER SHARDS as JSON text. */
  fromClusterJson(json: string): EngineRouter;
  /**
   * The positions of keys; where they are equally far apart, and at most 1023, the first, the step to the next, and how
   * many they are, in ten bits each from the lowest. The words are in a plain array.
   */
  commandKeys(words: readonly Key[]): number | ArrayLike<number>;
  /** JSON text; of a name, and of the second word where one is given. */
  commandKind(words: readonly Key[]): string;
  /** JSON text. */
  commandRoute(words: readonly Key[]): string;
  /** The node, a space, and the cursor for it. */
  scanTarget(cursor: string, nodes: number): string;
  scanNext(cursor: string, answered: string, nodes: number): string;
  /** JSON text. */
  poolSettings(text: string, pool: string | undefined): string;
  /** JSON text. */
  poolNames(text: string): string;
  /** JSON text: what `bindings/common/src/writers.rs` answers. */
  writers(words: readonly string[]): string;
  isFailure(error: Key): boolean;
  health(
    onFailure: string | undefined,
    autoEjectHosts: boolean | undefined,
    serverFailureLimit: number | undefined,
    serverRetryTimeout: number | undefined,
    nodes: number,
  ): EngineHealth;
  hotKeys(capacity: number | undefined, window: number | undefined): EngineHotKeys;
  hotKeysFromBytes(bytes: Uint8Array): EngineHotKeys;
}

/** Which nodes take part. Numbers are whole and at least 0: that has been looked at. */
export interface EngineHealth {
  /** The place of the word among those of `live_sets`. */
  update(now: number): number;
  admit(index: number, now: number): void;
  report(index: number, outcome: string, now: number): void;
  /** JSON text. */
  takeEvents(): string;
  dueChecks(now: number): Uint32Array;
  nextCheck(): number | undefined;
  gone(): Uint32Array;
  isLive(index: number): boolean;
  live(): number;
  isAllGone(): boolean;
  /** JSON text. */
  snapshot(): string;
  /** Of the nodes of another router; its rules are those of `ruled`. */
  reloaded(ruled: EngineHealth, old: EngineRouter, router: EngineRouter, now: number): EngineHealth;
}

/** The endpoints of a node. */
export interface EngineReplicaSet {
  choose(dice: number, now: number, readFrom: string | undefined): number;
  sent(endpoint: number, now: number): void;
  done(endpoint: number, latency: number, now: number): void;
  failed(endpoint: number, now: number): void;
  released(endpoint: number, now: number): void;
  setUp(endpoint: number, up: boolean): void;
  isUp(endpoint: number): boolean;
  inFlight(endpoint: number): number;
  latency(endpoint: number): number | undefined;
  count(): number;
  /** The new place of each endpoint, or -1. */
  replace(router: EngineRouter, index: number): Int32Array;
  /** JSON text. */
  snapshot(): string;
}

/** The hottest keys of a stream. */
export interface EngineHotKeys {
  record(key: Key, now: number, count: number): number;
  advance(now: number): void;
  /** JSON text. */
  top(n: number): string;
  /** Count and error. */
  estimate(key: Key): Float64Array;
  /** Total, floor, size, capacity, window. */
  summary(): Float64Array;
  /** The other may be the same. */
  merge(other: EngineHotKeys): void;
  toBytes(): Uint8Array;
}

/** A router inside an engine. Every call that can fail throws a `KeyhomeError`. */
export interface EngineRouter {
  /** A function by itself, made once for each router: it is called without `this`, and works as long as it lives. */
  readonly index: (key: Key) => number;
  indexes(keys: readonly Key[]): Uint32Array;
  indexesPacked(bytes: Uint8Array, offsets: Uint32Array): Uint32Array;
  /** For each node that has keys its index, how many, and their positions, one after the other. */
  group(keys: readonly Key[]): Uint32Array;
  successors(key: Key, n: number): Uint32Array;
  /** All ends, all owners, the last position, the place of what positions are among the words for it. */
  arcs(): Uint32Array;
  without(names: readonly string[]): EngineRouter;
  withoutIndexes(indexes: Uint32Array): EngineRouter;
  replicaSet(index: number, readFrom: string | undefined, zone: string | undefined): EngineReplicaSet;
  fingerprint(): string;
  /** JSON text, as are the four below. */
  nodes(): string;
  explain(key: Key): string;
  copies(key: Key, n: number): string;
  balance(): string;
  diff(other: EngineRouter): string;
}
