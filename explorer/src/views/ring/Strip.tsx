// The stretch that is looked at, from left to right: it is dragged and zoomed, and read with the keyboard.

import type { Signal } from "@preact/signals";
import type { Arcs } from "keyhome";
import type { TargetedPointerEvent } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { Drawn } from "../../drawing/Drawn.tsx";
import type { Palette } from "../../drawing/palette.ts";
import { type Stretch, entryAt, wrapped } from "../../drawing/stretches.ts";
import { drawStrip } from "../../drawing/strip.ts";
import { useSize } from "../../drawing/useSize.ts";
import { type Looked, centred, panned, partAt, whole, withEntry, within, zoomed } from "./looking.ts";
import { type Cursor, WORDS, said } from "./reading.ts";
import type { Walk } from "./walk.ts";

const HEIGHT = 72;
/** The lane above, in which the key walks. */
const LANE = 34;

export interface StripProps {
  readonly arcs: Arcs;
  readonly names: readonly string[];
  readonly palette: Palette;
  readonly walk: Walk | undefined;
  /** What stands at the key's mark. */
  readonly keyLabel: string;
  readonly stretch: Looked;
  readonly cursor: Signal<Cursor | undefined>;
}

export function Strip({ arcs, names, palette, walk, keyLabel, stretch, cursor }: StripProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width, ratio } = useSize(box);
  const shown = stretch.value;
  const paint = useCallback(
    (context: CanvasRenderingContext2D) =>
      drawStrip(context, arcs, shown, palette, { width: Math.round(width * ratio), height: Math.round(HEIGHT * ratio), ratio }, names),
    [arcs, shown, palette, width, ratio, names],
  );

  const positionAt = (event: { clientX: number }) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    return stretch.peek().from + ((event.clientX - left) / width) * stretch.peek().span;
  };
  const point = (position: number) => {
    const at = wrapped(Math.floor(position), arcs.size);
    cursor.value = { position: at, entry: entryAt(arcs, at) };
  };

  useWheel(box, (event) => {
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
      stretch.value = panned(arcs, stretch.peek(), sideways / width);
    } else {
      const around = (positionAt(event) - stretch.peek().from) / stretch.peek().span;
      stretch.value = zoomed(arcs, stretch.peek(), Math.exp(event.deltaY * 0.003), around);
    }
  });

  // Where the pointer took hold, and of what.
  const held = useRef<{ readonly x: number; readonly stretch: Stretch }>(undefined);
  const onPointerDown = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = { x: event.clientX, stretch: stretch.peek() };
  };
  const onPointerMove = (event: TargetedPointerEvent<HTMLDivElement>) => {
    const from = held.current;
    if (from === undefined) return point(positionAt(event));
    stretch.value = panned(arcs, from.stretch, (from.x - event.clientX) / width);
  };
  const onPointerUp = () => {
    held.current = undefined;
  };

  const step = (entry: number) => {
    const to = Math.min(Math.max(0, entry), arcs.ends.length - 1);
    cursor.value = { position: arcs.ends[to] ?? 0, entry: to };
    stretch.value = withEntry(arcs, stretch.peek(), to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = arcs.ends.length - 1;
    const now = stretch.peek();
    const middle = Math.floor(now.from + now.span / 2);
    const entry = cursor.peek()?.entry;
    const around = cursor.peek() === undefined ? 0.5 : partAt(arcs, now, cursor.peek()?.position ?? middle);
    const zoom = (times: number) => {
      stretch.value = zoomed(arcs, now, times, Math.min(1, Math.max(0, around)));
    };
    const keys: Record<string, () => void> = {
      ArrowRight: () => step(entry === undefined ? entryAt(arcs, middle) : entry === last && arcs.by === "ring" ? 0 : entry + 1),
      ArrowLeft: () => step(entry === undefined ? entryAt(arcs, middle) : entry === 0 && arcs.by === "ring" ? last : entry - 1),
      Home: () => step(0),
      End: () => step(last),
      PageDown: () => {
        stretch.value = panned(arcs, now, 0.8);
      },
      PageUp: () => {
        stretch.value = panned(arcs, now, -0.8);
      },
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      "0": () => {
        stretch.value = whole(arcs);
      },
      k: () => {
        if (walk === undefined) return;
        cursor.value = { position: walk.at, entry: walk.entry };
        stretch.value = centred(arcs, within(arcs, now), walk.at);
      },
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  const pointed = cursor.value;
  return (
    <div
      class="strip"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label={WORDS[arcs.by].strip}
      aria-valuemin={1}
      aria-valuemax={arcs.ends.length}
      aria-valuenow={(pointed?.entry ?? entryAt(arcs, shown.from + shown.span / 2)) + 1}
      aria-valuetext={pointed === undefined ? "nothing chosen" : said(arcs, pointed, names)}
      style={{ height: `${LANE + HEIGHT}px` }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onPointerLeave={() => {
        if (held.current === undefined) cursor.value = undefined;
      }}
    >
      <div class="strip-drawing" style={{ top: `${LANE}px` }}>
        <Drawn width={width} height={HEIGHT} ratio={ratio} paint={paint} />
      </div>
      <svg class="marks" width={width} height={LANE + HEIGHT} aria-hidden="true">
        {pointed === undefined ? null : <Pointed arcs={arcs} stretch={shown} cursor={pointed} width={width} />}
        {walk === undefined ? null : <KeyWalk arcs={arcs} stretch={shown} walk={walk} label={keyLabel} width={width} />}
      </svg>
    </div>
  );
}

function Pointed({ arcs, stretch, cursor, width }: { arcs: Arcs; stretch: Stretch; cursor: Cursor; width: number }) {
  const begin = cursor.entry === 0 ? (arcs.ends[arcs.ends.length - 1] ?? 0) + 1 : (arcs.ends[cursor.entry - 1] ?? 0) + 1;
  const at = partAt(arcs, stretch, cursor.position + 0.5) * width;
  const right = at + (((arcs.ends[cursor.entry] ?? 0) + 0.5 - cursor.position) / stretch.span) * width;
  const long = (wrapped((arcs.ends[cursor.entry] ?? 0) - begin, arcs.size) + 1) / stretch.span;
  const left = right - long * width;
  return <rect class="pointed" x={left} y={LANE} width={Math.max(2, right - left)} height={HEIGHT} />;
}

/** The key's mark at its hash, and the way from there to the point. */
function KeyWalk(props: { arcs: Arcs; stretch: Stretch; walk: Walk; label: string; width: number }) {
  const { arcs, stretch, walk, label, width } = props;
  const middle = arcs.by === "ring" ? 0 : 0.5;
  const from = partAt(arcs, stretch, walk.at + middle) * width;
  const to = from + ((walk.to - walk.at) / stretch.span) * width;
  if (to < 0 || from > width) return null;
  const y = LANE - 8;
  const atEnd = from > width * 0.6;
  return (
    <g class="walk">
      <line x1={from} x2={from} y1={y} y2={LANE + 18} />
      {to - from > 3 ? (
        <>
          <line x1={from} x2={to} y1={y} y2={y} />
          <path d={`M${to - 6} ${y - 5}L${to} ${y}L${to - 6} ${y + 5}`} />
          <line class="point" x1={to} x2={to} y1={y} y2={LANE + HEIGHT} />
        </>
      ) : null}
      <circle cx={from} cy={y} r="4.5" />
      <text x={atEnd ? from - 8 : from + 8} y={y - 9} text-anchor={atEnd ? "end" : "start"}>
        {label}
      </text>
    </g>
  );
}

/** A wheel over the drawing is the drawing's, not the page's: a listener that may say so has to be added by hand. */
export function useWheel(box: { current: HTMLElement | null }, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const listener = (event: WheelEvent) => {
      event.preventDefault();
      latest.current(event);
    };
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, [box]);
}
