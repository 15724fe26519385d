// A change as the view shows it and as files.

import type { Diff, Router } from "keyhome";
import { count, percent, shareNumber } from "../../drawing/numbers.ts";
import { csvOf } from "../../text/csv.ts";
import { sampleCommand } from "../../sample/command.ts";
import { changedFile, configFile } from "../../state/inputs.ts";
import { changed, current } from "../../state/pools.ts";
import type { MovesResult } from "../../work/protocol.ts";
import type { Work } from "../../work/useJob.ts";
import { type FlowsProps, flowsSvg } from "../../drawing/FlowDiagram.tsx";
import { type Flow, drawn } from "../../drawing/flows.ts";

export interface Change {
  readonly old: Router;
  readonly now: Router;
  readonly diff: Diff;
  /** The number of a node, the same before and after. */
  readonly order: (name: string) => number;
  /** What keys that stand in for real ones show, where the two cannot be compared value by value. */
  readonly generated: Work<MovesResult>;
  /** What the sample shows. */
  readonly sampled: Work<MovesResult>;
}

/** Nodes before in their order, then those that are new. */
export function orderOf(old: Router, now: Router): (name: string) => number {
  const order = new Map<string, number>();
  for (const { name } of [...old.nodes, ...now.nodes]) if (!order.has(name)) order.set(name, order.size);
  return (name) => order.get(name) ?? 0;
}

/** What to draw: exact shares, or else what the stand-ins show. */
export function flowsOf({ diff, generated, order }: Change): FlowsProps | undefined {
  let flows: Flow[] = [];
  let whole = 1;
  if (diff.exact) {
    whole = shareNumber(diff.range);
    flows = diff.moves.map(({ from, to, share }) => ({ from, to, amount: shareNumber(share) }));
  } else if (generated.state === "done") {
    whole = generated.result.keys;
    flows = generated.result.moves.map(({ from, to, keys }) => ({ from, to, amount: keys }));
  }
  if (flows.length === 0) return undefined;
  return { drawn: drawn(flows, order), order, said: (amount) => percent(amount / whole) };
}

/** The members that `keyhome diff --json` prints, with the sample; without one, the stand-ins. */
export function changeJson({ diff, generated, sampled }: Change): unknown {
  const [source, work] = sampled.state === "done" ? (["file", sampled] as const) : (["generated", generated] as const);
  if (work.state !== "done") return diff;
  const { keys, moves, stays } = work.result;
  const sample = { source, keys, moves: moves.map(({ from, to, keys }) => ({ from, to, keys })), stays };
  return { ...diff, sample };
}

/** A row for each pair of nodes: hash values where they can be counted, and keys of the sample. */
export function changeCsv({ diff, generated, sampled }: Change): string {
  const rows = new Map<string, [string, string, string | number, number | ""]>();
  const row = (from: string | null, to: string | null) => {
    const key = JSON.stringify([from, to]);
    const found = rows.get(key) ?? [from ?? "", to ?? "", "", ""];
    rows.set(key, found);
    return found;
  };
  if (diff.exact) for (const { from, to, share } of diff.moves) row(from, to)[2] = share;
  else if (generated.state === "done") for (const { from, to, keys } of generated.result.moves) row(from, to)[2] = keys;
  if (sampled.state === "done") for (const { from, to, keys } of sampled.result.moves) row(from, to)[3] = keys;
  return csvOf([["from", "to", diff.exact ? "share" : "generated_keys", "sample_keys"], ...rows.values()]);
}

export function changeSvg(change: Change): string {
  const flows = flowsOf(change);
  return flowsSvg(flows ?? { drawn: { ends: [], flows: [] }, order: change.order, said: count });
}

/** `keyhome diff OLD NEW`, with `-p` where a file has several pools. */
export function changeCommand(): string {
  const [before, after] = [current.value, changed.value];
  const words = [configFile.value, changedFile.value];
  if (before.router !== undefined && after.router !== undefined) {
    const isNeeded = before.pools.length > 1 || after.pools.length > 1;
    const pools = [...new Set([before.pool, after.pool].filter((pool) => pool !== undefined))];
    if (isNeeded && pools.length > 0) words.push("-p", pools.join(":"));
  }
  return sampleCommand("diff", words);
}
