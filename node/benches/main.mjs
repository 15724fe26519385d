// Prints how fast the package is beside the obvious alternatives: `npm run bench`, with `native` or `wasm` for one engine.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadTimes } from "./load.mjs";

const engines = process.argv.length > 2 ? process.argv.slice(2) : ["native", "wasm"];

function table(rows, titles) {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isText = (column) => column < rows[0].findIndex((cell) => /^[\d.]+/.test(cell));
  for (const line of lines) {
    const cells = line.map((cell, at) => (isText(at) ? cell.padEnd(widths[at]) : cell.padStart(widths[at])));
    console.log(cells.join("  ").trimEnd());
  }
  console.log();
}

console.log(`\nNode ${process.version}, keys of 10 to 30 characters, distinct; ns a key, medians of paired rounds\n`);
for (const engine of engines) {
  const env = { ...process.env, KEYHOME_ENGINE: engine };
  const program = fileURLToPath(new URL("engine.mjs", import.meta.url));
  const { rows } = JSON.parse(execFileSync(process.execPath, [program], { env, encoding: "utf8" }));
  table(
    rows.map(({ what, beside, ours, theirs, ratio, wanted }) => [
      what,
      beside,
      ours.toFixed(1),
      theirs.toFixed(1),
      `${ratio.toFixed(1)}x`,
      wanted === undefined ? "" : `${wanted}x${ratio >= wanted ? "" : " MISSED"}`,
    ]),
    [engine, "beside", "ours", "theirs", "ratio", "to reach"],
  );
}
table(
  loadTimes(engines).map(({ name, load, first }) => [name, load.toFixed(2), first.toFixed(3)]),
  ["start", "load ms", "first answer ms"],
);
