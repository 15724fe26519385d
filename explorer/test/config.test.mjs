// How a config gets into the page, and what is said of one that is wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { file, keyhome, open } from "./support.mjs";
import { TWEMPROXY } from "./views.mjs";

const editor = (page) => page.locator(".cm-content").first();
const status = (page) => page.locator(".status").first();
const example = (page, title) => page.getByRole("button", { name: title, exact: true }).click();

test("an empty page says what to do, and every example is a pool", async (t) => {
  for (const [title, answer] of [
    ["nutcracker.yml", "4 nodes"],
    ["with replicas and zones", "3 nodes, 3 replicas"],
    ["Redis Cluster", "3 nodes"],
    ["CLUSTER NODES", "3 nodes, 3 replicas"],
  ]) {
    const page = await open(t);
    await page.getByText("Paste or drop a nutcracker.yml").first().waitFor();
    await example(page, title);
    await page.locator(".home .node-name").waitFor();
    assert.equal((await status(page).innerText()).split(" · ")[0], answer);
  }
});

test("an error is told with its code, its line is marked, and the cursor goes there", async (t) => {
  const page = await open(t);
  for (const [config, line] of [
    ["pool:\n  servers:\n   - 10.0.0.1:6379:1\n  hash: fnv\n", 4],
    ["pool:\n  servers:\n   - 10.0.0.1:6379:1\n   - ключ\n", 4],
    ["pool:\n\tservers: []\n", 2],
    ["a: &x 1\n", 1],
    ['{"pool": {"servers": [}}\n', 1],
    ["07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004 lord - 0 0 4 connected 0-9\n", 1],
  ]) {
    await editor(page).fill(config);
    const { status: exit, stderr } = keyhome(["fingerprint", "-c", file("wrong.yml", config)]);
    assert.equal(exit, 2);
    const message = (await status(page).locator("p").innerText()).trim();
    assert.ok(stderr.includes(message), `${stderr} says ${message}`);
    const code = await status(page).locator("code").innerText();
    assert.equal(await page.locator("main [role=alert] code").innerText(), code);
    await page.locator(".cm-lint-marker-error").waitFor();
    await page.getByRole("button", { name: `Go to line ${line}` }).click();
    assert.equal((await page.locator(".cm-activeLine").first().innerText()).trim(), config.split("\n")[line - 1].trim());
  }
  await editor(page).fill(TWEMPROXY);
  await page.locator(".home .node-name").waitFor();
  assert.equal(await page.locator(".cm-lint-marker-error").count(), 0);
});

test("pools are chosen by name, and the command line names the pool", async (t) => {
  const page = await open(t);
  await example(page, "nutcracker.yml");
  const command = page.locator(".exports code");
  assert.equal(await command.innerText(), "keyhome explain -c nutcracker.yml -p sessions user:1001");
  await page.getByLabel("Pool").selectOption("counters");
  assert.equal(await command.innerText(), "keyhome explain -c nutcracker.yml -p counters user:1001");
  await page.locator(".home", { hasText: "counter-" }).waitFor();
  // The pool that was chosen is renamed: the first is shown, and the list says so.
  await editor(page).fill(TWEMPROXY.replace("alpha", "beta") + TWEMPROXY.replace("22121", "22122"));
  await page.locator(".home", { hasText: "redis-" }).waitFor();
  assert.equal(await page.getByLabel("Pool").inputValue(), "beta");
});

test("a file is opened or dropped", async (t) => {
  const page = await open(t);
  await page.getByLabel("Config: a file").setInputFiles(file("opened.yml", TWEMPROXY));
  await page.locator(".home .node-name").waitFor();
  assert.equal(await page.locator(".exports code").innerText(), "keyhome explain -c opened.yml user:1001");

  const dropped = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "dropped it.yml"));
    return data;
  }, TWEMPROXY.replaceAll("redis-", "dropped-"));
  for (const type of ["dragover", "drop"]) await editor(page).dispatchEvent(type, { dataTransfer: dropped });
  await page.locator(".home", { hasText: "dropped-" }).waitFor();
  assert.equal(await page.locator(".exports code").innerText(), "keyhome explain -c 'dropped it.yml' user:1001");
});

test("50 MB are no config, and what was there stays", async (t) => {
  const page = await open(t);
  await editor(page).fill(TWEMPROXY);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "user:1\n".repeat(7_500_000));
    const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector(".cm-content").dispatchEvent(paste);
  });
  await status(page).getByText("a text of 50 MB is no config; the page reads up to 8 MB").waitFor();
  assert.equal((await editor(page).innerText()).trim(), TWEMPROXY.trim());
  await page.getByLabel("Config: a file").setInputFiles(file("huge.txt", Buffer.alloc(9 << 20, "x")));
  await status(page).getByText("a text of 9 MB is no config; the page reads up to 8 MB").waitFor();
  await editor(page).fill(TWEMPROXY.replaceAll("redis-", "r"));
  await page.locator(".home .node-name-text", { hasText: /^r\d$/ }).waitFor();
  assert.equal(await status(page).getByText("is no config").count(), 0);
});

test("HTML in names and keys is text", async (t) => {
  const page = await open(t);
  const name = `<img/src=x/onerror="globalThis.hurt=1">`;
  await editor(page).fill(`"<script>globalThis.hurt=1</script>":\n  servers:\n   - {address: "10.0.0.1:6379", name: ${JSON.stringify(name)}}\n`);
  await page.getByLabel("Key", { exact: true }).fill(name);
  assert.equal(await page.locator(".home .node-name-text").innerText(), name);
  assert.ok((await page.locator(".steps").innerText()).includes(name));
  await page.getByRole("tab").last().click();
  await page.locator(".rules").waitFor();
  assert.equal(await page.evaluate(() => globalThis.hurt), undefined);
});

test("tabs go by the arrows, the theme is kept, and Tab leaves the editor", async (t) => {
  const page = await open(t, { scheme: "dark" });
  await example(page, "Redis Cluster");
  const selected = () => page.locator("[role=tab][aria-selected=true]").getAttribute("id");
  await page.getByRole("tab").first().focus();
  for (const [key, id] of [
    ["ArrowRight", "tab-ring"],
    ["End", "tab-dialects"],
    ["ArrowRight", "tab-where"],
    ["ArrowLeft", "tab-dialects"],
    ["Home", "tab-where"],
  ]) {
    await page.keyboard.press(key);
    assert.equal(await selected(), id);
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  }
  await editor(page).focus();
  await page.keyboard.press("Tab");
  assert.equal(await editor(page).evaluate((it) => it.contains(document.activeElement)), false);

  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "dark");
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  assert.equal(await theme(), "light");
  await page.reload();
  await page.waitForSelector("h1");
  assert.equal(await theme(), "light");
});

test("an empty page takes a text that is pasted, and any page a file that is dropped, wherever", async (t) => {
  const page = await open(t);
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, TWEMPROXY);
  await page.locator(".home", { hasText: "redis-" }).waitFor();
  const ranOn = await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "elsewhere.yml"));
    const over = new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true });
    document.body.dispatchEvent(over);
    return document.querySelector("#view").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, TWEMPROXY.replaceAll("redis-", "elsewhere-"));
  assert.equal(ranOn, false);
  await page.locator(".home", { hasText: "elsewhere-" }).waitFor();
});

test("a browser without WebAssembly is told so", async (t) => {
  const page = await open(t);
  await page.addInitScript(() => {
    delete globalThis.WebAssembly;
  });
  await page.reload();
  await page.getByText("The page cannot start here: the WebAssembly module does not load").waitFor();
});
