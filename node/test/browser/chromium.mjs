// A real Chromium, Debian's; nothing is downloaded, and it calls nobody.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--no-sandbox", // as root, in a container, there is none
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

export async function launch() {
  const executablePath = process.env.KEYHOME_CHROMIUM ?? PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium: run `make setup`, or set KEYHOME_CHROMIUM");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Opens a page, and gives what its script leaves in `globalThis.result`. What the page complains of is an error. */
export async function run(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  try {
    await page.goto(url);
    const settled = page.waitForFunction(() => globalThis.result !== undefined, undefined, { timeout: 240_000 });
    const failed = new Promise((_, reject) => page.on("pageerror", reject));
    await Promise.race([settled, failed]);
    const result = await page.evaluate(() => globalThis.result);
    return { ...result, complaints };
  } finally {
    await context.close();
  }
}
