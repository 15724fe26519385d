// Whose colour is whose, and how much of all each node has. A node that is chosen is seen alone.

import { type Signal, useSignal } from "@preact/signals";
import type { Arcs, Balance } from "keyhome";
import { useMemo } from "preact/hooks";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { NOBODY } from "../../drawing/colours.ts";
import { count, percent, shareCount, shareNumber } from "../../drawing/numbers.ts";
import { More, ROWS } from "../../page/More.tsx";
import { theme } from "../../page/theme.ts";

export interface NodesProps {
  readonly arcs: Arcs;
  readonly names: readonly string[];
  readonly balance: Balance;
  /** The nodes that are seen, where not all are. */
  readonly only: Signal<ReadonlySet<number> | undefined>;
}

export function Nodes({ arcs, names, balance, only }: NodesProps) {
  const shown = useSignal(ROWS);
  const entries = useMemo(() => {
    const counts = new Uint32Array(names.length);
    for (const owner of arcs.owners) counts[owner] = (counts[owner] ?? 0) + 1;
    return counts;
  }, [arcs, names]);
  const range = balance.range === null ? 0 : shareNumber(balance.range);
  const chosen = only.value;
  const toggle = (index: number) => {
    const now = new Set(chosen);
    if (!now.delete(index)) now.add(index);
    only.value = now.size === 0 ? undefined : now;
  };
  return (
    <div class="ring-nodes">
      <div class="scroll" tabIndex={0} role="region" aria-label="Nodes">
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              {arcs.by === "ring" ? (
                <th scope="col" class="number">
                  Points
                </th>
              ) : null}
              <th scope="col" class="number">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {names.slice(0, shown.value).map((name, index) => {
              const share = balance.shares[index]?.share ?? null;
              return (
                <tr key={name} class={chosen === undefined || chosen.has(index) ? undefined : "aside"}>
                  <th scope="row">
                    <button
                      type="button"
                      class="chooses"
                      aria-pressed={chosen?.has(index) === true}
                      onClick={() => toggle(index)}
                    >
                      <NodeName index={index} name={name} />
                    </button>
                  </th>
                  {arcs.by === "ring" ? <td class="number">{count(entries[index] ?? 0)}</td> : null}
                  <td class="number" title={share === null ? undefined : shareCount(share)}>
                    {share === null ? "–" : percent(shareNumber(share) / range)}
                  </td>
                </tr>
              );
            })}
            {balance.uncovered === undefined || shareNumber(balance.uncovered) === 0 ? null : (
              <tr>
                <th scope="row">
                  <span class="nobody">
                    <span class="node-mark" style={{ background: NOBODY[theme.value] }} aria-hidden="true">
                      –
                    </span>
                    nobody
                  </span>
                </th>
                <td class="number" title={shareCount(balance.uncovered)}>
                  {percent(shareNumber(balance.uncovered) / range)}
                </td>
              </tr>
            )}
          </tbody>
        </table>
        <More shown={shown} of={names.length} what="nodes" />
      </div>
      <p class="soft hint">
        {chosen === undefined ? (
          "Choose nodes to see only theirs."
        ) : (
          <button
            type="button"
            class="link"
            onClick={() => {
              only.value = undefined;
            }}
          >
            Show all nodes
          </button>
        )}
      </p>
    </div>
  );
}
