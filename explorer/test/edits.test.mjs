// Changes that are made for the operator keep the text as it was written, in whatever style.

import assert from "node:assert/strict";
import { test } from "node:test";
import { file, keyhome, keyhomeJson, open, show } from "./support.mjs";
import { changedText } from "./views.mjs";

const STYLES = {
  "block style with comments": `# ours
beta:
  servers:
    - 10.9.9.9:6379:1
sessions:   # the big one
    hash: fnv1a_64   # twemproxy's default
    servers:

    - 10.0.0.1:6379:1 redis-1   # oldest
    # the next two are alike
    - "10.0.0.2:6379:2 redis-2"
    - '10.0.0.3:6379:1 redis-3'
    timeout: 400
gamma: {servers: ["10.9.9.9:6379:1"]}
`,
  "servers at the margin of their key, without names": `sessions:
  servers:
  - 10.0.0.1:6379:1
  - 10.0.0.2:6379:2
  - 10.0.0.3:6379:1`,
  "mappings": `sessions:
  servers:
   - name: redis-1
     address: 10.0.0.1:6379
   - {name: redis-2, address: "10.0.0.2:6379", weight: 2, zone: eu-1b}
   - address: "10.0.0.3:6379"   # no name
     weight: 1
`,
  "flow style": `sessions: {hash: md5, servers: ["10.0.0.1:6379:1 redis-1", '10.0.0.2:6379:2 redis-2', {name: redis-3, address: "10.0.0.3:6379"}]}
`,
  "JSON": `{"beta": {"servers": ["10.9.9.9:6379:1"]},
 "sessions": {
  "servers": [
    "10.0.0.1:6379:1 redis-1",
    "10.0.0.2:6379:2 redis-2",
    {"name": "redis-3", "address": "10.0.0.3:6379"}
  ]}}`,
};

/** The names of a pool's servers, as the command says them. */
function serversOf(text) {
  const config = file("edited.yml", text);
  const { status, stderr } = keyhome(["check", "-c", config]);
  assert.equal(status, 0, `${stderr}\n${text}`);
  return keyhomeJson(["balance", "-c", config, "-p", "sessions"]).shares.map(({ node }) => node);
}

for (const [style, text] of Object.entries(STYLES)) {
  test(style, async (t) => {
    const page = await open(t, { given: { config: text, file: "edited.yml", pool: "sessions" } });
    await show(page, "change");
    const names = serversOf(text);
    const propose = async (button) => {
      await page.getByRole("button", { name: button }).click();
      return changedText(page);
    };
    const before = await propose("Start from the same");
    assert.equal(before, text);

    const added = await propose("Add a server");
    assert.equal(serversOf(added).length, 4);
    assert.deepEqual(serversOf(added).slice(0, 3), names);

    for (const [at, name] of names.entries()) {
      await page.getByLabel("Server", { exact: true }).selectOption(name);
      assert.deepEqual(serversOf(await propose("Remove it")), names.toSpliced(at, 1));

      const renamed = serversOf(await propose("Rename it"));
      assert.deepEqual(renamed.toSpliced(at, 1), names.toSpliced(at, 1), `of ${name}`);
      assert.notEqual(renamed[at], name);

      const moved = await propose("Move it to another address");
      const diff = keyhomeJson(["diff", file("edited.yml", text), file("moved.yml", moved), "-p", "sessions"]);
      assert.deepEqual(diff.addresses, [{ node: name, old: `10.0.0.${at + 1}:6379`, new: "10.0.0.4:6379" }], moved);
      assert.deepEqual(diff.moves, []);

      const heavier = await propose("Double its weight");
      assert.deepEqual(serversOf(heavier), names);
      const share = keyhomeJson(["diff", file("edited.yml", text), file("heavier.yml", heavier), "-p", "sessions"]);
      assert.ok(share.moves.length > 0 && share.moves.every(({ from }) => from !== name), heavier);
    }

    await page.getByLabel("Another hash").selectOption({ label: "murmur" });
    await page.waitForFunction(() => document.querySelector(".changed .cm-content").innerText.includes("murmur"));
    const hashed = await changedText(page);
    const explained = keyhomeJson(["explain", "-c", file("hashed.yml", hashed), "-p", "sessions", "user:1"]);
    assert.equal(explained.hash.algorithm, "murmur");
    for (const comment of text.match(/#.*/g) ?? []) assert.ok(hashed.includes(comment), comment);
  });
}
