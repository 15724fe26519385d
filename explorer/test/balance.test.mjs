// Is it balanced? The numbers on the page are those of `keyhome balance --json`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS, file, keyhomeJson, open, show } from "./support.mjs";
import { CLUSTER, TWEMPROXY, counted, digits, lines, percent, rowsOf, saved, type, users } from "./views.mjs";

for (const way of WAYS) {
  test(`shares, keys and words, by ${way}`, async (t) => {
    const page = await open(t, { way, given: { config: TWEMPROXY, file: "nutcracker.yml", pool: "" } });
    await show(page, "balance");
    await counted(page, 1000);
    const config = file("balance.yml", TWEMPROXY);
    const answer = keyhomeJson(["balance", "-c", config, "--keys", "-"], users(1000));

    const rows = await rowsOf(page, ".balance-table");
    assert.deepEqual(
      rows.map((row) => [row.at(-2), row.at(-1)]),
      answer.sample.counts.map(({ keys }) => [String(keys), percent(keys / 1000)]),
    );
    const shares = await page.locator(".balance-table td[title]").evaluateAll((cells) => cells.map((cell) => [cell.textContent, cell.title]));
    const range = answer.range.toLocaleString("en-US");
    assert.deepEqual(
      shares,
      answer.shares.map(({ share }) => [
        percent(share / answer.range),
        `${share.toLocaleString("en-US")} of ${range} hash values`,
      ]),
    );
    const words = await page.locator(".words .warning").allTextContents();
    assert.deepEqual(words, answer.advice.map(({ text }) => text.replaceAll("`", "")));

    assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
    const csv = (await saved(page, "CSV")).trimEnd().split("\r\n");
    assert.deepEqual(csv.slice(1), answer.shares.map(({ node, share }, at) => `${node},1,${share},${answer.range},${answer.sample.counts[at].keys}`));
    assert.match(await saved(page, "SVG"), /^<svg [^]*33\.00% of keys[^]*<\/svg>$/);
    assert.equal((await saved(page, "PNG", "latin1")).slice(1, 4), "PNG");
  });
}

test("the command line gives the same keys", async (t) => {
  const page = await open(t, { given: { config: TWEMPROXY, file: "nutcracker.yml", pool: "" } });
  await show(page, "balance");
  await page.getByLabel("Pattern of keys").fill("it's {{0..2}}:{a,b b}");
  const command = await page.locator(".exports code").textContent();
  assert.equal(command, `printf '%s\\n' 'it'\\''s {'{0..2}'}:'{'a','b b'} | keyhome balance -c nutcracker.yml --keys -`);
});

test("the same keys under every other hash", async (t) => {
  const page = await open(t, { given: { config: TWEMPROXY, file: "nutcracker.yml", pool: "" } });
  await show(page, "balance");
  await page.waitForSelector(".hash-table tbody tr");
  const rows = await rowsOf(page, ".hash-table");
  assert.equal(rows.length, 12);
  for (const [name, , busiest] of rows) {
    const hash = name.replace("yours", "");
    const config = file(`${hash}.yml`, TWEMPROXY.replace("fnv1a_64", hash));
    const { sample } = keyhomeJson(["balance", "-c", config, "--keys", "-"], users(1000));
    const most = Math.max(...sample.counts.map(({ keys }) => keys));
    assert.equal(busiest, `${(most / 250).toFixed(2)} ×`, hash);
  }
  assert.match(rows.find(([name]) => name === "crc32").join(" "), /reach 1 of 4 servers/);
  assert.match(rows.find(([name]) => name === "fnv1a_64yours").join(" "), /cluster/);
  // From a hash to what changing to it would move.
  await page.locator(".hash-table tr", { hasText: "murmur" }).getByRole("button", { name: "What would move?" }).click();
  await page.waitForSelector(".headline .figure");
  assert.match(await page.locator(".headline").textContent(), /generated keys move/);
});

test("the hashes of libmemcached, in a pool among others", async (t) => {
  const text = (hash) => `first:\n  servers:\n   - 10.0.0.9:6379:1\nsecond:\n  dialect: libmemcached\n  hash: ${hash}\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n   - 10.0.0.3:6379:1\n`;
  const page = await open(t, { given: { config: text("crc"), file: "pools.yml", pool: "second" } });
  await show(page, "balance");
  await page.waitForSelector(".hash-table tbody tr");
  const rows = await rowsOf(page, ".hash-table");
  assert.equal(rows.length, 10);
  for (const [name, , busiest] of rows) {
    const config = file("libmemcached.yml", text(name.replace("yours", "")));
    const { sample } = keyhomeJson(["balance", "-c", config, "-p", "second", "--keys", "-"], users(1000));
    assert.equal(busiest, `${(Math.max(...sample.counts.map(({ keys }) => keys)) / (1000 / 3)).toFixed(2)} ×`, name);
  }
  assert.deepEqual(rows.map(([name]) => name).filter((name) => name.endsWith("yours")), ["crcyours"]);
  assert.ok((await page.locator(".exports code").innerText()).endsWith("keyhome balance -c pools.yml -p second --keys -"));
});

