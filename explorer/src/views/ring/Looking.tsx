// The buttons that move the stretch, and what they and the pointer have come to.

import type { Signal } from "@preact/signals";
import type { Arcs } from "keyhome";
import { count, finePercent } from "../../drawing/numbers.ts";
import { type Stretch, wrapped } from "../../drawing/stretches.ts";
import { type Looked, aroundKey, panned, whole, zoomed } from "./looking.ts";
import { type Cursor, WORDS, said } from "./reading.ts";
import type { Walk } from "./walk.ts";

export interface LookingProps {
  readonly arcs: Arcs;
  readonly names: readonly string[];
  readonly walk: Walk | undefined;
  readonly stretch: Looked;
  readonly cursor: Signal<Cursor | undefined>;
}

export function Looking({ arcs, names, walk, stretch, cursor }: LookingProps) {
  const shown = stretch.value;
  const words = WORDS[arcs.by];
  const isAll = shown.span === arcs.size;
  const first = wrapped(Math.floor(shown.from), arcs.size);
  const last = wrapped(Math.floor(shown.from + shown.span) - 1, arcs.size);
  const pointed = cursor.value;
  const go = (to: Stretch) => () => {
    stretch.value = to;
  };
  return (
    <div class="looking">
      <div class="looking-buttons" role="group" aria-label="Look at">
        <button type="button" disabled={isAll} onClick={go(whole(arcs))}>
          {words.whole[0]?.toUpperCase()}
          {words.whole.slice(1)}
        </button>
        {walk === undefined ? null : (
          <button type="button" onClick={go(aroundKey(arcs, walk))}>
            The key
          </button>
        )}
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={go(zoomed(arcs, shown, 0.5, 0.5))}>
          +
        </button>
        <button type="button" aria-label="Zoom out" title="Zoom out (−)" disabled={isAll} onClick={go(zoomed(arcs, shown, 2, 0.5))}>
          −
        </button>
        <button type="button" aria-label="Back" title="Back (Page Up)" disabled={isAll} onClick={go(panned(arcs, shown, -0.5))}>
          ←
        </button>
        <button type="button" aria-label="Forth" title="Forth (Page Down)" disabled={isAll} onClick={go(panned(arcs, shown, 0.5))}>
          →
        </button>
      </div>
      <p class="reading" aria-live="polite">
        {pointed === undefined ? (
          <span class="soft">
            {isAll ? `All of ${arcs.by === "slots" ? "the slots" : words.whole}` : `${count(first)} to ${count(last)}, ${finePercent(shown.span / arcs.size)} of ${words.whole}`}
            . Drag it, zoom with the wheel, or use the arrow keys on it.
          </span>
        ) : (
          said(arcs, pointed, names)
        )}
      </p>
    </div>
  );
}
