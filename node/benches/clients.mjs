// Prints how ShardedRedis does beside plain ioredis, on real servers: `node benches/clients.mjs`.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { table } from "./table.mjs";

/** With each engine over the newest ioredis, and over the one before. */
const RUNS = [
  { KEYHOME_ENGINE: "native", KEYHOME_IOREDIS: "6" },
  { KEYHOME_ENGINE: "wasm", KEYHOME_IOREDIS: "6" },
  { KEYHOME_ENGINE: "native", KEYHOME_IOREDIS: "5" },
];

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

console.log("ShardedRedis beside plain ioredis on one server; µs a request, medians of paired rounds; cpu is that of the client\n");
for (const run of RUNS) {
  const args = ["--expose-gc", "--import", path("../test/which-ioredis.mjs"), path("client-rows.mjs")];
  const { rows } = JSON.parse(execFileSync(process.execPath, args, { env: { ...process.env, ...run }, encoding: "utf8" }));
  table(
    rows.map(({ what, over, wall, cpu, limit }) => [
      what,
      over,
      wall.ours.toFixed(2),
      wall.theirs.toFixed(2),
      wall.ratio.toFixed(2),
      `${limit.toFixed(2)}${wall.ratio <= limit ? "" : " MISSED"}`,
      cpu.ours.toFixed(2),
      cpu.theirs.toFixed(2),
      cpu.ratio.toFixed(2),
    ]),
    [`${run.KEYHOME_ENGINE}, ioredis ${run.KEYHOME_IOREDIS}`, "over", "ours", "theirs", "ratio", "at most", "cpu", "theirs", "ratio"],
  );
}
