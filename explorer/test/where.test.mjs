// Where does this key live? Each step is that of `keyhome explain --json`, and the command line that is shown gives it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS, file, keyhomeJson, open, ranByShell } from "./support.mjs";
import { CLUSTER, TWEMPROXY, saved } from "./views.mjs";

const TAGGED = TWEMPROXY.replace("  servers:", '  hash_tag: "{}"\n  servers:');
const WEIGHTED = `pool:
  servers:
   - {name: redis-1, address: "10.0.0.1:6379", weight: 3, zone: eu-1, replicas: [{address: "10.0.1.1:6379"}]}
   - {name: redis-2, address: "10.0.0.2:6379"}
`;

/** What the page says: the home, who takes over, and the steps. */
async function said(page) {
  const [home, next] = await page.locator(".homes dd").evaluateAll((all) => all.map((one) => one.innerText));
  const steps = await page
    .locator(".steps li")
    .evaluateAll((all) => all.map((one) => Array.from(one.children, (part) => part.innerText)));
  return { home, next, steps: Object.fromEntries(steps.map(([name, ...rest]) => [name, rest.join(" ")])) };
}

const grouped = (number) => number.toLocaleString("en-US");

for (const way of WAYS) {
  test(`each step, ${way}`, async (t) => {
    const page = await open(t, { way, given: { config: TAGGED, file: "tagged.yml", pool: null } });
    for (const key of ["user:1001", "user:{1000}:name", "{}x", "ключ", "a'b \"c\" $d", "-dash", "x".repeat(300), ""]) {
      const answer = keyhomeJson(["explain", "-c", file("tagged.yml", TAGGED), "--", key]);
      await page.getByLabel("Key", { exact: true }).fill(key);
      const { home, next, steps } = await said(page);
      assert.match(home, new RegExp(`${answer.node}\\s+${answer.address}`));
      assert.match(next, new RegExp(answer.next));
      assert.equal(steps.Tag.split(" ")[0].split("\n")[0], answer.tag ?? "none");
      assert.ok(steps["Hashed bytes"].includes(Buffer.from(answer.hashed).subarray(0, 48).toString("hex").replace(/..(?=.)/g, "$& ")));
      assert.ok(steps.Hash.startsWith(grouped(answer.hash.value)));
      const { point, label, position, points } = answer.place;
      assert.ok(steps.Point.startsWith(grouped(point)));
      assert.ok(steps.Point.endsWith(`point ${position + 1} of ${points} on the ring, made from “${label}”`));
      assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
      assert.deepEqual(ranByShell(await page.locator(".exports code").innerText()), answer);
    }
    assert.match(await saved(page, "CSV"), /^step,value,note\r\nKey,empty,0 bytes\r\n/);
    assert.match(await saved(page, "SVG"), /^<svg [^]*lives on redis-[^]*<\/svg>$/);
    assert.equal((await saved(page, "PNG", "latin1")).slice(1, 4), "PNG");
  });
}

test("bytes that are no text are typed in hexadecimal digits", async (t) => {
  const page = await open(t, { given: { config: TAGGED, file: "tagged.yml", pool: null } });
  const path = file("tagged.yml", TAGGED);
  await page.getByLabel("Key", { exact: true }).fill("ключ");
  await page.getByLabel("hex").check();
  assert.equal(await page.getByLabel("Key", { exact: true }).inputValue(), "d0bad0bbd18ed187");
  for (const hex of ["ff00fe", "7b", "FF C3", "d0bad0bbd18ed187"]) {
    await page.getByLabel("Key", { exact: true }).fill(hex);
    const answer = keyhomeJson(["explain", "--hex", "-c", path, hex.replaceAll(" ", "")]);
    assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
    assert.deepEqual(ranByShell(await page.locator(".exports code").innerText()), answer);
  }
  await page.getByLabel("Key", { exact: true }).fill("abc");
  await page.getByText("two hexadecimal digits make a byte; one is missing").waitFor();
  await page.getByLabel("Key", { exact: true }).fill("zz");
  await page.getByText("“z” is not a hexadecimal digit").waitFor();
  assert.equal(await page.locator(".steps").count(), 0);
  await page.getByLabel("Key", { exact: true }).fill("d0bad0bbd18ed187");
  await page.getByLabel("hex").uncheck();
  assert.equal(await page.getByLabel("Key", { exact: true }).inputValue(), "ключ");
});

