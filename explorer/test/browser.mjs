// The page as it was built, a real Chromium to open it in, and the command that it has to agree with: for tests, benchmarks
// and screenshots.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The page, as `npm run build` leaves it. */
export const PAGE = join(ROOT, "explorer/dist/explorer.html");

/** The views, as their tabs are called in the page. */
export const VIEWS = ["where", "ring", "balance", "change", "failure", "dialects"];

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

/** What follows `#` in a link to the page: `{ view, config, key, ... }`, as src/state/link.ts carries it. */
export const fragment = (state) => `1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

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
