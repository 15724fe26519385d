// The nodes, each with a button that takes it out or brings it back, and what it has before and after.

import { useSignal } from "@preact/signals";
import type { Router } from "keyhome";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { colourOf } from "../../drawing/colours.ts";
import { count, percent } from "../../drawing/numbers.ts";
import { More, ROWS } from "../../page/More.tsx";
import { goneNames } from "../../state/inputs.ts";

export interface LivingNodesProps {
  readonly router: Router;
  readonly gone: readonly string[];
  /** Parts of all, by the index of the node. */
  readonly before: readonly (number | undefined)[];
  readonly after: readonly (number | undefined)[];
  readonly onNode: (name: string) => void;
}

export function LivingNodes({ router, gone, before, after, onNode }: LivingNodesProps) {
  const shown = useSignal(ROWS);
  const dead = new Set(gone);
  const largest = [...before, ...after].reduce<number>((most, part) => Math.max(most, part ?? 0), 0);
  const width = (part: number | undefined) => `${largest === 0 ? 0 : (100 * (part ?? 0)) / largest}%`;
  const { nodes } = router;
  return (
    <div class="living">
      <div class="scroll" tabIndex={0} role="region" aria-label="Nodes">
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col" class="number">
                Before
              </th>
              <th scope="col" class="number">
                After
              </th>
              <th scope="col" class="bars">
                <span class="unseen">Drawn</span>
              </th>
              <th scope="col">
                <span class="unseen">Take out</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.slice(0, shown.value).map(({ name }, index) => {
              const isGone = dead.has(name);
              return (
                <tr key={name} class={isGone ? "gone" : undefined}>
                  <th scope="row">
                    <NodeName index={index} name={name} />
                  </th>
                  <td class="number">{written(before[index])}</td>
                  <td class="number">{isGone ? "out" : gone.length === 0 ? "" : written(after[index])}</td>
                  <td class="bars" aria-hidden="true">
                    {before[index] === undefined ? null : (
                      <div class="part-before" style={{ width: width(before[index]), borderColor: colourOf(index) }} />
                    )}
                    {isGone || after[index] === undefined || gone.length === 0 ? null : (
                      <div class="part-after" style={{ width: width(after[index]), background: colourOf(index) }} />
                    )}
                  </td>
                  <td class="number">
                    <button type="button" data-node={name} aria-label={`${isGone ? "Bring back" : "Take out"} ${name}`} onClick={() => onNode(name)}>
                      {isGone ? <span class="wide">Bring </span> : <span class="wide">Take </span>}
                      {isGone ? "back" : "out"}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <More shown={shown} of={nodes.length} what="nodes" />
      </div>
      <p class="soft hint">
        {gone.length < 2 ? null : (
          <button
            type="button"
            class="link"
            onClick={() => {
              goneNames.value = [];
            }}
          >
            Bring all {count(gone.length)} back
          </button>
        )}
      </p>
    </div>
  );
}

function written(part: number | undefined): string {
  return part === undefined ? "–" : percent(part);
}
