// A row for each node: its exact share, and the keys of the sample.

import type { Share } from "keyhome";
import { useSignal } from "@preact/signals";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { colourOf } from "../../drawing/colours.ts";
import { count, percent, shareCount, shareNumber } from "../../drawing/numbers.ts";
import { More, ROWS } from "../../page/More.tsx";

export interface Row {
  readonly index: number;
  readonly name: string;
  readonly weight: number;
  /** Hash values that it owns, of how many; none where there are no exact shares. */
  readonly share: { readonly of: Share; readonly range: Share } | undefined;
  /** Keys of the sample that live on it, of how many. */
  readonly keys: { readonly of: number; readonly all: number } | undefined;
}

/** The part of all hash values. */
export function sharePart({ share }: Row): number | undefined {
  return share && shareNumber(share.of) / shareNumber(share.range);
}

/** The part of the sample. */
export function keysPart({ keys }: Row): number | undefined {
  return keys && (keys.all === 0 ? 0 : keys.of / keys.all);
}

type Order = "node" | "share" | "keys";

const VALUE: Record<Order, (row: Row) => number> = {
  node: ({ index }) => -index,
  share: (row) => sharePart(row) ?? 0,
  keys: ({ keys }) => keys?.of ?? 0,
};

export function BalanceTable({ rows, isCounting }: { rows: readonly Row[]; isCounting: boolean }) {
  const order = useSignal<Order>("node");
  const shown = useSignal(ROWS);
  const hasShares = rows.some(({ share }) => share !== undefined);
  const hasKeys = isCounting || rows.some(({ keys }) => keys !== undefined);
  const largest = Math.max(...maxima(rows), Number.MIN_VALUE);
  const value = VALUE[order.value];
  const sorted = rows.toSorted((a, b) => value(b) - value(a));
  const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
  const heading = (by: Order, title: string, isNumber: boolean) => (
    <th scope="col" class={isNumber ? "number" : undefined} aria-sort={order.value === by ? (by === "node" ? "ascending" : "descending") : undefined}>
      <button type="button" class="sort" onClick={() => (order.value = by)}>
        {title}
      </button>
    </th>
  );

  return (
    <div class="scroll" role="region" aria-label="Share and keys of each node" tabIndex={0}>
      <table class="balance-table">
        <thead>
          <tr>
            {heading("node", "Node", false)}
            <th scope="col" class="number weight">
              Weight
            </th>
            <th scope="col" class="bars">
              <span class="legend">
                {hasShares ? <span class="legend-share">share</span> : null}
                {hasKeys ? <span class="legend-keys">keys</span> : null}
                <span class="legend-fair">by weight</span>
              </span>
            </th>
            {hasShares ? heading("share", "Share", true) : null}
            {hasKeys ? heading("keys", "Keys", true) : null}
            {hasKeys ? (
              <th scope="col" class="number">
                Of keys
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, shown.value).map((row) => {
            const [ofHash, ofKeys] = [sharePart(row), keysPart(row)];
            return (
              <tr key={row.index}>
                <th scope="row">
                  <NodeName index={row.index} name={row.name} />
                  <Bars row={row} fair={row.weight / weights} largest={largest} />
                </th>
                <td class="number weight">{count(row.weight)}</td>
                <td class="bars">
                  <Bars row={row} fair={row.weight / weights} largest={largest} />
                </td>
                {hasShares && row.share !== undefined && ofHash !== undefined ? (
                  <td class="number" title={`${shareCount(row.share.of)} of ${shareCount(row.share.range)} hash values`}>
                    {percent(ofHash)}
                  </td>
                ) : null}
                {hasKeys ? <td class="number">{row.keys === undefined ? "…" : count(row.keys.of)}</td> : null}
                {hasKeys ? <td class="number">{ofKeys === undefined ? "…" : percent(ofKeys)}</td> : null}
              </tr>
            );
          })}
        </tbody>
      </table>
      <More shown={shown} of={rows.length} what="nodes" />
    </div>
  );
}

/** The row as bars; where the page is narrow they stand below the name. */
function Bars({ row, fair, largest }: { row: Row; fair: number; largest: number }) {
  const [share, keys, colour] = [sharePart(row), keysPart(row), colourOf(row.index)];
  const width = (part: number) => `${(100 * part) / largest}%`;
  return (
    <div class="bars-field" aria-hidden="true">
      {share === undefined ? null : <div class="bar-share" style={{ width: width(share), borderColor: colour }} />}
      {keys === undefined ? null : <div class="bar-keys" style={{ width: width(keys), background: colour }} />}
      <div class="bar-fair" style={{ left: width(fair) }} />
    </div>
  );
}

/** The longest bar of each kind, and the largest part by weight. */
function maxima(rows: readonly Row[]): number[] {
  const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
  let [share, keys, fair] = [0, 0, 0];
  for (const row of rows) {
    share = Math.max(share, sharePart(row) ?? 0);
    keys = Math.max(keys, keysPart(row) ?? 0);
    fair = Math.max(fair, row.weight / weights);
  }
  return [share, keys, fair];
}
