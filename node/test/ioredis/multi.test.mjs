// multi(): a transaction on one node; across nodes it is refused. WATCH holds the node's connection.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { yaml } from "../servers/index.mjs";
import { keyOn, sharded } from "./support.mjs";

const { servers } = serversForTests(3, { emptied: true });

test("all of a transaction's replies, in order", async (t) => {
  const redis = sharded(t, servers);
  const results = await redis.multi().set("{t}a", 1).incr("{t}a").get("{t}a").hset("{t}h", { f: 1 }).hgetall("{t}h").exec();
  assert.deepEqual(results, [[null, "OK"], [null, 2], [null, "2"], [null, 1], [null, { f: "1" }]]);
});

test("it is one transaction: nobody comes between", async (t) => {
  const redis = sharded(t, servers);
  const key = keyOn(redis, 1);
  await servers[1].ask("CONFIG", "RESETSTAT");
  await Promise.all(Array.from({ length: 50 }, () => redis.multi().incr(key).incr(key).exec())).then((all) => {
    for (const [[, first], [, second]] of all) assert.equal(second, first + 1);
  });
  const stats = await servers[1].ask("INFO", "commandstats");
  assert.match(stats, /cmdstat_exec:calls=50\b/);
});

test("keys of two nodes are refused, and nothing is done", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 0), keyOn(redis, 1)];
  await assert.rejects(redis.multi().set(a, 1).set(b, 2).exec(), (error) => {
    assert.equal(error.code, "client.nodes");
    assert.match(error.message, new RegExp(`\\(${redis.router.nodes[0].name}, ${redis.router.nodes[1].name}\\); a hash tag`));
    return true;
  });
  assert.equal(await redis.dbsize(), 0);
  await assert.rejects(redis.multi().mset(a, 1, b, 2).exec(), { code: "client.nodes" });
  assert.equal(await redis.dbsize(), 0);
});

test("commands of many keys within one node stay whole", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 2, "a:"), keyOn(redis, 2, "b:")];
  assert.deepEqual(await redis.multi().mset(a, 1, b, 2).mget(a, b).del(a, b).exec(), [[null, "OK"], [null, ["1", "2"]], [null, 2]]);
});

test("a command that the server does not take aborts all", async (t) => {
  const redis = sharded(t, servers);
  await redis.set("k", "v");
  await assert.rejects(redis.multi().set("k", "w").call("nosuchcommand", "k").exec(), /EXECABORT|nosuchcommand|unknown/i);
  assert.equal(await redis.get("k"), "v");
  const results = await redis.multi().lpush("k", 1).set("k", "w").exec();
  assert.match(results[0][0].message, /^WRONGTYPE/);
  assert.deepEqual(results[1], [null, "OK"]);
});

test("discard, an empty transaction, an array of commands, a callback, a keyPrefix", async (t) => {
  const redis = sharded(t, servers, { keyPrefix: "p:" });
  assert.deepEqual(await redis.multi([["set", "{t}a", 1], ["get", "{t}a"]]).exec(), [[null, "OK"], [null, "1"]]);
  assert.deepEqual(await redis.multi().exec(), []);
  const results = await new Promise((resolve) => redis.multi().incr("{t}a").exec((error, results) => resolve([error, results])));
  assert.deepEqual(results, [null, [[null, 2]]]);
  assert.equal(await servers[redis.router.index("p:{t}a")].ask("GET", "p:{t}a"), "2");
});

test("multi({ pipeline: false }) is refused, with what to do", async (t) => {
  const redis = sharded(t, servers);
  await assert.rejects(async () => redis.multi({ pipeline: false }), (error) => {
    assert.equal(error.code, "client.unsupported");
    assert.match(error.message, /multi\(\)\.set\(\.\.\.\)\.exec\(\)/);
    return true;
  });
});

test("WATCH: a transaction is undone when its keys have changed", async (t) => {
  const redis = sharded(t, servers);
  const other = sharded(t, servers);
  const key = keyOn(redis, 1);
  await redis.set(key, 1);
  await redis.watch(key);
  await other.set(key, 5);
  assert.equal(await redis.multi().set(key, 2).exec(), null);
  assert.equal(await redis.get(key), "5");
  await redis.watch(key);
  assert.deepEqual(await redis.multi().set(key, 2).exec(), [[null, "OK"]]);
  await redis.watch(key);
  await other.set(key, 6);
  await redis.unwatch();
  assert.deepEqual(await redis.multi().set(key, 3).exec(), [[null, "OK"]]);
});

test("WATCH, and a reload that gives the node another place, or takes it away", async (t) => {
  const redis = sharded(t, servers);
  const places = (...all) => yaml(all.map((at) => `${servers[at].address}:1 node-${at}`), { hash: "md5", hash_tag: '"{}"' });
  const key = keyOn(redis, 2);
  await redis.watch(key);
  await redis.reload(places(2, 0));
  assert.deepEqual(await redis.multi().set(key, 1).exec(), [[null, "OK"]]);
  await redis.watch(key);
  await redis.reload(places(0, 1));
  await assert.rejects(redis.multi().set(key, 2).exec(), { code: "client.nodes", message: /\(node-\d, node-2\)/ });
  await redis.reload(places(0, 1, 2));
  await redis.watch(key);
  await redis.reload(places(0, 1));
  assert.equal(await redis.unwatch(), "OK");
  assert.deepEqual(await redis.multi().set(key, 3).exec(), [[null, "OK"]]);
});

test("WATCH of keys of two nodes is refused", async (t) => {
  const redis = sharded(t, servers);
  await assert.rejects(redis.watch(keyOn(redis, 0), keyOn(redis, 1)), { code: "client.nodes" });
});

test("a transaction within a pipeline is refused before anything is sent", async (t) => {
  const redis = sharded(t, servers);
  const key = keyOn(redis, 0);
  const refused = (call) => assert.throws(call, { code: "client.unsupported", message: /multi\(\)\.set\(\.\.\.\)\.exec\(\)/ });
  refused(() => redis.pipeline().set(key, 1).multi().incr(key).exec());
  refused(() => redis.pipeline([["set", key, 1], ["multi"]]));
  refused(() => redis.pipeline().set(key, 1).call("Multi"));
  refused(() => redis.multi().set(key, 1).discard());
  assert.equal(await redis.dbsize(), 0);
});
