// What the package offers in Node and in browsers alike.

import { array } from "./arguments.js";
import { engine } from "./engine/current.js";
import { KeyhomeError } from "./error.js";
import { Health } from "./health.js";
import { HotKeys } from "./hot-keys.js";
import type { Key } from "./key.js";
import { ReplicaSet } from "./replica-set.js";
import { Router } from "./router.js";

// People read these names, which are others where the code is minified.
for (const [name, named] of Object.entries({ Health, HotKeys, KeyhomeError, ReplicaSet, Router })) {
  Object.defineProperty(named, "name", { value: name });
}

export type * from "./answers.js";
export type { ClusterReply } from "./cluster.js";
export {
  type CommandKind,
  type CommandRoute,
  type CommandWord,
  type ScanCursor,
  commandKeys,
  commandKind,
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
export { type PoolSettings, poolNames, poolSettings } from "./settings.js";

/**
 * The slots of many keys, in their order.
 *
 * @throws KeyhomeError as for {@link slot}, with the `position` of the first such key
 */
export function slots(keys: readonly Key[]): Uint16Array {
  return engine().slots(array(keys, "keys"));
}

/**
 * The slots of many keys that lie one behind the other in `bytes`: key `i` is
 * `bytes.subarray(offsets[i], offsets[i + 1])`.
 *
 * @param offsets - n+1 numbers, the first 0, never falling, the last the length of the bytes
 * @throws KeyhomeError `batch.offsets`
 */
export function slotsPacked(bytes: Uint8Array, offsets: Uint32Array): Uint16Array {
  return engine().slotsPacked(bytes, offsets);
}