test("control characters are seen, and a shell gets them", async (t) => {
  const key = "a\u0001\u001b\tb";
  const page = await open(t, { given: { config: TAGGED, file: "tagged.yml", pool: null } });
  await page.getByLabel("Key", { exact: true }).fill(key);
  const answer = keyhomeJson(["explain", "-c", file("tagged.yml", TAGGED), key]);
  assert.ok((await said(page)).steps.Key.startsWith("a␁␛␉b"));
  assert.deepEqual(ranByShell(await page.locator(".exports code").innerText()), answer);
});

test("a key of 50 MB is not taken, one of 64 KB is", async (t) => {
  const page = await open(t, { given: { config: TAGGED, file: "tagged.yml", pool: null } });
  const field = page.getByLabel("Key", { exact: true });
  await field.fill("before");
  await field.evaluate((field) => {
    const data = new DataTransfer();
    data.setData("text/plain", "x".repeat(50 << 20));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.getByText("51200 KB are more than this field takes: up to 64 KB").waitFor();
  assert.equal(await field.inputValue(), "before");
  const longest = "k".repeat(64 << 10);
  await field.fill(longest);
  const answer = keyhomeJson(["explain", "-c", file("tagged.yml", TAGGED), longest]);
  assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
  assert.match((await said(page)).steps.Key, /^k{1000} … and 64,536 more/);
  await field.fill(`${longest}k`);
  await page.getByText("65 KB are more than this field takes").waitFor();
  assert.equal(await page.locator(".steps").count(), 0);
});

test("a pool of 2,000 servers answers when the typing pauses", async (t) => {
  const servers = Array.from({ length: 2000 }, (_, at) => `   - 10.0.${at >> 8}.${at & 255}:6379:1\n`);
  const config = `pool:\n  servers:\n${servers.join("")}`;
  const page = await open(t, { given: { config, file: "large.yml", pool: null } });
  for (const key of ["user:1001", "user:2"]) {
    await page.getByLabel("Key", { exact: true }).fill(key);
    const answer = keyhomeJson(["explain", "-c", file("large.yml", config), key]);
    await page.locator(".home", { hasText: answer.node }).waitFor();
    await page.locator(".steps li", { hasText: "Key" }).getByText(key).waitFor();
    assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
  }
});

test("a cluster: the slot, an uncovered one, and who could take over", async (t) => {
  const page = await open(t, { given: { config: CLUSTER, file: "cluster.yml", pool: null } });
  await page.getByLabel("Key", { exact: true }).fill("user:2");
  const answer = keyhomeJson(["explain", "-c", file("cluster.yml", CLUSTER), "user:2"]);
  const { next, steps } = await said(page);
  assert.ok(steps.Slot.startsWith(String(answer.place.slot)));
  assert.equal(next, "nobody owns the slot\nit has no replica that could be promoted");

  const homeless = ["user:1", "user:3", "user:5", "user:7", "user:9", "user:11"].find(
    (key) => keyhomeJson(["explain", "-c", file("cluster.yml", CLUSTER), key]).error?.code === "slot.uncovered",
  );
  await page.getByLabel("Key", { exact: true }).fill(homeless);
  await page.locator("[role=alert] code", { hasText: "slot.uncovered" }).waitFor();
});

test("other rules: one node, a list, weights, replicas, a pool that ejects nobody", async (t) => {
  const page = await open(t, { given: { config: WEIGHTED, file: "weighted.yml", pool: null } });
  const editor = page.locator(".cm-content").first();
  for (const [config, step] of [
    [WEIGHTED, "Point"],
    [WEIGHTED.replace("pool:", "pool:\n  distribution: modula"), "Place in the list"],
    [WEIGHTED.replace("pool:", "pool:\n  dialect: charsum").replace(" weight: 3,", ""), "Sum"],
    ["pool: {servers: [10.0.0.1:6379:1]}", "Place"],
  ]) {
    await editor.fill(config);
    await page.locator(".steps .step", { hasText: new RegExp(`^${step}$`) }).waitFor();
    const answer = keyhomeJson(["explain", "-c", file("weighted.yml", config), "user:1001"]);
    assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
  }
  await editor.fill(WEIGHTED);
  const path = file("weighted.yml", WEIGHTED);
  const onFirst = ["user:1", "user:1001", "session:42", "cart:7", "k:99"].find((key) => keyhomeJson(["explain", "-c", path, key]).index === 0);
  await page.getByLabel("Key", { exact: true }).fill(onFirst);
  const homes = page.locator(".homes");
  await homes.getByText("auto_eject_hosts is off: the key fails until somebody takes it out").waitFor();
  await homes.getByText("zone eu-1 · replica 10.0.1.1:6379").waitFor();
});
