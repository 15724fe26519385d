// Many keys one behind the other, as `indexesPacked` takes them.

/** Key `i` is `bytes.subarray(offsets[i], offsets[i + 1])`. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** One more than there are keys; the first is 0, the last the length of `bytes`. */
  readonly offsets: Uint32Array;
}

export function count(keys: Packed): number {
  return keys.offsets.length - 1;
}

export function keyAt({ bytes, offsets }: Packed, position: number): Uint8Array {
  return bytes.subarray(offsets[position], offsets[position + 1]);
}

/** Text is packed as its UTF-8 bytes. */
export function packTexts(texts: readonly string[]): Packed {
  const encoder = new TextEncoder();
  const offsets = new Uint32Array(texts.length + 1);
  const joined = texts.join("");
  const bytes = encoder.encode(joined);
  // Of ASCII the lengths are known: one call encodes all of it, many times quicker than one for each key.
  const isAscii = bytes.length === joined.length;
  let end = 0;
  texts.forEach((text, position) => {
    end += isAscii ? text.length : encoder.encode(text).length;
    offsets[position + 1] = end;
  });
  return { bytes, offsets };
}
