// Scripts: defineCommand, the option `scripts`, and SCRIPT LOAD, which every node gets.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { flush, keyOn, keysOf, sharded } from "./support.mjs";

const { servers } = serversForTests(3);
beforeEach(async () => {
  await flush(servers);
  for (const server of servers) await server.ask("SCRIPT", "FLUSH");
});

const ECHO = "return {KEYS[1], ARGV[1]}";

test("defineCommand: a method, its Buffer variant, callbacks, on every node", async (t) => {
  const redis = sharded(t, servers);
  redis.defineCommand("own", { numberOfKeys: 1, lua: ECHO });
  for (const key of keysOf(redis, 20)) {
    assert.deepEqual(await redis.own(key, "a"), [key, "a"]);
    assert.deepEqual(await redis.ownBuffer(key, Buffer.from([255])), [Buffer.from(key), Buffer.from([255])]);
  }
  assert.deepEqual(await new Promise((resolve) => redis.own("k", 1, (_, reply) => resolve(reply))), ["k", "1"]);
});

test("defineCommand without numberOfKeys, with keyPrefix, and across nodes", async (t) => {
  const redis = sharded(t, servers, { keyPrefix: "p:" });
  redis.defineCommand("own", { lua: ECHO });
  assert.deepEqual(await redis.own(1, "k", "v"), ["p:k", "v"]);
  const [a, b] = [keyOn(redis, 0, "p:a"), keyOn(redis, 1, "p:b")].map((key) => key.slice(2));
  await assert.rejects(redis.own(2, a, b, "v"), { code: "client.nodes" });
});

test("a script is sent by its digest, and again in full where a node has forgotten it", async (t) => {
  const redis = sharded(t, servers);
  redis.defineCommand("own", { numberOfKeys: 1, lua: ECHO });
  const key = keyOn(redis, 2);
  await servers[2].ask("CONFIG", "RESETSTAT");
  for (let round = 0; round < 5; round++) await redis.own(key, round);
  await servers[2].ask("SCRIPT", "FLUSH");
  assert.deepEqual(await redis.own(key, "again"), [key, "again"]);
  const stats = await servers[2].ask("INFO", "commandstats");
  const calls = (name) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  assert.ok(calls("evalsha") >= 5, stats);
  assert.ok(calls("eval") <= 2, stats);
});

test("the option `scripts`, in duplicates too", async (t) => {
  const redis = sharded(t, servers, { scripts: { own: { numberOfKeys: 1, lua: ECHO, readOnly: true } } });
  assert.deepEqual(await redis.own("k", "v"), ["k", "v"]);
  const copy = redis.duplicate();
  t.after(() => copy.disconnect());
  assert.deepEqual(await copy.own("k", "v"), ["k", "v"]);
});

test("SCRIPT LOAD reaches all, EXISTS says whether all have it, FLUSH empties all", async (t) => {
  const redis = sharded(t, servers);
  const sha = await redis.script("LOAD", ECHO);
  assert.equal(sha, createHash("sha1").update(ECHO).digest("hex"));
  for (const server of servers) assert.equal(await server.ask("EVALSHA", sha, 0).then(() => "there", (error) => error.message), "there");
  for (const key of keysOf(redis, 20)) assert.deepEqual(await redis.evalsha(sha, 1, key, "v"), [key, "v"]);
  assert.deepEqual(await redis.script("EXISTS", sha), [1]);
  await servers[1].ask("SCRIPT", "FLUSH");
  assert.deepEqual(await redis.script("EXISTS", sha), [0]);
  assert.equal(await redis.script("FLUSH"), "OK");
  await assert.rejects(redis.evalsha(sha, 1, "k", "v"), /^ReplyError: NOSCRIPT/);
});

test("FUNCTION LOAD reaches all", async (t) => {
  const redis = sharded(t, servers);
  const library = "#!lua name=lib\nredis.register_function('own_get', function(keys) return redis.call('GET', keys[1]) end)";
  assert.equal(await redis.function("LOAD", library), "lib");
  const keys = keysOf(redis, 20);
  await redis.mset(keys.flatMap((key) => [key, key]));
  for (const key of keys) assert.equal(await redis.fcall("own_get", 1, key), key);
  assert.equal(await redis.function("DELETE", "lib"), "OK");
});
