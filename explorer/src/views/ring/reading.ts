// What lies at a place, in words: for those who point at it, and for those who hear it.

import type { Arcs } from "keyhome";
import { count, finePercent } from "../../drawing/numbers.ts";
import { NOBODY, beginOf, widthOf, wrapped } from "../../drawing/stretches.ts";

/** A place that is pointed at. */
export interface Cursor {
  readonly position: number;
  readonly entry: number;
}

/** What positions, and what entries, are called. */
export const WORDS = {
  ring: { whole: "the ring", entries: "points", strip: "Points of the ring" },
  list: { whole: "the list", entries: "parts", strip: "Parts of the list" },
  slots: { whole: "all slots", entries: "runs of slots", strip: "Runs of slots" },
  sum: { whole: "the nodes", entries: "nodes", strip: "Remainders of the sum" },
  only_node: { whole: "the node", entries: "nodes", strip: "The node" },
} as const;

export function said(arcs: Arcs, { position, entry }: Cursor, names: readonly string[]): string {
  const owner = arcs.owners[entry] ?? NOBODY;
  const name = owner === NOBODY ? "nobody" : (names[owner] ?? "");
  const width = widthOf(arcs, entry);
  const end = arcs.ends[entry] ?? 0;
  const begin = wrapped(beginOf(arcs, entry), arcs.size);
  const part = finePercent(width / arcs.size);
  const stretch = width === 1 ? count(end) : `${count(begin)} to ${count(end)}`;
  switch (arcs.by) {
    case "ring":
      if (width <= 0) return `${name}: point ${count(entry + 1)} of ${count(arcs.ends.length)} equals another and owns nothing`;
      return `${name}: point ${count(entry + 1)} of ${count(arcs.ends.length)}, hash values ${stretch}, ${part} of the ring`;
    case "slots":
      return `${name}: slot ${count(Math.floor(position))}, in ${count(width)} slots, ${stretch}`;
    case "list":
      return `${name}: ${width === 1 ? "place" : "places"} ${stretch} of ${count(arcs.size)}, ${part} of the list`;
    default:
      return `${name}: remainder ${stretch} of ${count(arcs.size)}`;
  }
}
