// From whom to whom, and how much.

import { useSignal } from "@preact/signals";
import type { Node } from "keyhome";
import { useMemo } from "preact/hooks";
import { FlowDiagram } from "../../drawing/FlowDiagram.tsx";
import { FromTo } from "../../drawing/NodeMark.tsx";
import { drawn } from "../../drawing/flows.ts";
import { count, finePercent } from "../../drawing/numbers.ts";
import { More, ROWS } from "../../page/More.tsx";
import type { MovesResult } from "../../work/protocol.ts";
import type { Flow } from "./loss.ts";

export interface FlowsProps {
  readonly flows: readonly Flow[];
  readonly nodes: readonly Node[];
  readonly counted: MovesResult | undefined;
}

export function Flows({ flows, nodes, counted }: FlowsProps) {
  const shown = useSignal(ROWS);
  const order = useMemo(() => {
    const indexes = new Map(nodes.map(({ name }, index) => [name, index]));
    return (name: string) => indexes.get(name) ?? 0;
  }, [nodes]);
  const diagram = useMemo(() => {
    return drawn(flows.map(({ from, to, part }) => ({ from, to, amount: part })), order);
  }, [flows, order]);
  // Only slots can be nobody's.
  const isSlots = flows.some(({ to }) => to === null);
  return (
    <section class="flows" aria-labelledby="flows-title">
      <h3 id="flows-title">Where the keys go</h3>
      <FlowDiagram drawn={diagram} order={order} said={finePercent} />
      <div class="scroll" tabIndex={0} role="region" aria-label="Where the keys go, in numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col" class="number">
                Of all {isSlots ? "slots" : "keys"}
              </th>
              <th scope="col" class="number amount">
                {counted !== undefined ? "Keys" : isSlots ? "Slots" : "Hash values"}
              </th>
            </tr>
          </thead>
          <tbody>
            {flows.slice(0, shown.value).map(({ from, to, part, amount }) => (
              <tr key={JSON.stringify([from, to])}>
                <FromTo from={from} to={to} order={order} />
                <td class="number" title={amount}>
                  {finePercent(part)}
                </td>
                <td class="number amount">{amount}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <More shown={shown} of={flows.length} what="pairs" />
      </div>
      {counted === undefined ? null : (
        <p class="soft hint">
          There are no exact shares here: {count(counted.keys)} generated keys were counted instead, those of{" "}
          <code>keyhome diff</code>.
        </p>
      )}
    </section>
  );
}
