// The bound of each node's queue, what is counted of nodes, and the keys that are asked for most.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { RedisServer, waitUntil } from "../servers/index.mjs";
import { keyOn, keysOf, sharded, within } from "./support.mjs";

const { scratch, servers } = serversForTests(3, { emptied: true });

test("a node that hangs has so many commands waiting, and no more; the others are not held up", async (t) => {
  const redis = sharded(t, servers, { maxQueue: 100 });
  await redis.connect();
  // What ioredis itself asks a new connection is answered by then.
  for (const node of redis.nodes()) await node.ping();
  const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
  servers[1].pause();
  t.after(() => servers[1].resume());
  const sent = Array.from({ length: 150 }, (_, at) => redis.set(b, at).then(() => "done", ({ code }) => code));
  assert.equal(redis.stats()[1].queue, 100);
  for (const key of [a, c]) assert.equal(await within(5000, redis.set(key, "v"), "another node"), "OK");
  await assert.rejects(redis.pipeline().set(b, 1).exec().then(([[error]]) => Promise.reject(error)), { code: "client.queue" });
  const split = await redis.mset(a, 1, b, 2).catch((error) => error);
  assert.deepEqual([split.code, split.failures[0].error.code], ["client.split", "client.queue"]);
  const refused = await redis.get(b).catch((error) => error);
  assert.equal(refused.code, "client.queue");
  assert.match(refused.message, /node-1 \(127\.0\.0\.1:\d+\)/);
  servers[1].resume();
  const outcomes = await Promise.all(sent);
  assert.deepEqual(outcomes, [...Array.from({ length: 100 }, () => "done"), ...Array.from({ length: 50 }, () => "client.queue")]);
  assert.equal(redis.stats()[1].queue, 0);
  assert.equal(await redis.get(b), "99");
});

test("the bound holds for a node that is down, too", async (t) => {
  const down = await RedisServer.start(scratch);
  await down.kill();
  const redis = sharded(t, [servers[0], down], { maxQueue: 50 });
  const b = keyOn(redis, 1);
  const sent = Array.from({ length: 80 }, () => redis.set(b, 1).then(() => "done", ({ code }) => code));
  await waitUntil(() => redis.stats()[1].queue === 50, "they wait");
  await down.startAgain();
  const outcomes = await Promise.all(sent);
  assert.equal(outcomes.filter((outcome) => outcome === "done").length, 50);
  assert.equal(outcomes.filter((outcome) => outcome === "client.queue").length, 30);
  await down.kill();
});

test("a bound that is none is refused", () => {
  for (const maxQueue of [-1, 0, Number.NaN, "many"]) {
    const make = () => sharded({ after() {} }, servers, { maxQueue, lazyConnect: true });
    assert.throws(make, ({ code }) => code.startsWith("argument."), String(maxQueue));
  }
});

test("stats: requests, errors, latency, state and queue of each node", async (t) => {
  const redis = sharded(t, servers);
  const fresh = redis.stats();
  assert.deepEqual(fresh.map(({ name, address, state, requests, errors, queue }) => [name, address, state, requests, errors, queue]), [
    ["node-0", servers[0].address, "live", 0, 0, 0],
    ["node-1", servers[1].address, "live", 0, 0, 0],
    ["node-2", servers[2].address, "live", 0, 0, 0],
  ]);
  const keys = keysOf(redis, 300);
  for (const key of keys) await redis.set(key, "v");
  const shares = redis.router.group(keys);
  for (const [node, { requests, errors, latency, queue }] of redis.stats().entries()) {
    assert.deepEqual([requests, errors, queue], [shares.get(node).length, 0, 0]);
    assert.ok(latency > 0 && latency < 1000, `${latency} ms`);
  }
  const b = keyOn(redis, 1);
  await redis.set(b, "text");
  await redis.incr(b).catch(() => {});
  await redis.pipeline().get(b).incr(b).exec();
  const before = shares.get(1).length;
  assert.deepEqual([redis.stats()[1].requests, redis.stats()[1].errors], [before + 4, 2]);
  await redis.mget(keys);
  assert.deepEqual(redis.stats().map(({ requests }) => requests), [shares.get(0).length + 1, before + 5, shares.get(2).length + 1]);
  // A copy: what is shown does not change.
  assert.equal(fresh[0].requests, 0);
});

test("hotKeys: the keys that are asked for most, whatever asks for them", async (t) => {
  const redis = sharded(t, servers, { hotKeys: true });
  await Promise.all(Array.from({ length: 500 }, (_, at) => redis.get(`cold:${at}`)));
  await Promise.all(Array.from({ length: 60 }, () => redis.get("hot")));
  for (let round = 0; round < 30; round++) await redis.mget("hot", "warm");
  const pipeline = redis.pipeline();
  for (let round = 0; round < 10; round++) pipeline.incr("hot");
  await pipeline.exec();
  const [first, second, ...others] = redis.hotKeys(3);
  assert.deepEqual([first.key, second.key, others.length], ["hot", "warm", 1]);
  assert.ok(first.count >= 100 && first.count - first.error <= 100, JSON.stringify(first));
  assert.ok(second.count >= 30 && second.count - second.error <= 30, JSON.stringify(second));
});

test("hotKeys with a keyPrefix, with bytes, with options, and without", async (t) => {
  const redis = sharded(t, servers, { hotKeys: { capacity: 8, window: 60_000_000 }, keyPrefix: "app:" });
  for (let round = 0; round < 5; round++) await redis.get("hot");
  await redis.getBuffer(Buffer.from([255, 254]));
  assert.equal(redis.hotKeys(1)[0].key, "app:hot");
  assert.throws(() => sharded(t, servers).hotKeys(1), { code: "client.unsupported" });
  assert.throws(() => sharded(t, servers, { hotKeys: { capacity: -1 } }), ({ code }) => code.startsWith("argument."));
});
