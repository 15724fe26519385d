// A key's way along the positions: from where its hash falls to what it meets.

import type { Arcs, Explanation, Share } from "keyhome";
import { entryAt } from "../../drawing/stretches.ts";

export interface Walk {
  /** Where the key falls. */
  readonly at: number;
  /** The end of the entry that it meets; beyond the last position where that lies behind the ring's last point. */
  readonly to: number;
  /** The entry. */
  readonly entry: number;
}

/** The walk that an explanation tells; undefined where there is one node, and nothing to walk along. */
export function walkOf(arcs: Arcs, { place, hash, index }: Explanation, range: Share | null): Walk | undefined {
  switch (place.by) {
    case "point": {
      if (hash === null || range === null) return undefined;
      const at = Number((whole(hash.value) * BigInt(arcs.size)) / whole(range));
      const end = arcs.ends[place.position] ?? at;
      return { at, to: end < at ? end + arcs.size : end, entry: place.position };
    }
    case "list":
      return { at: place.position, to: place.position, entry: entryAt(arcs, place.position) };
    case "slot":
      return { at: place.slot, to: place.slot, entry: entryAt(arcs, place.slot) };
    case "sum": {
      const entry = arcs.owners.indexOf(index);
      return { at: entry, to: entry, entry };
    }
    case "only_node":
      return undefined;
  }
}

function whole(share: Share): bigint {
  return typeof share === "number" ? BigInt(share) : BigInt(`0x${share}`);
}
