// The same keys under every hash that the pool could have: which of them would spread these keys?

import type { Router } from "keyhome";
import { useMemo } from "preact/hooks";
import { colourOf } from "../../drawing/colours.ts";
import { count } from "../../drawing/numbers.ts";
import { JobStatus } from "../../sample/JobStatus.tsx";
import { PoolEdits } from "../../pool/edits.ts";
import { HASHES } from "../../pool/hashes.ts";
import { ask } from "../../pool/reading.ts";
import { configText, view } from "../../state/inputs.ts";
import { current, servedAs } from "../../state/pools.ts";
import { propose } from "../../state/proposal.ts";
import type { CountJob, KeySource, PoolCount } from "../../work/protocol.ts";
import { useJob } from "../../work/useJob.ts";
import { busiest, skewed } from "./skew.ts";

/** Twelve rings of more would take long, and their bars nobody could read. */
const MOST_NODES = 2000;
/** Beyond, a bar is a blur. */
const MOST_SEGMENTS = 60;

interface Variant {
  readonly hash: string;
  readonly text: string;
}

export function OtherHashes({ router, keys, isReady }: { router: Router; keys: KeySource; isReady: boolean }) {
  const text = configText.value;
  const pool = (current.value.router && current.value.pool) ?? "";
  const now = useMemo(() => ask(() => router.explain("user:0")).answer, [router]);
  const variants = useMemo(() => variantsOf(text, pool, now?.dialect), [text, pool, now]);
  const job = useMemo<CountJob | undefined>(
    () =>
      isReady && variants.length > 0 && router.nodes.length > 1 && router.nodes.length <= MOST_NODES
        ? { do: "count", pools: variants.map(({ text }) => ({ text, pool })), keys }
        : undefined,
    [variants, keys, isReady],
  );
  const handle = useJob(job);
  if (now === undefined || router.nodes.length < 2) return null;
  if (variants.length === 0) return <p class="soft">The dialect {now.dialect} has one hash for all its pools.</p>;
  if (router.nodes.length > MOST_NODES) return null;

  const { work } = handle;
  return (
    <section class="hashes" aria-labelledby="hashes-title">
      <h3 id="hashes-title">The same keys under the other hashes</h3>
      {work.state === "done" ? (
        <HashTable
          router={router}
          keys={work.result.keys}
          pool={pool}
          hash={String(servedAs.value?.hash ?? now.hash?.algorithm)}
          rows={variants.map((variant, at) => ({ ...variant, pool: work.result.pools[at] }))}
        />
      ) : (
        <JobStatus job={handle} />
      )}
    </section>
  );
}

function variantsOf(text: string, pool: string, dialect: string | undefined): Variant[] {
  const config = PoolEdits.find(text, pool);
  const hashes = dialect === undefined ? undefined : HASHES[dialect];
  if (config === undefined || hashes === undefined) return [];
  return hashes.map((hash) => ({ hash, text: config.withOption("hash", hash) }));
}

interface HashTableProps {
  readonly router: Router;
  readonly keys: number;
  readonly pool: string;
  /** The pool's own. */
  readonly hash: string;
  readonly rows: readonly (Variant & { readonly pool: PoolCount | undefined })[];
}

function HashTable({ router: { nodes }, keys, pool: name, hash: own, rows }: HashTableProps) {
  const weights = nodes.map(({ weight }) => weight);
  const judged = rows
    .flatMap(({ pool, ...row }) => (pool === undefined ? [] : [{ ...row, pool, most: busiest(weights, pool.counts) }]))
    .toSorted((a, b) => a.most.factor - b.most.factor);
  return (
    <div class="scroll" role="region" aria-label="Keys under each hash" tabIndex={0}>
      <table class="hash-table">
        <thead>
          <tr>
            <th scope="col">Hash</th>
            <th scope="col" class="bars">
              Keys of each node
            </th>
            <th scope="col" class="number">
              Busiest, of its weight
            </th>
            <th scope="col">These keys</th>
            <th scope="col">
              <span class="unseen">Try it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {judged.map(({ hash, text, pool, most }) => (
            <tr key={hash} class={hash === own ? "own" : undefined}>
              <th scope="row">
                <code>{hash}</code>
                {hash === own ? <span class="tag">yours</span> : null}
              </th>
              <td class="bars">
                {nodes.length > MOST_SEGMENTS ? null : (
                  <div class="stack" aria-hidden="true">
                    {nodes.map(({ name }, index) => {
                      const found = pool.counts[index] ?? 0;
                      return found === 0 ? null : (
                        <div
                          key={name}
                          title={`${name}: ${count(found)}`}
                          style={{ flexGrow: found, background: colourOf(index) }}
                        />
                      );
                    })}
                  </div>
                )}
              </td>
              <td class="number" title={nodes[most.index]?.name}>
                {most.factor.toFixed(2)} ×
              </td>
              <td>{verdict(pool, keys)}</td>
              <td class="number">
                {hash === own ? null : (
                  <button type="button" class="link" onClick={() => compareWith(text, name)}>
                    What would move?
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function verdict({ balance, counts }: PoolCount, keys: number): string {
  const unreachable = balance.shares.filter(({ share }) => share === 0).length;
  const nodes = balance.shares.length;
  if (unreachable > 0) return `reach ${nodes - unreachable} of ${nodes} servers`;
  const empty = Array.from(counts).filter((found) => found === 0).length;
  if (skewed(balance, counts, keys).length === 0) return "spread";
  return empty > 0 ? `cluster on ${nodes - empty} of ${nodes} servers` : "cluster";
}

/** Takes the config with another hash to the view of changes. */
function compareWith(text: string, pool: string): void {
  propose(text, pool);
  view.value = "change";
}
