// What a view shows, to be taken along: the command line that gives the same answer, JSON, CSV, and a drawing.

import { pngOf } from "../drawing/svg.ts";
import { Copy } from "./Copy.tsx";
import { download } from "./download.ts";

export interface Exported {
  /** What the files are called, without an ending. */
  readonly name: string;
  /** The command line of `keyhome` that gives the same answer. */
  readonly command: string;
  /** The members that `keyhome --json` prints. */
  readonly json: () => unknown;
  readonly csv: () => string;
  /** A drawing with its colours in it; a PNG is made of it, too. */
  readonly svg?: () => string;
}

export function Exports({ of }: { of: Exported }) {
  const save = (ending: string, type: string, content: string) =>
    download(`${of.name}.${ending}`, new Blob([content], { type }));
  const { svg } = of;
  return (
    <section class="exports" aria-label="Take this along">
      <div class="command">
        <code tabIndex={0}>{of.command}</code>
        <Copy label="Copy command" text={() => of.command} />
      </div>
      <div class="files">
        <span class="soft">Save as</span>
        <button
          type="button"
          onClick={() => save("json", "application/json", `${JSON.stringify(of.json(), undefined, 2)}\n`)}
        >
          JSON
        </button>
        <button type="button" onClick={() => save("csv", "text/csv;charset=utf-8", of.csv())}>
          CSV
        </button>
        {svg === undefined ? null : (
          <>
            <button type="button" onClick={() => save("svg", "image/svg+xml", svg())}>
              SVG
            </button>
            <button
              type="button"
              onClick={async () => {
                download(`${of.name}.png`, await pngOf(svg()));
              }}
            >
              PNG
            </button>
          </>
        )}
      </div>
    </section>
  );
}
