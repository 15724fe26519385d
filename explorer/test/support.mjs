// What the tests share: the page as it was built, in a real Chromium, beside the command that it has to agree with.
//
// Every page that `open` gives is watched: at the end of its test it must not have asked anybody for anything, and must
// not have complained.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { inflateRawSync } from "node:zlib";
import { waitUntil } from "../../node/test/servers/wait.mjs";
import { KEYHOME, PAGE, launch, served } from "./browser.mjs";

export * from "./browser.mjs";
export { waitUntil };

/** How a page can come to a browser. */
export const WAYS = ["http", "file"];

const work = mkdtempSync(join(tmpdir(), "keyhome-explorer-"));
let browser;
let server;

after(async () => {
  await browser?.close();
  server?.close();
  rmSync(work, { recursive: true, force: true });
});

async function origin() {
  server ??= await new Promise((done) => {
    const pages = new Map();
    const listening = createServer((request, response) => {
      const page = pages.get(request.url);
      if (page === undefined) return response.writeHead(404).end();
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    });
    listening.pages = pages;
    listening.listen(0, "127.0.0.1", () => done(listening));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

let pages = 0;

/** Where a browser finds a page: by http or as a file. */
async function address(way, html) {
  const name = `${(pages += 1)}.html`;
  if (way === "file") {
    writeFileSync(join(work, name), html);
    return pathToFileURL(join(work, name)).href;
  }
  const url = await origin();
  server.pages.set(`/${name}`, html);
  return `${url}/${name}`;
}

/**
 * Opens the page for the time of a test.
 *
 * @param t - the context of the test
 * @param options.way - "http" or "file"
 * @param options.given - `{ config, file, pool }`, as `keyhome explore -c FILE -p POOL` gives them to the page
 * @param options.fragment - what follows `#` in the address, such as a link's state
 * @param options.scheme - "light" or "dark"
 * @param options.width, options.height - of the window
 * @param options.context - more for Playwright's `newContext`
 */
export async function open(t, options = {}) {
  const { way = "http", given, fragment = "", scheme = "light", width = 1440, height = 900, context } = options;
  browser ??= await launch();
  const opened = await browser.newContext({ colorScheme: scheme, viewport: { width, height }, ...context });
  const url = await address(way, given === undefined ? readFileSync(PAGE, "utf8") : served(given));
  const page = await opened.newPage();
  const complaints = [];
  const requests = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  opened.on("request", (request) => requests.push(request.url().slice(0, 200)));
  t.after(async () => {
    await opened.close();
    const foreign = requests.filter((asked) => asked.split("#")[0] !== url && !/^(data|blob):/.test(asked));
    assert.deepEqual(foreign, [], "requests that leave the page");
    assert.deepEqual(complaints, [], "complaints of the page");
  });
  await page.goto(fragment === "" ? url : `${url}#${fragment}`);
  await page.waitForSelector("h1");
  return page;
}

/** Opens a view's tab. */
export async function show(page, view) {
  await page.click(`#tab-${view}`);
  await page.waitForSelector(`#view.${view}`);
}

/** What the address carries after `#`, once that holds of the state in it: it is written when nothing changes for a while. */
export async function linkWith(page, holds) {
  let link;
  await waitUntil(() => {
    link = new URL(page.url()).hash.slice(1);
    return holds(JSON.parse(inflateRawSync(Buffer.from(link.slice(2), "base64url"))));
  }, "the address carries what was put in");
  return link;
}

/** Puts a text where the cursor is, as a paste does: in one go, however long it is. */
export async function paste(field, text) {
  await field.focus();
  await field.evaluate((element, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    // What no script takes, the browser inserts.
    if (element.dispatchEvent(event)) document.execCommand("insertText", false, text);
  }, text);
}

/** The editor of the config. */
export const editor = (page, name = "Config") => page.getByRole("textbox", { name, exact: true });

/** A file that lies there for the time of the tests, such as a config for the command. */
export function file(name, text) {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
}

/** What the command line prints, in a shell that finds the config where it is named and our command by its name. */
export function ranByShell(command) {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command.replace(/^keyhome /, "keyhome --json ")], {
    cwd: dirname(file("keyhome-is-here", "")),
    env: { ...process.env, PATH: `${dirname(KEYHOME)}:${process.env.PATH}` },
    encoding: "utf8",
  });
  assert.equal(status, 0, `${command}: ${stderr}`);
  return JSON.parse(stdout);
}
