// From whom to whom, and how much.

import { useSignal } from "@preact/signals";
import type { Node } from "keyhome";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { colourOf } from "../../drawing/colours.ts";
import { count, percent } from "../../drawing/numbers.ts";
import type { MovesResult } from "../../work/protocol.ts";
import type { Flow } from "./loss.ts";

const PAGE = 50;

export interface FlowsProps {
  readonly flows: readonly Flow[];
  readonly nodes: readonly Node[];
  readonly gone: readonly string[];
  readonly counted: MovesResult | undefined;
}

export function Flows({ flows, nodes, gone, counted }: FlowsProps) {
  const shown = useSignal(PAGE);
  const index = new Map(nodes.map(({ name }, at) => [name, at]));
  const most = flows[0]?.part ?? 1;
  const dead = new Set<string | null>(gone);
  // Only slots can be nobody's.
  const isSlots = flows.some(({ to }) => to === null);
  const named = (name: string | null) =>
    name === null ? <span class="soft">nobody</span> : <NodeName index={index.get(name) ?? 0} name={name} />;
  return (
    <section class="flows" aria-label="What moves">
      <h3>Where the keys go</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Where the keys go">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col" class="bars">
                <span class="unseen">Drawn</span>
              </th>
              <th scope="col" class="number">
                Of all keys
              </th>
              <th scope="col" class="number amount">
                {counted !== undefined ? "Keys" : isSlots ? "Slots" : "Hash values"}
              </th>
            </tr>
          </thead>
          <tbody>
            {flows.slice(0, shown.value).map(({ from, to, part, amount }) => (
              <tr key={`${from}\n${to}`} class={dead.has(from) ? undefined : "among"}>
                <td>{named(from)}</td>
                <td>{named(to)}</td>
                <td class="bars" aria-hidden="true">
                  <div
                    class="part-after"
                    style={{
                      width: `${(100 * part) / most}%`,
                      background: to === null ? "var(--line-strong)" : colourOf(index.get(to) ?? 0),
                    }}
                  />
                </td>
                <td class="number" title={amount}>
                  {percent(part)}
                </td>
                <td class="number amount">{amount}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {flows.length > shown.value ? (
        <p class="soft hint">
          {count(shown.value)} of {count(flows.length)}.{" "}
          <button
            type="button"
            class="link"
            onClick={() => {
              shown.value += PAGE;
            }}
          >
            Show more
          </button>
        </p>
      ) : null}
      {counted === undefined ? null : (
        <p class="soft hint">
          There are no exact shares here: {count(counted.keys)} generated keys were counted instead, the same as for{" "}
          <code>keyhome diff</code>.
        </p>
      )}
    </section>
  );
}
