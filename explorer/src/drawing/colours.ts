// One colour a node, on every view the same.

import { theme } from "../page/theme.ts";

// Eight hues after Okabe and Ito, moved apart until any two differ by at least 0.1 in OKLab both for normal sight and for
// people without one kind of cones (protan, deutan, tritan), and stand out from the page by 2.5 to 1.
const LIGHT = ["#355493", "#e08e00", "#8a9f80", "#ad6398", "#5fa7de", "#c34e0b", "#6d60cb", "#6b5a5e"];
const DARK = ["#3894e2", "#f0ab26", "#26cc8f", "#c9a8de", "#a9e1ff", "#e97338", "#f1e24b", "#9295a4"];

/** Hues that repeat are made darker, then lighter; the node's number tells apart what is beyond. */
const STEPS = [
  { towards: 0, by: 0 },
  { towards: 0, by: 0.36 },
  { towards: 255, by: 0.42 },
];

/** The colour of slots that nobody owns. */
export const NOBODY = { light: "#d9dce1", dark: "#343a44" };

/**
 * The colour of the node with an index, as `#rrggbb`. Never the only cue: {@link NodeMark} writes the number as well.
 *
 * @param inDark - for which page; the one that is shown
 */
export function colourOf(index: number, inDark: boolean = theme.value === "dark"): string {
  const hues = inDark ? DARK : LIGHT;
  const hue = hues[index % hues.length] ?? "#888888";
  const step = STEPS[Math.floor(index / hues.length) % STEPS.length];
  return step === undefined || step.by === 0 ? hue : mixed(hue, step.towards, step.by);
}

/** Black or white, whichever is easier to read on a colour. */
export function inkOn(colour: string): string {
  const [red, green, blue] = channels(colour).map((value) => (value / 255) ** 2.2) as [number, number, number];
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // Where the contrasts with black and with white are equal.
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

/** The red, green and blue of `#rrggbb`, 0 to 255. */
export function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function mixed(colour: string, towards: number, by: number): string {
  const parts = channels(colour).map((value) => Math.round(value + (towards - value) * by));
  return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
