// Prints how fast the package is beside the obvious alternatives: `npm run bench`, with `native` or `wasm` for one engine.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadTimes } from "./load.mjs";
import { table } from "./table.mjs";

const engines = process.argv.length > 2 ? process.argv.slice(2) : ["native", "wasm"];

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
