// The keys of the sample that change hands, with examples of them.

import { useSignal } from "@preact/signals";
import { FromTo } from "../../drawing/NodeMark.tsx";
import { count, percent } from "../../drawing/numbers.ts";
import { More } from "../../page/More.tsx";
import type { MovedKey, MovesResult } from "../../work/protocol.ts";
import type { Change } from "./change.ts";

/** Examples in a row before it is opened. */
const FEW = 3;

/** Rows at first: what stands below is looked for, too. */
const ROWS = 20;

export function KeyMoves({ result: { keys, moves, stays }, order }: { result: MovesResult; order: Change["order"] }) {
  const shown = useSignal(ROWS);
  return (
    <>
      <p aria-live="polite">
        <b>{count(keys - stays)}</b> of {count(keys)} keys move{keys === 0 ? "" : ` (${percent((keys - stays) / keys)})`},{" "}
        {count(stays)} stay.
      </p>
      {moves.length === 0 ? null : (
        <div class="scroll" role="region" aria-label="Keys of the sample that move" tabIndex={0}>
          <table class="key-table">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" class="number">
                  Keys
                </th>
                <th scope="col" class="number">
                  Of keys
                </th>
                <th scope="col">Such as</th>
              </tr>
            </thead>
            <tbody>
              {moves.slice(0, shown.value).map((move) => (
                <tr key={JSON.stringify([move.from, move.to])}>
                  <FromTo from={move.from} to={move.to} order={order} />
                  <td class="number">{count(move.keys)}</td>
                  <td class="number">{percent(move.keys / keys)}</td>
                  <td>
                    <Examples keys={move.examples} of={move.keys} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <More shown={shown} of={moves.length} what="pairs" />
        </div>
      )}
    </>
  );
}

function Examples({ keys, of }: { keys: readonly MovedKey[]; of: number }) {
  const [few, rest] = [keys.slice(0, FEW), keys.slice(FEW)];
  const some = <Keys of={few} />;
  if (rest.length === 0) return some;
  return (
    <details class="examples-of-keys">
      <summary>{some}</summary>
      <Keys of={rest} />
      {of > keys.length ? <span class="soft"> and {count(of - keys.length)} more</span> : null}
    </details>
  );
}

function Keys({ of }: { of: readonly MovedKey[] }) {
  return (
    <>
      {of.map(({ key, hex }, at) => (
        <code key={at} class="key-example" title={hex ? "in hexadecimal digits" : undefined}>
          {hex ? `0x${key}` : key === "" ? "(empty)" : key}
        </code>
      ))}
    </>
  );
}
