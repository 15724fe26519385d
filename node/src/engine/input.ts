// One key at a time into WebAssembly: its bytes are written into a fixed piece of the instance's memory.

import { plainBytes, text } from "../arguments.js";
import type { Key } from "../key.js";

/** What an instance offers: see `bindings/wasm-hot/src/lib.rs`. */
export interface Input {
  readonly memory: WebAssembly.Memory;
  input(): number;
  capacity(): number;
}

/** A text up to so long is read unit by unit; a longer one is encoded faster by the TextEncoder, whose call costs more. */
const SHORT = 48;

const encoder = new TextEncoder();

let instance: Input | undefined;
let buffer: ArrayBuffer | undefined;

/**
 * Writes a key, and gives the number of its bytes, or -1 where it does not fit.
 *
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
// Without an instance nothing fits, and nothing fits into views that growth has taken away: their length is 0, too.
export let write = writer(new Int32Array(0), new Uint8Array(0));

/** Makes an instance the one whose memory keys are written into. */
export function open(input: Input): void {
  instance = input;
  reopen();
}

/** To be called after whatever may have made the memory grow, which takes the old views away. */
export function reopen(): void {
  if (instance === undefined || buffer === instance.memory.buffer) return;
  buffer = instance.memory.buffer;
  const [start, capacity] = [instance.input(), instance.capacity()];
  write = writer(new Int32Array(buffer, start, capacity >> 2), new Uint8Array(buffer, start, capacity));
}

/** A function for these very views: V8 compiles where they lie into it, as it does not for variables that change. */
function writer(words: Int32Array, bytes: Uint8Array): (key: Key) => number {
  return (key) => {
    if (typeof key !== "string") return writeBytes(key, bytes);
    const length = key.length;
    if (length > SHORT || length > words.length || length < 4) return writeEncoded(key, bytes);
    let all = 0;
    let at = 0;
    // Four units to a store: reading a unit costs less than storing a byte.
    for (; at <= length - 4; at += 4) {
      const a = key.charCodeAt(at);
      const b = key.charCodeAt(at + 1);
      const c = key.charCodeAt(at + 2);
      const d = key.charCodeAt(at + 3);
      all |= a | b | c | d;
      words[at >> 2] = a | (b << 8) | (c << 16) | (d << 24);
    }
    // The last four again, without those that are written: no branch depends on how many are left. If none is, what is
    // written lies behind the key.
    const a = key.charCodeAt(length - 4);
    const b = key.charCodeAt(length - 3);
    const c = key.charCodeAt(length - 2);
    const d = key.charCodeAt(length - 1);
    all |= b | c | d;
    words[at >> 2] = (a | (b << 8) | (c << 16) | (d << 24)) >>> (32 - 8 * (length & 3));
    return all < 0x80 ? length : writeEncoded(key, bytes);
  };
}

/** Writes a word, of which no more matters than a little more than any of ours has. */
export function writeWord(word: string): number {
  const length = write(word);
  if (length >= 0) return length;
  reopen(); // the memory may have grown
  return write(Array.from(word.slice(0, 100)).slice(0, 50).join(""));
}

function writeEncoded(key: string, bytes: Uint8Array): number {
  text(key, "the key", "key.encoding");
  const { read, written } = encoder.encodeInto(key, bytes);
  return read === key.length ? written : -1;
}

function writeBytes(key: unknown, bytes: Uint8Array): number {
  const plain = plainBytes(key);
  if (plain.length > bytes.length) return -1;
  bytes.set(plain);
  return plain.length;
}

/**
 * The bytes of a key.
 *
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
export function bytesOf(key: Key, position?: number): Uint8Array {
  if (typeof key === "string") return encoder.encode(text(key, "the key", "key.encoding", position));
  return plainBytes(key, position);
}
