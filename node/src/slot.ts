// `keyhome/slot`: the slot of a key alone. Its WebAssembly module lies in the script, so nothing is fetched or awaited.

import { KeyhomeError } from "./error.js";
import { bytesOf, type Input, open, write } from "./engine/input.js";
import type { Key } from "./key.js";
import module from "../build/wasm/slot.wasm";

export { type ErrorCode, KeyhomeError } from "./error.js";
export type { Key } from "./key.js";

/** See `bindings/wasm-slot/src/lib.rs`. */
interface Exports extends Input {
  reserve(length: number): void;
  slot(length: number): number;
}

const bytes = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
open(exports);
const { slot: slotOf } = exports;

/**
 * The slot of a key in Redis Cluster, 0 to 16383.
 *
 * @param key - text, which is its UTF-8 bytes, or bytes
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
export function slot(key: Key): number {
  const length = write(key);
  return length < 0 ? slotOfLong(bytesOf(key)) : slotOf(length);
}

function slotOfLong(key: Uint8Array): number {
  exports.reserve(key.length);
  open(exports);
  const length = write(key);
  if (length < 0) throw new KeyhomeError("engine.failure", `no memory for a key of ${key.length} bytes`);
  return slotOf(length);
}
