// Who has which slots of a Redis Cluster, and who would have them after a server has come or gone.

import type { Router } from "keyhome";

/** Of each node, its slots, ascending. */
type Slots = readonly (readonly number[])[];

function slotsOf(router: Router): Slots {
  const slots: number[][] = router.nodes.map(() => []);
  const { ends, owners } = router.arcs();
  let slot = 0;
  ends.forEach((end, at) => {
    for (; slot <= end; slot += 1) slots[owners[at] ?? -1]?.push(slot);
  });
  return slots;
}

/** With one node more, which takes its part from those that have most, their last slots: no other slot moves. */
export function withNodeAdded(router: Router): string[] {
  const slots = slotsOf(router).map((own) => [...own]);
  const part = Math.floor(slots.reduce((sum, own) => sum + own.length, 0) / (slots.length + 1));
  const taken: number[] = [];
  while (taken.length < part) {
    const most = slots.reduce((most, own) => (own.length > most.length ? own : most));
    taken.push(most.pop() as number);
  }
  return [...slots, taken].map(ranges);
}

/** Without a node: those that have least take its slots, each a run of them. */
export function withNodeRemoved(router: Router, index: number): string[] {
  const slots = slotsOf(router).map((own) => [...own]);
  const [gone = []] = slots.splice(index, 1);
  const shares = slots.map(({ length }) => ({ length, takes: 0 }));
  for (let given = 0; given < gone.length; given += 1) {
    const least = shares.reduce((least, share) => (share.length + share.takes < least.length + least.takes ? share : least));
    least.takes += 1;
  }
  let next = 0;
  return slots.map((own, at) => {
    const takes = shares[at]?.takes ?? 0;
    next += takes;
    return ranges([...own, ...gone.slice(next - takes, next)]);
  });
}

/** As a config writes them: `0-5460,10923`. */
function ranges(slots: readonly number[]): string {
  const written: string[] = [];
  const sorted = slots.toSorted((a, b) => a - b);
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    written.push(start === end ? String(sorted[start]) : `${sorted[start]}-${sorted[end]}`);
    start = end + 1;
  }
  return written.join(",");
}
