// The two ends that a failure can have, in the same words and numbers: keys move, or they are refused.

import type { Node } from "keyhome";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { count, percent } from "../../drawing/numbers.ts";
import { ask } from "../../pool/reading.ts";
import { asked } from "../../state/asked.ts";
import { servedAs } from "../../state/pools.ts";
import { type Flow, type Loss, heaviest, sumsOf } from "./loss.ts";

export interface EndsProps {
  readonly loss: Loss;
  readonly flows: readonly Flow[] | undefined;
  readonly before: readonly (number | undefined)[];
  readonly after: readonly (number | undefined)[];
}

export function Ends({ loss, flows, before, after }: EndsProps) {
  const { gone, after: left } = loss;
  const names = loss.before.nodes.map(({ name }) => name);
  const who = gone.length === 1 ? (gone[0] ?? "") : `${count(gone.length)} nodes`;
  const it = gone.length === 1 ? "it comes" : "they come";
  const sums = left === undefined ? { lost: 1, among: 0, heirs: 0 } : flows && sumsOf(flows, gone);
  if (sums === undefined) return null;
  const isCluster = servedAs.value === undefined || servedAs.value.dialect === "redis-cluster";
  return (
    <>
      <div class="ends" aria-live="polite">
        {isCluster ? (
          <ClusterEnd lost={sums.lost} who={who} gone={gone} nodes={loss.before.nodes} />
        ) : (
          <>
            <section class="end" aria-labelledby="end-remap">
              <h3 id="end-remap">
                <code>remap</code> lets their keys move
              </h3>
              <p class="lead">
                <b>{percent(sums.lost + sums.among)}</b> of all keys live elsewhere without {who}.
              </p>
              <ul>
                {left === undefined ? (
                  <li>No node is left to move to: every request is refused with “Connection refused”.</li>
                ) : (
                  <>
                    <li>
                      {percent(sums.lost)} were on {who} and go to {count(sums.heirs)}{" "}
                      {sums.heirs === 1 ? "node" : "nodes"}, where they are missing at first: a cache fills anew, data is
                      not there.
                    </li>
                    <li>
                      {sums.among === 0
                        ? "Keys of the nodes that live stay where they are."
                        : `${percent(sums.among)} more move between nodes that live, because this pool is placed anew over those that are left.`}
                    </li>
                    {heaviest(before, after, names) === undefined ? null : <li>{heaviest(before, after, names)}</li>}
                    <li>
                      When {it} back, the keys move back: what was written meanwhile stays behind, and old values are read
                      again.
                    </li>
                  </>
                )}
              </ul>
              <KeyEnd loss={loss} isRefused={false} />
            </section>
            <section class="end" aria-labelledby="end-fail">
              <h3 id="end-fail">
                <code>fail</code> refuses their keys
              </h3>
              <p class="lead">
                <b>{percent(sums.lost)}</b> of all keys are refused without {who}.
              </p>
              <ul>
                <li>
                  Requests for them fail at once with <code>node.ejected</code>: nobody waits for a timeout.
                </li>
                <li>Nothing moves: the other {percent(1 - sums.lost)} are served as before, and no node gets more.</li>
                <li>When {it} back, the keys are where they were, with what was written last.</li>
              </ul>
              <KeyEnd loss={loss} isRefused />
            </section>
          </>
        )}
      </div>
      {isCluster ? null : <AsServed />}
    </>
  );
}

function ClusterEnd(props: { lost: number; who: string; gone: readonly string[]; nodes: readonly Node[] }) {
  const { lost, who, gone, nodes } = props;
  const dead = nodes.filter(({ name }) => gone.includes(name));
  const bare = dead.filter(({ replicas }) => replicas.length === 0);
  return (
    <section class="end" aria-label="In a Redis Cluster">
      <p class="lead">
        <b>{percent(lost)}</b> of all slots are nobody’s without {who}.
      </p>
      <ul>
        <li>
          In a Redis Cluster no other primary takes over: a key of these slots has no home (<code>slot.uncovered</code>)
          until a replica is promoted.
        </li>
        <li>
          {bare.length === 0
            ? `${dead.length === 1 ? "It has" : "Each has"} a replica here that can be promoted: the slots are then the replica’s, and no key moves.`
            : dead.length === 1
              ? "It has no replica here that could be promoted."
              : `${count(bare.length)} of the ${count(dead.length)} have no replica here that could be promoted.`}
        </li>
      </ul>
    </section>
  );
}

/** What becomes of the key that is asked about. */
function KeyEnd({ loss, isRefused }: { loss: Loss; isRefused: boolean }) {
  const { key } = asked.value;
  if (key === undefined) return null;
  const home = ask(() => loss.before.node(key)).answer;
  if (home === undefined) return null;
  const index = (node: Node) => loss.before.nodes.findIndex(({ name }) => name === node.name);
  const isHit = loss.gone.includes(home.name);
  const { after } = loss;
  const next = isRefused || after === undefined ? undefined : ask(() => after.node(key)).answer;
  return (
    <p class="key-end">
      <span class="soft">The key:</span> <NodeName index={index(home)} name={home.name} />
      <span>
        {next === undefined
          ? isHit
            ? "→ refused"
            : "→ stays"
          : next.name === home.name
            ? "→ stays"
            : "→ "}
      </span>
      {next === undefined || next.name === home.name ? null : <NodeName index={index(next)} name={next.name} />}
    </p>
  );
}

/** Which of the ends this pool has. */
function AsServed() {
  const settings = servedAs.value;
  if (settings === undefined) return null;
  const end = settings.on_failure ?? "remap";
  const word = settings.on_failure === undefined ? "on_failure is remap, the default" : `on_failure: ${end}`;
  return (
    <p class="soft">
      {settings.auto_eject_hosts === true
        ? `This pool has auto_eject_hosts: true, and ${word}${end === "probe" ? ", which moves keys as remap does, but takes a node back only after a check that it passes" : ""}.`
        : "This pool has auto_eject_hosts: false: nobody is ever taken out. Each request for a key of a dead node fails by itself, until the node is back."}
    </p>
  );
}
