// Lines of a stream as keys, in memory that does not grow with their number. The rules are those of the command line: a key
// is the bytes before a line feed, nothing trimmed or skipped; in hexadecimal a carriage return at the end is ignored.

import type { Packed } from "./packed.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A line that cannot be read. */
export class KeyLineError extends Error {
  override readonly name = "KeyLineError";
}

export class KeyLines {
  readonly #hex: boolean;
  /** Bytes of a line whose end has not been seen. */
  #buffer = new Uint8Array(1 << 16);
  #filled = 0;
  #line = 0;
  #carriageReturns = 0;

  constructor(hex: boolean) {
    this.#hex = hex;
  }

  /** How many keys ended in a carriage return. */
  get carriageReturns(): number {
    return this.#carriageReturns;
  }

  /** The keys whose lines end in this chunk. */
  feed(chunk: Uint8Array): Packed {
    const before = this.#filled;
    this.#append(chunk);
    const last = chunk.lastIndexOf(LINE_FEED);
    if (last < 0) return this.#pack(0);
    const end = before + last + 1;
    const keys = this.#pack(end);
    this.#buffer.copyWithin(0, end, this.#filled);
    this.#filled -= end;
    return keys;
  }

  /** The key of the last line, where no line feed ends it. */
  end(): Packed {
    if (this.#filled > 0) this.#append(Uint8Array.of(LINE_FEED));
    const keys = this.#pack(this.#filled);
    this.#filled = 0;
    return keys;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#filled + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#filled);
    this.#filled = needed;
  }

  /** Packs the first `length` bytes, which end in a line feed or are none. */
  #pack(length: number): Packed {
    const lines = this.#buffer.subarray(0, length);
    let count = 0;
    for (let at = 0; at < length; at += 1) if (lines[at] === LINE_FEED) count += 1;
    const offsets = new Uint32Array(count + 1);
    return this.#hex ? this.#packHex(lines, offsets) : this.#packPlain(lines, offsets);
  }

  #packPlain(lines: Uint8Array, offsets: Uint32Array): Packed {
    const bytes = new Uint8Array(lines.length - offsets.length + 1);
    let [end, key, last] = [0, 0, LINE_FEED];
    // Byte by byte: keys are short, and a call for each would take longer than the whole loop.
    for (let at = 0; at < lines.length; at += 1) {
      const byte = lines[at]!;
      if (byte === LINE_FEED) {
        if (last === CARRIAGE_RETURN) this.#carriageReturns += 1;
        key += 1;
        offsets[key] = end;
      } else {
        bytes[end] = byte;
        end += 1;
      }
      last = byte;
    }
    this.#line += key;
    return { bytes, offsets };
  }

  #packHex(lines: Uint8Array, offsets: Uint32Array): Packed {
    const bytes = new Uint8Array(lines.length >> 1);
    let [start, end] = [0, 0];
    for (let key = 1; key < offsets.length; key += 1) {
      const stop = lines.indexOf(LINE_FEED, start);
      this.#line += 1;
      end = this.#decode(lines.subarray(start, stop), bytes, end);
      offsets[key] = end;
      start = stop + 1;
    }
    return { bytes: bytes.subarray(0, end), offsets };
  }

  #decode(line: Uint8Array, into: Uint8Array, at: number): number {
    const digits = line[line.length - 1] === CARRIAGE_RETURN ? line.length - 1 : line.length;
    let good = digits % 2 === 0;
    let end = at;
    for (let digit = 0; good && digit < digits; digit += 2) {
      const byte = 16 * digitOf(line[digit]) + digitOf(line[digit + 1]);
      good = byte === byte; // NaN where one is no digit
      into[end] = byte;
      end += 1;
    }
    if (good) return end;
    const shown = JSON.stringify(new TextDecoder().decode(line.subarray(0, 40)));
    throw new KeyLineError(`line ${this.#line}: ${shown} is not an even number of hexadecimal digits`);
  }
}

function digitOf(character: number | undefined): number {
  if (character === undefined) return NaN;
  if (character >= 48 && character <= 57) return character - 48;
  const letter = character | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : NaN;
}
