// The package in browsers, workers and edge runtimes: WebAssembly, ready after `await init()`.

import { array, said } from "./arguments.js";
import { engine as running, use } from "./engine/current.js";
import { compiled } from "./engine/load.js";
import { slot as slotOf, wasmEngine } from "./engine/wasm.js";
import { KeyhomeError } from "./error.js";
import type { Key } from "./key.js";
import type { WasmSource } from "./source.js";
import { VERSION } from "./version.js";

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
export type { WasmSource } from "./source.js";

/** The engine that runs: here always WebAssembly. */
export const engine: "native" | "wasm" = "wasm";

/** The version of keyhome. */
export const version: string = VERSION;

let ready: Promise<void> | undefined;

/**
 * Makes the engine ready: to be awaited once before anything else is called. Further calls wait for the first.
 *
 * @param source - where the module comes from; without it, `keyhome.wasm` is fetched from beside this script
 * @throws KeyhomeError `engine.unavailable`; then it may be called again
 */
export function init(source?: WasmSource): Promise<void> {
  ready ??= start(source).catch((error: unknown) => {
    ready = undefined;
    if (error instanceof KeyhomeError) throw error;
    throw unavailable(`the WebAssembly module does not load: ${said(error)}`, error);
  });
  return ready;
}

async function start(source: WasmSource | undefined): Promise<void> {
  use(wasmEngine(await compiled(source ?? besideThisScript())));
}

function besideThisScript(): URL {
  try {
    return new URL("./keyhome.wasm", import.meta.url);
  } catch (error) {
    throw unavailable("a bundle that is no module does not know where it lies; hand keyhome.wasm to init()", error);
  }
}

function unavailable(message: string, cause: unknown): KeyhomeError {
  return new KeyhomeError("engine.unavailable", message, undefined, undefined, undefined, cause);
}

/**
 * The slot of a key in Redis Cluster, 0 to 16383.
 *
 * @param key - text, which is its UTF-8 bytes, or bytes
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
export const slot: (key: Key) => number = slotOf;

/**
 * The slots of many keys, in their order.
 *
 * @throws KeyhomeError as for {@link slot}, with the `position` of the first such key
 */
export function slots(keys: readonly Key[]): Uint16Array {
  return running().slots(array(keys, "keys"));
}

/**
 * The slots of many keys that lie one behind the other in `bytes`: key `i` is
 * `bytes.subarray(offsets[i], offsets[i + 1])`.
 *
 * @param offsets - n+1 numbers, the first 0, never falling, the last the length of the bytes
 * @throws KeyhomeError `batch.offsets`
 */
export function slotsPacked(bytes: Uint8Array, offsets: Uint32Array): Uint16Array {
  return running().slotsPacked(bytes, offsets);
}