test("pools without exact shares, without hashes, without homes", async (t) => {
  const page = await open(t, { given: { config: CLUSTER, file: "cluster.yml", pool: "" } });
  await show(page, "balance");
  await counted(page, 1000);
  const config = file("cluster.yml", CLUSTER);
  const answer = keyhomeJson(["balance", "-c", config, "--keys", "-"], users(1000));
  assert.ok(answer.sample.homeless > 0, "the cluster leaves slots to nobody");
  assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
  const said = await page.locator("#view").textContent();
  assert.ok(said.includes(`${answer.sample.homeless} of 1,000 keys have no home.`), said);

  for (const [distribution, dialect] of [["random"], ["modula"], [undefined, "charsum"]]) {
    const lines = [dialect && `  dialect: ${dialect}`, distribution && `  distribution: ${distribution}`].filter(Boolean);
    const text = `pool:\n${lines.join("\n")}\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n`;
    const other = await open(t, { given: { config: text, file: "pool.yml", pool: "" } });
    await show(other, "balance");
    await counted(other, 1000);
    const expected = keyhomeJson(["balance", "-c", file("pool.yml", text), "--keys", "-"], users(1000));
    assert.deepEqual(JSON.parse(await saved(other, "JSON")), expected, dialect ?? distribution);
  }
});

test("many nodes: the rows that are asked for, in the order that is asked for", async (t) => {
  const servers = Array.from({ length: 250 }, (_, at) => `   - 10.0.${at >> 8}.${at & 255}:6379:1 node-${at}\n`).join("");
  const text = `pool:\n  hash: md5\n  servers:\n${servers}`;
  const page = await open(t, { given: { config: text, file: "many.yml", pool: "" } });
  await show(page, "balance");
  await page.getByLabel("Pattern of keys").fill("user:{0..99999}");
  await counted(page, 100_000);
  assert.equal((await rowsOf(page, ".balance-table")).length, 100);
  await page.getByRole("button", { name: "Show 100 more" }).click();
  await page.getByRole("button", { name: "Show 50 more" }).click();
  await page.locator(".balance-table").getByRole("button", { name: "Keys" }).click();
  const keys = (await rowsOf(page, ".balance-table")).map((row) => digits(row.at(-2)));
  assert.equal(keys.length, 250);
  assert.deepEqual(keys, keys.toSorted((a, b) => b - a));
  const { sample } = keyhomeJson(["balance", "-c", file("many.yml", text), "--keys", "-"], lines(100_000, (at) => `user:${at}`));
  assert.deepEqual(keys, sample.counts.map(({ keys }) => keys).sort((a, b) => b - a));
  // The page's own words about the whole pool are those of the command.
  const { advice } = keyhomeJson(["balance", "-c", file("many.yml", text)]);
  const said = await page.locator(".words .warning").allTextContents();
  assert.deepEqual(said, advice.map(({ text }) => text.replaceAll("`", "")));
});

test("the page's words about a pool are the command's", async (t) => {
  const servers = (count, weight = () => 1) =>
    Array.from({ length: count }, (_, at) => `   - 10.0.0.${at}:6379:${weight(at)} n${at}\n`).join("");
  const page = await open(t);
  await show(page, "balance");
  for (const [kind, rule, of] of [
    ["rounded_points", "hash: md5", servers(25)],
    ["rounded_points", "dialect: libketama", servers(61)],
    ["no_points", "hash: md5", servers(3, (at) => (at === 1 ? 1 : 100_000))],
    ["narrow_hash", "hash: crc32", servers(4)],
    ["uneven_shares", "dialect: vnodes\n  vnodes: 2", servers(5)],
    ["uneven_shares", "dialect: uhashring\n  vnodes: 1", servers(7)],
    ["clustered_keys", "hash: fnv1a_64", servers(3)],
    ["clustered_keys", "distribution: ketama", servers(12)],
    ["fragile_list", "distribution: modula", servers(2)],
    ["fragile_list", "dialect: charsum", servers(2)],
    ["no_home", "distribution: random", servers(2)],
  ]) {
    const text = `pool:\n  ${rule}\n  servers:\n${of}`;
    const { advice } = keyhomeJson(["balance", "-c", file("words.yml", text), "--keys", "-"], users(1000));
    assert.ok(advice.some((each) => each.kind === kind), `${kind}: ${JSON.stringify(advice)}`);
    await type(page, text);
    await page.waitForFunction((rows) => document.querySelectorAll(".balance-table tbody tr").length === rows, of.split("\n").length - 1);
    await counted(page, 1000);
    assert.deepEqual(JSON.parse(await saved(page, "JSON")).advice, advice, rule);
  }
});
