// Keys in the JSON of answers: text, or hexadecimal digits where they are not UTF-8.

/** The entries of an answer, each `key_hex` made a `key` of bytes. */
export function keysOf<Entry extends { readonly key: string | Uint8Array }>(json: string): Entry[] {
  return (JSON.parse(json) as (Entry & { key_hex?: string })[]).map(({ key_hex, ...entry }) =>
    key_hex === undefined ? (entry as unknown as Entry) : ({ ...entry, key: bytesOfHex(key_hex) } as unknown as Entry),
  );
}

function bytesOfHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}
