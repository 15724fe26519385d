// `keyhome explore`: the page as the command serves it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { CONFIG as CONFIG_OF_DOCUMENTS, documentsWith } from "../../node/test/documents/documents.mjs";
import { waitUntil } from "../../node/test/servers/wait.mjs";
import { KEYHOME, file, keyhome, launch } from "./support.mjs";

const CONFIG = "sessions:\n  servers:\n   - 10.0.0.1:6379:1 </script><b>one\n\ncarts:\n  servers:\n   - 10.0.0.2:6379:1\n";

/** Starts it for the time of a test, and gives what it prints first. */
async function explore(t, args, options = {}) {
  const child = spawn(KEYHOME, ["explore", ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
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

test("the commands in the documents open the page in the browser", async (t) => {
  const blocks = documentsWith("sh").flatMap((document) => document.blocks);
  const commands = blocks.flatMap((block) => block.match(/^keyhome explore .*$/gm) ?? []);
  assert.ok(commands.length > 0);
  // What the desktop would be asked with.
  const opened = file("opened.txt", "");
  const bin = dirname(file("xdg-open", `#!/bin/sh\necho "$1" >>'${opened}'\n`));
  chmodSync(join(bin, "xdg-open"), 0o755);
  const options = { cwd: dirname(CONFIG_OF_DOCUMENTS), env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } };
  const config = readFileSync(CONFIG_OF_DOCUMENTS, "utf8");
  const urls = [];
  for (const command of commands) {
    const [, , ...args] = command.split(" ");
    assert.ok(args.includes("--open"), command);
    const url = await explore(t, [...args, "--port", "0"], options);
    const [, served] = (await (await fetch(url)).text()).match(/id="served">(.*?)<\/script>/);
    assert.equal(JSON.parse(served).config, config);
    urls.push(url);
    await waitUntil(() => readFileSync(opened, "utf8").trim() === urls.join("\n"), "the browser is opened");
  }
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
