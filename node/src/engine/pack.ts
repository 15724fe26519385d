// Many keys into one run of bytes, which is how they cross into WebAssembly.

import { guarded } from "../arguments.js";
import type { Key } from "../key.js";
import { bytesOf } from "./input.js";
import { joined, listed } from "./keys.js";

/** Keys that lie one behind the other: key `i` is `bytes.subarray(offsets[i], offsets[i + 1])`. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

const encoder = new TextEncoder();

/** @throws KeyhomeError `key.encoding`, `key.type`, with the position */
export function pack(keys: readonly Key[]): Packed {
  return guarded("argument.type", "the array of keys", () => packAscii(keys) ?? packAny(listed(keys)));
}

/** Encoded at once, where every key is text and every unit a byte. */
function packAscii(keys: readonly Key[]): Packed | undefined {
  const all = joined(keys);
  if (all === undefined) return undefined;
  const { text, lengths } = all;
  const bytes = new Uint8Array(text.length);
  const { read, written } = encoder.encodeInto(text, bytes);
  if (read !== text.length || written !== text.length) return undefined;
  const offsets = new Uint32Array(lengths.length + 1);
  let end = 0;
  for (let position = 0; position < lengths.length; position++) {
    end += lengths[position]!;
    offsets[position + 1] = end;
  }
  return { bytes, offsets };
}

/** Texts of the package's own; what is left out takes no room. */
export function packTexts(texts: readonly (string | undefined)[]): Packed {
  return packed(texts.map((text) => encoder.encode(text)));
}

function packAny(keys: readonly Key[]): Packed {
  return packed(keys.map((key, position) => bytesOf(key, position)));
}

function packed(parts: readonly Uint8Array[]): Packed {
  const offsets = new Uint32Array(parts.length + 1);
  let end = 0;
  for (const [position, part] of parts.entries()) {
    end += part.length;
    offsets[position + 1] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [position, part] of parts.entries()) bytes.set(part, offsets[position]);
  return { bytes, offsets };
}
