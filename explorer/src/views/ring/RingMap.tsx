// All positions at once: the ring as a ring, the slots of a cluster as a map.

import type { Signal } from "@preact/signals";
import type { Arcs } from "keyhome";
import type { TargetedPointerEvent } from "preact";
import { useCallback, useMemo, useRef } from "preact/hooks";
import { Drawn } from "../../drawing/Drawn.tsx";
import { arcPath, circleShape, drawCircle, isOnBand, placeOf, positionAt } from "../../drawing/circle.ts";
import { count } from "../../drawing/numbers.ts";
import type { Palette } from "../../drawing/palette.ts";
import { ROW, drawSlots } from "../../drawing/slot-grid.ts";
import { beginOf, entryAt } from "../../drawing/stretches.ts";
import { useSize } from "../../drawing/useSize.ts";
import { useWheel } from "./Strip.tsx";
import { type Looked, centred, zoomed } from "./looking.ts";
import type { Cursor } from "./reading.ts";
import type { Walk } from "./walk.ts";

export interface RingMapProps {
  readonly arcs: Arcs;
  readonly nodes: number;
  readonly palette: Palette;
  readonly walk: Walk | undefined;
  readonly stretch: Looked;
  readonly cursor: Signal<Cursor | undefined>;
}

export function RingMap(props: RingMapProps) {
  const { arcs, nodes, stretch, cursor } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width, ratio } = useSize(box);
  const isRing = arcs.by === "ring";

  const positionOf = (event: { clientX: number; clientY: number }): number | undefined => {
    const { left, top } = box.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (isRing) return isOnBand(x, y, circleShape(width)) ? positionAt(x, y, circleShape(width), arcs.size) : undefined;
    const [column, row] = [x, y].map((value) => Math.min(ROW - 1, Math.max(0, Math.floor((value / width) * ROW))));
    return (row ?? 0) * ROW + (column ?? 0);
  };
  const look = (event: TargetedPointerEvent<HTMLDivElement>) => {
    const position = positionOf(event);
    if (position === undefined) {
      cursor.value = undefined;
      return;
    }
    cursor.value = { position: Math.floor(position), entry: entryAt(arcs, position) };
    if (event.buttons === 1) stretch.value = centred(arcs, stretch.peek(), position);
  };
  useWheel(box, (event) => {
    const position = positionOf(event);
    if (position === undefined) return;
    stretch.value = zoomed(arcs, centred(arcs, stretch.peek(), position), Math.exp(event.deltaY * 0.003), 0.5);
  });

  return (
    <div
      class="ring-map"
      ref={box}
      role="img"
      aria-label={`${isRing ? `The ring: ${count(arcs.ends.length)} points` : "16,384 slots"} of ${count(nodes)} nodes`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        look(event);
      }}
      onPointerMove={look}
      onPointerLeave={() => {
        cursor.value = undefined;
      }}
    >
      {isRing ? <Circle {...props} width={width} ratio={ratio} /> : <Slots {...props} width={width} />}
    </div>
  );
}

function Circle(props: RingMapProps & { width: number; ratio: number }) {
  const { arcs, nodes, palette, walk, stretch, cursor, width, ratio } = props;
  const shape = useMemo(() => circleShape(width), [width]);
  const paint = useCallback(
    (context: CanvasRenderingContext2D) => {
      if (width > 0) drawCircle(context, arcs, palette, circleShape(width, ratio));
    },
    [arcs, palette, width, ratio],
  );
  if (width === 0) return null;
  const { centre, radius, band } = shape;
  const { from, span } = stretch.value;
  const pointed = cursor.value;
  return (
    <Drawn width={width} height={width} ratio={ratio} paint={paint}>
      {span < arcs.size ? (
        <path class="looked-at" d={arcPath(from, from + span, arcs.size, radius - band - 6, centre)} />
      ) : null}
      {pointed === undefined ? null : (
        <path
          class="pointed"
          d={arcPath(beginOf(arcs, pointed.entry), (arcs.ends[pointed.entry] ?? 0) + 1, arcs.size, radius + 4, centre)}
        />
      )}
      {walk === undefined ? null : <KeyMark walk={walk} size={arcs.size} shape={shape} />}
      <text class="sum" x={centre} y={centre - 4} text-anchor="middle">
        {count(arcs.ends.length)} points
      </text>
      <text class="of" x={centre} y={centre + 18} text-anchor="middle">
        of {count(nodes)} nodes
      </text>
    </Drawn>
  );
}

function KeyMark(props: { walk: Walk; size: number; shape: ReturnType<typeof circleShape> }) {
  const { walk, size, shape } = props;
  const { centre, radius, band } = shape;
  const [x, y] = placeOf(walk.at, size, radius + 11, centre);
  const [inX, inY] = placeOf(walk.at, size, radius - band, centre);
  return (
    <g class="walk">
      <line x1={inX} y1={inY} x2={x} y2={y} />
      <path d={arcPath(walk.at, walk.to, size, radius + 11, centre)} />
      <circle cx={x} cy={y} r="5" />
    </g>
  );
}

function Slots({ arcs, palette, walk, cursor, width }: RingMapProps & { width: number }) {
  const paint = useCallback((context: CanvasRenderingContext2D) => drawSlots(context, arcs, palette), [arcs, palette]);
  if (width === 0) return null;
  const side = width / ROW;
  const mark = (slot: number, around: number) => ({
    x: (slot % ROW) * side - around,
    y: Math.floor(slot / ROW) * side - around,
    width: side + 2 * around,
    height: side + 2 * around,
  });
  const pointed = cursor.value;
  return (
    <Drawn width={width} height={width} ratio={ROW / width} paint={paint}>
      {pointed === undefined ? null : <rect class="pointed" {...mark(pointed.position, 1)} />}
      {walk === undefined ? null : (
        <g class="walk">
          <rect {...mark(walk.at, 4)} />
          <rect {...mark(walk.at, 2)} class="inner" />
        </g>
      )}
    </Drawn>
  );
}
