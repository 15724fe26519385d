// Reading the positions of a pool, as `router.arcs()` gives them, for drawings and for those who walk along them.

import type { Arcs } from "keyhome";

/** The owner of slots that no node has. */
export const NOBODY = 0xffff_ffff;

/** In a drawing of what moves: the owner of what stays. */
export const STAYS = 0xffff_fffe;

/** A stretch of positions that a drawing shows. On a ring it may go beyond the last position, and begin again at 0. */
export interface Stretch {
  readonly from: number;
  readonly span: number;
}

/** The entry to which a position belongs. Behind the last point of a ring comes the first one's. */
export function entryAt(arcs: Arcs, position: number): number {
  const { ends, size } = arcs;
  const sought = wrapped(Math.floor(position), size);
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) < sought) low = middle + 1;
    else high = middle;
  }
  return low === ends.length ? 0 : low;
}

/** The first position of an entry: below 0 where the first of a ring begins behind the last. */
export function beginOf(arcs: Arcs, entry: number): number {
  if (entry > 0) return (arcs.ends[entry - 1] ?? 0) + 1;
  return (arcs.ends[arcs.ends.length - 1] ?? 0) + 1 - arcs.size;
}

/** How many positions an entry has. */
export function widthOf(arcs: Arcs, entry: number): number {
  return (arcs.ends[entry] ?? 0) + 1 - beginOf(arcs, entry);
}

/** A position, from wherever it was counted, as one from 0 to below the size. */
export function wrapped(position: number, size: number): number {
  return ((position % size) + size) % size;
}

/** Calls `see` for each entry that a stretch touches, in order: the first begins at or before it, the last ends behind it. */
export function eachEntry(
  arcs: Arcs,
  { from, span }: Stretch,
  see: (entry: number, begin: number, end: number) => void,
): void {
  const { ends, size } = arcs;
  const count = ends.length;
  const turn = Math.floor(from / size);
  // The entry of `from`; behind the last point that is the first one of the next turn.
  let entry = entryAt(arcs, from);
  let base = turn * size;
  if ((ends[entry] ?? 0) + base < Math.floor(from)) base += size;
  let begin = beginOf(arcs, entry) + base;
  while (begin < from + span) {
    const end = (ends[entry] ?? 0) + 1 + base;
    see(entry, begin, end);
    begin = end;
    entry += 1;
    if (entry === count) {
      entry = 0;
      base += size;
    }
  }
}

/**
 * Who has the most of each pixel when a stretch is drawn so many pixels long. One pass over what the stretch touches, so
 * that a ring of 160,000 points is drawn while it is dragged.
 */
export function ownersByPixel(arcs: Arcs, stretch: Stretch, pixels: number): Uint32Array {
  const owners = new Uint32Array(pixels).fill(NOBODY);
  const widest = new Float64Array(pixels);
  const scale = pixels / stretch.span;
  eachEntry(arcs, stretch, (entry, begin, end) => {
    const owner = arcs.owners[entry] ?? NOBODY;
    const left = Math.max(0, (begin - stretch.from) * scale);
    const right = Math.min(pixels, (end - stretch.from) * scale);
    // What moves is seen, however little it is beside what stays.
    const weight = owner === STAYS ? 1e-6 : 1;
    for (let pixel = Math.floor(left); pixel < right; pixel += 1) {
      const width = (Math.min(right, pixel + 1) - Math.max(left, pixel)) * weight;
      if (width > (widest[pixel] ?? 0)) {
        widest[pixel] = width;
        owners[pixel] = owner;
      }
    }
  });
  return owners;
}

/** What moves between two states of the same positions: the new owner where it is another one, {@link STAYS} elsewhere. */
export function moved(before: Arcs, after: Arcs): Arcs {
  const { length } = before.ends;
  const { length: afterLength } = after.ends;
  const ends = new Uint32Array(length + afterLength + 1);
  const owners = new Uint32Array(ends.length);
  let [count, old, now] = [0, 0, 0];
  const add = (end: number, from: number | undefined, to: number | undefined) => {
    ends[count] = end;
    owners[count] = from === to ? STAYS : (to ?? NOBODY);
    count += 1;
  };
  // Behind the last point of a ring comes the first one's.
  while (old < length || now < afterLength) {
    const oldEnd = before.ends[old] ?? Number.POSITIVE_INFINITY;
    const nowEnd = after.ends[now] ?? Number.POSITIVE_INFINITY;
    add(Math.min(oldEnd, nowEnd), before.owners[old] ?? before.owners[0], after.owners[now] ?? after.owners[0]);
    if (oldEnd <= nowEnd) old += 1;
    if (nowEnd <= oldEnd) now += 1;
  }
  if ((ends[count - 1] ?? 0) < before.size - 1) add(before.size - 1, before.owners[0], after.owners[0]);
  return { by: before.by, size: before.size, ends: ends.subarray(0, count), owners: owners.subarray(0, count) };
}
