// Recorded runs of health, replica choice, hot keys and copies, played again: this engine decides as the core did.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Health, HotKeys, KeyhomeError, ReplicaSet, Router } from "keyhome";

/** A pool of this one node. */
function pool({ name, address, zone, replicas }) {
  const place = ({ address, zone }) => ({ address, zone: zone ?? undefined });
  const server = { ...place({ address, zone }), name, replicas: replicas.map(place) };
  return Router.fromConfig(JSON.stringify({ pool: { servers: [server] } }));
}

/** A pool of nodes of these names. */
function named(names) {
  const servers = names.map((name) => ({ name, address: `${name}:6379` }));
  return Router.fromConfig(JSON.stringify({ pool: { servers } }));
}

const bytes = (digits) => Buffer.from(digits, "hex");
const toHex = (key) => Buffer.from(key).toString("hex");
const shown = ({ key, ...numbers }) => ({ ...numbers, key_hex: toHex(key) });

/** By the names that runs begin with: what is asked. */
const MAKES = {
  health: ({ nodes, ...rules }) => new Health(rules, nodes),
  replica: ({ node, read_from, zone }) => new ReplicaSet(pool(node), 0, { read_from, zone }),
  hotkeys: (options) => new HotKeys(options),
  copies({ config, cluster, without }) {
    const router = cluster === null ? Router.fromConfig(config) : Router.fromCluster(cluster);
    return router.without(without);
  },
};

/** Calls whose arguments or answers are recorded otherwise than the method has them. */
const CALLS = {
  choose_from: (replicas, { dice, now, read_from }) => replicas.choose(dice, now, read_from),
  replace: (replicas, { node }) => replicas.replace(pool(node), 0),
  record: (hot, { key_hex, now }) => hot.record(bytes(key_hex), now),
  record_many: (hot, { key_hex, count, now }) => hot.record(bytes(key_hex), now, count),
  top: (hot, { n }) => hot.top(n).map(shown),
  estimate: (hot, { key_hex }) => hot.estimate(bytes(key_hex)),
  len: (hot) => hot.size,
  to_bytes: (hot) => toHex(hot.toBytes()),
  merge: (hot, { bytes_hex }) => hot.merge(HotKeys.fromBytes(bytes(bytes_hex))),
  copies: (router, { key_hex, n }) => router.copies(bytes(key_hex), n).map(shown),
};

function play(object, { call, gives, ...words }) {
  if (call in CALLS) return CALLS[call](object, words);
  const name = call.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  assert.ok(name in object, name);
  return typeof object[name] === "function" ? object[name](...Object.values(words)) : object[name];
}

for (const file of ["health", "replica", "hotkeys", "copies"]) {
  test(file, () => {
    const text = readFileSync(new URL(`../../tests/vectors/traces/${file}.jsonl`, import.meta.url), "utf8");
    let object;
    let [runs, calls] = [0, 0];
    for (const line of text.trimEnd().split("\n").map((line) => JSON.parse(line))) {
      if (line.trace !== undefined) {
        const { trace, name, ...words } = line;
        object = MAKES[trace](words);
        runs++;
        continue;
      }
      let gave;
      try {
        if (line.call === "from_bytes") {
          object = HotKeys.fromBytes(bytes(line.bytes_hex));
          gave = null;
        } else if (line.call === "reloaded") {
          object = object.reloaded(line.rules, named(line.old), named(line.new), line.now);
          gave = null;
        } else {
          gave = play(object, line) ?? null;
        }
      } catch (error) {
        if (!(error instanceof KeyhomeError)) throw error;
        gave = { error: error.code };
      }
      assert.deepEqual(gave, line.gives, JSON.stringify(line));
      calls++;
    }
    console.log(`${file}: ${runs} runs, ${calls} calls`);
    assert.ok(runs > 0 && calls > 0);
  });
}
