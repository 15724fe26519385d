// What the view shows, to be taken along.

import { circleShape, circleSvg } from "../../drawing/circle.ts";
import { colourOf, inkOn } from "../../drawing/colours.ts";
import { percent } from "../../drawing/numbers.ts";
import { paletteOf } from "../../drawing/palette.ts";
import { slotsSvg } from "../../drawing/slot-grid.ts";
import { moved } from "../../drawing/stretches.ts";
import { stripSvg } from "../../drawing/strip.ts";
import { escaped, pageColours, svgDocument } from "../../drawing/svg.ts";
import type { Exported } from "../../page/Exports.tsx";
import { configWords, keyhomeCommand } from "../../page/command.ts";
import { csvOf } from "../../text/csv.ts";
import { theme } from "../../page/theme.ts";
import type { MovesResult } from "../../work/protocol.ts";
import type { Flow, Loss } from "./loss.ts";

type Parts = readonly (number | undefined)[];

const SIDE = 480;
const MOST_NAMES = 20;

export function exportedLoss(
  loss: Loss,
  flows: readonly Flow[],
  before: Parts,
  after: Parts,
  counted: MovesResult | undefined,
): Exported {
  const { gone, diff } = loss;
  // `configWords` begins with `-c`, which `diff` has not.
  const file = configWords().slice(1);
  const without = gone.flatMap((name) => ["--without", name]);
  return {
    name: "failure",
    command:
      gone.length === 0
        ? keyhomeCommand("balance", ...configWords())
        : keyhomeCommand("diff", ...file, ...without),
    json: () => {
      if (diff === undefined || gone.length === 0) return loss.before.balance();
      if (counted === undefined) return diff;
      const moves = counted.moves.map(({ from, to, keys }) => ({ from, to, keys }));
      return { ...diff, sample: { source: "generated", keys: counted.keys, moves, stays: counted.stays } };
    },
    csv: () => {
      const rows = flows.map(({ from, to, part, amount }) => [from ?? "", to ?? "", part, amount.replaceAll(",", "")]);
      return csvOf([["from", "to", "part", counted === undefined ? "hash values" : "keys"], ...rows]);
    },
    svg: () => picture(loss, before, after),
  };
}

function picture({ before, after, gone }: Loss, partsBefore: Parts, partsAfter: Parts): string {
  const sheet = pageColours();
  const palette = paletteOf(theme.value);
  const [old, now] = [before.arcs(), (after ?? before).arcs()];
  const parts: string[] = [];
  if (old.by === "ring" && now.by === "ring") {
    parts.push(circleSvg(gone.length === 0 ? old : moved(old, now), palette, circleShape(SIDE)));
  } else if (now.by === "slots") {
    parts.push(`<g transform="translate(20 20)">${slotsSvg(now, palette, SIDE - 40)}</g>`);
  } else {
    for (const [y, arcs] of [[20, old], [120, now]] as const) {
      const strip = stripSvg(arcs, { from: 0, span: arcs.size }, palette, SIDE - 40, 80);
      parts.push(`<g transform="translate(20 ${y})">${strip}</g>`);
    }
  }
  const title = gone.length === 0 ? "all nodes live" : `without ${gone.slice(0, 3).join(", ")}${gone.length > 3 ? " …" : ""}`;
  parts.push(`<text x="${SIDE}" y="28" font-weight="600" fill="${sheet.text}">${escaped(title)}</text>`);
  before.nodes.slice(0, MOST_NAMES).forEach(({ name }, index) => {
    const y = 54 + index * 22;
    const colour = colourOf(index, theme.value === "dark");
    const isGone = gone.includes(name);
    const [was, is] = [partsBefore[index], partsAfter[index]];
    const change = was === undefined ? "" : isGone ? `${percent(was)} → out` : `${percent(was)} → ${percent(is ?? 0)}`;
    parts.push(
      `<rect x="${SIDE}" y="${y - 14}" width="30" height="18" rx="4" fill="${colour}"/>`,
      `<text x="${SIDE + 15}" y="${y}" text-anchor="middle" font-size="12" fill="${inkOn(colour)}">${index}</text>`,
      `<text x="${SIDE + 38}" y="${y}" fill="${sheet.text}"${isGone ? ' text-decoration="line-through"' : ""}>${escaped(name)}</text>`,
      `<text x="${SIDE + 330}" y="${y}" text-anchor="end" fill="${sheet.soft}">${change}</text>`,
    );
  });
  return svgDocument(SIDE + 350, Math.max(SIDE, 60 + 22 * Math.min(MOST_NAMES, before.nodes.length)), sheet.ground, parts.join(""));
}
