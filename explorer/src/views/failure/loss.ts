// What it means that nodes are gone: who had how much, who has how much now, and what went from whom to whom.

import type { Diff, KeyhomeError, Router } from "keyhome";
import { percent, shareCount, shareNumber } from "../../drawing/numbers.ts";
import { ask } from "../../pool/reading.ts";
import type { MovesResult } from "../../work/protocol.ts";

/** Keys that go from one node to another, as a part of all. */
export interface Flow {
  readonly from: string | null;
  readonly to: string | null;
  readonly part: number;
  /** How many hash values, slots or keys that is. */
  readonly amount: string;
}

/** A pool before and after. */
export interface Loss {
  readonly before: Router;
  /** None where no node is left. */
  readonly after: Router | undefined;
  readonly error: KeyhomeError | undefined;
  /** Names of the nodes that are gone, in the order of the config. */
  readonly gone: readonly string[];
  /** None where nothing is gone, or nobody is left. */
  readonly diff: Diff | undefined;
}

/** @param names - those that the pool has not are ignored: they may be from another config. */
export function lossOf(before: Router, names: readonly string[]): Loss {
  const asked = new Set(names);
  const gone = before.nodes.map(({ name }) => name).filter((name) => asked.has(name));
  if (gone.length === 0) return { before, after: before, error: undefined, gone, diff: undefined };
  const { answer: after, error } = ask(() => before.without(gone));
  return { before, after, error, gone, diff: after === undefined ? undefined : before.diff(after) };
}

/** From whom to whom, the most first; undefined where only keys can tell, and none have been counted. */
export function flowsOf(diff: Diff, counted: MovesResult | undefined): readonly Flow[] | undefined {
  if (diff.exact) {
    const range = shareNumber(diff.range);
    const flows = diff.moves.map(({ from, to, share }) => {
      return { from, to, part: shareNumber(share) / range, amount: shareCount(share) };
    });
    return flows.sort((a, b) => b.part - a.part);
  }
  if (counted === undefined) return undefined;
  const flows = counted.moves.map(({ from, to, keys }) => {
    return { from, to, part: counted.keys === 0 ? 0 : keys / counted.keys, amount: shareCount(keys) };
  });
  return flows.sort((a, b) => b.part - a.part);
}

/** What a loss comes to, in parts of all keys. */
export interface Sums {
  /** Of nodes that are gone. */
  readonly lost: number;
  /** Between nodes that live. */
  readonly among: number;
  /** How many nodes take over. */
  readonly heirs: number;
}

export function sumsOf(flows: readonly Flow[], gone: readonly string[]): Sums {
  const dead = new Set<string | null>(gone);
  const heirs = new Set<string>();
  let [lost, among] = [0, 0];
  for (const { from, to, part } of flows) {
    if (dead.has(from)) {
      lost += part;
      if (to !== null) heirs.add(to);
    } else among += part;
  }
  return { lost, among, heirs: heirs.size };
}

/** Each node's part of all hash values; none where there are no exact shares. */
export function partsOf(router: Router | undefined): readonly (number | undefined)[] {
  if (router === undefined) return [];
  const { range, shares } = router.balance();
  if (range === null) return [];
  const all = shareNumber(range);
  return shares.map(({ share }) => (share === null ? undefined : shareNumber(share) / all));
}

/** The node that gains the most, in words. */
export function heaviest(before: readonly (number | undefined)[], after: readonly (number | undefined)[], names: readonly string[]): string | undefined {
  let [most, at] = [0, -1];
  after.forEach((part, index) => {
    const gain = (part ?? 0) - (before[index] ?? 0);
    if (gain > most) [most, at] = [gain, index];
  });
  const [was, is] = [before[at], after[at]];
  if (was === undefined || is === undefined) return undefined;
  const times = was > 0 ? `, ${(is / was).toFixed(2)} times what it has now` : "";
  return `${names[at]} gets the most: it then has ${percent(is)} of all keys${times}.`;
}
