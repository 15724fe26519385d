// What moves from whom to whom, made small enough to be drawn.

export interface Flow {
  readonly from: string | null;
  readonly to: string | null;
  /** Hash values or keys; to draw with. */
  readonly amount: number;
}

/** An end of flows: a node, nobody (null), or nodes too many to be drawn one by one. */
export interface FlowEnd {
  readonly side: "from" | "to";
  readonly name: string | null;
  /** How many nodes stand for one, where it is more. */
  readonly lumped: number;
}

export interface DrawnFlow {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

export interface DrawnFlows {
  readonly ends: readonly FlowEnd[];
  /** Between positions in `ends`. */
  readonly flows: readonly DrawnFlow[];
}

/** Ends on a side; a drawing of more is a thicket. */
const MOST = 16;

/** Flows with those nodes kept apart that give or take most; the others of a side are one end. */
export function drawn(flows: readonly Flow[], order: (name: string) => number): DrawnFlows {
  const ends: FlowEnd[] = [];
  const positions = { from: sideOf("from"), to: sideOf("to") };
  const amounts = new Map<string, DrawnFlow & { amount: number }>();
  for (const { from, to, amount } of flows) {
    const [source, target] = [positions.from(from), positions.to(to)];
    const key = `${source} ${target}`;
    const flow = amounts.get(key);
    if (flow === undefined) amounts.set(key, { from: source, to: target, amount });
    else flow.amount += amount;
  }
  return { ends, flows: [...amounts.values()] };

  function sideOf(side: "from" | "to"): (name: string | null) => number {
    const totals = new Map<string | null, number>();
    for (const flow of flows) totals.set(flow[side], (totals.get(flow[side]) ?? 0) + flow.amount);
    const largest = [...totals].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
    const kept = largest.length > MOST ? largest.slice(0, MOST - 1) : largest;
    kept.sort((a, b) => (a === null ? 1 : b === null ? -1 : order(a) - order(b)));
    const at = new Map(kept.map((name) => [name, ends.push({ side, name, lumped: 1 }) - 1]));
    const lumped = largest.length - kept.length;
    const rest = lumped > 0 ? ends.push({ side, name: null, lumped }) - 1 : -1;
    return (name) => at.get(name) ?? rest;
  }
}
