// The rules that agree, together.

import type { Router } from "keyhome";
import { count } from "../../drawing/numbers.ts";
import type { Said } from "./rules.ts";

/** Rules that put the key on one node. */
export interface Group {
  /** The node; none where the rules give no home. */
  readonly index: number | undefined;
  readonly rules: Said[];
}

/** The config's own first, then the largest. */
export function groupsOf(said: readonly Said[]): Group[] {
  const groups = new Map<number | undefined, Said[]>();
  for (const rule of said) {
    const index = rule.said.answer?.index;
    const group = groups.get(index);
    if (group === undefined) groups.set(index, [rule]);
    else group.push(rule);
  }
  const own = (group: Group) => Number(group.rules.some((rule) => rule.isOwn));
  return Array.from(groups, ([index, rules]) => ({ index, rules })).sort(
    (a, b) => own(b) - own(a) || Number(a.index === undefined) - Number(b.index === undefined) || b.rules.length - a.rules.length,
  );
}

/** What the groups come to, in a sentence. */
export function verdict(router: Router, groups: readonly Group[], own: number | undefined): string {
  const homes = groups.filter((group) => group.index !== undefined);
  const others = homes.flatMap((group) => group.rules).filter((rule) => !rule.isOwn);
  if (own === undefined) return "Your config gives this key no home.";
  const same = others.filter((rule) => rule.said.answer?.index === own).length;
  const name = router.nodes[own]?.name ?? "";
  const nodes = homes.length === 1 ? "one node" : `${count(homes.length)} different nodes`;
  return `Your config and ${count(same)} of ${count(others.length)} other rules put this key on ${name}; all of them name ${nodes}.`;
}
