// Many keys into one run of bytes, which is how they cross into WebAssembly.

import { array, guarded } from "../arguments.js";
import type { Key } from "../key.js";
import { bytesOf } from "./input.js";

/** Keys that lie one behind the other: key `i` is `bytes.subarray(offsets[i], offsets[i + 1])`. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

const encoder = new TextEncoder();

/** @throws KeyhomeError `key.encoding`, `key.type`, with the position */
export function pack(keys: readonly Key[]): Packed {
  return guarded("argument.type", "the array of keys", () => {
    const list = Array.from(array(keys, "keys"));
    return packAscii(list) ?? packAny(list);
  });
}

/** Joined and encoded at once, where every key is text and every unit a byte. */
function packAscii(keys: readonly Key[]): Packed | undefined {
  const offsets = new Uint32Array(keys.length + 1);
  let end = 0;
  for (let position = 0; position < keys.length; position++) {
    const key = keys[position];
    if (typeof key !== "string") return undefined;
    end += key.length;
    offsets[position + 1] = end;
  }
  if (end >= 2 ** 28) return undefined; // more than V8 holds in one string
  const bytes = new Uint8Array(end);
  const { read, written } = encoder.encodeInto(keys.join(""), bytes);
  return read === end && written === end ? { bytes, offsets } : undefined;
}

function packAny(keys: readonly Key[]): Packed {
  const parts = keys.map((key, position) => bytesOf(key, position));
  const offsets = new Uint32Array(keys.length + 1);
  let end = 0;
  for (const [position, part] of parts.entries()) {
    end += part.length;
    offsets[position + 1] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [position, part] of parts.entries()) bytes.set(part, offsets[position]);
  return { bytes, offsets };
}
