// Prints how fast the package is in a real Chromium, beside the obvious alternatives bundled in the same page.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { project } from "./bundles.mjs";
import { launch, run } from "./chromium.mjs";
import { serve } from "./server.mjs";

const NODE = new URL("../../", import.meta.url).pathname;
const POLYFILLS = new URL("polyfills/", import.meta.url).pathname;

/** What hashring hashes with in a bundle: the usual polyfill, and the quickest MD5 there is. */
const HASHES = { "crypto-browserify": "crypto.cjs", "js-md5": "quick-md5.cjs" };

const work = mkdtempSync(join(tmpdir(), "keyhome-bench-"));
const server = await serve({ "/page/": join(work, "page") });
const browser = await launch();
try {
  const folder = project(join(work, "project"));
  cpSync(join(NODE, "benches/keys.mjs"), join(folder, "keys.mjs"));
  cpSync(join(NODE, "dist/keyhome.wasm"), join(work, "page/keyhome.wasm"));
  const version = browser.version();
  console.log(`\nChromium ${version}, keys of 10 to 30 characters, distinct; ns a key, medians of paired rounds`);
  for (const [hash, file] of Object.entries(HASHES)) {
    await bundle(folder, join(POLYFILLS, file));
    print(hash, await run(browser, `${server.origin}/run/page/bench.js`));
  }
} finally {
  await browser.close();
  server.close();
  rmSync(work, { recursive: true, force: true });
}

async function bundle(folder, crypto) {
  await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["bench.mjs"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    nodePaths: [join(NODE, "node_modules")],
    alias: { buffer: "buffer/", crypto, events: "events/", stream: "stream-browserify", string_decoder: "string_decoder/" },
    inject: [join(POLYFILLS, "globals.mjs")],
    define: { global: "globalThis" },
    outfile: join(work, "page/bench.js"),
    logLevel: "error",
  });
}

function print(hash, { ready, rows }) {
  console.log(`\nhashring over ${hash}; init() took ${ready.toFixed(1)} ms\n`);
  for (const { what, beside, ours, theirs, ratio, wanted } of rows) {
    // The goals are for what applications have, not for the best that they could have.
    const goal = wanted === undefined || hash === "js-md5" ? "" : `  to reach: ${wanted}x${ratio < wanted ? " MISSED" : ""}`;
    const cells = [what.padEnd(26), beside.padEnd(16), ours.toFixed(0).padStart(6), theirs.toFixed(0).padStart(7)];
    console.log(`${cells.join("  ")}  ${ratio.toFixed(1).padStart(5)}x${goal}`);
  }
}
