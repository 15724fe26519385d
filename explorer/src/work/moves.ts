// Jobs: which keys change hands. Nodes pair by name, as in `keyhome diff`.

import type { Router } from "keyhome";
import { csvLine } from "../text/csv.ts";
import { hexOf } from "../text/hex.ts";
import { forEachBatch } from "./batches.ts";
import { NOBODY, homes } from "./homes.ts";
import { type Packed, count, keyAt } from "./packed.ts";
import type { MovedKey, MovedKeysJob, MovedKeysResult, Move, MovesJob, MovesResult, Progress } from "./protocol.ts";
import { routerOf } from "./routers.ts";

/** Examples of one pair of nodes, at most. */
const EXAMPLES = 20;
/** Examples of all pairs, at most: a thousand servers make a million pairs. */
const ALL_EXAMPLES = 10_000;

interface Pair {
  readonly from: string | null;
  readonly to: string | null;
  keys: number;
  readonly examples: MovedKey[];
}

export async function movesOfKeys(job: MovesJob, report: (progress: Progress) => void): Promise<MovesResult> {
  const [before, after] = [routerOf(job.old), routerOf(job.new)];
  const pairs = new Map<number, Pair>();
  // Nobody wants to see a key that stands in for others.
  let examples = job.keys.from === "generated" ? ALL_EXAMPLES : 0;
  const counted = await forEachBatch(
    job.keys,
    (keys) =>
      forEachHome(before, after, keys, (from, to, position) => {
        // A signed `from`: nobody times 2^32 would leave no room for `to` in a number.
        const number = (from | 0) * 0x1_0000_0000 + to;
        let pair = pairs.get(number);
        if (pair === undefined) {
          pair = { from: nameOf(before, from), to: nameOf(after, to), keys: 0, examples: [] };
          pairs.set(number, pair);
        }
        pair.keys += 1;
        if (pair.from !== pair.to && pair.examples.length < EXAMPLES && examples < ALL_EXAMPLES) {
          pair.examples.push(shown(keyAt(keys, position)));
          examples += 1;
        }
      }),
    report,
  );
  const all = [...pairs.values()];
  const moves: Move[] = all.filter(({ from, to }) => from !== to);
  moves.sort((a, b) => byName(a.from, b.from) || byName(a.to, b.to));
  const moved = moves.reduce((sum, { keys }) => sum + keys, 0);
  return { ...counted, moves, stays: counted.keys - moved };
}

/** All of them, which can be as many as there are keys: the CSV grows as a Blob, outside of the heap. */
export async function movedKeys(job: MovedKeysJob, report: (progress: Progress) => void): Promise<MovedKeysResult> {
  const [before, after] = [routerOf(job.old), routerOf(job.new)];
  const parts: BlobPart[] = ["key,key_hex,from,to\r\n"];
  const counted = await forEachBatch(
    job.keys,
    (keys) => {
      let lines = "";
      forEachHome(before, after, keys, (fromIndex, toIndex, position) => {
        const [from, to] = [nameOf(before, fromIndex), nameOf(after, toIndex)];
        if (from === to) return;
        const { key, hex } = shown(keyAt(keys, position));
        lines += csvLine([hex ? "" : key, hex ? key : "", from ?? "", to ?? ""]);
      });
      if (lines !== "") parts.push(new Blob([lines]));
    },
    report,
  );
  return { ...counted, csv: new Blob(parts, { type: "text/csv" }) };
}

function forEachHome(
  before: Router,
  after: Router,
  keys: Packed,
  each: (from: number, to: number, position: number) => void,
): void {
  const [old, now] = [homes(before, keys), homes(after, keys)];
  for (let position = 0; position < count(keys); position += 1) each(old[position]!, now[position]!, position);
}

function nameOf(router: Router, index: number): string | null {
  return index === NOBODY ? null : (router.nodes[index]?.name ?? null);
}

/** Nobody comes first. */
function byName(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return a === null || (b !== null && a < b) ? -1 : 1;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function shown(key: Uint8Array): MovedKey {
  try {
    return { key: decoder.decode(key), hex: false };
  } catch {
    return { key: hexOf(key), hex: true };
  }
}
