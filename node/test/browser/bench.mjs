// Prints how fast the package is in a real Chromium, beside the obvious alternatives bundled in the same page.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { project } from "./bundles.mjs";
import { launch, run } from "./chromium.mjs";
import { serve } from "./server.mjs";

const DIST = new URL("../../dist/", import.meta.url).pathname;
const KEYS = new URL("../../benches/keys.mjs", import.meta.url).pathname;

const work = mkdtempSync(join(tmpdir(), "keyhome-bench-"));
const server = await serve({ "/page/keyhome.wasm": join(DIST, "keyhome.wasm"), "/page/": join(work, "page") });
const browser = await launch();
try {
  const folder = project(join(work, "project"), [
    "cluster-key-slot", "connection-parse", "hashring", "js-md5", "simple-lru-cache",
  ]);
  cpSync(KEYS, join(folder, "keys.mjs"));
  await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["bench.mjs"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    alias: { crypto: join(folder, "md5.cjs") },
    outfile: join(work, "page/bench.js"),
    logLevel: "error",
  });
  const { ready, rows } = await run(browser, `${server.origin}/run/page/bench.js`);
  console.log(`\nChromium ${browser.version()}, keys of 10 to 30 characters, distinct; ns a key, medians of paired rounds\n`);
  for (const { what, beside, ours, theirs, ratio, wanted } of rows) {
    const goal = wanted === undefined ? "" : `  to reach: ${wanted}x${ratio < wanted ? "  NOT REACHED" : ""}`;
    const cells = [what.padEnd(26), beside.padEnd(16), ours.toFixed(0).padStart(6), theirs.toFixed(0).padStart(7)];
    console.log(`${cells.join("  ")}  ${ratio.toFixed(1).padStart(5)}x${goal}`);
  }
  console.log(`\ninit() took ${ready.toFixed(1)} ms`);
} finally {
  await browser.close();
  server.close();
  rmSync(work, { recursive: true, force: true });
}
