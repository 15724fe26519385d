// What the tests share: the page as it was built, in a real Chromium, beside the command that it has to agree with.
//
// Every page that `open` gives is watched: at the end of its test it must not have asked anybody for anything, and must
// not have complained.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The page, as `npm run build` leaves it. */
export const PAGE = join(ROOT, "explorer/dist/explorer.html");

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

/** A real Chromium, Debian's; nothing is downloaded, and it calls nobody. */
export async function launch() {
  const paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env.KEYHOME_CHROMIUM ?? paths.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium: run `make setup`, or set KEYHOME_CHROMIUM");
  // As root, in a container, there is no sandbox.
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: [...args, "--disable-gpu", "--disable-quic", "--no-first-run"] });
}

/** The text of the page with what `keyhome explore -c FILE` puts into it. */
export function served(given) {
  const html = readFileSync(PAGE, "utf8");
  const empty = '<script type="application/json" id="served">null</script>';
  assert.ok(html.includes(empty), "the page has a place for a config");
  const json = JSON.stringify(given).replaceAll("<", "\\u003c");
  return html.replace(empty, () => empty.replace("null", () => json));
}

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

/** The views, as their tabs are called in the page. */
export const VIEWS = ["where", "ring", "balance", "change", "failure", "dialects"];

/** Opens a view's tab. */
export async function show(page, view) {
  await page.click(`#tab-${view}`);
  await page.waitForSelector(`#view.${view}`);
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

/** The command: the one that KEYHOME_BIN names, else the newest that was built. */
export const KEYHOME = process.env.KEYHOME_BIN ?? newest(["target/debug/keyhome", "target/release/keyhome"]);

function newest(paths) {
  const built = paths.map((path) => join(ROOT, path)).filter((path) => existsSync(path));
  const age = (path) => statSync(path).mtimeMs;
  return built.sort((a, b) => age(b) - age(a))[0] ?? "keyhome, which is not built: run `cargo build`";
}

/** Runs `keyhome ARGS` and gives `{ status, stdout, stderr }`. */
export function keyhome(args, input = "") {
  const { status, stdout, stderr, error } = spawnSync(KEYHOME, args, { input, encoding: "utf8", maxBuffer: 1 << 30 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** What `keyhome --json ARGS` prints, one value or, of several lines, all of them. */
export function keyhomeJson(args, input = "") {
  const { status, stdout, stderr } = keyhome(["--json", ...args], input);
  assert.ok(status === 0 || status === 1, `keyhome ${args.join(" ")}: ${stderr}`);
  const values = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return values.length === 1 ? values[0] : values;
}
