// Every case of the contract, but for those of commands. How many there are at least is written here, so that a file
// that is cut short or skipped fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Router, engine, slot, slots, slotsPacked } from "keyhome";
import { asText, cases, fromHex, outcome, pack } from "./support.mjs";

/** Asks every case of a file; `ask` says how many of its items it has compared. */
function file(name, atLeast, items, ask) {
  test(`${name}.json`, () => {
    const all = cases(name);
    let count = 0;
    for (const one of all) {
      try {
        count += ask(one);
      } catch (error) {
        error.message = `${one.name}: ${error.message}`;
        throw error;
      }
    }
    assert.ok(all.length >= atLeast, `${all.length} cases, and there should be ${atLeast}`);
    console.log(`Node ${engine} ${name}: ${all.length} cases, ${count} ${items}`);
  });
}

/**
 * The contract excepts keys that are not UTF-8 in a `charsum` pool of one node ("not asked"), and wants `key.encoding`
 * there; one case asks for index 0 all the same.
 */
function isExcepted(name, key) {
  return /^charsum 1(,|$)/.test(name) && typeof asText(key) !== "string";
}

/** Homes one by one, as text and as bytes, all at once, packed and grouped: all must say the same. */
function compareHomes(router, { name, keys_hex, indexes, errors = {} }) {
  const keys = keys_hex.map(fromHex);
  const wanted = keys.map((key, position) => {
    if (isExcepted(name, key)) return { code: "key.encoding" };
    return indexes[position] === null ? { code: errors[position] } : { value: indexes[position] };
  });
  assert.equal(indexes.length, keys.length);
  for (const [position, key] of keys.entries()) {
    for (const form of [asText(key), key, Buffer.from(key)]) {
      const given = outcome(() => router.index(form));
      assert.deepEqual([given.value, given.code], [wanted[position].value, wanted[position].code], keys_hex[position]);
    }
    const node = outcome(() => router.node(key));
    assert.equal(node.value, router.nodes[wanted[position].value]);
    const explained = outcome(() => router.explain(key));
    assert.deepEqual([explained.value?.index, explained.code], [wanted[position].value, wanted[position].code]);
  }
  const first = wanted.findIndex((home) => home.code !== undefined);
  const together =
    first < 0
      ? { value: Uint32Array.from(indexes) }
      : { code: wanted[first].code, line: undefined, column: undefined, position: first };
  assert.deepEqual(outcome(() => router.indexes(keys)), together);
  assert.deepEqual(outcome(() => router.indexes(keys.map(asText))), together);
  assert.deepEqual(outcome(() => router.indexesPacked(...pack(keys))), together);
  const groups = outcome(() => router.group(keys.map(asText)));
  assert.equal(groups.code, together.code);
  if (first < 0) {
    const grouped = new Map();
    for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
      grouped.set(index, [...indexes.keys()].filter((position) => indexes[position] === index));
    }
    assert.deepEqual(groups.value, grouped);
  }
  return keys.length;
}

file("placement", 292, "keys", (one) => compareHomes(Router.fromConfig(one.config, one.pool ?? undefined), one));

file("without", 128, "keys", (one) => {
  let router = Router.fromConfig(one.config, one.pool ?? undefined);
  const { nodes } = router;
  let keys = 0;
  for (const step of one.steps) {
    const next = outcome(() => router.without(step.names));
    assert.equal(next.code, step.error);
    if (next.value === undefined) continue;
    router = next.value;
    assert.equal(router.nodes, nodes);
    keys += compareHomes(router, { ...step, name: one.name, keys_hex: one.keys_hex });
  }
  return keys;
});

file("successors", 175, "keys", (one) => {
  const router = Router.fromConfig(one.config, one.pool ?? undefined).without(one.without ?? []);
  const given = one.keys_hex.map((key) => router.successors(fromHex(key), one.n));
  assert.deepEqual(
    given.map((nodes) => nodes.map((node) => router.nodes.indexOf(node))),
    one.successors,
  );
  return one.keys_hex.length;
});

file("balance", 285, "shares", ({ name, config, pool, without, ...wanted }) => {
  assert.deepEqual(Router.fromConfig(config, pool ?? undefined).without(without ?? []).balance(), wanted);
  return wanted.shares.length;
});

file("diff", 95, "moves", ({ name, old, new: changed, ...wanted }) => {
  assert.deepEqual(Router.fromConfig(old).diff(Router.fromConfig(changed)), wanted);
  return wanted.moves?.length ?? 0;
});

file("fingerprint", 12, "configs", ({ groups }) => {
  const fingerprints = groups.map((group) => new Set(group.map((config) => Router.fromConfig(config).fingerprint)));
  for (const group of fingerprints) {
    assert.equal(group.size, 1);
    for (const fingerprint of group) assert.match(fingerprint, /^k1-[0-9a-f]{16}$/);
  }
  assert.equal(new Set(fingerprints.map(([one]) => one)).size, groups.length);
  return groups.flat().length;
});

file("slots", 1, "keys", ({ keys_hex, slots: wanted }) => {
  const keys = keys_hex.map(fromHex);
  for (const form of [keys, keys.map(asText), keys.map((key) => Buffer.from(key))]) {
    assert.deepEqual(form.map((key) => slot(key)), wanted);
    assert.deepEqual(slots(form), Uint16Array.from(wanted));
  }
  assert.deepEqual(slotsPacked(...pack(keys)), Uint16Array.from(wanted));
  return keys.length;
});

/** A reply as clients hand it over: texts as Buffers, maps as Maps. */
function asBuffersAndMaps(reply) {
  if (typeof reply === "string") return Buffer.from(reply);
  if (Array.isArray(reply)) return reply.map(asBuffersAndMaps);
  if (reply === null || typeof reply !== "object") return reply;
  return new Map(Object.entries(reply).map(([key, value]) => [Buffer.from(key), asBuffersAndMaps(value)]));
}

file("cluster", 48, "keys", (one) => {
  for (const reply of [one.reply, asBuffersAndMaps(one.reply)]) {
    const made = outcome(() => Router.fromCluster(reply));
    assert.equal(made.code, one.error);
    if (made.value === undefined) continue;
    const nodes = made.value.nodes.map(({ name, address, replicas }) => ({
      name,
      address,
      replicas: replicas.map((replica) => replica.address).sort(),
    }));
    assert.deepEqual(
      nodes,
      one.nodes.map((node) => ({ ...node, replicas: node.replicas.toSorted() })),
    );
    compareHomes(made.value, one);
  }
  return one.keys_hex?.length ?? 0;
});

// The options of pools cannot be seen from here.
file("config", 66, "pools", ({ config, pools }) => {
  for (const pool of pools) {
    const { nodes } = Router.fromConfig(config, pool.name);
    assert.equal(nodes.length, pool.nodes.length);
    for (const [index, wanted] of pool.nodes.entries()) {
      const given = nodes[index];
      assert.deepEqual(given, { ...given, ...wanted });
    }
  }
  return pools.length;
});

file("config_errors", 161, "errors", ({ config, pool, code, line, column }) => {
  const given = outcome(() => Router.fromConfig(config, pool ?? undefined));
  assert.equal(given.code, code);
  if (line !== null) assert.equal(given.line, line);
  if (column !== null) assert.equal(given.column, column);
  return 1;
});
