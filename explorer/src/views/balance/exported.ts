// What the view shows, as files.

import { colourOf } from "../../drawing/colours.ts";
import { percent } from "../../drawing/numbers.ts";
import { escaped, pageColours, svgDocument } from "../../drawing/svg.ts";
import { csvOf } from "../../text/csv.ts";
import { type Row, keysPart, sharePart } from "./BalanceTable.tsx";

export function balanceCsv(rows: readonly Row[]): string {
  const header = ["node", "weight", "share", "range", "keys"];
  return csvOf([
    header,
    ...rows.map(({ name, weight, share, keys }) => [
      name,
      weight,
      share?.of ?? "",
      share?.range ?? "",
      keys?.of ?? "",
    ]),
  ]);
}

/** More rows make a picture that nobody reads. */
const MOST = 60;
const [LEFT, WIDTH, ROW] = [180, 760, 40];

export function balanceSvg(rows: readonly Row[]): string {
  const { ground, text: ink, soft } = pageColours();
  const shown = rows.slice(0, MOST);
  const largest = Math.max(...shown.map((row) => Math.max(sharePart(row) ?? 0, keysPart(row) ?? 0)), Number.MIN_VALUE);
  const field = WIDTH - LEFT - 150;
  const bars = shown.map((row, at) => {
    const y = 16 + at * ROW;
    const [share, keys, colour] = [sharePart(row), keysPart(row), colourOf(row.index)];
    const name = row.name.length > 17 ? `${row.name.slice(0, 16)}…` : row.name;
    return (
      `<text x="16" y="${y + 18}" fill="${ink}">${row.index}  ${escaped(name)}</text>` +
      bar(y, share, share && row.share && `${percent(share)} of hash values`, `fill="none" stroke="${colour}" stroke-width="2"`) +
      bar(y + 14, keys, keys === undefined ? undefined : `${percent(keys)} of keys`, `fill="${colour}"`)
    );
  });
  const note = rows.length > MOST ? `<text x="16" y="${28 + shown.length * ROW}" fill="${soft}">and ${rows.length - MOST} more nodes</text>` : "";
  return svgDocument(WIDTH, 32 + shown.length * ROW + (note === "" ? 0 : 20), ground, bars.join("") + note);

  function bar(y: number, part: number | undefined, text: string | 0 | undefined, look: string): string {
    if (part === undefined) return "";
    const width = (field * part) / largest;
    return (
      `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="10" ${look}/>` +
      `<text x="${(LEFT + width + 8).toFixed(1)}" y="${y + 9}" font-size="11" fill="${soft}">${escaped(String(text))}</text>`
    );
  }
}
