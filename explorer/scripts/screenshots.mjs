// Leaves a picture of every view in docs/explorer/, light and dark, wide and narrow: `npm run screenshots`, with the names of
// some views for those alone, after `npm run build`. pngquant makes them small.

import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PAGE, VIEWS, fragment, launch } from "../test/browser.mjs";

const OUT = new URL("../../docs/explorer/", import.meta.url).pathname;
const LARGEST = 80_000;

const SERVERS = ["ada 10.0.0.1", "bea 10.0.0.2", "cleo 10.0.0.3", "dora 10.0.0.4", "eve 10.0.0.5", "fay 10.0.0.6"];

/** A pool as operators have it, with so many servers. */
function pool(servers) {
  const lines = SERVERS.slice(0, servers).map((server) => {
    const [name, host] = server.split(" ");
    return `   - ${host}:6379:1 ${name}\n`;
  });
  return `sessions:
  listen: 127.0.0.1:22121
  hash: fnv1a_64
  distribution: ketama
  hash_tag: "{}"
  auto_eject_hosts: true
  server_failure_limit: 3
  redis: true
  servers:
${lines.join("")}`;
}

const STATE = {
  config: pool(5),
  key: "user:{1001}:cart",
  changed: pool(6),
  sample: "pattern",
  samplePattern: "user:{0..999}",
};

/** What makes a view worth a picture. */
const OF_VIEW = { failure: { gone: ["dora"] } };

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 360, height: 780 } };

/** What is farther down is left out. */
const HIGHEST = 1480;

/** A picture with few colours is a quarter of the size, and looks the same. */
function small(file) {
  for (const colours of [256, 128, 64, 48, 32, 24]) {
    const picture = `${file}.small`;
    execFileSync("pngquant", ["--strip", "--speed", "1", "--nofs", "--force", "--output", picture, String(colours), file]);
    const { size } = statSync(picture);
    if (size > LARGEST) continue;
    renameSync(picture, file);
    return size;
  }
  throw new Error(`${file} is larger than ${LARGEST} bytes whatever its colours`);
}

const views = process.argv.length > 2 ? process.argv.slice(2) : VIEWS;
if (views === VIEWS) rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const browser = await launch();
try {
  for (const view of views) {
    for (const scheme of ["light", "dark"]) {
      for (const [name, viewport] of Object.entries(SIZES)) {
        const context = await browser.newContext({ colorScheme: scheme, viewport, reducedMotion: "reduce" });
        const page = await context.newPage();
        await page.goto(`${pathToFileURL(PAGE).href}#${fragment({ ...STATE, ...OF_VIEW[view], ...(view === "where" ? {} : { view }) })}`);
        await page.waitForSelector(`#view.${view}`);
        // Until what is counted or drawn stands still.
        await page.waitForFunction(() => document.querySelector("[aria-busy=true], progress") === null);
        await page.waitForTimeout(500);
        const file = join(OUT, `${view}-${scheme}-${name}.png`);
        // Editors measure themselves when they come into sight.
        for (const editor of await page.locator(".cm-editor").all()) {
          await editor.scrollIntoViewIfNeeded();
          await page.waitForTimeout(500);
        }
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(height, HIGHEST) };
        await page.screenshot({ path: file, fullPage: true, clip });
        console.log(file.slice(OUT.length), small(file));
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
}
