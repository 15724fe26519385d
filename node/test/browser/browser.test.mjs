// The package in a real Chromium: by itself and bundled, in a page and in a worker, under a strict policy.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ADAPTER, project, withEsbuild, withVite } from "./bundles.mjs";
import { launch, run } from "./chromium.mjs";
import { documentsWith } from "../documents/documents.mjs";
import { serve } from "./server.mjs";

const CONTRACT = new URL("../../../tests/contract/", import.meta.url).pathname;
const COMMAND = new URL("../../../tests/command/nutcracker.yml", import.meta.url).pathname;
const DIST = new URL("../../dist/", import.meta.url).pathname;
const PAGES = new URL("pages/", import.meta.url).pathname;

/** How many cases there are at least, so that a file that is cut short or skipped fails. */
const AT_LEAST = {
  placement: 292, without: 128, successors: 175, balance: 285, diff: 95, fingerprint: 12, slots: 1, cluster: 48, config: 66,
  config_errors: 161,
};

/** The pages that documents show. */
const EXAMPLES = documentsWith("html").flatMap(({ blocks }) => blocks);

const FILES = Object.keys(AT_LEAST);

const work = mkdtempSync(join(tmpdir(), "keyhome-browser-"));
let browser;
let server;

before(async () => {
  browser = await launch();
  const folders = {
    "/contract/": CONTRACT,
    "/keyhome/": DIST,
    "/untyped/": DIST,
    "/pages/adapter.mjs": ADAPTER,
    "/pages/": PAGES,
    "/classic/": join(work, "classic"),
    "/esbuild/": join(work, "esbuild"),
    "/vite/": join(work, "vite"),
    "/nutcracker.yml": COMMAND,
  };
  const examples = EXAMPLES.map((example, number) => [`/example-${number}`, `<!doctype html><body>\n${example}`]);
  server = await serve(folders, {
    ...Object.fromEntries(examples),
    "/classic": `<!doctype html><body><script src="/classic/page.js"></script>`,
  });
});

after(async () => {
  await browser?.close();
  server?.close();
  rmSync(work, { recursive: true, force: true });
});

test("every file of the contract is asked, but that of commands", () => {
  const files = readdirSync(CONTRACT).filter((name) => name.endsWith(".json") && name !== "commands.json");
  assert.deepEqual(files.map((name) => name.slice(0, -5)).sort(), [...FILES].sort());
});

/** Everything that a page said is as it should be. */
function judge(where, { before, engine, version, contract, odd, complaints, failed }) {
  assert.equal(failed, undefined);
  assert.deepEqual(complaints, []);
  assert.equal(before, "engine.unavailable");
  assert.equal(engine, "wasm");
  assert.equal(version, JSON.parse(readFileSync(join(DIST, "../package.json"), "utf8")).version);
  let all = 0;
  for (const name of FILES) {
    const { cases, items, wrong } = contract[name];
    assert.deepEqual(wrong, []);
    assert.ok(cases >= AT_LEAST[name], `${name}: ${cases} cases, and there should be ${AT_LEAST[name]}`);
    assert.ok(items >= cases, name);
    all += cases;
  }
  assert.deepEqual(odd.wrong, []);
  const parts = FILES.map((name) => `${name} ${contract[name].cases}`).join(", ");
  console.log(`Chromium, ${where}: ${all} cases (${parts}), ${odd.count} odd keys`);
}

test("the pages in the documents", async () => {
  assert.ok(EXAMPLES.length >= 2);
  for (const number of EXAMPLES.keys()) {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/example-${number}`);
    await page.waitForFunction(() => document.body.textContent.trim() !== "" && !document.body.querySelector("script"));
    assert.equal(await page.textContent("body"), "redis-2, slot 5712");
    await page.close();
  }
});

test("a plain script in a page", async () => {
  judge("plain page", await run(browser, `${server.origin}/run/pages/plain.mjs`));
});

test("a module worker", async () => {
  judge("worker", await run(browser, `${server.origin}/run/pages/worker.mjs`));
});

test("an esbuild bundle", async () => {
  await withEsbuild(project(join(work, "for-esbuild")), "bundled-file.mjs", join(work, "esbuild"));
  const result = await run(browser, `${server.origin}/run/esbuild/page.js`);
  judge("esbuild", result);
  assert.equal(result.alone, 12182);
});

test("a bundle that is no module", async () => {
  await withEsbuild(project(join(work, "for-classic")), "classic.mjs", join(work, "classic"), "iife");
  const result = await run(browser, `${server.origin}/classic`);
  assert.deepEqual(result, { alone: "engine.unavailable", slot: 12182, complaints: [] });
});

test("a Vite bundle", async () => {
  await withVite(project(join(work, "for-vite")), "bundled.mjs", join(work, "vite"));
  const result = await run(browser, `${server.origin}/run/vite/page.js`);
  judge("Vite", result);
  assert.equal(result.alone, 12182);
});

test("whatever init takes", async () => {
  const { answers, wrong } = await run(browser, `${server.origin}/run/pages/sources.mjs`);
  assert.equal(Object.keys(answers).length, 15);
  for (const [name, slot] of Object.entries(answers)) assert.equal(slot, 12182, name);
  const unavailable = "engine.unavailable";
  assert.deepEqual(wrong, {
    missing: unavailable, junk: unavailable, foreign: unavailable, refused: unavailable, thenable: unavailable,
    number: "argument.type",
  });
});

test("a module of another version", async () => {
  const { message } = await run(browser, `${server.origin}/run/pages/stale.mjs`);
  const { version } = JSON.parse(readFileSync(join(DIST, "../package.json"), "utf8"));
  assert.equal(message, `keyhome.wasm is of version 9.9.9, not ${version}`);
});

test("keyhome/slot alone", async () => {
  const { cases, wrong, code, long, complaints } = await run(browser, `${server.origin}/run/pages/slot.mjs`);
  assert.deepEqual(complaints, []);
  assert.deepEqual(wrong, []);
  assert.equal(code, "key.encoding");
  assert.equal(long[0], long[1]);
  assert.equal(long[2], 12182);
  console.log(`Chromium, keyhome/slot: ${cases} keys`);
});
