// A stretch of positions as a strip: from left to right, however long it is.

import type { Arcs } from "keyhome";
import { channels, inkOn } from "./colours.ts";
import type { Palette } from "./palette.ts";
import { NOBODY, STAYS, type Stretch, eachEntry, ownersByPixel } from "./stretches.ts";

/** From how many pixels on an entry is drawn with its edge, and with its node's number. */
const EDGED = 4;
const NUMBERED = 22;

export interface StripShape {
  /** In pixels of the screen. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen in one of the page. */
  readonly ratio: number;
}

/**
 * Draws a stretch. Where entries are narrower than pixels, each pixel is that of its widest owner: what the eye would see
 * of them anyhow, at a cost that does not depend on how many there are in view.
 */
export function drawStrip(
  context: CanvasRenderingContext2D,
  arcs: Arcs,
  stretch: Stretch,
  palette: Palette,
  { width, height, ratio }: StripShape,
  names: readonly string[],
): void {
  if (width === 0) return;
  const row = context.createImageData(width, 1);
  const owners = ownersByPixel(arcs, stretch, width);
  const words = new Uint32Array(row.data.buffer);
  let last = -1;
  let word = 0;
  owners.forEach((owner, pixel) => {
    if (owner !== last) {
      const [red, green, blue] = channels(palette(owner));
      word = (255 << 24) | (blue << 16) | (green << 8) | red;
      last = owner;
    }
    words[pixel] = word;
  });
  context.putImageData(row, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(context.canvas, 0, 0, width, 1, 0, 0, width, height);

  const scale = width / stretch.span;
  // An average entry says whether there is room; only then are they looked at one by one.
  if (arcs.ends.length * (stretch.span / arcs.size) * EDGED * ratio > width) return;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  eachEntry(arcs, stretch, (entry, begin, end) => {
    const owner = arcs.owners[entry] ?? NOBODY;
    const left = Math.max(0, (begin - stretch.from) * scale);
    const right = Math.min(width, (end - stretch.from) * scale);
    const ink = inkOn(palette(owner));
    if (right < width && right - left >= EDGED * ratio) {
      context.fillStyle = ink === "#000000" ? "rgb(0 0 0 / 45%)" : "rgb(255 255 255 / 60%)";
      context.fillRect(Math.round(right) - ratio, 0, ratio, height);
    }
    if (right - left < NUMBERED * ratio || owner === STAYS) return;
    const name = owner === NOBODY ? "nobody" : `${owner}  ${names[owner] ?? ""}`;
    const fits = context.measureText(name).width < right - left - 12 * ratio;
    context.fillStyle = ink;
    if (fits) context.fillText(name, (left + right) / 2, height / 2);
    else if (owner !== NOBODY) context.fillText(String(owner), (left + right) / 2, height / 2);
  });
}

/** The same as SVG, without words: it stands beside the names. */
export function stripSvg(arcs: Arcs, stretch: Stretch, palette: Palette, width: number, height: number): string {
  const owners = ownersByPixel(arcs, stretch, width);
  const parts: string[] = [];
  let start = 0;
  for (let pixel = 1; pixel <= width; pixel += 1) {
    if (pixel < width && owners[pixel] === owners[start]) continue;
    const fill = palette(owners[start] ?? NOBODY);
    parts.push(`<rect x="${start}" y="0" width="${pixel - start}" height="${height}" fill="${fill}"/>`);
    start = pixel;
  }
  return `<g shape-rendering="crispEdges">${parts.join("")}</g>`;
}
