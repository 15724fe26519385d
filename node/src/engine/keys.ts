// An array of keys, read by index and each once, whatever the array does: the same for both engines.

import { noKey } from "../arguments.js";
import type { Key } from "../key.js";

/** What V8 holds in one string on every platform, by half. */
const LONGEST_TEXT = 2 ** 28;

/** All keys in one text, if all are texts. Adding them up is quicker than `join`, and reads each once. */
export function joined(keys: readonly Key[]): { text: string; lengths: Uint32Array } | undefined {
  const lengths = new Uint32Array(Number(keys.length));
  let text = "";
  for (let position = 0; position < lengths.length; position++) {
    const key = keys[position];
    if (typeof key !== "string") return undefined;
    if (text.length + key.length > LONGEST_TEXT) return undefined;
    lengths[position] = key.length;
    text += key;
  }
  return { text, lengths };
}

/**
 * The keys in an array of our own, to be read again.
 *
 * @throws KeyhomeError `key.type` at the first that can be no key: an array may be all holes, as long as it likes
 */
export function listed(keys: readonly Key[]): Key[] {
  const list: Key[] = [];
  const count = Number(keys.length);
  for (let position = 0; position < count; position++) {
    const key: unknown = keys[position];
    if (typeof key !== "string" && typeof key !== "object") throw noKey(position);
    list.push(key as Key);
  }
  return list;
}
