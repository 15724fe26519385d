// Keys of 10 to 30 characters, the same in every run, each a flat string as a parser or a socket makes it.

/** Numbers that look like chance: mulberry32. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const WORDS = ["user:", "session:", "cart:item:", "feed:v2:user:"];

/** Distinct keys, every eighth with a hash tag. */
export function makeKeys(count) {
  const next = numbers(7);
  const keys = new Set();
  while (keys.size < count) {
    const word = WORDS[next() % WORDS.length];
    const id = next() % 100_000_000;
    const key = next() % 8 === 0 ? `{${id}}:${word}x` : `${word}${id.toString(16)}`;
    keys.add(key.padEnd(10 + (next() % 21), "7").slice(0, 30));
  }
  return JSON.parse(JSON.stringify([...keys]));
}

/** Keys one behind the other, and where each begins and ends. */
export function pack(keys) {
  const offsets = new Uint32Array(keys.length + 1);
  keys.forEach((key, position) => {
    offsets[position + 1] = offsets[position] + key.length;
  });
  return [new TextEncoder().encode(keys.join("")), offsets];
}

/** A twemproxy pool of ten equal servers. */
export const SERVERS = Array.from({ length: 10 }, (_, number) => `10.0.0.${number + 1}:6379`);

export function config(hash) {
  return `pool:\n  hash: ${hash}\n  servers:\n${SERVERS.map((server) => `   - ${server}:1\n`).join("")}`;
}
