// The slots of Redis Cluster as a map of 128 rows of 128.

import type { Arcs } from "keyhome";
import { channels } from "./colours.ts";
import type { Palette } from "./palette.ts";
import { ownersByPixel } from "./stretches.ts";

/** Slots in a row, and rows. */
export const ROW = 128;

/** Draws the map with a pixel for each slot. */
export function drawSlots(context: CanvasRenderingContext2D, arcs: Arcs, palette: Palette): void {
  const owners = ownersByPixel(arcs, { from: 0, span: arcs.size }, ROW * ROW);
  const image = context.createImageData(ROW, ROW);
  owners.forEach((owner, slot) => {
    image.data.set([...channels(palette(owner)), 255], 4 * slot);
  });
  context.putImageData(image, 0, 0);
}

/** The same as SVG, so broad and so high. */
export function slotsSvg(arcs: Arcs, palette: Palette, width: number): string {
  const side = width / ROW;
  const parts: string[] = [];
  let begin = 0;
  arcs.ends.forEach((end, entry) => {
    const fill = palette(arcs.owners[entry] ?? 0);
    // A run of slots is at most a part of a row, whole rows, and another part of a row.
    for (let slot = begin; slot <= end; ) {
      const column = slot % ROW;
      const left = end + 1 - slot;
      const rows = column === 0 && left >= ROW ? Math.floor(left / ROW) : 1;
      const columns = rows > 1 ? ROW : Math.min(ROW - column, left);
      const [x, y] = [column * side, Math.floor(slot / ROW) * side];
      parts.push(`<rect x="${x}" y="${y}" width="${columns * side}" height="${rows * side}" fill="${fill}"/>`);
      slot += columns * rows;
    }
    begin = end + 1;
  });
  return `<g shape-rendering="crispEdges">${parts.join("")}</g>`;
}
