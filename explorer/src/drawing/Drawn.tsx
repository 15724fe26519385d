// A canvas in which one picture is painted, with marks of SVG over it.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface DrawnProps {
  /** In pixels of the page. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the canvas in one of the page; others than the screen's are shown with sharp edges. */
  readonly ratio: number;
  /** Paints the picture. Another function is another picture. */
  readonly paint: (context: CanvasRenderingContext2D) => void;
  /** Marks, in pixels of the page. */
  readonly children?: ComponentChildren;
}

export function Drawn({ width, height, ratio, paint, children }: DrawnProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    // Several changes between two frames are painted once.
    const frame = requestAnimationFrame(() => context && paint(context));
    return () => cancelAnimationFrame(frame);
  }, [paint, width, height, ratio]);
  return (
    <>
      <canvas
        ref={canvas}
        width={Math.round(width * ratio)}
        height={Math.round(height * ratio)}
        style={{ width: `${width}px`, height: `${height}px`, imageRendering: "pixelated" }}
      />
      <svg class="marks" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {children}
      </svg>
    </>
  );
}
