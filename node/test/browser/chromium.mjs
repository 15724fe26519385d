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

/** Opens a page whose script leaves something in `globalThis[NAME]`; gives the page, and what it complains of. */
export async function open(browser, url, name) {
  const page = await (await browser.newContext()).newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  const failed = new Promise((_, reject) => page.on("pageerror", reject));
  failed.catch(() => {}); // an error of a page that has settled is among the complaints
  await page.goto(url);
  const settled = page.waitForFunction((name) => globalThis[name] !== undefined, name, { timeout: 240_000 });
  await Promise.race([settled, failed]);
  return { page, complaints };
}

/** Opens a page, and gives what its script leaves in `globalThis.result`. What the page complains of is an error. */
export async function run(browser, url) {
  const { page, complaints } = await open(browser, url, "result");
  try {
    return { ...(await page.evaluate(() => globalThis.result)), complaints };
  } finally {
    await page.context().close();
  }
}
