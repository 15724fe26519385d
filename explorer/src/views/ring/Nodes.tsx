// Whose colour is whose, and how much of all each node has. A node that is chosen is seen alone.

import { useSignal } from "@preact/signals";
import type { Arcs, Balance } from "keyhome";
import { useMemo } from "preact/hooks";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { NOBODY } from "../../drawing/colours.ts";
import { count, percent, shareCount, shareNumber } from "../../drawing/numbers.ts";
import { More, ROWS } from "../../page/More.tsx";
import { theme } from "../../page/theme.ts";
import { aloneNames } from "../../state/inputs.ts";

export interface NodesProps {
  readonly arcs: Arcs;
  readonly names: readonly string[];
  readonly balance: Balance;
  /** The nodes that are seen, where not all are. */
  readonly only: ReadonlySet<number> | undefined;
}

export function Nodes({ arcs, names, balance, only }: NodesProps) {
  const shown = useSignal(ROWS);
  const entries = useMemo(() => {
    const counts = new Uint32Array(names.length);
    for (const owner of arcs.owners) counts[owner] = (counts[owner] ?? 0) + 1;
    return counts;
  }, [arcs, names]);
  const range = balance.range === null ? 0 : shareNumber(balance.range);
  const toggle = (name: string) => {
    const now = aloneNames.peek();
    aloneNames.value = now.includes(name) ? now.filter((other) => other !== name) : [...now, name];
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
                <tr key={name} class={only === undefined || only.has(index) ? undefined : "aside"}>
                  <th scope="row">
                    <button
                      type="button"
                      class="chooses"
                      aria-pressed={only?.has(index) === true}
                      onClick={() => toggle(name)}
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
        {only === undefined ? (
          "Choose nodes to see only theirs."
        ) : (
          <button
            type="button"
            class="link"
            onClick={() => {
              aloneNames.value = [];
            }}
          >
            Show all nodes
          </button>
        )}
      </p>
    </div>
  );
}
