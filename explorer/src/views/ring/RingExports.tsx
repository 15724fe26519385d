// What the view shows, to be taken along.

import type { Arcs, Balance, Explanation } from "keyhome";
import { circleShape, circleSvg, placeOf } from "../../drawing/circle.ts";
import { colourOf, inkOn } from "../../drawing/colours.ts";
import { count, percent, shareNumber } from "../../drawing/numbers.ts";
import { paletteOf } from "../../drawing/palette.ts";
import { slotsSvg } from "../../drawing/slot-grid.ts";
import { NOBODY, beginOf, wrapped } from "../../drawing/stretches.ts";
import { stripSvg } from "../../drawing/strip.ts";
import { escaped, pageColours, svgDocument } from "../../drawing/svg.ts";
import { Exports } from "../../page/Exports.tsx";
import { configWords, keyWords, keyhomeCommand } from "../../page/command.ts";
import { csvOf } from "../../text/csv.ts";
import { theme } from "../../page/theme.ts";
import { walkOf } from "./walk.ts";

/** The drawing's side, and how many nodes the list beside it names. */
const SIDE = 560;
const MOST_NAMES = 24;

export interface RingExportsProps {
  readonly arcs: Arcs;
  readonly explanation: Explanation | undefined;
  readonly names: readonly string[];
  readonly balance: Balance;
}

export function RingExports({ arcs, explanation, names, balance }: RingExportsProps) {
  return (
    <Exports
      of={{
        name: arcs.by === "slots" ? "slots" : "ring",
        command:
          explanation === undefined
            ? keyhomeCommand("balance", ...configWords())
            : keyhomeCommand("explain", ...configWords(), ...keyWords()),
        json: () => explanation ?? balance,
        csv: () => stretchesCsv(arcs, names),
        svg: () => picture(arcs, explanation, names, balance),
      }}
    />
  );
}

/** Every stretch of positions with its owner, in order. */
function stretchesCsv(arcs: Arcs, names: readonly string[]): string {
  const rows: (string | number)[][] = [["first", "last", "node"]];
  arcs.ends.forEach((end, entry) => {
    const owner = arcs.owners[entry] ?? NOBODY;
    const begin = beginOf(arcs, entry);
    if (begin <= end) rows.push([wrapped(begin, arcs.size), end, owner === NOBODY ? "" : (names[owner] ?? "")]);
  });
  return csvOf(rows);
}

function picture(arcs: Arcs, explanation: Explanation | undefined, names: readonly string[], balance: Balance): string {
  const sheet = pageColours();
  const palette = paletteOf(theme.value);
  const shape = circleShape(SIDE);
  const parts: string[] = [];
  if (arcs.by === "ring") parts.push(circleSvg(arcs, palette, shape));
  else if (arcs.by === "slots") parts.push(`<g transform="translate(20 20)">${slotsSvg(arcs, palette, SIDE - 48)}</g>`);
  else {
    const strip = stripSvg(arcs, { from: 0, span: arcs.size }, palette, SIDE - 40, 80);
    parts.push(`<g transform="translate(20 20)">${strip}</g>`);
  }
  const walk = explanation === undefined ? undefined : walkOf(arcs, explanation, balance.range);
  if (walk !== undefined && arcs.by === "ring") {
    const [x, y] = placeOf(walk.at, arcs.size, shape.radius + 10, shape.centre);
    parts.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="6" fill="${sheet.text}"/>`);
  }
  if (explanation !== undefined) {
    const title = `${explanation.key ?? explanation.key_hex ?? ""} lives on ${explanation.node}`;
    const y = arcs.by === "ring" ? SIDE / 2 : SIDE - 8;
    const text = title.length > 40 ? `${title.slice(0, 39)}…` : title;
    parts.push(`<text x="${SIDE / 2}" y="${y}" text-anchor="middle" fill="${sheet.text}">${escaped(text)}</text>`);
  }
  const range = balance.range === null ? 0 : shareNumber(balance.range);
  names.slice(0, MOST_NAMES).forEach((name, index) => {
    const y = 28 + index * 22;
    const share = balance.shares[index]?.share ?? null;
    const colour = colourOf(index, theme.value === "dark");
    parts.push(
      `<rect x="${SIDE}" y="${y - 14}" width="30" height="18" rx="4" fill="${colour}"/>`,
      `<text x="${SIDE + 15}" y="${y}" text-anchor="middle" font-size="12" fill="${inkOn(colour)}">${index}</text>`,
      `<text x="${SIDE + 38}" y="${y}" fill="${sheet.text}">${escaped(name)}</text>`,
      `<text x="${SIDE + 290}" y="${y}" text-anchor="end" fill="${sheet.soft}">${share === null ? "" : percent(shareNumber(share) / range)}</text>`,
    );
  });
  if (names.length > MOST_NAMES) {
    const more = `and ${count(names.length - MOST_NAMES)} more`;
    parts.push(`<text x="${SIDE + 38}" y="${28 + MOST_NAMES * 22}" fill="${sheet.soft}">${more}</text>`);
  }
  return svgDocument(SIDE + 310, SIDE, sheet.ground, parts.join(""));
}
