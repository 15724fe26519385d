// The package in Node, both for `import` and for `require`: the engine is chosen when it is loaded.

import { chooseEngine } from "./engine/node.js";
import { use } from "./engine/current.js";
import type { Key } from "./key.js";
import { array } from "./arguments.js";

export type * from "./answers.js";
export type { ClusterReply } from "./cluster.js";
export {
  type CommandRoute,
  type CommandWord,
  type ScanCursor,
  commandKeys,
  commandRoute,
  scanNext,
  scanTarget,
} from "./command.js";
export { type ErrorCode, KeyhomeError } from "./error.js";
export {
  Health,
  type HealthEvent,
  type HealthRules,
  type HealthSnapshot,
  type LiveSet,
  type OnFailure,
  type Outcome,
  isFailure,
} from "./health.js";
export { type Estimate, type HotKey, HotKeys, type HotKeysOptions } from "./hot-keys.js";
export type { Key } from "./key.js";
export { type ReadFrom, type ReplicaOptions, ReplicaSet, type ReplicaSnapshot } from "./replica-set.js";
export { Router } from "./router.js";
export { type PoolSettings, poolSettings } from "./settings.js";

const running = use(chooseEngine());

/**
 * The engine that runs: the native addon, or WebAssembly. Both give the same answers.
 */
export const engine: "native" | "wasm" = running.name;

/** The version of keyhome. */
export const version: string = running.version;

/**
 * Makes the engine ready: to be awaited once in browsers, workers and edge runtimes before anything else is called. In
 * Node, where the engine is ready as soon as the package is loaded, it does nothing.
 */
export async function init(): Promise<void> {}

/**
 * The slot of a key in Redis Cluster, 0 to 16383.
 *
 * @param key - text, which is its UTF-8 bytes, or bytes
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
export const slot: (key: Key) => number = running.slot;

/**
 * The slots of many keys, in their order.
 *
 * @throws KeyhomeError as for {@link slot}, with the `position` of the first such key
 */
export function slots(keys: readonly Key[]): Uint16Array {
  return running.slots(array(keys, "keys"));
}

/**
 * The slots of many keys that lie one behind the other in `bytes`: key `i` is
 * `bytes.subarray(offsets[i], offsets[i + 1])`.
 *
 * @param offsets - n+1 numbers, the first 0, never falling, the last the length of the bytes
 * @throws KeyhomeError `batch.offsets`
 */
export function slotsPacked(bytes: Uint8Array, offsets: Uint32Array): Uint16Array {
  return running.slotsPacked(bytes, offsets);
}
