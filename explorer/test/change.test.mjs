// What would a change move? The numbers on the page are those of `keyhome diff --json`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS, file, keyhome, keyhomeJson, open, show } from "./support.mjs";
import { CLUSTER, TWEMPROXY, changedText, counted, percent, rowsOf, saved, users } from "./views.mjs";

const given = { config: TWEMPROXY, file: "nutcracker.yml", pool: "" };

/** What the page shows of a change, beside what the command says of the same two texts. */
async function compare(page, old, name) {
  await page.waitForSelector(".headline .figure");
  await counted(page, 1000);
  const [before, after] = [file(`${name}.yml`, old), file(`${name}.new.yml`, await changedText(page))];
  const bare = keyhomeJson(["diff", before, after]);
  const answer = keyhomeJson(["diff", before, after, "--keys", "-"], users(1000));

  const figure = await page.locator(".headline .figure").innerText();
  const [stays, all] = bare.exact ? [bare.stays, bare.range] : [bare.sample.stays, bare.sample.keys];
  const moves = bare.exact ? bare.moves : bare.sample.moves;
  assert.equal(figure, moves.length === 0 ? "Nothing moves." : `${percent(1 - stays / all)} moves, ${percent(stays / all)} stays.`);
  if (moves.length > 0) {
    const summary = page.locator(".hash-moves details:not([open]) > summary");
    if ((await summary.count()) > 0) await summary.click();
    const rows = await rowsOf(page, ".hash-moves table");
    assert.deepEqual(
      rows.map(([from, to, part, amount]) => [from.replace(/^\d+\s+/, ""), to.replace(/^\d+\s+/, ""), part, amount]),
      moves.map(({ from, to, share, keys }) => [
        from ?? "(nobody)",
        to ?? "(nobody)",
        percent((share ?? keys) / all),
        (share ?? keys).toLocaleString("en-US"),
      ]),
    );
  }
  const keys = await page.locator(".key-moves > p").innerText();
  const { sample } = answer;
  assert.ok(keys.startsWith(`${sample.keys - sample.stays} of 1,000 keys move`), keys);
  assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
  return { bare, answer };
}

for (const way of WAYS) {
  test(`one server more, by ${way}`, async (t) => {
    const page = await open(t, { way, given });
    await show(page, "change");
    assert.match(await page.locator("#view .empty").innerText(), /Choose a change above/);
    await page.getByRole("button", { name: "Add a server" }).click();
    assert.match(await changedText(page), / - 10\.0\.0\.4:6379:1 redis-4\n {3}- 10\.0\.0\.5:6379:1 redis-5\n$/);
    const { bare, answer } = await compare(page, TWEMPROXY, "more");
    assert.ok(bare.exact && bare.moves.every(({ to }) => to === "redis-5"));

    // The drawing has a band for each pair, and as a file, too.
    const titles = await page.locator(".flow-diagram title").allTextContents();
    assert.equal(titles.length, bare.moves.length);
    assert.ok(titles[0].startsWith(`${bare.moves[0].from} → redis-5: `), titles[0]);
    assert.match(await saved(page, "SVG"), /^<svg [^]*redis-1 → redis-5[^]*<\/svg>$/);
    assert.equal((await saved(page, "PNG", "latin1")).slice(1, 4), "PNG");
    const csv = (await saved(page, "CSV")).trimEnd().split("\r\n");
    const counts = new Map(answer.sample.moves.map(({ from, keys }) => [from, keys]));
    assert.deepEqual(csv.slice(1), bare.moves.map(({ from, to, share }) => `${from},${to},${share},${counts.get(from) ?? ""}`));
    assert.equal(
      await page.locator(".exports code").innerText(),
      "printf '%s\\n' 'user:'{0..999} | keyhome diff nutcracker.yml nutcracker.new.yml --keys -",
    );

    // All keys that move, each where the command says.
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the keys that move" }).click(),
    ]);
    const stream = await download.createReadStream();
    const text = (await stream.toArray()).join("");
    const moved = text.trimEnd().split("\r\n").slice(1).map((line) => line.split(","));
    assert.equal(moved.length, answer.sample.keys - answer.sample.stays);
    const asked = moved.map(([key]) => `${key}\n`).join("");
    const old = keyhome(["node", "-c", file("moved.yml", TWEMPROXY)], asked).stdout;
    assert.equal(old, moved.map(([key, , from]) => `${key}\t${from}\n`).join(""));
  });
}

