// Rows of text as a picture.

import { escaped, pageColours, svgDocument } from "./svg.ts";

const ROW = 24;
const MARGIN = 20;
/** How wide a character of the type is; that of wide scripts is more, and runs over. */
const CHAR = 7.9;
const GAP = 24;
/** Cells are cut off beyond. */
const LONGEST = 72;

/**
 * A picture of a table.
 *
 * @param title - what stands above it
 * @param rows - cells of the same number in each row; the first of each row is its heading
 */
export function rowsSvg(title: string, rows: readonly (readonly string[])[]): string {
  const ink = pageColours();
  const cells = rows.map((row) => row.map((cell) => (cell.length > LONGEST ? `${cell.slice(0, LONGEST - 1)}…` : cell)));
  const lefts: number[] = [];
  let width = MARGIN;
  for (const column of cells[0]?.keys() ?? []) {
    lefts.push(width);
    width += Math.max(...cells.map((row) => row[column]?.length ?? 0)) * CHAR + GAP;
  }
  width = Math.max(width - GAP + MARGIN, 2 * MARGIN + title.length * CHAR * 1.1);
  const top = MARGIN + 40;
  const text = (left: number, y: number, colour: string, more: string, content: string) =>
    `<text x="${left}" y="${y}" fill="${colour}" xml:space="preserve" ${more}>${escaped(content)}</text>`;
  const drawn = cells.map((row, at) =>
    row
      .map((cell, column) => {
        const style = column === 0 ? 'font-weight="600"' : 'font-family="ui-monospace, Menlo, Consolas, monospace"';
        return text(lefts[column] ?? MARGIN, top + at * ROW, column > 1 ? ink.soft : ink.text, style, cell);
      })
      .join(""),
  );
  const heading = text(MARGIN, MARGIN + 10, ink.text, 'font-size="16" font-weight="600"', title);
  return svgDocument(Math.ceil(width), top + rows.length * ROW, ink.ground, heading + drawn.join(""));
}
