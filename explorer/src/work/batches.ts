// The keys of a job, a batch at a time.

import { GENERATED, generatedKeys } from "./generated.ts";
import { KeyLines } from "./keyLines.ts";
import { type Packed, count } from "./packed.ts";
import { keysOfPattern, parsePattern } from "./pattern.ts";
import type { Counted, KeySource, Progress } from "./protocol.ts";

const BATCH = 8192;

/**
 * Hands over all keys, batch after batch, and says after each how far it is.
 *
 * @throws KeyLineError, PatternError, and what reading a file throws
 */
export async function forEachBatch(
  source: KeySource,
  each: (keys: Packed) => void,
  report: (progress: Progress) => void,
): Promise<Counted> {
  let keys = 0;
  const hand = (batch: Packed, part: number) => {
    if (count(batch) > 0) each(batch);
    keys += count(batch);
    report({ keys, part });
  };
  if (source.from === "lines") {
    const lines = new KeyLines(source.hex);
    let read = 0;
    for await (const chunk of chunks(source.blob)) {
      read += chunk.length;
      hand(lines.feed(chunk), read / source.blob.size);
    }
    hand(lines.end(), 1);
    return { keys, carriageReturns: lines.carriageReturns };
  }
  const pattern = source.from === "pattern" ? parsePattern(source.pattern) : undefined;
  const all = pattern?.keys ?? GENERATED;
  for (let from = 0; from < all; from += BATCH) {
    const to = Math.min(from + BATCH, all);
    hand(pattern === undefined ? generatedKeys(from, to) : keysOfPattern(pattern, from, to), to / all);
  }
  return { keys, carriageReturns: 0 };
}

/** Streams are not async iterable in every browser. */
async function* chunks(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
