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
  /** The text of CLUSTER NODES. */
  fromClusterText(text: string): EngineRouter;
  /** CLUSTER SLOTS or CLUSTER SHARDS as JSON text. */
  fromClusterJson(json: string): EngineRouter;
  /** `{error_codes, dialects, hashes}` as JSON text. */
  catalogue(): string;
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
  without(names: readonly string[]): EngineRouter;
  fingerprint(): string;
  /** JSON text, as are the three below. */
  nodes(): string;
  explain(key: Key): string;
  balance(): string;
  diff(other: EngineRouter): string;
}
