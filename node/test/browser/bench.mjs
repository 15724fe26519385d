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

/** What hashring hashes with in a bundle: what bundlers put in the place of Node's crypto, and a quicker MD5. */
const HASHES = {
  "crypto-browserify": { file: "crypto.cjs", what: "the standard polyfill of bundlers" },
  "js-md5": { file: "quick-md5.cjs", what: "put in by hand, quicker than what applications have" },
};

const work = mkdtempSync(join(tmpdir(), "keyhome-bench-"));
const server = await serve({ "/page/": join(work, "page") });
const browser = await launch();
try {
  const folder = project(join(work, "project"));
  cpSync(join(NODE, "benches/keys.mjs"), join(folder, "keys.mjs"));
  cpSync(join(NODE, "dist/keyhome.wasm"), join(work, "page/keyhome.wasm"));
  const version = browser.version();
  console.log(`\nChromium ${version}, keys of 10 to 30 characters, distinct; ns a key, medians of paired rounds`);
  for (const [hash, { file, what }] of Object.entries(HASHES)) {
    await bundle(folder, join(POLYFILLS, file));
    print(`${hash}, ${what}`, hash === "crypto-browserify", await run(browser, `${server.origin}/run/page/bench.js`));
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

function print(title, standard, { ready, rows }) {
  console.log(`\nhashring over ${title}; init() took ${ready.toFixed(1)} ms\n`);
  for (const { what, beside, ours, theirs, ratio, wanted } of rows) {
    // The goals beside hashring are for what applications have, not for the best that they could have.
    const judged = standard || beside !== "hashring";
    const missed = judged && ratio < wanted ? " MISSED" : "";
    const goal = wanted === undefined ? "" : `  to reach${judged ? "" : " over the standard one"}: ${wanted}x${missed}`;
    const cells = [what.padEnd(26), beside.padEnd(16), ours.toFixed(0).padStart(6), theirs.toFixed(0).padStart(7)];
    console.log(`${cells.join("  ")}  ${ratio.toFixed(1).padStart(5)}x${goal}`);
  }
}
