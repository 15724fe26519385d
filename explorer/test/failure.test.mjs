// What if one dies? What moves, what is refused, and the key's fate, as `keyhome diff --without` says it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { WAYS, file, keyhomeJson, open, ranByShell, show } from "./support.mjs";
import { CLUSTER, TWEMPROXY, percent, rowsOf, saved } from "./views.mjs";

const WEIGHTED = `p:
  auto_eject_hosts: true
  on_failure: probe
  servers:
   - 10.0.0.1:6379:1 a
   - 10.0.0.2:6379:2 b
   - 10.0.0.3:6379:1 c
`;
const CONFIGS = {
  twemproxy: [TWEMPROXY, ["redis-2"]],
  "two of four": [TWEMPROXY, ["redis-4", "redis-1"]],
  weighted: [WEIGHTED, ["a"]],
  modula: ["p:\n  distribution: modula\n  servers:\n   - h:1:1 a\n   - h:2:1 b\n   - h:3:1 c\n", ["b"]],
  uhashring: ["p:\n  dialect: uhashring\n  servers:\n   - h:1:1 a\n   - h:2:1 b\n   - h:3:1 c\n", ["c"]],
};

async function opened(t, config, gone, options = {}) {
  const page = await open(t, { given: { config, file: "pool.yml", pool: null }, ...options });
  await show(page, "failure");
  for (const name of gone) await page.getByRole("button", { name: `Take out ${name}`, exact: true }).click();
  return { page, path: file("pool.yml", config) };
}

const without = (gone) => gone.flatMap((name) => ["--without", name]);
const number = (share) => (typeof share === "string" ? Number(BigInt(`0x${share}`)) : share);
const lead = (page, end) => page.locator(`.end[aria-labelledby="end-${end}"] .lead`).innerText();
const last = (cell) => cell.split(/\s+/).at(-1);

for (const way of WAYS) {
  for (const [name, [config, gone]] of Object.entries(CONFIGS)) {
    test(`${name}: what moves, and what is refused, ${way}`, async (t) => {
      const { page, path } = await opened(t, config, gone, { way });
      const answer = keyhomeJson(["diff", path, ...without(gone)]);
      const range = number(answer.range);
      const moves = answer.moves.map(({ from, to, share }) => [from, to, percent(number(share) / range)]);
      const shown = (await rowsOf(page, ".flows table")).map(([from, to, part]) => [last(from), last(to), part]);
      assert.deepEqual(shown.toSorted(), moves.toSorted());

      const { shares } = keyhomeJson(["balance", "-c", path]);
      const lost = shares.reduce((sum, { node, share }) => sum + (gone.includes(node) ? number(share) : 0), 0);
      assert.ok((await lead(page, "fail")).startsWith(`${percent(lost / range)} of all keys are refused`));
      assert.ok((await lead(page, "remap")).startsWith(`${percent(1 - number(answer.stays) / range)} of all keys live elsewhere`));

      // What a node has after is what it had, less what went from it, and what came to it.
      const after = (node) =>
        answer.moves.reduce(
          (sum, { from, to, share }) => sum + (to === node ? number(share) : 0) - (from === node ? number(share) : 0),
          number(shares.find((one) => one.node === node).share),
        );
      for (const [node, before, now] of await rowsOf(page, ".living table")) {
        const of = last(node);
        assert.equal(before, percent(number(shares.find((one) => one.node === of).share) / range));
        assert.equal(now, gone.includes(of) ? "out" : percent(after(of) / range));
      }

      assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
      assert.deepEqual(ranByShell(await page.locator(".exports code").innerText()), answer);
      assert.equal((await saved(page, "CSV")).trimEnd().split("\r\n").length, 1 + answer.moves.length);
      assert.match(await saved(page, "SVG"), /^<svg [^]*→ out[^]*<\/svg>$/);

      // The key's fate is that which `explain` tells where one node dies.
      if (gone.length > 1) return;
      for (let at = 0, hits = 0; hits < 2; at += 1) {
        const key = `user:${at * 1009}`;
        const { node, next } = keyhomeJson(["explain", "-c", path, key]);
        if (node !== gone[0]) continue;
        hits += 1;
        await page.getByLabel("Key", { exact: true }).fill(key);
        const [remap, fail] = await page.locator(".key-end").evaluateAll((all) => all.map((one) => one.innerText));
        assert.equal(last(remap), next);
        assert.equal(last(fail), "refused");
      }
    });
  }
}

