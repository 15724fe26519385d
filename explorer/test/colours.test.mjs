// Colours of nodes: colour-blind people tell the first eight apart, everybody reads the numbers on all of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, show } from "./support.mjs";

/** What is left of linear red, green and blue without one kind of cones (Machado, Oliveira, Fernandes 2009). */
const SIGHTS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

const linear = (rgb) => rgb.match(/\d+/g).slice(0, 3).map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
const dot = (weights, colour) => weights.reduce((sum, weight, at) => sum + weight * colour[at], 0);
const seen = (colour, sight) => [0, 3, 6].map((row) => Math.min(1, Math.max(0, dot(sight.slice(row, row + 3), colour))));
const luminance = (rgb) => dot([0.2126, 0.7152, 0.0722], linear(rgb));

/** OKLab, in which distances are those that people see. */
function oklab(colour) {
  const cones = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(dot(row, colour)));
  return [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ].map((row) => dot(row, cones));
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const scheme of ["light", "dark"]) {
  test(`colours of nodes, ${scheme}`, async (t) => {
    const servers = Array.from({ length: 24 }, (_, at) => `   - 10.0.0.${at}:6379:1 n${at}\n`).join("");
    const page = await open(t, { scheme, given: { config: `p:\n  servers:\n${servers}`, file: "p.yml", pool: null } });
    await show(page, "ring");
    const marks = await page.locator(".ring-nodes .node-mark").evaluateAll((all) =>
      all.map((mark) => ({ number: mark.innerText, colour: getComputedStyle(mark).backgroundColor, ink: getComputedStyle(mark).color })),
    );
    assert.deepEqual(marks.map(({ number }) => number), Array.from({ length: 24 }, (_, at) => String(at)));
    assert.equal(new Set(marks.map(({ colour }) => colour)).size, 24);
    for (const { colour, ink } of marks) assert.ok(contrast(colour, ink) >= 4.5, `${ink} on ${colour}`);
    const ground = await page.locator(".view").evaluate((view) => getComputedStyle(view).backgroundColor);
    const hues = marks.slice(0, 8).map(({ colour }) => colour);
    for (const hue of hues) assert.ok(contrast(hue, ground) > 2.5, `${hue} on ${ground}`);
    for (const [name, sight] of Object.entries(SIGHTS)) {
      const places = hues.map((hue) => oklab(seen(linear(hue), sight)));
      const distances = places.flatMap((one, at) => places.slice(at + 1).map((other) => Math.hypot(...one.map((value, axis) => value - other[axis]))));
      assert.ok(Math.min(...distances) > 0.1 - 1e-3, `${name}: ${Math.min(...distances)}`);
    }
  });
}
