// A door in a real Chromium: each line of stdin is a request, which a page answers; each line of stdout is its answer.

import { createInterface } from "node:readline";
import { launch, open } from "../../node/test/browser/chromium.mjs";
import { serve } from "../../node/test/browser/server.mjs";

const folder = (path) => new URL(path, import.meta.url).pathname;

const server = await serve({ "/doors/": folder("./"), "/keyhome/": folder("../../node/dist/") });
const browser = await launch();
try {
  const { page, complaints } = await open(browser, `${server.origin}/run/doors/page.mjs`, "answer");
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const answer = await page.evaluate((request) => globalThis.answer(request), line);
    const broken = complaints.length === 0 ? answer : JSON.stringify({ broken: complaints.join("\n") });
    process.stdout.write(`${broken}\n`);
  }
} finally {
  await browser.close();
  server.close();
}
