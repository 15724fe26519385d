// `keyhome explore`: the page as the command serves it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { KEYHOME, file, keyhome, launch } from "./support.mjs";

const CONFIG = "sessions:\n  servers:\n   - 10.0.0.1:6379:1 </script><b>one\n\ncarts:\n  servers:\n   - 10.0.0.2:6379:1\n";

/** Starts it for the time of a test, and gives what it prints first. */
async function explore(t, args) {
  const child = spawn(KEYHOME, ["explore", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  t.after(() => child.kill());
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => Promise.reject(new Error(said)))]);
  return line;
}

test("the page with a config in it, and one request", async (t) => {
  const config = file("served.yml", CONFIG);
  const { url } = JSON.parse(await explore(t, ["--json", "--port", "0", "-c", config, "-p", "carts"]));
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(url);
  const editor = page.getByRole("textbox", { name: "Config", exact: true });
  const lines = await editor.evaluate((element) => [...element.querySelectorAll(".cm-line")].map((line) => line.textContent));
  assert.equal(lines.join("\n"), CONFIG);
  assert.deepEqual(asked.filter((one) => !/^(data|blob):/.test(one)), [url]);
});

test("a page without a config", async (t) => {
  const url = await explore(t, ["--port", "0"]);
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin");
  assert.match(await response.text(), /<script type="application\/json" id="served">null<\/script>/);
  assert.equal((await fetch(`${url}favicon.ico`)).status, 404);
});

test("a port that is taken, and a file that is not there", async (t) => {
  const port = new URL(await explore(t, ["--port", "0"])).port;
  const { status, stderr } = keyhome(["explore", "--port", port]);
  assert.equal(status, 2);
  assert.match(stderr, /`--port 0` takes one that is free/);
  const missing = keyhome(["explore", "-c", "no-such-file.yml"]);
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /cannot read no-such-file\.yml/);
});