test("each change of a server", async (t) => {
  const page = await open(t, { given });
  await show(page, "change");
  await page.getByLabel("Server").selectOption("redis-2");
  for (const [button, server] of [
    ["Double its weight", " - 10.0.0.2:6379:2 redis-2\n"],
    ["Rename it", " - 10.0.0.2:6379:1 redis-5\n"],
    ["Move it to another address", " - 10.0.0.5:6379:1 redis-2\n"],
    ["Remove it", " - 10.0.0.1:6379:1 redis-1\n    - 10.0.0.3:6379:1 redis-3\n"],
  ]) {
    await page.getByRole("button", { name: button }).click();
    assert.ok((await changedText(page)).includes(server.replace("    -", "   -")), `${button}: ${await changedText(page)}`);
    const { bare } = await compare(page, TWEMPROXY, "server");
    if (button.startsWith("Move it")) {
      assert.deepEqual(bare.addresses, [{ node: "redis-2", old: "10.0.0.2:6379", new: "10.0.0.5:6379" }]);
      assert.deepEqual(await rowsOf(page, ".addresses table"), [["redis-2", "10.0.0.2:6379", "10.0.0.5:6379"]]);
    }
  }
});

test("another hash, another dialect, Redis Cluster: what cannot be compared is sampled, and says so", async (t) => {
  const page = await open(t, { given });
  await show(page, "change");
  const steps = [
    () => page.getByLabel("Another hash").selectOption({ label: "murmur" }),
    () => page.getByLabel("Another dialect").selectOption({ label: "npm hashring" }),
    () => page.getByLabel("Another dialect").selectOption({ label: "charsum" }),
    () => page.getByRole("button", { name: "Move to Redis Cluster" }).click(),
  ];
  for (const step of steps) {
    const before = await changedText(page);
    await step();
    await page.waitForFunction((before) => document.querySelector(".changed .cm-content").innerText !== before, before);
    await page.waitForSelector(".job-running", { state: "detached" });
    const { bare } = await compare(page, TWEMPROXY, "other");
    assert.equal(bare.exact, false);
    assert.match(await page.locator(".hash-moves").innerText(), /of 100,000 generated keys move/);
  }
});

test("a cluster whose slots are shared out: keys that had no home get one", async (t) => {
  const config = `${CLUSTER}   - {name: redis-3, address: "10.0.0.3:6379", slots: "9001"}\n`;
  const page = await open(t, { given: { config, file: "cluster.yml", pool: "" } });
  await show(page, "change");
  await page.getByRole("button", { name: "Share out slots evenly" }).click();
  const { bare, answer } = await compare(page, config, "cluster");
  for (const { moves } of [bare, answer.sample]) {
    assert.deepEqual(moves.filter(({ from }) => from === null).map(({ to }) => to), ["redis-2", "redis-3"]);
  }
  assert.match(await page.locator(".flow-diagram").innerText(), /\(nobody\)/);
});

test("a server comes to a cluster, and one goes: no other slots move", async (t) => {
  const node = (at, slots) => `${String(at).repeat(40)} 10.0.0.${at}:6379@16379 master - 0 0 ${at} connected ${slots}\n`;
  const nodes = node(1, "0-5460") + node(2, "5461-10922") + node(3, "10923-16383");
  const page = await open(t, { given: { config: nodes, file: "cluster.txt", pool: "" } });
  await show(page, "change");
  await page.getByRole("button", { name: "Add a server" }).click();
  const { bare } = await compare(page, nodes, "grown");
  assert.ok(bare.exact && bare.moves.every(({ to }) => to === "10.0.0.4:6379"));
  assert.equal(bare.range - bare.stays, 4096);
  await page.getByLabel("Server", { exact: true }).selectOption("10.0.0.2:6379");
  await page.getByRole("button", { name: "Remove it" }).click();
  const removed = (await compare(page, nodes, "shrunk")).bare;
  assert.ok(removed.moves.every(({ from, to }) => from === "10.0.0.2:6379" && to !== null));
  assert.equal(removed.range - removed.stays, 5462);
});

test("a config after the change that cannot be read leaves the rest of the page as it is", async (t) => {
  const page = await open(t, { given });
  await show(page, "change");
  await page.getByRole("button", { name: "Add a server" }).click();
  await page.waitForSelector(".headline .figure");
  await page.locator(".changed .cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("%");
  await page.locator(".changed .problem code", { hasText: "config." }).waitFor();
  assert.equal(await page.locator(".headline").count(), 0);
  await page.keyboard.press("Backspace");
  await page.waitForSelector(".headline .figure");
});
