// At which stretch of the positions the view looks, and what moves it.

import type { Arcs } from "keyhome";
import { type Stretch, beginOf, wrapped } from "../../drawing/stretches.ts";
import { type LookedAt, keyText, lookedAt } from "../../state/inputs.ts";
import type { Walk } from "./walk.ts";

/** About how many entries are in view when the view looks at a key. */
const AROUND_KEY = 24;

/** The stretch that the view looks at: read, and set by all that moves it. */
export interface Looked {
  value: Stretch;
  readonly peek: () => Stretch;
}

/** What is looked at: what the operator has gone to since the key was typed, else the stretch around the key. */
export function looked(arcs: Arcs, walk: Walk | undefined): Looked {
  const begin = walk === undefined ? whole(arcs) : aroundKey(arcs, walk);
  const of = (at: LookedAt | null, key: string) => (at?.key === key ? within(arcs, at) : begin);
  return {
    get value() {
      return of(lookedAt.value, keyText.value);
    },
    set value({ from, span }) {
      lookedAt.value = { key: keyText.peek(), from, span };
    },
    peek: () => of(lookedAt.peek(), keyText.peek()),
  };
}

/** The shortest stretch: closer, there is nothing more to be seen. */
function shortest(arcs: Arcs): number {
  return Math.min(arcs.size, 16);
}

/** A stretch within what there is: a ring goes round, all else has ends. */
export function within(arcs: Arcs, { from, span }: Stretch): Stretch {
  const kept = Math.min(arcs.size, Math.max(shortest(arcs), span));
  if (kept === arcs.size) return { from: 0, span: kept };
  if (arcs.by === "ring") return { from: wrapped(from, arcs.size), span: kept };
  return { from: Math.min(Math.max(0, from), arcs.size - kept), span: kept };
}

export function whole(arcs: Arcs): Stretch {
  return { from: 0, span: arcs.size };
}

/** Makes a stretch so many times as long, around what lies at a part of it. */
export function zoomed(arcs: Arcs, { from, span }: Stretch, times: number, around: number): Stretch {
  const longer = Math.min(arcs.size, Math.max(shortest(arcs), span * times));
  return within(arcs, { from: from + (span - longer) * around, span: longer });
}

/** Moves a stretch by parts of its length. */
export function panned(arcs: Arcs, { from, span }: Stretch, parts: number): Stretch {
  return within(arcs, { from: from + span * parts, span });
}

/** Moves a stretch so that a position is in the middle of it. */
export function centred(arcs: Arcs, { span }: Stretch, position: number): Stretch {
  return within(arcs, { from: position - span / 2, span });
}

/** The stretch around a key and its point. */
export function aroundKey(arcs: Arcs, walk: Walk): Stretch {
  const some = arcs.size * Math.min(1, AROUND_KEY / arcs.ends.length);
  return centred(arcs, { from: 0, span: Math.max(some, 3 * (walk.to - walk.at)) }, (walk.at + walk.to) / 2);
}

/** Where in a stretch a position lies, in parts of its length; outside of it, not from 0 to 1. */
export function partAt(arcs: Arcs, { from, span }: Stretch, position: number): number {
  const ahead = wrapped(position - from, arcs.size);
  // Just behind its beginning, rather than nearly a turn before it.
  return (ahead > (arcs.size + span) / 2 ? ahead - arcs.size : ahead) / span;
}

/** Moves a stretch, if need be, so that an entry is in view. */
export function withEntry(arcs: Arcs, stretch: Stretch, entry: number): Stretch {
  const end = arcs.ends[entry] ?? 0;
  const [left, right] = [partAt(arcs, stretch, beginOf(arcs, entry)), partAt(arcs, stretch, end)];
  return left >= 0 && right <= 1 ? stretch : centred(arcs, stretch, end);
}
