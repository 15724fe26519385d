// A ring as a ring: position 0 at the top, clockwise.

import type { Arcs } from "keyhome";
import type { Palette } from "./palette.ts";
import { ownersByPixel } from "./stretches.ts";

/** Where a ring lies in its drawing, in its pixels. */
export interface CircleShape {
  /** The centre, in both directions. */
  readonly centre: number;
  /** The outer edge of the band. */
  readonly radius: number;
  /** How broad the band is. */
  readonly band: number;
}

/** A ring in a square of so many pixels of the page, or of another measure that has `ratio` of them: with room for marks. */
export function circleShape(size: number, ratio = 1): CircleShape {
  const radius = (size / 2 - 20) * ratio;
  return { centre: (size / 2) * ratio, radius, band: Math.max(18 * ratio, Math.min(44 * ratio, radius * 0.2)) };
}

/** The angle of a position, as canvas and SVG count: 0 to the right, clockwise. */
function angleOf(position: number, size: number): number {
  return (position / size) * 2 * Math.PI - Math.PI / 2;
}

/** The position at a place in the drawing. */
export function positionAt(x: number, y: number, { centre }: CircleShape, size: number): number {
  const turn = (Math.atan2(y - centre, x - centre) + Math.PI / 2) / (2 * Math.PI);
  return (turn - Math.floor(turn)) * size;
}

/** Whether a place lies in the band, or so near to it that it is meant. */
export function isOnBand(x: number, y: number, { centre, radius, band }: CircleShape): boolean {
  const distance = Math.hypot(x - centre, y - centre);
  return distance <= radius + 14 && distance >= radius - band - 8;
}

/** The place of a position at a distance from the centre. */
export function placeOf(position: number, size: number, distance: number, centre: number): [number, number] {
  const angle = angleOf(position, size);
  return [centre + distance * Math.cos(angle), centre + distance * Math.sin(angle)];
}

/** The path of a part of a circle, clockwise, for SVG. A whole turn is drawn as two halves. */
export function arcPath(from: number, to: number, size: number, distance: number, centre: number): string {
  const span = Math.min(to - from, size);
  const half = from + span / 2;
  const spot = (position: number) =>
    placeOf(position, size, distance, centre)
      .map((value) => value.toFixed(2))
      .join(" ");
  const radius = distance.toFixed(2);
  return `M${spot(from)}A${radius} ${radius} 0 0 1 ${spot(half)}A${radius} ${radius} 0 0 1 ${spot(from + span)}`;
}

/** Calls `see` for each run of pixels along the ring that are drawn in one colour: as parts of the whole turn. */
function eachRun(arcs: Arcs, pixels: number, palette: Palette, see: (colour: string, from: number, to: number) => void) {
  const owners = ownersByPixel(arcs, { from: 0, span: arcs.size }, pixels);
  let start = 0;
  let colour = palette(owners[0] ?? 0);
  for (let pixel = 1; pixel <= pixels; pixel += 1) {
    const next = pixel < pixels ? palette(owners[pixel] ?? 0) : "";
    if (next === colour) continue;
    see(colour, start / pixels, pixel / pixels);
    start = pixel;
    colour = next;
  }
}

/** Draws a ring on a canvas whose every unit is a pixel of the screen. */
export function drawCircle(context: CanvasRenderingContext2D, arcs: Arcs, palette: Palette, shape: CircleShape) {
  const { centre, radius, band } = shape;
  const pixels = Math.min(4096, Math.max(360, Math.round(2 * Math.PI * radius)));
  context.clearRect(0, 0, 2 * centre, 2 * centre);
  context.lineWidth = band;
  eachRun(arcs, pixels, palette, (colour, from, to) => {
    context.strokeStyle = colour;
    context.beginPath();
    // A little longer than it is, so that no background shows between it and the next.
    context.arc(centre, centre, radius - band / 2, angleOf(from, 1), angleOf(to, 1) + 0.4 / radius);
    context.stroke();
  });
}

/** The same as SVG. */
export function circleSvg(arcs: Arcs, palette: Palette, { centre, radius, band }: CircleShape): string {
  const paths: string[] = [];
  eachRun(arcs, 2048, palette, (colour, from, to) => {
    paths.push(`<path d="${arcPath(from, to, 1, radius - band / 2, centre)}" stroke="${colour}"/>`);
  });
  return `<g fill="none" stroke-width="${band.toFixed(2)}">${paths.join("")}</g>`;
}
