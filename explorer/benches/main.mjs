// Prints how quick the explorer is in a real Chromium, each time beside what it can be measured by: `npm run bench`, after
// `npm run build`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fragment, keyhome, launch, served } from "../test/browser.mjs";
import { frames, median } from "./measures.mjs";

const SERVERS = 1000;
const KEYS = 1_000_000;
const ROUNDS = 9;

/** A ketama ring of as many servers: 160 points each. */
function config(servers) {
  const line = (number) => `   - 10.${number >> 8}.${number & 255}.1:6379:1 redis-${number}\n`;
  return `pool:\n  hash: murmur\n  distribution: ketama\n  servers:\n${Array.from({ length: servers }, (_, at) => line(at)).join("")}`;
}

const work = mkdtempSync(join(tmpdir(), "keyhome-explorer-bench-"));
const browser = await launch();

/** Opens a page in a browser that has never seen it. */
async function open(html, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const file = join(work, "page.html");
  writeFileSync(file, html);
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  return page;
}

/** Milliseconds from asking for the page to the frame that shows an answer, nothing of it cached. */
async function answered(html, selector) {
  const page = await open(html);
  const time = await page.evaluate(async (selector) => {
    while (document.querySelector(selector) === null) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now();
  }, selector);
  await page.context().close();
  return time;
}

async function firstAnswer() {
  const answer = served({ config: config(5), file: "nutcracker.yml", pool: null });
  const blank = "<!doctype html><title>blank</title><p class='home'>redis-1</p>";
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await answered(answer, "#view .home"));
    theirs.push(await answered(blank, ".home"));
  }
  const [our, their] = [median(ours), median(theirs)];
  console.log(`first answer, cold: ${our.toFixed(0)} ms; a page that is one line of text: ${their.toFixed(0)} ms (${(our / their).toFixed(1)}x)`);
}

/** Frames of a second while the pointer goes where `path` says, held down. */
async function dragged(page, path) {
  const seen = () => page.evaluate(() => document.querySelector(".strip canvas").toDataURL());
  await page.mouse.move(...path(0));
  await page.mouse.down();
  const before = await seen();
  const measured = page.evaluate(frames, 4000);
  const end = Date.now() + 4000;
  for (let step = 1; Date.now() < end; step += 1) await page.mouse.move(...path(step));
  const result = await measured;
  if ((await seen()) === before) throw new Error("the ring did not move");
  await page.mouse.up();
  return result;
}

async function draggedRing() {
  const given = served({ config: config(SERVERS), file: "nutcracker.yml", pool: null });
  const page = await open(given, `#${fragment({ view: "ring" })}`);
  const points = (SERVERS * 160).toLocaleString("en");
  await page.getByText(`${points} points`).first().waitFor();
  const idle = await page.evaluate(frames, 2000);
  const [map, strip] = [await page.locator(".ring-map").boundingBox(), await page.locator(".strip").boundingBox()];
  const row = strip.y + strip.height - 20;
  const along = (part) => [strip.x + strip.width * (0.5 + part / 2), row];
  // Half of the ring at once: there is something to drag, and most to draw.
  await page.mouse.move(...along(0));
  await page.mouse.wheel(0, 230);
  await page.mouse.wheel(0, -230);
  const radius = map.width / 2 - 30;
  const around = (angle) => [map.x + map.width / 2 + radius * Math.cos(angle), map.y + map.width / 2 + radius * Math.sin(angle)];
  const ways = {
    "dragged along": await dragged(page, (step) => along(0.8 * Math.sin(step / 20))),
    "looked at all around": await dragged(page, (step) => around(step / 30)),
  };
  await page.context().close();
  const at = ({ perSecond, longest }) => `${perSecond.toFixed(0)} frames a second, the longest ${longest.toFixed(0)} ms`;
  for (const [way, frames] of Object.entries(ways)) {
    console.log(`a ring of ${points} points, ${way}: ${at(frames)}; the page at rest: ${at(idle)} (${(frames.perSecond / idle.perSecond).toFixed(2)}x)`);
  }
}

async function countedKeys() {
  const text = config(5);
  const state = { view: "balance", sample: "pattern", samplePattern: `user:{0..${KEYS - 1}}` };
  const page = await open(served({ config: text, file: "nutcracker.yml", pool: null }), `#${fragment(state)}`);
  const counted = (count) => page.getByText(`${count.toLocaleString("en")} keys counted`, { exact: false }).waitFor({ timeout: 600_000 });
  await counted(KEYS);
  const pattern = page.getByLabel("Pattern of keys");
  const [ours, longest] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    await pattern.fill("one");
    await page.getByText("1 key counted", { exact: false }).waitFor();
    const frame = page.evaluate(async () => {
      globalThis.isOver = false;
      let [longest, last] = [0, performance.now()];
      while (!globalThis.isOver) {
        const now = await new Promise(requestAnimationFrame);
        [longest, last] = [Math.max(longest, now - last), now];
      }
      return longest;
    });
    const start = performance.now();
    await pattern.fill(state.samplePattern);
    await counted(KEYS);
    ours.push(performance.now() - start);
    await page.evaluate(() => (globalThis.isOver = true));
    longest.push(await frame);
  }
  await page.context().close();
  const keys = `${Array.from({ length: KEYS }, (_, at) => `user:${at}`).join("\n")}\n`;
  const file = join(work, "nutcracker.yml");
  writeFileSync(file, text);
  const theirs = [];
  for (let round = 0; round < 3; round += 1) {
    const start = performance.now();
    const { status, stderr } = keyhome(["balance", "-c", file, "--keys", "-"], keys);
    if (status !== 0) throw new Error(stderr);
    theirs.push(performance.now() - start);
  }
  const [our, their] = [median(ours), median(theirs)];
  const smooth = `the longest frame meanwhile ${Math.max(...longest).toFixed(0)} ms`;
  console.log(`a million keys counted: ${our.toFixed(0)} ms, ${smooth}; the keyhome command: ${their.toFixed(0)} ms (${(our / their).toFixed(1)}x)`);
}

try {
  console.log(`\nThe explorer in Chromium ${browser.version()}, without a graphics card; medians\n`);
  await firstAnswer();
  await draggedRing();
  await countedKeys();
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