test("a node is taken out where the ring is clicked, and comes back", async (t) => {
  const { page } = await opened(t, TWEMPROXY, []);
  const widest = await page.evaluate((config) => {
    const { ends, owners, size } = globalThis.keyhome.Router.fromConfig(config).arcs();
    let [most, found] = [0, { turn: 0, owner: 0 }];
    ends.forEach((end, entry) => {
      const width = end - (ends[entry - 1] ?? end);
      if (width > most) [most, found] = [width, { turn: (end - width / 2) / size, owner: owners[entry] }];
    });
    return found;
  }, TWEMPROXY);
  const click = async () => {
    const box = await page.locator(".ring-map").boundingBox();
    const [angle, distance] = [(2 * widest.turn - 0.5) * Math.PI, box.width / 2 - 30];
    await page.mouse.click(box.x + box.width / 2 + distance * Math.cos(angle), box.y + box.height / 2 + distance * Math.sin(angle));
  };
  const name = `redis-${widest.owner + 1}`;
  await click();
  await page.getByRole("button", { name: `Bring back ${name}` }).waitFor();
  assert.equal(await page.locator(".living .gone").count(), 1);
  await click();
  await page.getByRole("button", { name: `Take out ${name}` }).waitFor();
  assert.equal(await page.locator(".living .gone").count(), 0);
});

test("the keyboard takes all out, which leaves nobody, and brings all back", async (t) => {
  const { page } = await opened(t, TWEMPROXY, []);
  for (const name of ["redis-1", "redis-2", "redis-3", "redis-4"]) {
    await page.getByRole("button", { name: `Take out ${name}` }).focus();
    await page.keyboard.press("Enter");
  }
  await page.getByText("pool.empty").waitFor();
  assert.ok((await lead(page, "remap")).startsWith("100.00% of all keys"));
  await page.getByRole("button", { name: "Bring all 4 back" }).click();
  assert.equal(await page.locator(".end").count(), 0);
});

test("what the pool does when a node fails is said", async (t) => {
  const never = await opened(t, TWEMPROXY, ["redis-1"]);
  await never.page.getByText("nobody is ever taken out").waitFor();
  const probe = await opened(t, WEIGHTED, ["a"]);
  await probe.page.getByText("and on_failure: probe, which moves keys as remap does").waitFor();
});

test("slots of a cluster go to nobody", async (t) => {
  const { page, path } = await opened(t, CLUSTER, ["redis-2"]);
  const answer = keyhomeJson(["diff", path, "--without", "redis-2"]);
  const rows = (await rowsOf(page, ".flows table")).map(([from, to, part, slots]) => [last(from), to, part, slots]);
  assert.deepEqual(rows, answer.moves.map(({ from, share }) => [from, "(nobody)", percent(share / 16384), share.toLocaleString("en-US")]));
  await page.getByText("It has no replica here").waitFor();
  assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
});

test("where there are no exact shares, the command's generated keys are counted", async (t) => {
  const config = "p:\n  dialect: charsum\n  servers:\n   - h:1:1 a\n   - h:2:1 b\n   - h:3:1 c\n";
  const { page, path } = await opened(t, config, ["a"]);
  await page.locator(".flows table").waitFor({ timeout: 60_000 });
  const answer = keyhomeJson(["diff", path, "--without", "a"]);
  const rows = (await rowsOf(page, ".flows table")).map(([from, to, , keys]) => [last(from), last(to), keys]);
  const moves = answer.sample.moves.map(({ from, to, keys }) => [from, to, keys.toLocaleString("en-US")]);
  assert.deepEqual(rows.toSorted(), moves.toSorted());
  assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
  assert.deepEqual(ranByShell(await page.locator(".exports code").innerText()), answer);
});

test("axe finds nothing while a node is out", async (t) => {
  for (const [scheme, width] of [["light", 1440], ["dark", 360]]) {
    for (const [config, gone] of [[TWEMPROXY, "redis-2"], [CLUSTER, "redis-1"]]) {
      const { page } = await opened(t, config, [gone], { scheme, width, context: { reducedMotion: "reduce" } });
      await page.evaluate(readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8"));
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
    }
  }
});
