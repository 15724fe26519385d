// SCAN over all nodes finds every key exactly once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { flush, keysOf, sharded } from "./support.mjs";

const { servers } = serversForTests(3);

async function collected(stream) {
  const found = [];
  for await (const keys of stream) found.push(...keys);
  return found;
}

async function filled(t, count, options) {
  await flush(servers);
  const redis = sharded(t, servers, options);
  const keys = keysOf(redis, count);
  for (let from = 0; from < count; from += 1000) await redis.mset(keys.slice(from, from + 1000).flatMap((key) => [key, "v"]));
  return [redis, keys.toSorted()];
}

test("SCAN with its cursor, from 0 to 0", async (t) => {
  const [redis, keys] = await filled(t, 3000);
  for (const options of [[], ["COUNT", 7], ["COUNT", 5000]]) {
    const found = [];
    let cursor = "0";
    let rounds = 0;
    do {
      const [next, some] = await redis.scan(cursor, ...options);
      assert.equal(typeof next, "string");
      found.push(...some);
      cursor = next;
      assert.ok(++rounds < 3000, "the scan does not end");
    } while (cursor !== "0");
    assert.deepEqual(found.toSorted(), keys);
  }
});

test("SCAN with numbers, with Buffers, with MATCH and TYPE", async (t) => {
  const [redis, keys] = await filled(t, 500);
  await redis.lpush("list", "x");
  let cursor = 0;
  const found = [];
  do {
    const [next, some] = await redis.scanBuffer(cursor, "MATCH", "key:1*", "COUNT", 50);
    assert.ok(Buffer.isBuffer(next));
    found.push(...some.map(String));
    cursor = next.toString();
  } while (cursor !== "0");
  assert.deepEqual(found.toSorted(), keys.filter((key) => key.startsWith("key:1")));
  const lists = await collected(redis.scanStream({ type: "list" }));
  assert.deepEqual(lists, ["list"]);
});

test("scanStream finds every key once, of 20,000 and of none", async (t) => {
  const [redis, keys] = await filled(t, 20_000);
  assert.deepEqual((await collected(redis.scanStream({ count: 1000 }))).toSorted(), keys);
  const some = await collected(redis.scanStream({ match: "key:77*", count: 500 }));
  assert.deepEqual(some.toSorted(), keys.filter((key) => key.startsWith("key:77")));
  assert.deepEqual((await collected(redis.scanBufferStream({ count: 1000 }))).map(String).toSorted(), keys);
  await redis.flushall();
  assert.deepEqual(await collected(redis.scanStream()), []);
});

test("a stream is one of Node's: data, pause, end", async (t) => {
  const [redis, keys] = await filled(t, 1000);
  const found = await new Promise((resolve, reject) => {
    const all = [];
    const stream = redis.scanStream({ count: 50 });
    stream.on("data", (some) => {
      all.push(...some);
      stream.pause();
      setImmediate(() => stream.resume());
    });
    stream.on("end", () => resolve(all));
    stream.on("error", reject);
  });
  assert.deepEqual(found.toSorted(), keys);
});

test("hscanStream, sscanStream, zscanStream ask the node of their key", async (t) => {
  const [redis] = await filled(t, 10);
  const members = Array.from({ length: 2000 }, (_, number) => `m${number}`);
  await redis.sadd("set", members);
  await redis.hset("hash", Object.fromEntries(members.map((member) => [member, 1])));
  await redis.zadd("zset", members.flatMap((member) => [1, member]));
  assert.deepEqual((await collected(redis.sscanStream("set", { count: 100 }))).toSorted(), members.toSorted());
  assert.equal((await collected(redis.hscanStream("hash"))).length, 4000);
  assert.equal((await collected(redis.zscanStream("zset", { count: 100 }))).length, 4000);
});

test("a keyPrefix is not added to what is looked for, as in ioredis", async (t) => {
  const [redis, keys] = await filled(t, 100, { keyPrefix: "app:" });
  const found = await collected(redis.scanStream({ match: "app:*" }));
  assert.deepEqual(found.toSorted(), keys.map((key) => `app:${key}`).toSorted());
  assert.deepEqual(await collected(redis.scanStream({ match: "key:*" })), []);
});

test("keys that come and go while it runs: those that stay are found", async (t) => {
  const [redis, keys] = await filled(t, 5000);
  const found = new Set();
  let round = 0;
  for await (const some of redis.scanStream({ count: 100 })) {
    for (const key of some) found.add(key);
    await redis.mset([`new:${round}`, 1, `new:${round + 1}`, 1]);
    await redis.del(`new:${round++ - 5}`);
  }
  for (const key of keys) assert.ok(found.has(key), key);
});

test("a cursor that is none", async (t) => {
  const [redis] = await filled(t, 10);
  await assert.rejects(redis.scan("no cursor"), { code: "command.arguments" });
});
