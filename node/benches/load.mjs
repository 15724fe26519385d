// How long a program waits for a package: to load it, and for the first answer.

import { execFileSync } from "node:child_process";
import { median } from "./paired.mjs";

const clocked = (load, first) => `
  const start = process.hrtime.bigint();
  const loaded = ${load};
  const middle = process.hrtime.bigint();
  ${first};
  const end = process.hrtime.bigint();
  console.log(JSON.stringify([Number(middle - start), Number(end - middle)]));
`;

const PROGRAMS = [
  ["keyhome, native", "native", clocked('require("keyhome")', 'loaded.slot("user:1001")')],
  ["keyhome, wasm", "wasm", clocked('require("keyhome")', 'loaded.slot("user:1001")')],
  ["cluster-key-slot", "", clocked('require("cluster-key-slot")', 'loaded("user:1001")')],
  ["hashring", "", clocked('require("hashring")', 'new loaded(["a:1", "b:2"]).get("user:1001")')],
];

/** Milliseconds to load and for the first answer, medians over fresh processes. */
export function loadTimes(engines, runs = 15) {
  const programs = PROGRAMS.filter(([, engine]) => engine === "" || engines.includes(engine));
  const times = programs.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [at, [, engine, code]] of programs.entries()) {
      const env = { ...process.env, KEYHOME_ENGINE: engine };
      const options = { cwd: new URL(".", import.meta.url), env, encoding: "utf8" };
      times[at].push(JSON.parse(execFileSync(process.execPath, ["-e", code], options)));
    }
  }
  return programs.map(([name], at) => ({
    name,
    load: median(times[at].map(([load]) => load)) / 1e6,
    first: median(times[at].map(([, first]) => first)) / 1e6,
  }));
}
