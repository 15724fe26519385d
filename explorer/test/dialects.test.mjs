// Which dialect? Each rule says what the command says of the config that the page made for it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { test } from "node:test";
import { KEYHOME, WAYS, file, keyhome, keyhomeJson, open, show } from "./support.mjs";
import { CLUSTER, TWEMPROXY, lines, saved } from "./views.mjs";

const NAMED = TWEMPROXY.replace("  servers:", '  hash_tag: "{}"\n  servers:').replace(":1 redis-1", ":3 redis-1");

/** The groups of the table: the node, and the rules that name it. */
async function groups(page) {
  return page.locator(".rules tbody").evaluateAll((bodies) =>
    bodies.map((body) => ({
      node: body.querySelector(".node-name-text")?.textContent,
      rules: Array.from(body.querySelectorAll("th[scope=row]"), (rule) => rule.firstChild.textContent),
      same: Array.from(body.querySelectorAll("td.number"), (cell) => cell.textContent),
    })),
  );
}

for (const way of WAYS) {
  test(`every rule, those that agree together, ${way}`, async (t) => {
    const page = await open(t, { way, given: { config: NAMED, file: "named.yml", pool: null } });
    await show(page, "dialects");
    await page.getByLabel("Key", { exact: true }).fill("user:{7}:name");
    const rules = JSON.parse(await saved(page, "JSON"));
    assert.equal(rules.length, 13);
    const homes = new Map();
    for (const { rule, config, pool, same, of, always, ...said } of rules) {
      const path = file("rule.yml", config ?? NAMED);
      const answer = keyhomeJson(["explain", "-c", path, ...(pool === undefined ? [] : ["-p", pool]), "user:{7}:name"]);
      assert.deepEqual(said, answer, rule);
      homes.set(answer.node, [...(homes.get(answer.node) ?? []), rule]);
      if (config === undefined) continue;
      const keys = lines(of, (at) => `key:${at}`);
      const [ours, theirs] = [file("named.yml", NAMED), path].map((path) => keyhome(["node", "-c", path], keys).stdout.split("\n"));
      assert.equal(same, ours.filter((line, at) => line !== "" && line === theirs[at]).length, rule);
      const [one, other] = [file("named.yml", NAMED), path].map((path) => keyhome(["fingerprint", "-c", path]).stdout);
      assert.equal(always, one === other, rule);
    }
    const shown = await groups(page);
    assert.equal(shown[0].rules[0], "Your config");
    assert.deepEqual(Object.fromEntries(shown.map(({ node, rules }) => [node, rules])), Object.fromEntries(homes));
    const expected = new Map(
      rules.map(({ rule, same, always }) => [rule, same === undefined ? "" : always ? "every key" : `${(same / 100).toFixed(2)}%`]),
    );
    assert.equal(expected.get("twemproxy, fnv1a_64, ketama"), "every key");
    for (const { rules, same } of shown) assert.deepEqual(same, rules.map((rule) => expected.get(rule)));

    assert.match(await saved(page, "CSV"), /^rule,node,address,dialect,hash,value,same of 10000\r\nYour config,/);
    assert.match(await saved(page, "SVG"), /^<svg [^]*libmemcached, weighted[^]*<\/svg>$/);
    assert.equal((await saved(page, "PNG", "latin1")).slice(1, 4), "PNG");

    const command = await page.locator(".exports code").innerText();
    const { stdout, stderr } = spawnSync("sh", ["-c", command.replace(/(^|\| )keyhome /gm, "$1keyhome --json ")], {
      cwd: dirname(file("named.yml", NAMED)),
      env: { ...process.env, PATH: `${dirname(KEYHOME)}:${process.env.PATH}` },
      encoding: "utf8",
    });
    assert.deepEqual(
      stdout.trimEnd().split("\n").map((line) => JSON.parse(line)),
      rules.map(({ rule, config, pool, same, of, always, ...said }) => said),
      stderr,
    );
  });
}

test("twemproxy's own options, and servers known by their addresses", async (t) => {
  const page = await open(t, { given: { config: NAMED, file: "named.yml", pool: null } });
  await show(page, "dialects");
  const twemproxy = async () => JSON.parse(await saved(page, "JSON"))[1];
  assert.equal((await twemproxy()).same, 10_000);
  await page.getByLabel("twemproxy with hash").selectOption("murmur");
  await page.getByLabel("and distribution").selectOption("modula");
  const modula = await twemproxy();
  assert.equal(modula.rule, "twemproxy, murmur, modula");
  assert.deepEqual([modula.hash.algorithm, modula.place.by], ["murmur", "list"]);
  await page.getByLabel("and distribution").selectOption("ketama");
  await page.getByLabel("address").check();
  const { place, node } = await twemproxy();
  assert.ok(place.label.startsWith(`${node}-`) && node.endsWith(":6379"), place.label);
});

test("rules that cannot take the servers say why, and a rule can be looked at as a change", async (t) => {
  const page = await open(t, { given: { config: CLUSTER, file: "cluster.yml", pool: null } });
  await show(page, "dialects");
  await page.getByLabel("Key", { exact: true }).fill("user:1");
  await page.getByText("Your config gives this key no home.").waitFor();
  await page.locator(".rules code", { hasText: "slot.uncovered" }).waitFor();
  await page.getByRole("button", { name: "Move there… Redis Cluster, even slots" }).click();
  assert.equal(await page.getByRole("tab", { selected: true }).innerText(), "What would a change move?");
  assert.match(await page.locator(".cm-content").nth(1).innerText(), /slots: "8192-16383"/);
});

test("no dialect, hash or distribution that keyhome knows is missing", async (t) => {
  const page = await open(t, { given: { config: NAMED, file: "named.yml", pool: null } });
  await show(page, "dialects");
  const rules = JSON.parse(await saved(page, "JSON"));
  assert.deepEqual([...new Set(rules.map(({ dialect }) => dialect))].sort(), accepted("dialect"));
  const choices = (label) => page.getByLabel(label).locator("option").allTextContents();
  assert.deepEqual((await choices("twemproxy with hash")).sort(), accepted("hash"));
  // Random gives no key a home: there is nothing to compare.
  assert.deepEqual([...(await choices("and distribution")), "random"].sort(), accepted("distribution"));
});

/** The words that an option takes, as the command says when it is given another one. */
function accepted(option) {
  const config = file("wrong.yml", `pool:\n  ${option}: nosuch\n  servers:\n   - h:1:1\n`);
  const { message } = keyhomeJson(["check", "-c", config]).error;
  return Array.from(message.split(";")[1].matchAll(/`([^`]+)`/g), ([, word]) => word).sort();
}
