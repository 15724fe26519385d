// Buttons that make the config after a change from the one before it.

import type { Router } from "keyhome";
import { useSignal } from "@preact/signals";
import { useId, useMemo } from "preact/hooks";
import { HASHES } from "../../pool/hashes.ts";
import { OTHERS, REDIS_CLUSTER, twemproxy } from "../../pool/variants.ts";
import { configText } from "../../state/inputs.ts";
import { current, servedAs } from "../../state/pools.ts";
import { propose } from "../../state/proposal.ts";
import {
  type Before,
  SERVER_PRESETS,
  withClusterNodeAdded,
  withClusterNodeRemoved,
  withDialect,
  withHash,
  withServerAdded,
} from "./presets.ts";

/** A longer list is no list to choose from. */
const MOST_SERVERS = 1000;

export function Presets({ router }: { router: Router }) {
  const id = useId();
  const chosen = useSignal(0);
  const { nodes } = router;
  const pool = (current.value.router && current.value.pool) ?? "";
  const before: Before = { text: configText.value, pool, nodes };
  const isClustered = useMemo(() => router.balance().uncovered !== undefined, [router]);
  const dialect = isClustered ? "redis-cluster" : servedAs.value?.dialect;
  const hashes = (dialect === undefined ? undefined : HASHES[dialect]) ?? [];
  const others = [...(dialect === "twemproxy" ? [] : [twemproxy({})]), ...OTHERS].filter((variant) => variant !== REDIS_CLUSTER);
  const index = Math.min(chosen.value, nodes.length - 1);

  const choose = (text: string | undefined) => {
    if (text !== undefined) propose(text, pool);
  };
  const choice = (label: string, options: readonly string[], make: (at: number) => string | undefined) => (
    <select
      aria-label={label}
      value=""
      onChange={(event) => {
        const at = Number(event.currentTarget.value);
        event.currentTarget.value = "";
        choose(make(at));
      }}
    >
      <option value="">{label}…</option>
      {options.map((option, at) => (
        <option key={option} value={String(at)}>
          {option}
        </option>
      ))}
    </select>
  );

  return (
    <section class="presets" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>Try a change</h3>
      <div class="preset-row">
        <button
          type="button"
          onClick={() => choose(isClustered ? withClusterNodeAdded(before, router) : withServerAdded(before))}
        >
          Add a server
        </button>
        {hashes.length === 0 ? null : choice("Another hash", hashes, (at) => withHash(before, hashes[at] ?? ""))}
        {choice("Another dialect", others.map(({ title }) => title), (at) => {
          const variant = others[at];
          return variant && withDialect(before, variant);
        })}
        <button type="button" onClick={() => choose(withDialect(before, REDIS_CLUSTER))}>
          {isClustered ? "Share out slots evenly" : "Move to Redis Cluster"}
        </button>
        <button type="button" onClick={() => choose(configText.value)}>
          Start from the same
        </button>
      </div>
      {nodes.length > MOST_SERVERS ? null : (
        <div class="preset-row">
          <label for={`${id}-server`}>Server</label>
          <select
            id={`${id}-server`}
            value={String(index)}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value);
            }}
          >
            {nodes.map(({ name }, at) => (
              <option key={name} value={String(at)}>
                {name}
              </option>
            ))}
          </select>
          {isClustered ? (
            <button type="button" onClick={() => choose(withClusterNodeRemoved(before, router, index))}>
              Remove it
            </button>
          ) : (
            SERVER_PRESETS.map(({ title, make }) => (
              <button key={title} type="button" onClick={() => choose(make(before, index))}>
                {title}
              </button>
            ))
          )}
        </div>
      )}
    </section>
  );
}
