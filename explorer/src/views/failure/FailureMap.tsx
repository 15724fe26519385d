// The positions of a pool of which a part has changed hands. A node is taken out, or brought back, where it is pointed at.

import { type Signal, useSignal } from "@preact/signals";
import type { Arcs, Router } from "keyhome";
import { useCallback, useMemo, useRef } from "preact/hooks";
import { Drawn } from "../../drawing/Drawn.tsx";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { circleShape, drawCircle, isOnBand, positionAt } from "../../drawing/circle.ts";
import { count } from "../../drawing/numbers.ts";
import { type Palette, paletteOf } from "../../drawing/palette.ts";
import { ROW, drawSlots } from "../../drawing/slot-grid.ts";
import { entryAt, moved } from "../../drawing/stretches.ts";
import { drawStrip } from "../../drawing/strip.ts";
import { useSize } from "../../drawing/useSize.ts";
import { theme } from "../../page/theme.ts";
import { ask } from "../../pool/reading.ts";
import type { Loss } from "./loss.ts";

export interface FailureMapProps {
  readonly loss: Loss;
  /** Whether only what moves has its colours. */
  readonly isMoves: Signal<boolean>;
  readonly onNode: (name: string) => void;
}

export function FailureMap({ loss, isMoves, onNode }: FailureMapProps) {
  const before = useMemo(() => arcsOf(loss.before), [loss.before]);
  const after = useMemo(() => arcsOf(loss.after), [loss]);
  const shownTheme = theme.value;
  const palette = useMemo(() => paletteOf(shownTheme), [shownTheme]);
  const names = useMemo(() => loss.before.nodes.map(({ name }) => name), [loss.before]);
  const isChanged = loss.gone.length > 0 && after !== undefined;
  // Slots go to nobody, and nobody's colour would be lost among what is faint.
  const canShowMoves = before?.by === "ring" && after?.by === "ring";
  const drawn = useMemo(() => {
    if (before === undefined || !isChanged) return before;
    return canShowMoves && isMoves.value ? moved(before, after) : after;
  }, [before, after, isChanged, canShowMoves, isMoves.value]);
  if (before === undefined || drawn === undefined) return null;
  if (before.by === "ring" || before.by === "slots") {
    const isSquare = { before, drawn, names, palette, gone: loss.gone.length, onNode };
    return (
      <div class="failure-drawing">
        <Square {...isSquare} />
        {isChanged && canShowMoves ? (
          <div class="failure-choice" role="group" aria-label="In colour">
            <button type="button" aria-pressed={isMoves.value} onClick={() => (isMoves.value = true)}>
              What moves
            </button>
            <button type="button" aria-pressed={!isMoves.value} onClick={() => (isMoves.value = false)}>
              All
            </button>
          </div>
        ) : null}
      </div>
    );
  }
  return (
    <div class="failure-drawing">
      <Band title="Before" arcs={before} names={names} palette={palette} onNode={onNode} />
      {isChanged && after !== undefined ? (
        <Band title="After" arcs={after} names={names} palette={palette} onNode={onNode} />
      ) : null}
    </div>
  );
}

function arcsOf(router: Router | undefined): Arcs | undefined {
  return router === undefined ? undefined : ask(() => router.arcs()).answer;
}

interface SquareProps {
  /** Whose a position was, which says what is pointed at. */
  readonly before: Arcs;
  readonly drawn: Arcs;
  readonly names: readonly string[];
  readonly palette: Palette;
  readonly gone: number;
  readonly onNode: (name: string) => void;
}

/** A ring, or a map of slots. */
function Square({ before, drawn, names, palette, gone, onNode }: SquareProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width, ratio } = useSize(box);
  const pointed = useSignal(-1);
  const isRing = drawn.by === "ring";
  const paint = useCallback(
    (context: CanvasRenderingContext2D) => {
      if (isRing) drawCircle(context, drawn, palette, circleShape(width, ratio));
      else drawSlots(context, drawn, palette);
    },
    [drawn, palette, width, ratio, isRing],
  );
  const nodeAt = (event: MouseEvent): number => {
    const { left, top } = box.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (isRing && !isOnBand(x, y, circleShape(width))) return -1;
    const [column, row] = [x, y].map((value) => Math.min(ROW - 1, Math.max(0, Math.floor((value / width) * ROW))));
    const position = isRing ? positionAt(x, y, circleShape(width), before.size) : (row ?? 0) * ROW + (column ?? 0);
    const owner = before.owners[entryAt(before, position)] ?? -1;
    return owner < names.length ? owner : -1;
  };
  const name = names[pointed.value];
  return (
    <>
      <div
        class={name === undefined ? "ring-map" : "ring-map over-node"}
        ref={box}
        role="img"
        aria-label={`${isRing ? "The ring" : "The slots"}, ${gone === 0 ? "with all nodes" : `without ${count(gone)} of ${count(names.length)} nodes`}`}
        onPointerMove={(event) => {
          pointed.value = nodeAt(event);
        }}
        onPointerLeave={() => {
          pointed.value = -1;
        }}
        onClick={(event) => {
          const chosen = names[nodeAt(event)];
          if (chosen !== undefined) onNode(chosen);
        }}
      >
        {width === 0 ? null : (
          <Drawn width={width} height={width} ratio={isRing ? ratio : ROW / width} paint={paint}>
            {isRing ? (
              <>
                <text class="sum" x={width / 2} y={width / 2 - 4} text-anchor="middle">
                  {count(names.length - gone)} of {count(names.length)}
                </text>
                <text class="of" x={width / 2} y={width / 2 + 18} text-anchor="middle">
                  nodes live
                </text>
              </>
            ) : null}
          </Drawn>
        )}
      </div>
      <p class="soft hint pointed-node">
        {name === undefined ? "Click a stretch to take its node out." : <NodeName index={pointed.value} name={name} />}
      </p>
    </>
  );
}

interface BandProps {
  readonly title: string;
  readonly arcs: Arcs;
  readonly names: readonly string[];
  readonly palette: Palette;
  readonly onNode: (name: string) => void;
}

/** A list, whose length is another one without a node: before and after lie one above the other. */
function Band({ title, arcs, names, palette, onNode }: BandProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width, ratio } = useSize(box);
  const height = 56;
  const paint = useCallback(
    (context: CanvasRenderingContext2D) => {
      const shape = { width: Math.round(width * ratio), height: Math.round(height * ratio), ratio };
      drawStrip(context, arcs, { from: 0, span: arcs.size }, palette, shape, names);
    },
    [arcs, palette, width, ratio, names],
  );
  return (
    <div>
      <p class="soft hint">{title}</p>
      <div
        class="failure-band"
        ref={box}
        role="img"
        aria-label={`${title}: ${count(arcs.size)} places`}
        onClick={(event) => {
          const left = box.current?.getBoundingClientRect().left ?? 0;
          const entry = entryAt(arcs, ((event.clientX - left) / width) * arcs.size);
          const chosen = names[arcs.owners[entry] ?? -1];
          if (chosen !== undefined) onNode(chosen);
        }}
      >
        <Drawn width={width} height={height} ratio={ratio} paint={paint} />
      </div>
    </div>
  );
}
