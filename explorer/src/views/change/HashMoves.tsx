// How much moves, from whom to whom: of all hash values where they can be counted, else of keys that stand in for real ones.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { FlowDiagram } from "../../drawing/FlowDiagram.tsx";
import { FromTo } from "../../drawing/NodeMark.tsx";
import { count, percent, shareCount, shareNumber } from "../../drawing/numbers.ts";
import { More, ROWS } from "../../page/More.tsx";
import { JobStatus } from "../../sample/JobStatus.tsx";
import type { MovesResult } from "../../work/protocol.ts";
import type { JobHandle } from "../../work/useJob.ts";
import { type Change, flowsOf } from "./change.ts";

interface Row {
  readonly from: string | null;
  readonly to: string | null;
  readonly part: number;
  readonly amount: string;
}

export function HashMoves({ change, handle }: { change: Change; handle: JobHandle<MovesResult> }) {
  const { diff, generated, order } = change;
  const flows = useMemo(() => flowsOf(change), [diff, generated, order]);
  const rows = useMemo(() => rowsOf(change), [diff, generated]);
  return (
    <section class="hash-moves" aria-labelledby="hash-moves-title">
      <h3 id="hash-moves-title" class="unseen">
        How much moves
      </h3>
      {diff.exact ? null : (
        <p class="soft">The two cannot be compared value by value: another hash, tag, sign or kind of placement.</p>
      )}
      {diff.exact || handle.work.state === "done" ? <Headline change={change} /> : <JobStatus job={handle} />}
      {flows === undefined ? null : <FlowDiagram {...flows} />}
      {rows.length === 0 ? null : (
        <details open={rows.length <= 12}>
          <summary>
            {count(rows.length)} {rows.length === 1 ? "pair" : "pairs"} of nodes
          </summary>
          <MovesTable rows={rows} order={order} unit={diff.exact ? "Hash values" : "Generated keys"} />
        </details>
      )}
    </section>
  );
}

function Headline({ change: { diff, generated } }: { change: Change }) {
  const result = generated.state === "done" ? generated.result : undefined;
  const stays = diff.exact ? shareNumber(diff.stays) / shareNumber(diff.range) : result ? result.stays / result.keys : 1;
  const moves = diff.exact ? diff.moves.length > 0 : (result?.moves.length ?? 0) > 0;
  return (
    <div class="headline" aria-live="polite">
      <p class="figure">
        {moves ? (
          <>
            <b>{percent(1 - stays)}</b> moves, {percent(stays)} stays.
          </>
        ) : (
          <b>Nothing moves.</b>
        )}
      </p>
      <div class="moved-bar" aria-hidden="true">
        <div style={{ width: `${100 * (1 - stays)}%` }} />
      </div>
      <p class="soft">
        {diff.exact
          ? `Exact: each of ${shareCount(diff.range)} hash values counted once.`
          : result === undefined
            ? ""
            : `${count(result.keys - result.stays)} of ${count(result.keys)} generated keys move, ${count(result.stays)} stay. Sampled: real shares differ by chance, and by what your keys look like.`}
      </p>
    </div>
  );
}

function rowsOf({ diff, generated }: Change): Row[] {
  if (diff.exact) {
    const range = shareNumber(diff.range);
    return diff.moves.map(({ from, to, share }) => ({ from, to, part: shareNumber(share) / range, amount: shareCount(share) }));
  }
  if (generated.state !== "done") return [];
  const { moves, keys: all } = generated.result;
  return moves.map(({ from, to, keys }) => ({ from, to, part: keys / all, amount: count(keys) }));
}

function MovesTable({ rows, order, unit }: { rows: readonly Row[]; order: Change["order"]; unit: string }) {
  const shown = useSignal(ROWS);
  return (
    <div class="scroll" role="region" aria-label="What moves, from whom to whom" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" class="number">
              Share
            </th>
            <th scope="col" class="number">
              {unit}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown.value).map(({ from, to, part, amount }) => (
            <tr key={JSON.stringify([from, to])}>
              <FromTo from={from} to={to} order={order} />
              <td class="number">{percent(part)}</td>
              <td class="number">{amount}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More shown={shown} of={rows.length} what="pairs" />
    </div>
  );
}
